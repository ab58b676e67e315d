"""fpgaml_blocks: no block before its words, none later than two cycles after, each frame's address in turn."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


def claims():
    """How many words each block of a frame claims, one after another, from the module's header."""
    given = facts()
    left, found = given["FRAME_WORDS"], []
    for block in range(given["BLOCKS"]):
        wanted = given["FIRST_CLAIM"] if block == 0 else given["CLAIM"]
        found.append(left if block == given["BLOCKS"] - 1 else min(wanted, left))
        left -= found[-1]
    return found


async def begin(dut):
    cycles = Cycles(dut, ["rst", "arrive", "finish"], ["step", "base"])
    await cycles.start()
    await reset(cycles)
    return cycles


async def reset(cycles):
    await cycles.step(rst=1, arrive=0, finish=0)
    await cycles.step(rst=1)


async def traffic(cycles, count, rate, phases, seed):
    """Words at random and blocks of so many cycles, against a model of the header; returns how many blocks ran."""
    rng = random.Random(seed)
    wanted, frame = claims(), facts()["FRAME_WORDS"]
    places = 1 << facts()["ADDRESS_BITS"]
    waiting = blocks = turn = 0
    running = False
    for _ in range(count):
        finish = running and turn == phases - 1
        arrive = waiting < places - 1 and rng.random() < rate
        seen = await cycles.step(rst=0, arrive=arrive, finish=finish)
        assert seen["step"] == running
        if running:
            assert seen["base"] == (blocks - 1) // len(wanted) * frame % places
        begins = (not running or finish) and waiting >= wanted[blocks % len(wanted)]
        if begins:
            waiting -= wanted[blocks % len(wanted)]
            blocks, turn = blocks + 1, 0
        else:
            turn += 1
        running = begins or (running and not finish)
        waiting += arrive
    return blocks


@cocotb.test()
async def a_block_begins_when_its_words_are_there(dut):
    cycles = await begin(dut)
    for seed, (rate, phases) in enumerate([(1.0, 1), (0.5, 1), (0.9, 3), (0.2, 2), (1.0, 7)]):
        await reset(cycles)
        assert await traffic(cycles, 200, rate, phases, seed) > facts()["BLOCKS"]
