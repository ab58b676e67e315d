"""fpgaml_raster: words when they come, then ticks without one in a row, each with its row and its column."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


@cocotb.test()
async def rows_and_columns_of_every_tick(dut):
    words, flush, columns = (facts()[name] for name in ("WORDS", "FLUSH", "COLUMNS"))
    cycles = Cycles(dut, ["rst", "in_valid"], ["take", "tick", "row", "column"])
    await cycles.start()
    rng, frames = random.Random(1), 0
    for _ in range(4):
        await cycles.step(rst=1, in_valid=rng.random() < 0.5)
        turn = 0
        for _ in range(40 + 4 * (words + flush)):
            valid, flushing = rng.random() < 0.7, turn >= words
            seen = await cycles.step(rst=0, in_valid=valid)
            assert (seen["take"], seen["tick"]) == (valid and not flushing, valid or flushing)
            assert (seen["row"], seen["column"]) == divmod(turn, columns)
            if seen["tick"]:
                turn = (turn + 1) % (words + flush)
                frames += turn == 0
    assert frames > 4
