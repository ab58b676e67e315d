"""fpgaml_deframer: every beat of every frame, in order; outputs hold while the sink waits; a beat a cycle."""

import random

import cocotb

from sim.units.cycles import Cycles, facts

STREAM = ["out_data", "out_last", "out_tag"]


async def begin(dut):
    cycles = Cycles(dut, ["rst", "in_data", "in_tag", "in_valid", "out_ready"], ["in_ready", "out_valid", *STREAM])
    await cycles.start()
    await reset(cycles)
    return cycles


async def reset(cycles):
    await cycles.step(rst=1, in_valid=0, out_ready=0)
    assert (await cycles.step(rst=1))["out_valid"] == 0
    assert (await cycles.step(rst=0))["out_valid"] == 0


def beats_of(frame, tag):
    beats, bits = facts()["BEATS"], facts()["BEAT_BITS"]
    return [((frame >> (i * bits)) & ((1 << bits) - 1), int(i == beats - 1), tag) for i in range(beats)]


async def traffic(cycles, frames, valid_rate, ready_rate, seed):
    """Sends `frames` random frames; returns (the cycle of the first beat out, the cycle of the last)."""
    rng = random.Random(seed)
    expected, got = [], []
    waiting = held = first = None
    number = 0
    for cycle in range(10000):
        if waiting is None and number < frames and rng.random() < valid_rate:
            waiting = rng.getrandbits(facts()["BEATS"] * facts()["BEAT_BITS"]), rng.getrandbits(facts()["TAG_BITS"])
            expected += beats_of(*waiting)
            number += 1
        ready = rng.random() < ready_rate
        frame, tag = waiting or (rng.getrandbits(8) & 1, 0)
        seen = await cycles.step(in_data=frame, in_tag=tag, in_valid=waiting is not None, out_ready=ready)
        beat = tuple(seen[name] for name in STREAM)
        if held is not None:
            assert seen["out_valid"] and beat == held, "the stream moved while the sink was not ready"
        if seen["out_valid"] and ready:
            got.append(beat)
            first = cycle if first is None else first
        held = beat if seen["out_valid"] and not ready else None
        if waiting is not None and seen["in_ready"]:
            waiting = None
        if number == frames and len(got) == len(expected):
            break
    assert got == expected
    return first, cycle


@cocotb.test()
async def every_beat_in_order(dut):
    cycles = await begin(dut)
    for seed, rates in enumerate([(1, 1), (0.4, 1), (1, 0.4), (0.5, 0.5)]):
        await traffic(cycles, 60, *rates, seed)


@cocotb.test()
async def a_beat_a_cycle_one_cycle_later(dut):
    cycles = await begin(dut)
    first, last = await traffic(cycles, 50, 1, 1, 3)
    assert (first, last - first + 1) == (1, 50 * facts()["BEATS"])


@cocotb.test()
async def reset_in_mid_frame(dut):
    cycles = await begin(dut)
    for stop in range(4):
        for _ in range(stop + 1):
            await cycles.step(in_data=1, in_tag=1, in_valid=1, out_ready=1)
        await reset(cycles)
        await traffic(cycles, 5, 1, 1, stop)
