"""The axis shell around the tiny streaming core: pace, gaps, stalls, tags, broken frames, resets, times, the FIFO."""

import random
from itertools import pairwise

import cocotb

from sim.setups import SETUPS
from sim.tiny_streaming import answer, early, masks
from sim.units.cycles import Cycles, facts

SPEC = SETUPS[facts()["setup"]]
CORE = SPEC.core
BEATS_IN, BEATS_OUT = CORE.beats_in, CORE.beats_out
LANE_IN, LANE_OUT = facts()["lane_in"], facts()["lane_out"]
INPUTS = ["aresetn", "s_axis_tdata", "s_axis_tvalid", "s_axis_tlast", "s_axis_tuser", "m_axis_tready"]
STREAM = ["m_axis_tdata", "m_axis_tlast", "m_axis_tuser", "frame_broken"]
INSIDE = ["y_valid", "result_valid", "result_ready"]
OUTPUTS = ["s_axis_tready", "m_axis_tvalid", *STREAM, "frame_short", "frame_long", *INSIDE]


def narrow(word, count, lane, slot):
    """Lanes of a beat on the bus to those of the core."""
    return sum(((word >> (i * lane)) & ((1 << slot) - 1)) << (i * slot) for i in range(count))


def meant(word, beat):
    """The bits of a beat of the result on the bus that carry elements, extended to their lanes."""
    full = [
        ((1 << LANE_OUT) - 1) * bool((mask >> (i * CORE.y_lane)) & 1)
        for mask in [OUT_MASKS[beat]]
        for i in range(CORE.lanes_out)
    ]
    return word & sum(bits << (i * LANE_OUT) for i, bits in enumerate(full))


OUT_MASKS = masks(CORE.y_stream, CORE.y_lane)


def widened(word):
    """A beat at y, on the bus."""
    lanes = [(word >> (i * CORE.y_lane)) & ((1 << CORE.y_lane) - 1) for i in range(CORE.lanes_out)]
    signed = CORE.y_stream.signed and CORE.y_lane < LANE_OUT
    above = (1 << LANE_OUT) - (1 << CORE.y_lane)
    return sum(
        (bits | (above if signed and bits >> (CORE.y_lane - 1) else 0)) << (i * LANE_OUT)
        for i, bits in enumerate(lanes)
    )


class Traffic:
    """Sends frames, collects results, and checks what must hold in every cycle."""

    def __init__(self, cycles, seed):
        self.cycles = cycles
        self.rng = random.Random(seed)
        self.queue = []  # beats to send: (tdata, tlast, tuser)
        self.frames = []  # in order: tag, whether it is whole, beats of the result
        self.results = []  # what came out: beats (tdata, tuser, frame_broken)
        self.accepted, self.arrived = [], []  # cycle of each beat
        self.beats = []
        self.short = self.long = self.fill = self.fullest = 0
        self.held = None
        self.offered = False

    def frame(self, length=BEATS_IN):
        """Queue a frame of so many beats."""
        words, tag = [self.word() for _ in range(length)], self.tag()
        self.queue += [(word, int(i == length - 1), self.tag() if i else tag) for i, word in enumerate(words)]
        whole = [*words, *words[-1:] * BEATS_IN][:BEATS_IN]
        beats = [narrow(word, CORE.lanes_in, LANE_IN, CORE.x_lane) for word in whole]
        wanted = [meant(widened(word), i) for i, word in enumerate(answer(CORE, beats))]
        self.frames.append((tag, length == BEATS_IN, wanted))

    def word(self):
        return self.rng.getrandbits(CORE.lanes_in * LANE_IN)

    def tag(self):
        return self.rng.getrandbits(SPEC.tag_bits)

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
            self.take(beat, now)
        if self.offered and seen["s_axis_tready"]:
            self.queue.pop(0)
            self.accepted.append(now)
            self.offered = False
        self.short += seen["frame_short"]
        self.long += seen["frame_long"]
        self.fill += bool(seen["y_valid"]) - bool(seen["result_valid"] and seen["result_ready"])
        self.fullest = max(self.fullest, self.fill)

    def take(self, beat, now):
        word, last, tag, broken = beat
        assert last == (len(self.beats) == BEATS_OUT - 1) and (last or not broken)
        self.beats.append((meant(word, len(self.beats)), tag, broken))
        self.arrived.append(now)
        if last:
            self.results.append(self.beats)
            self.beats = []

    def judge(self):
        """Every whole frame's result, in order; of a broken one nothing, or its result with a flag on its last beat.

        Returns:
            How many results were flagged.
        """
        flagged, results = 0, iter(self.results)
        result = next(results, None)
        for tag, whole, wanted in self.frames:
            found = [(word, tag, int(not whole and i == BEATS_OUT - 1)) for i, word in enumerate(wanted)]
            if whole:
                assert result == found
            elif result != found:
                continue
            flagged += not whole
            result = next(results, None)
        assert result is None and not self.beats
        return flagged

    async def drain(self, valid_rate=1.0, ready_rate=1.0):
        """Until every beat is sent and every result is there, then a little longer: nothing more may come."""
        quiet = 0
        for _ in range(10_000):
            if quiet > facts()["drain"] + CORE.interval + 5:
                break
            moved = len(self.accepted) + len(self.arrived)
            await self.cycle(valid_rate if self.queue else 1.0, ready_rate if self.queue else 1.0)
            quiet = 0 if self.queue or len(self.accepted) + len(self.arrived) > moved else quiet + 1
        return self.judge()


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
async def latency_and_drain_are_as_declared(dut):
    cycles = await begin(dut)
    for seed in range(3):
        traffic = Traffic(cycles, seed)
        traffic.frame()
        await traffic.drain()
        assert traffic.accepted == [traffic.accepted[0] + i * CORE.spacing for i in range(BEATS_IN)]
        assert traffic.arrived[0] - traffic.accepted[0] == facts()["latency"]
        assert traffic.arrived[-1] - traffic.accepted[0] == facts()["drain"]


