"""fpgaml_delay: DEPTH cycles, and a reset where it is asked for."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


async def begin(dut):
    cycles = Cycles(dut, ["rst", "in_data"], ["out_data"])
    await cycles.start()
    return cycles


@cocotb.test()
async def data_comes_out_after_depth_cycles(dut):
    depth, width = facts()["DEPTH"], facts()["WIDTH"]
    cycles = await begin(dut)
    rng = random.Random(1)
    sent = [rng.getrandbits(width) for _ in range(200)]
    got = [(await cycles.step(in_data=word, rst=0))["out_data"] for word in sent]
    assert got[depth:] == sent[:-depth]


@cocotb.test()
async def reset_clears_every_stage_or_none(dut):
    depth, width = facts()["DEPTH"], facts()["WIDTH"]
    cycles = await begin(dut)
    ones = (1 << width) - 1
    for _ in range(depth + 1):
        await cycles.step(in_data=ones, rst=0)
    await cycles.step(in_data=ones, rst=1)
    got = [(await cycles.step(in_data=0, rst=0))["out_data"] for _ in range(depth)]
    assert got == [0 if facts()["RESET"] else ones] * depth
