"""fpgaml_room against a number."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


async def begin(dut):
    cycles = Cycles(dut, ["rst", "take", "give"], ["available"])
    await cycles.start()
    return cycles


async def reset(cycles):
    await cycles.step(rst=1, take=0, give=0)
    assert (await cycles.step(rst=1))["available"] == 0
    assert (await cycles.step(rst=0))["available"] == 0


@cocotb.test()
async def counts_what_is_free(dut):
    places, block = facts()["PLACES"], facts()["BLOCK_SIZE"]
    cycles = await begin(dut)
    for seed, (take_rate, give_rate) in enumerate([(1.0, 0.3), (0.3, 1.0), (0.5, 0.5), (1.0, 1.0)]):
        rng = random.Random(seed)
        await reset(cycles)
        free, refused = places, 0
        for _ in range(200):
            take = free >= block and rng.random() < take_rate
            give = free < places and rng.random() < give_rate
            assert (await cycles.step(take=take, give=give))["available"] == (free >= block)
            free += give - (block if take else 0)
            refused += free < block
        assert refused > 0 or take_rate * block <= give_rate


@cocotb.test()
async def reset_frees_all_places(dut):
    places, block = facts()["PLACES"], facts()["BLOCK_SIZE"]
    cycles = await begin(dut)
    for _ in range(2):
        await reset(cycles)
        for _ in range(places // block):
            assert (await cycles.step(take=1))["available"] == 1
        assert (await cycles.step(take=0))["available"] == 0
