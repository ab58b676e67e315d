"""fpgaml_gate against a model of its frames, cycle by cycle: pace, room, tags; good, short and long frames; reset."""

import random

import cocotb

from sim.units.cycles import Cycles, facts

INTERVAL = (facts()["BEATS"] - 1) * facts()["SPACING"] + facts()["REST"]
OUTPUTS = [
    "in_ready",
    "take",
    "x_data",
    "x_valid",
    "begins",
    "tag",
    "end_valid",
    "end_broken",
    "frame_short",
    "frame_long",
]


class Model:
    """What the gate must do, beat by beat."""

    def __init__(self):
        self.place = 0  # of the next beat that goes on
        self.fill = self.discard = False
        self.since_beat = 10**6
        self.data = self.tag = None

    def ready(self, room):
        spaced = self.since_beat >= facts()["SPACING"]
        may_begin = room and self.since_beat >= facts()["REST"]
        return self.discard or (spaced and not self.fill and (self.place > 0 or may_begin))

    def step(self, accept, data, last, tag):
        """One clock edge; returns what the registers show after it, without x_data and tag."""
        shown = dict.fromkeys(["x_valid", "begins", "end_valid", "end_broken", "frame_short", "frame_long"], 0)
        at_end = self.place == facts()["BEATS"] - 1
        enter = accept and not self.discard
        send = enter or (self.fill and self.since_beat >= facts()["SPACING"])
        self.since_beat += 1
        if accept and self.discard:
            self.discard = not last
        if enter:
            self.data = data
            if self.place == 0:
                self.tag, shown["begins"] = tag, 1
            shown["end_valid"] = int(last or at_end)
            shown["frame_short"] = int(last and not at_end)
            shown["frame_long"] = int(at_end and not last)
            shown["end_broken"] = int(last != at_end)
            self.discard = at_end and not last
        if send:
            shown["x_valid"], self.since_beat = 1, 1
            self.fill = not at_end and (self.fill or (enter and last))
            self.place = 0 if at_end else self.place + 1
        return shown


async def begin(dut):
    cycles = Cycles(dut, ["rst", "in_data", "in_valid", "in_last", "in_tag", "room"], OUTPUTS)
    await cycles.start()
    return cycles


async def reset(cycles):
    await cycles.step(rst=1, in_valid=0, room=0)
    await cycles.step(rst=1)
    seen = await cycles.step(rst=0)
    for name in ("x_valid", "begins", "end_valid", "frame_short", "frame_long", "in_ready"):
        assert seen[name] == 0


async def traffic(cycles, count, valid_rate, room_rate, error_rate, seed):
    """Random beats; returns how many frames began, were short and were long."""
    rng = random.Random(seed)
    model = Model()
    shown = model.step(False, 0, 0, 0)
    totals = [0, 0, 0]
    for _ in range(count):
        data, tag = rng.getrandbits(facts()["BEAT_BITS"]), rng.getrandbits(facts()["TAG_BITS"])
        last = (model.place == facts()["BEATS"] - 1) != (rng.random() < error_rate)
        valid, room = rng.random() < valid_rate, rng.random() < room_rate
        seen = await cycles.step(in_data=data, in_valid=valid, in_last=last, in_tag=tag, room=room)
        assert {name: seen[name] for name in shown} == shown
        if model.data is not None:
            assert (seen["x_data"], seen["tag"]) == (model.data, model.tag)
        assert seen["in_ready"] == model.ready(room)
        accept = valid and model.ready(room)
        assert seen["take"] == (accept and not model.discard and model.place == 0)
        shown = model.step(accept, data, last, tag)
        totals = [n + shown[name] for n, name in zip(totals, ("begins", "frame_short", "frame_long"), strict=True)]
    return totals


@cocotb.test()
async def frames_good_short_and_long(dut):
    cycles = await begin(dut)
    for seed, (valid, room, errors) in enumerate([(1, 1, 0), (0.5, 1, 0.1), (1, 0.5, 0.1), (0.6, 0.6, 0.3)]):
        await reset(cycles)
        began, short, long = await traffic(cycles, 600, valid, room, errors, seed)
        assert began > 0
        if errors:
            assert long > 0 and (short > 0 or facts()["BEATS"] == 1)
        else:
            assert (began, short, long) == (-(-600 // INTERVAL), 0, 0)


@cocotb.test()
async def reset_in_mid_frame(dut):
    cycles = await begin(dut)
    for seed in range(12):
        await reset(cycles)
        await traffic(cycles, 5 + seed, 1, 1, 0.5, seed)
    await reset(cycles)
    assert (await traffic(cycles, 100, 1, 1, 0, 1))[0] == -(-100 // INTERVAL)
