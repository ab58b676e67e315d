"""fpgaml_framer against a model of its frames, cycle by cycle, with good, short and long frames."""

import random
from dataclasses import dataclass, field

import cocotb

from sim.units.cycles import Cycles, facts

OUTPUTS = ["in_ready", "take", "frame_data", "frame_valid", "frame_tag", "frame_short", "frame_long"]


@dataclass
class Model:
    """What follows from one accepted beat: the frame that is complete, or what is wrong."""

    beats: list = field(default_factory=list)
    tag: int = 0
    discard: bool = False

    def accept(self, data, last, tag):
        """Returns (frame or None, short, long)."""
        if self.discard:
            self.discard = not last
            return None, False, False
        if not self.beats:
            self.tag = tag
        self.beats.append(data)
        whole = len(self.beats) == facts()["BEATS"]
        self.discard = whole and not last
        beats = self.beats
        if whole or last:
            self.beats = []
        frame = sum(beat << (i * facts()["BEAT_BITS"]) for i, beat in enumerate(beats)) if whole and last else None
        return frame, last and not whole, whole and not last


async def begin(dut):
    cycles = Cycles(dut, ["rst", "in_data", "in_valid", "in_last", "in_tag", "credit"], OUTPUTS)
    await cycles.start()
    return cycles


async def reset(cycles):
    await cycles.step(rst=1, in_valid=0, credit=0)
    await cycles.step(rst=1)
    seen = await cycles.step(rst=0)
    assert (seen["frame_valid"], seen["frame_short"], seen["frame_long"]) == (0, 0, 0)


async def traffic(cycles, count, valid_rate, credit_rate, error_rate, seed):
    """Random beats; returns how many frames were good, short and long."""
    rng = random.Random(seed)
    model = Model()
    totals = [0, 0, 0]
    frame, frame_tag, short, long = None, 0, False, False
    place = 0
    for _ in range(count):
        data, tag = rng.getrandbits(facts()["BEAT_BITS"]), rng.getrandbits(facts()["TAG_BITS"])
        last = (place == facts()["BEATS"] - 1) != (rng.random() < error_rate)
        valid, credit = rng.random() < valid_rate, rng.random() < credit_rate
        expected = (frame is not None, short, long)
        seen = await cycles.step(in_data=data, in_valid=valid, in_last=last, in_tag=tag, credit=credit)
        assert (seen["frame_valid"], seen["frame_short"], seen["frame_long"]) == expected
        if frame is not None:
            assert seen["frame_data"] == frame and seen["frame_tag"] == frame_tag
        assert seen["in_ready"] == credit
        frame, short, long = None, False, False
        if valid and credit:
            frame, short, long = model.accept(data, last, tag)
            frame_tag = model.tag
            place = 0 if last else min(place + 1, facts()["BEATS"] - 1)
        assert seen["take"] == (frame is not None)
        totals = [total + found for total, found in zip(totals, (frame is not None, short, long), strict=True)]
    return totals


@cocotb.test()
async def frames_good_short_and_long(dut):
    cycles = await begin(dut)
    for seed, (valid, credit, errors) in enumerate([(1, 1, 0), (0.5, 1, 0.1), (1, 0.5, 0.1), (0.6, 0.6, 0.3)]):
        await reset(cycles)
        good, short, long = await traffic(cycles, 400, valid, credit, errors, seed)
        assert good > 0
        if errors:
            assert long > 0 and (short > 0 or facts()["BEATS"] == 1)
        else:
            assert (good, short, long) == (400 // facts()["BEATS"], 0, 0)  # a beat a cycle


@cocotb.test()
async def reset_in_mid_frame_and_while_discarding(dut):
    cycles = await begin(dut)
    await reset(cycles)
    for last in (0, 1):
        for seed in range(5):
            await traffic(cycles, 3 + seed, 1, 1, 0.5, seed)  # ends somewhere
            await cycles.step(in_valid=1, in_last=last, credit=1, rst=0)
            await reset(cycles)
            assert (await traffic(cycles, 60, 1, 1, 0, seed))[0] == 60 // facts()["BEATS"]
            await reset(cycles)
