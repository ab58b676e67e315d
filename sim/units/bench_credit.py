"""fpgaml_credit against a number."""

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
    credits = facts()["CREDITS"]
    cycles = await begin(dut)
    for seed, (take_rate, give_rate) in enumerate([(1.0, 0.3), (0.3, 1.0), (0.5, 0.5), (1.0, 1.0)]):
        rng = random.Random(seed)
        await reset(cycles)
        free, empty = credits, 0
        for _ in range(200):
            take = free > 0 and rng.random() < take_rate
            give = free < credits and rng.random() < give_rate
            seen = await cycles.step(take=take, give=give)
            assert seen["available"] == (free > 0)
            free += give - take
            empty += free == 0
        assert empty > 0 or take_rate <= give_rate


@cocotb.test()
async def reset_gives_all_credits_back(dut):
    credits = facts()["CREDITS"]
    cycles = await begin(dut)
    await reset(cycles)
    for _ in range(credits):
        await cycles.step(take=1)
    assert (await cycles.step(take=0))["available"] == 0
    await reset(cycles)
    for _ in range(credits):
        assert (await cycles.step(take=1))["available"] == 1
    assert (await cycles.step(take=0))["available"] == 0
