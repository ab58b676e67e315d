"""The axis shell around the tiny core: gaps, back-pressure, tags, short and long frames, resets, latency, interval."""

import random
from itertools import pairwise

import cocotb

from sim.setups import SETUPS
from sim.tiny_core import answer
from sim.units.cycles import Cycles, facts

SPEC = SETUPS[facts()["setup"]]
INPUTS = ["aresetn", "s_axis_tdata", "s_axis_tvalid", "s_axis_tlast", "s_axis_tuser", "m_axis_tready"]
STREAM = ["m_axis_tdata", "m_axis_tlast", "m_axis_tuser"]
OUTPUTS = ["s_axis_tready", "m_axis_tvalid", *STREAM, "frame_short", "frame_long"]


def element_values(rng):
    return [rng.getrandbits(port.width) for port in SPEC.inputs for _ in range(port.size)]


def beats_of_input(values, rng):
    """The beats of a frame; bits that mean nothing are random."""
    lane, beat = facts()["lane_in"], facts()["beat_in"]
    widths = [port.width for port in SPEC.inputs for _ in range(port.size)]
    lanes = [value | rng.getrandbits(lane) >> width << width for value, width in zip(values, widths, strict=True)]
    lanes += [rng.getrandbits(lane) for _ in range(facts()["beats_in"] * beat - len(lanes))]
    return [sum(word << (i * lane) for i, word in enumerate(lanes[b : b + beat])) for b in range(0, len(lanes), beat)]


def beats_of_output(values, tag):
    """(tdata, tlast, tuser) of the result of a frame of elements `values`."""
    lane, beat, beats = facts()["lane_out"], facts()["beat_out"], facts()["beats_out"]
    x = shift = 0
    for value, width in zip(values, [p.width for p in SPEC.inputs for _ in range(p.size)], strict=True):
        x |= value << shift
        shift += width
    y = answer(SPEC, x)
    lanes = []
    for port in SPEC.outputs:
        for _ in range(port.size):
            bits, y = y & ((1 << port.width) - 1), y >> port.width
            negative = port.signed and bits >> (port.width - 1)
            lanes.append((bits - (1 << port.width) if negative else bits) & ((1 << lane) - 1))
    lanes += [0] * (beats * beat - len(lanes))
    words = [sum(word << (i * lane) for i, word in enumerate(lanes[b : b + beat])) for b in range(0, len(lanes), beat)]
    return [(word, int(number == beats - 1), tag) for number, word in enumerate(words)]


class Traffic:
    """Sends frames, collects results, and checks what must hold in every cycle."""

    def __init__(self, cycles, seed):
        self.cycles = cycles
        self.rng = random.Random(seed)
        self.queue = []  # beats to send: (tdata, tlast, tuser)
        self.expected = []
        self.got = []
        self.accepted = []  # cycle of each input beat
        self.arrived = []  # cycle of each output beat
        self.short = self.long = 0
        self.held = None
        self.offered = False

    def good(self):
        values, tag = element_values(self.rng), self.tag()
        beats = beats_of_input(values, self.rng)
        self.queue += self.stamped(beats, tag, len(beats))
        self.expected += beats_of_output(values, tag)

    def bad(self, length):
        """A frame of `length` beats, which is not the right number."""
        self.queue += self.stamped([self.word() for _ in range(length)], self.tag(), length)

    def stamped(self, beats, tag, length):
        """tlast on the last beat; the tag on the first one, anything on the others."""
        return [(word, int(i == length - 1), self.tag() if i else tag) for i, word in enumerate(beats)]

    def word(self):
        return self.rng.getrandbits(facts()["beat_in"] * facts()["lane_in"])

    def tag(self):
        return self.rng.getrandbits(facts()["tag_bits"])

    async def cycle(self, valid_rate=1.0, ready_rate=1.0):
        # A source that has offered a beat keeps it there until it is taken.
        self.offered = bool(self.queue) and (self.offered or self.rng.random() < valid_rate)
        word, last, tag = self.queue[0] if self.offered else (self.word(), self.rng.getrandbits(1), self.tag())
        ready = self.rng.random() < ready_rate
        drive = {"s_axis_tdata": word, "s_axis_tlast": last, "s_axis_tuser": tag, "s_axis_tvalid": self.offered}
        seen = await self.cycles.step(**drive, m_axis_tready=ready)
        now = self.cycles.count
        assert None not in (seen["s_axis_tready"], seen["m_axis_tvalid"], seen["frame_short"], seen["frame_long"])
        beat = tuple(seen[name] for name in STREAM)
        if self.held is not None:
            assert seen["m_axis_tvalid"] and beat == self.held, "the stream moved while the sink was not ready"
        self.held = beat if seen["m_axis_tvalid"] and not ready else None
        if seen["m_axis_tvalid"] and ready:
            self.got.append(beat)
            self.arrived.append(now)
            assert self.got[-1] == self.expected[len(self.got) - 1]
        if self.offered and seen["s_axis_tready"]:
            self.queue.pop(0)
            self.accepted.append(now)
            self.offered = False
        self.short += seen["frame_short"]
        self.long += seen["frame_long"]

    async def drain(self, valid_rate=1.0, ready_rate=1.0):
        """Until every beat is sent and every result is there, then a little longer: nothing more may come."""
        for _ in range(100_000):
            if not self.queue and len(self.got) == len(self.expected):
                break
            await self.cycle(valid_rate, ready_rate)
        for _ in range(facts()["latency"] + 3):
            await self.cycle()
        assert self.got == self.expected


