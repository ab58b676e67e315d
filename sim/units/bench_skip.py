"""fpgaml_skip: all valid words but the first COUNT after a reset."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


@cocotb.test()
async def the_first_words_are_left_out(dut):
    cycles = Cycles(dut, ["rst", "in_valid"], ["out_valid"])
    await cycles.start()
    rng = random.Random(1)
    for _ in range(4):
        await cycles.step(rst=1, in_valid=rng.random() < 0.5)
        words = 0
        for _ in range(30 + 2 * facts()["COUNT"]):
            valid = rng.random() < 0.6
            seen = await cycles.step(rst=0, in_valid=valid)
            assert seen["out_valid"] == (valid and words >= facts()["COUNT"])
            words += valid
        assert words > facts()["COUNT"]