@cocotb.test()
async def interval_is_as_declared(dut):
    cycles = await begin(dut)
    traffic = Traffic(cycles, 1)
    for _ in range(20):
        traffic.frame()
    await traffic.drain()
    for firsts in (traffic.accepted[::BEATS_IN], traffic.arrived[::BEATS_OUT]):
        assert {later - earlier for earlier, later in pairwise(firsts)} == {CORE.interval}
    assert traffic.fullest <= facts()["fifo_depth"]


@cocotb.test()
async def gaps_back_pressure_and_broken_frames(dut):
    cycles = await begin(dut)
    flagged = 0
    for seed, (valid, ready) in enumerate([(1, 1), (0.3, 1), (0.5, 0.5), (1, 0.1)]):
        traffic = Traffic(cycles, seed)
        lengths = []
        for _ in range(24):
            kind = traffic.rng.randrange(4)
            short = traffic.rng.randrange(1, BEATS_IN) if BEATS_IN > 1 else BEATS_IN
            lengths.append({0: short, 1: BEATS_IN + traffic.rng.randrange(1, 2 * BEATS_IN + 1)}.get(kind, BEATS_IN))
            traffic.frame(lengths[-1])
        flagged += await traffic.drain(valid, ready)
        assert traffic.short == sum(length < BEATS_IN for length in lengths)
        assert traffic.long == sum(length > BEATS_IN for length in lengths)
    # Where a result begins before its frame's end, some are flagged; where it cannot, none is.
    assert (flagged > 0) == (early(CORE) and BEATS_OUT > 1)


@cocotb.test()
async def a_sink_that_takes_a_beat_now_and_then_fills_the_fifo(dut):
    cycles = await begin(dut)
    traffic = Traffic(cycles, 5)
    for _ in range(8 + 4 * facts()["fifo_depth"] // BEATS_OUT):
        traffic.frame()
    wait = facts()["drain"] + CORE.interval
    for _ in range((BEATS_OUT + 1) * wait + facts()["fifo_depth"] * CORE.interval):
        await traffic.cycle(1.0, cycles.count % wait == 0)
    assert traffic.fullest == facts()["fifo_depth"]
    await traffic.drain()
    assert traffic.fullest == facts()["fifo_depth"]


@cocotb.test()
async def reset_at_any_moment(dut):
    cycles = await begin(dut)
    for moment in range(1, 25, 2):
        lost = Traffic(cycles, moment)
        for _ in range(20):
            lost.frame(BEATS_IN + (moment % 5 == 4))
        for _ in range(moment):
            await lost.cycle(0.9, 0.5 if moment % 4 == 1 else 0.0)
        await reset(cycles, length=1 + moment % 4 // 2)
        traffic = Traffic(cycles, 100 + moment)
        for _ in range(3):
            traffic.frame()
        await traffic.drain()


@cocotb.test()
async def no_path_through_the_shell_within_a_cycle(dut):
    cycles = await begin(dut)
    traffic = Traffic(cycles, 9)
    for _ in range(8):
        traffic.frame()
    for _ in range(12):
        await traffic.cycle(1.0, 0.3)
    outputs = [name for name in OUTPUTS if name not in INSIDE]
    for ready in (0, 1, 0):
        before = await cycles.settle(m_axis_tready=ready)
        for tvalid, tlast, bits in [(0, 0, 0), (1, 0, -1), (1, 1, 0), (0, 1, -1)]:
            word = bits & ((1 << CORE.lanes_in * LANE_IN) - 1)
            after = await cycles.settle(s_axis_tvalid=tvalid, s_axis_tlast=tlast, s_axis_tdata=word)
            assert [after[name] for name in outputs] == [before[name] for name in outputs]
        after = await cycles.settle(m_axis_tready=1 - ready, s_axis_tvalid=0)
        assert after["s_axis_tready"] == before["s_axis_tready"]