async def begin(dut):
    cycles = Cycles(dut, INPUTS, OUTPUTS, clock="aclk")
    await cycles.start()
    await reset(cycles)
    return cycles


async def reset(cycles, length=2):
    await cycles.step(aresetn=0, s_axis_tvalid=0, m_axis_tready=0)
    for _ in range(length):
        seen = await cycles.step(s_axis_tvalid=1, s_axis_tlast=1)
        assert (seen["m_axis_tvalid"], seen["s_axis_tready"]) == (0, 0)
    seen = await cycles.step(aresetn=1, s_axis_tvalid=0)
    assert (seen["m_axis_tvalid"], seen["frame_short"], seen["frame_long"]) == (0, 0, 0)


@cocotb.test()
async def latency_is_as_declared(dut):
    cycles = await begin(dut)
    for seed in range(3):
        traffic = Traffic(cycles, seed)
        traffic.good()
        await traffic.drain()
        assert traffic.arrived[0] - traffic.accepted[0] == facts()["latency"]


@cocotb.test()
async def interval_is_as_declared(dut):
    cycles = await begin(dut)
    traffic = Traffic(cycles, 1)
    frames = 100
    for _ in range(frames):
        traffic.good()
    await traffic.drain()
    firsts = traffic.arrived[:: facts()["beats_out"]]
    steps = {later - earlier for earlier, later in pairwise(firsts)}
    assert steps == {facts()["interval"]}


@cocotb.test()
async def gaps_back_pressure_and_bad_frames(dut):
    cycles = await begin(dut)
    beats = facts()["beats_in"]
    for seed, (valid, ready) in enumerate([(1, 1), (0.3, 1), (1, 0.3), (0.5, 0.5), (1, 0.05)]):
        traffic = Traffic(cycles, seed)
        short = long = 0
        for _ in range(40):
            kind = traffic.rng.randrange(4)
            if kind == 0 and beats > 1:
                traffic.bad(traffic.rng.randrange(1, beats))
                short += 1
            elif kind == 1:
                traffic.bad(beats + traffic.rng.randrange(1, 2 * beats + 1))
                long += 1
            else:
                traffic.good()
        await traffic.drain(valid, ready)
        assert (traffic.short, traffic.long) == (short, long)


@cocotb.test()
async def a_blocked_sink_stops_the_source_and_loses_nothing(dut):
    cycles = await begin(dut)
    traffic = Traffic(cycles, 5)
    for _ in range(60):
        traffic.good()
    for _ in range(300):
        await traffic.cycle(1.0, 0.0)
    held = len(traffic.accepted) // facts()["beats_in"]
    assert facts()["fifo_depth"] <= held <= facts()["fifo_depth"] + 1  # and one in the output register
    await traffic.drain()


@cocotb.test()
async def reset_at_any_moment(dut):
    cycles = await begin(dut)
    for moment in range(1, 25):
        lost = Traffic(cycles, moment)
        for _ in range(20):
            lost.good()
        for _ in range(moment):
            await lost.cycle(0.9, 0.5 if moment % 2 else 0.0)
        await reset(cycles, length=1 + moment % 2)
        traffic = Traffic(cycles, 100 + moment)
        for _ in range(3):
            traffic.good()
        await traffic.drain()


@cocotb.test()
async def no_path_through_the_shell_within_a_cycle(dut):
    cycles = await begin(dut)
    traffic = Traffic(cycles, 9)
    for _ in range(8):
        traffic.good()
    for _ in range(12):
        await traffic.cycle(1.0, 0.3)
    for ready in (0, 1, 0):
        before = await cycles.settle(m_axis_tready=ready)
        for tvalid, tlast, bits in [(0, 0, 0), (1, 0, -1), (1, 1, 0), (0, 1, -1)]:
            word = bits & ((1 << facts()["beat_in"] * facts()["lane_in"]) - 1)
            after = await cycles.settle(s_axis_tvalid=tvalid, s_axis_tlast=tlast, s_axis_tdata=word)
            assert [after[name] for name in OUTPUTS] == [before[name] for name in OUTPUTS]
        after = await cycles.settle(m_axis_tready=1 - ready, s_axis_tvalid=0)
        assert after["s_axis_tready"] == before["s_axis_tready"]
