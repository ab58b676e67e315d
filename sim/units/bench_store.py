"""fpgaml_store against a list: each word at its address, READ_RANKS cycles after the address."""

import random

import cocotb

from sim.units.cycles import Cycles, facts

RESET = {"rst": 1, "in_valid": 0}


async def begin(dut):
    cycles = Cycles(dut, ["rst", "in_valid", "in_data", "read_address"], ["read_data"])
    await cycles.start()
    await cycles.step(**RESET)
    return cycles


async def traffic(cycles, count, seed):
    """Random words and addresses; what is read must be what a list holds; what meets a write is not looked at."""
    rng = random.Random(seed)
    width, places, ranks = facts()["WIDTH"], 1 << facts()["ADDRESS_BITS"], facts()["READ_RANKS"]
    memory, written, due = {}, 0, [None] * ranks
    for _ in range(count):
        word, valid, address = rng.getrandbits(width), rng.random() < 0.6, rng.randrange(places)
        seen = await cycles.step(rst=0, in_valid=valid, in_data=word, read_address=address)
        if due[0] is not None:
            assert seen["read_data"] == due[0]
        meets = valid and address == written % places
        due = [*due[1:], None if meets else memory.get(address)]
        if valid:
            memory[written % places] = word
            written += 1
    return written


@cocotb.test()
async def words_lie_in_the_order_of_their_arrival(dut):
    cycles = await begin(dut)
    assert await traffic(cycles, 400, 1) > 3 << facts()["ADDRESS_BITS"]


@cocotb.test()
async def a_reset_begins_at_the_first_address(dut):
    cycles = await begin(dut)
    for seed in (2, 3):
        await traffic(cycles, 37, seed)
        await cycles.step(**RESET)
    await traffic(cycles, 50, 4)
