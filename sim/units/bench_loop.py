"""fpgaml_loop: counts its steps, tells the last turn, carries once a round."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


@cocotb.test()
async def counts_its_steps(dut):
    limit = facts()["LIMIT"]
    cycles = Cycles(dut, ["rst", "step"], ["index", "last", "carry"])
    await cycles.start()
    rng = random.Random(1)
    for _ in range(3):
        await cycles.step(rst=1, step=rng.random() < 0.5)
        index = 0
        for _ in range(60):
            step = rng.random() < 0.7
            seen = await cycles.step(rst=0, step=step)
            last = index == limit - 1
            assert (seen["index"], seen["last"], seen["carry"]) == (index, last, last and step)
            index = (index + step) % limit
