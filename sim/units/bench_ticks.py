"""fpgaml_ticks: words when they come, then ticks without one in a row, numbered from the frame's first."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


@cocotb.test()
async def words_then_ticks_without(dut):
    words, flush = facts()["WORDS"], facts()["FLUSH"]
    cycles = Cycles(dut, ["rst", "in_valid"], ["take", "tick", "index"])
    await cycles.start()
    rng, frames = random.Random(1), 0
    for _ in range(4):
        await cycles.step(rst=1, in_valid=rng.random() < 0.5)
        turn = 0
        for _ in range(40 + 4 * (words + flush)):
            valid, flushing = rng.random() < 0.7, turn >= words
            seen = await cycles.step(rst=0, in_valid=valid)
            assert (seen["take"], seen["tick"]) == (valid and not flushing, valid or flushing)
            assert seen["index"] == turn
            if seen["tick"]:
                turn = (turn + 1) % (words + flush)
                frames += turn == 0
    assert frames > 4
