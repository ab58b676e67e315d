"""The native shell around the tiny core: the declared latency, a frame every cycle, random gaps, reset."""

import random

import cocotb

from sim.setups import SETUPS
from sim.tiny_core import answer
from sim.units.cycles import Cycles, facts

SPEC = SETUPS[facts()["setup"]]


async def begin(dut):
    cycles = Cycles(dut, ["rst", "in_valid", "in_data"], ["out_valid", "out_data"])
    await cycles.start()
    await cycles.step(rst=1)
    await hold_reset(cycles)
    return cycles


async def hold_reset(cycles):
    """One cycle is enough, and what is offered in it is not taken."""
    await cycles.step(rst=1, in_valid=1)
    await cycles.step(rst=0, in_valid=0)


async def traffic(cycles, count, rate, seed):
    rng = random.Random(seed)
    latency = facts()["latency"]
    results = {}
    for cycle in range(count + latency):
        frame, valid = rng.getrandbits(facts()["x_bits"]), cycle < count and rng.random() < rate
        seen = await cycles.step(in_data=frame, in_valid=valid)
        if valid:
            results[cycle + latency] = answer(SPEC, frame)
        assert seen["out_valid"] == (cycle in results)
        if cycle in results:
            assert seen["out_data"] == results[cycle]
    return len(results)


@cocotb.test()
async def every_frame_at_the_declared_latency(dut):
    cycles = await begin(dut)
    assert await traffic(cycles, 300, 1.0, 1) == 300
    assert 0 < await traffic(cycles, 300, 0.5, 2) < 300


@cocotb.test()
async def reset_empties_the_pipeline(dut):
    cycles = await begin(dut)
    for _ in range(facts()["latency"] - 1):
        await cycles.step(in_valid=1, in_data=0)
    await hold_reset(cycles)
    await traffic(cycles, 20, 0.5, 3)
