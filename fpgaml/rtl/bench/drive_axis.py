"""AXI4-Stream: frames as beats, with tlast and a tag in tuser. One coroutine, one trigger a clock cycle."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from bench_config import Bench, BenchError, Stream, Streaming
from cocotb.clock import Clock
from cocotb.types import LogicArray
from driver import NEVER, Finish, Pattern, Received, Rules, Ticker, noise, reader, repeated, strange, waits
from layout import Codes, Frame, Layout

QUIET_AFTER = 2
"""Clock edges of reset after which tvalid has to be low."""


class Beat(NamedTuple):
    """One transfer on the input: data and tag as the simulator takes them."""

    data: LogicArray
    last: int
    tag: LogicArray


class _Source:
    """Offers beats, and holds each of them until it is taken."""

    def __init__(
        self,
        dut: Any,
        tagged: bool,
        rest: Callable[[], None],
        rules: Rules,
        frames: Iterable[Sequence[Beat]],
        gaps: Pattern,
    ) -> None:
        self._dut, self._tagged, self._rest, self._rules = dut, tagged, rest, rules
        self._beats = ((beat, not number) for frame in frames for number, beat in enumerate(frame))
        self._gap, self._ready = repeated(gaps), reader(dut.s_axis_tready)
        self._next = next(self._beats, None)
        self._offered = self._driven = False
        self.taken_at: list[int] = []
        """Clock edges that took the first beat of a frame."""

    @property
    def waiting(self) -> bool:
        """Whether something is still to be sent."""
        return self._next is not None

    def before_edge(self) -> None:
        """Offer the next beat, or nothing; it counts from the next edge on."""
        if self._offered:
            return
        if self._next is not None and not next(self._gap):
            self._offer(self._next[0])
            self._offered = self._driven = True
        elif self._driven:
            self._rest()
            self._driven = False

    def at_edge(self, now: int) -> bool:
        """Whether the edge took a beat."""
        if not self._offered or self._next is None:
            return False
        ready = self._ready()
        if ready == "1":
            if self._next[1]:
                self.taken_at.append(now)
            self._next, self._offered = next(self._beats, None), False
            return True
        if ready != "0":
            self._rules.report("x", now, f"s_axis_tready is {ready}")
        return False

    def _offer(self, beat: Beat) -> None:
        dut = self._dut
        dut.s_axis_tdata.value = beat.data
        dut.s_axis_tlast.value = beat.last
        if self._tagged:
            dut.s_axis_tuser.value = beat.tag
        dut.s_axis_tvalid.value = 1


class _Sink:
    """Takes beats, makes frames of them, and watches the rules of the output. It lives as long as the driver."""

    def __init__(self, dut: Any, stream: Stream, streaming: Streaming | None, layout: Layout, rules: Rules) -> None:
        self._dut, self._rules, self._total, self._layout = dut, rules, stream.beats_out, layout
        self._valid, self._data, self._last = (
            reader(dut.m_axis_tvalid),
            reader(dut.m_axis_tdata),
            reader(dut.m_axis_tlast),
        )
        self._tag = reader(dut.m_axis_tuser) if stream.tag_bits else None
        self._flags = (("frame_short", reader(dut.frame_short)), ("frame_long", reader(dut.frame_long)))
        self._broken = reader(dut.frame_broken) if streaming else None
        self.fill = _Fill(dut, streaming.fifo_depth or 0, rules) if streaming and hasattr(dut, "result_valid") else None
        self.reset()
        self.begin(NEVER)

    def reset(self) -> None:
        """Nothing is on its way any more, and nothing is taken."""
        self._dut.m_axis_tready.value = 0
        self._ready = False
        self._waiting: tuple[str, ...] | None = None
        if self.fill:
            self.fill.now = 0

    def begin(self, stalls: Pattern) -> Received:
        """A run begins: what comes out from now on is found in the result."""
        self._stall = repeated(stalls)
        self._words: list[str] = []
        self._tags: list[str] = []
        self._received = Received(flags={name: [] for name, _ in self._flags})
        return self._received

    def before_edge(self) -> None:
        """Be ready, or not; it counts from the next edge on."""
        ready = not next(self._stall)
        if ready != self._ready:
            self._ready = ready
            self._dut.m_axis_tready.value = int(ready)

    def at_edge(self, now: int) -> bool:
        """Whether the edge moved a beat."""
        for name, flag in self._flags:
            seen = flag()
            if seen == "1":
                self._received.flags[name].append(now)
            elif seen != "0":
                self._rules.report("x", now, f"{name} is {seen}")
        if self.fill:
            self.fill.at_edge(now)
        valid = self._valid()
        if valid == "1":
            return self._beat(now)
        if valid != "0":
            self._rules.report("x", now, f"m_axis_tvalid is {valid}")
        elif self._waiting is not None:
            self._rules.report("handshake", now, "m_axis_tvalid fell before m_axis_tready came")
            self._waiting = None
        return False

    def _beat(self, now: int) -> bool:
        """A beat is offered; whether it was taken."""
        data, last = self._data(), self._last()
        tag = self._tag() if self._tag is not None else ""
        beat: tuple[str, ...] = (data, last, tag)
        broken = "0"
        if self._broken is not None:
            data, broken = self._layout.meant(len(self._words), data), self._broken()
            beat = (data, last, tag, broken)
        if self._waiting is not None and beat != self._waiting:
            self._changed(beat, now)
        if not self._ready:
            self._waiting = beat
            return False
        self._waiting = None
        if strange(data) or strange(tag) or strange(broken):
            flag = f", frame_broken {broken}" if self._broken else ""
            self._rules.report("x", now, f"X in a beat: tdata {data}, tuser {tag or 'none'}{flag}")
        self._gather(data, last, tag, broken, now)
        return True

    def _changed(self, beat: tuple[str, ...], now: int) -> None:
        names = ("m_axis_tdata", "m_axis_tlast", "m_axis_tuser", "frame_broken")
        for name, old, new in zip(names, self._waiting or beat, beat, strict=False):
            if old != new:
                self._rules.report("handshake", now, f"{name} changed while it waited for m_axis_tready")

    def _gather(self, data: str, last: str, tag: str, broken: str, now: int) -> None:
        received, words, tags = self._received, self._words, self._tags
        if not words:
            self._began = now
        words.append(data)
        tags.append(tag)
        complete = len(words) == self._total
        if last != ("1" if complete else "0"):
            self._rules.report("tlast", now, f"m_axis_tlast is {last} with beat {len(words)} of {self._total}")
        if broken == "1" and not complete:
            self._rules.report("tlast", now, f"frame_broken is high with beat {len(words)} of {self._total}")
        if complete:
            if broken == "1":
                received.broken.append(tag)
            else:
                received.frames.append(tuple(words))
                received.tags.append(tuple(tags))
                received.got_at.append(self._began)
                received.done_at.append(now)
            words.clear()
            tags.clear()
        received.incomplete = tuple(words)


class _Fill:
    """Counts the words in the FIFO of a streaming core's results, from signals of the top module."""

    def __init__(self, dut: Any, depth: int, rules: Rules) -> None:
        self._depth, self._rules = depth, rules
        self._write = reader(dut.y_valid)
        self._read = reader(dut.result_valid), reader(dut.result_ready)
        self.now = self.fullest = 0

    def at_edge(self, now: int) -> None:
        """One edge."""
        self.now += (self._write() == "1") - (self._read[0]() == "1" and self._read[1]() == "1")
        if self.now > self.fullest:
            self.fullest = self.now
            if self.now > self._depth:
                self._rules.report("fifo", now, f"{self.now} words in a FIFO of {self._depth}")


