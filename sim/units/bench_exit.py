"""fpgaml_exit: results of whole frames, in order; those of broken frames dropped or flagged, by when that was known."""

import random
from collections import deque

import cocotb

from sim.units.cycles import Cycles, facts

STREAM = ["out_data", "out_last", "out_tag", "out_broken"]


async def begin(dut):
    inputs = ["rst", "in_data", "in_valid", "in_tag", "end_valid", "end_broken", "out_ready"]
    cycles = Cycles(dut, inputs, ["in_ready", "done", "out_valid", *STREAM])
    await cycles.start()
    await reset(cycles)
    return cycles


async def reset(cycles):
    await cycles.step(rst=1, in_valid=0, end_valid=0, out_ready=0)
    assert (await cycles.step(rst=1))["out_valid"] == 0
    assert (await cycles.step(rst=0))["out_valid"] == 0


class Frames:
    """The FIFOs in front: beats of results, and the ends of frames, that become known when they like."""

    def __init__(self, rng, count, broken_rate):
        self.frames = deque((rng.getrandbits(facts()["TAG_BITS"]), rng.random() < broken_rate) for _ in range(count))
        self.beat = 0
        self.known = False
        self.dropped = None
        self.expected, self.kinds = [], set()

    def taken(self, data):
        """A beat was taken; says whether it was the result's last."""
        tag, broken = self.frames[0]
        last = self.beat == facts()["BEATS"] - 1
        if self.beat == 0:
            self.dropped = self.known and broken
            self.kinds.add("dropped" if self.dropped else "flagged" if broken else "good")
        if not self.dropped:
            self.expected.append((data, int(last), tag, int(last and broken)))
        self.beat = 0 if last else self.beat + 1
        if last:
            assert self.known, "the last beat left before the frame's end was known"
            self.frames.popleft()
            self.known = False
        return last


async def traffic(cycles, count, rates, seed):
    """Sends `count` frames; returns what became of them, and the cycles that it took."""
    valid_rate, end_rate, ready_rate, broken_rate = rates
    rng = random.Random(seed)
    frames = Frames(rng, count, broken_rate)
    got, held, word = [], None, None
    begun = cycles.count
    for _ in range(10000):
        if word is None and frames.frames and rng.random() < valid_rate:
            word = rng.getrandbits(facts()["BEAT_BITS"])
        frames.known = bool(frames.frames) and (frames.known or rng.random() < end_rate)
        tag, broken = frames.frames[0] if frames.frames else (0, 0)
        ready = rng.random() < ready_rate
        drive = {"in_data": word or 0, "in_valid": word is not None, "in_tag": tag, "out_ready": ready}
        end = {"end_valid": frames.known, "end_broken": broken if frames.known else rng.getrandbits(1)}
        seen = await cycles.step(**drive, **end)
        beat = tuple(seen[name] for name in STREAM)
        if held is not None:
            assert seen["out_valid"] and beat == held, "the stream moved while the sink was not ready"
        if seen["out_valid"] and ready:
            got.append(beat)
            assert got[-1] == frames.expected[len(got) - 1]
        held = beat if seen["out_valid"] and not ready else None
        moved = word is not None and seen["in_ready"]
        assert seen["done"] == (moved and frames.taken(word))
        word = None if moved else word
        if not frames.frames and len(got) == len(frames.expected):
            break
    assert got == frames.expected and not frames.frames
    return frames.kinds, cycles.count - begun


@cocotb.test()
async def good_broken_and_flagged_results(dut):
    cycles = await begin(dut)
    kinds = set()
    for seed, rates in enumerate([(1, 1, 1, 0.3), (0.4, 0.3, 1, 0.4), (1, 0.2, 0.4, 0.4), (0.5, 0.5, 0.5, 0.5)]):
        found, _ = await traffic(cycles, 60, rates, seed)
        kinds |= found
    assert kinds == ({"good", "dropped"} if facts()["BEATS"] == 1 else {"good", "dropped", "flagged"})


@cocotb.test()
async def a_beat_a_cycle_one_cycle_later(dut):
    cycles = await begin(dut)
    assert (await traffic(cycles, 50, (1, 1, 1, 0), 3))[1] == 50 * facts()["BEATS"] + 1


@cocotb.test()
async def dropping_needs_no_sink(dut):
    cycles = await begin(dut)
    for _ in range(3 * facts()["BEATS"]):
        seen = await cycles.step(in_valid=1, end_valid=1, end_broken=1, out_ready=0)
        assert (seen["in_ready"], seen["out_valid"]) == (1, 0)


@cocotb.test()
async def reset_in_mid_result(dut):
    cycles = await begin(dut)
    for stop in range(4):
        for _ in range(stop + 1):
            await cycles.step(in_valid=1, end_valid=1, end_broken=stop % 2, out_ready=1)
        await reset(cycles)
        await traffic(cycles, 5, (1, 1, 1, 0), stop)
