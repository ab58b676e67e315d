"""fpgaml_pause against a count of cycles."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


@cocotb.test()
async def over_when_its_cycles_have_passed(dut):
    cycles = Cycles(dut, ["rst", "start"], ["over"])
    await cycles.start()
    await cycles.step(rst=1)
    rng = random.Random(1)
    since = facts()["CYCLES"]
    for number in range(300):
        reset = number % 97 == 96
        start = rng.random() < (0.3 if number % 2 else 0.9) and since >= facts()["CYCLES"]
        seen = await cycles.step(rst=reset, start=start)
        assert seen["over"] == (since >= facts()["CYCLES"])
        since = facts()["CYCLES"] if reset else 1 if start else since + 1