class AxisDriver:
    """Drives `s_axis_*` and `m_axis_*`; see `driver.Driver`."""

    can_stall = True
    can_gap = True

    def __init__(self, dut: Any, bench: Bench, rules: Rules, ticker: Ticker) -> None:
        if bench.stream is None:
            raise BenchError("bench.json: the shell `axis` needs an entry `stream`")
        self._dut, self._bench, self._rules, self._ticker = dut, bench, rules, ticker
        self.stream: Stream = bench.stream
        aligned = bench.streaming is not None
        channels = bench.streaming.channels if bench.streaming else 1
        self.layout_in = Layout(bench.inputs, self.stream.lane_in, self.stream.beat_in, aligned, channels)
        self.layout_out = Layout(bench.outputs, self.stream.lane_out, self.stream.beat_out, aligned, channels)
        if (self.layout_in.words, self.layout_out.words) != (self.stream.beats_in, self.stream.beats_out):
            raise BenchError(f"bench.json: {self.stream} does not fit the ports")
        self._tagged = self.stream.tag_bits > 0
        self._cycle = 0
        self._sink = _Sink(dut, bench.stream, bench.streaming, self.layout_out, rules)
        self._linger, self._patience = waits(bench, self.stream.beats_out)
        self._idle_data = LogicArray(noise(self.layout_in.width, random.Random(0).getrandbits(self.layout_in.width)))

    @property
    def fullest(self) -> int | None:
        """Words that the FIFO of results held at most; None where it cannot be seen."""
        return self._sink.fill.fullest if self._sink.fill else None

    async def start(self) -> None:
        """Start the clock, with reset."""
        dut = self._dut
        dut.aresetn.value = 0
        self._rest()
        Clock(dut.aclk, self._bench.period_ps, unit="ps").start()
        await self.reset()

    async def reset(self, cycles: int = 4) -> None:
        """Hold aresetn low for so many edges; tvalid has to be low meanwhile."""
        dut = self._dut
        dut.aresetn.value = 0
        self._sink.reset()
        self._rest()
        for number in range(cycles):
            await dut.aclk.rising_edge
            self._cycle += 1
            if number >= QUIET_AFTER and (valid := str(dut.m_axis_tvalid.get())) != "0":
                self._rules.report("handshake", self._cycle, f"m_axis_tvalid is {valid} in reset")
        dut.aresetn.value = 1

    def encode(self, codes: Codes, seed: int) -> list[tuple[Beat, ...]]:
        """Frames of beats, each frame with a tag at random."""
        frames = self.layout_in.frames(codes, np.random.default_rng(seed))
        bits = max(self.stream.tag_bits, 1)
        chosen = random.Random(seed)
        return [self.beats(frame, chosen.getrandbits(bits)) for frame in frames]

    def beats(self, frame: Frame, tag: int) -> tuple[Beat, ...]:
        """One frame. The tag counts with the first beat alone; other beats carry its complement."""
        bits = max(self.stream.tag_bits, 1)
        first = LogicArray(format(tag, f"0{bits}b"))
        other = LogicArray(format(~tag & ((1 << bits) - 1), f"0{bits}b"))
        end = len(frame) - 1
        return tuple(
            Beat(LogicArray(word), int(number == end), other if number else first) for number, word in enumerate(frame)
        )

    async def run(
        self,
        frames: Sequence[Sequence[Beat]],
        expect: int,
        *,
        gaps: Pattern = NEVER,
        stalls: Pattern = NEVER,
        cycles: int | None = None,
    ) -> Received:
        """Send frames, collect results; frames may be cut short or too long."""
        edge, sink = self._dut.aclk.rising_edge, self._sink
        source = _Source(self._dut, self._tagged, self._rest, self._rules, frames, gaps)
        received = sink.begin(stalls)
        begun = now = moved = self._cycle
        finish = Finish(begun, cycles, expect, self._linger, self._patience)
        started = time.monotonic()
        while not finish(now, moved, source.waiting, len(received.frames)):
            source.before_edge()
            sink.before_edge()
            await edge
            now += 1
            if source.at_edge(now):
                moved = now
            if sink.at_edge(now):
                moved = now
            if not now & 255:
                self._ticker(len(received.frames), expect)
        self._rest()
        self._cycle = now
        received.sent_at = source.taken_at
        received.seconds, received.cycles = time.monotonic() - started, now - begun
        return received

    def _rest(self) -> None:
        """Offer nothing; what stands on the data lines must not matter."""
        dut = self._dut
        dut.s_axis_tvalid.value = 0
        dut.s_axis_tdata.value = self._idle_data
        dut.s_axis_tlast.value = 1
        if self._tagged:
            dut.s_axis_tuser.value = 0
