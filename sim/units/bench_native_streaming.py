"""The native shell around the tiny streaming core: times as declared, the densest beats, random gaps, reset."""

import random

import cocotb

from sim.setups import SETUPS
from sim.tiny_streaming import answer, masks
from sim.units.cycles import Cycles, facts

CORE = SETUPS[facts()["setup"]].core
MASKS = masks(CORE.y_stream, CORE.y_lane)


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


def schedule(frames, rate, rng):
    """For each cycle, from the first on, the beat that is sent or None: each as early as it may be, or later."""
    plan, sent = [], -CORE.rest
    for frame in frames:
        for number, beat in enumerate(frame):
            sent += CORE.spacing if number else CORE.rest
            while rng.random() > rate:
                sent += 1
            plan += [None] * (sent - len(plan)) + [beat]
    return plan


async def traffic(cycles, count, rate, seed):
    """Returns for each beat sent its cycle, and for each beat of a result."""
    rng = random.Random(seed)
    frames = [[rng.getrandbits(CORE.x_bits) for _ in range(CORE.beats_in)] for _ in range(count)]
    plan = schedule(frames, rate, rng)
    got, sent_at, got_at = [], [], []
    for cycle, beat in enumerate(plan + [None] * (facts()["drain"] + 5)):
        word = rng.getrandbits(CORE.x_bits) if beat is None else beat
        seen = await cycles.step(in_data=word, in_valid=beat is not None)
        if beat is not None:
            sent_at.append(cycle)
        if seen["out_valid"]:
            got.append(seen["out_data"])
            got_at.append(cycle)
    wanted = [word for frame in frames for word in answer(CORE, frame)]
    assert [w & m for w, m in zip(got, MASKS * count, strict=True)] == [
        w & m for w, m in zip(wanted, MASKS * count, strict=True)
    ]
    return sent_at, got_at


@cocotb.test()
async def the_densest_frames_at_the_declared_times(dut):
    cycles = await begin(dut)
    sent_at, got_at = await traffic(cycles, 20, 1.0, 1)
    for frame in range(20):
        first = sent_at[frame * CORE.beats_in]
        assert got_at[frame * CORE.beats_out] - first == facts()["latency"]
        assert got_at[(frame + 1) * CORE.beats_out - 1] - first == facts()["drain"]


@cocotb.test()
async def random_gaps(dut):
    cycles = await begin(dut)
    await traffic(cycles, 40, 0.5, 2)
    await traffic(cycles, 10, 0.1, 3)


@cocotb.test()
async def reset_forgets_frames(dut):
    cycles = await begin(dut)
    for moment in range(1, facts()["drain"] + 3):
        for _ in range(moment):
            await cycles.step(in_valid=1, in_data=0)
        await hold_reset(cycles)
        await traffic(cycles, 2, 0.7, moment)
