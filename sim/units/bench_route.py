"""fpgaml_route: of each frame the beats from FIRST on, COUNT of them."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


@cocotb.test()
async def its_own_beats_of_every_frame(dut):
    total, first, count = (facts()[name] for name in ("TOTAL", "FIRST", "COUNT"))
    cycles = Cycles(dut, ["rst", "in_valid"], ["out_valid"])
    await cycles.start()
    rng, through = random.Random(1), 0
    for _ in range(4):
        await cycles.step(rst=1, in_valid=rng.random() < 0.5)
        beat = 0
        for _ in range(40 + 3 * total):
            valid = rng.random() < 0.7
            seen = await cycles.step(rst=0, in_valid=valid)
            assert seen["out_valid"] == (valid and first <= beat < first + count)
            through += seen["out_valid"]
            beat = (beat + valid) % total
    assert through > 4 * count
