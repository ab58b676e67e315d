"""RTL that Vitis HLS wrote: `io_stream` (AXI4-Stream without tlast) and `io_parallel` (plain vectors with `_ap_vld`).

The entry `vitis` of bench.json says what the ports are: `control` the ap_ signals that are there, `reset`, `inputs` and
`outputs` with `variable` (the C++ argument), and `lane`, `beat` (of a stream) or `form` ("vector" or "elements") and
`valid` (whether there is an `_ap_vld`). `expected` has the latency and interval of the vendor's report, where known.
Protocols: AMD UG1399, "Block-Level Control Protocols" and "Port-Level Protocols".
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle as repeat
from typing import Any

from bench_config import Bench, BenchError
from cocotb.clock import Clock
from cocotb.types import LogicArray
from driver import LINGER, NEVER, PATIENCE, Finish, Pattern, Received, Rules, Ticker, noise, reader, strange
from layout import Codes, Difference, Frame, Layout

import numpy as np  # isort: skip

QUIET_AFTER = 2
"""Clock edges of reset after which nothing may be valid."""
UNKNOWN_PATIENCE = 50_000
"""Cycles without any transfer after which a design of unknown latency counts as stuck."""


class Side:
    """Several buses side by side: a frame is the words of the first port's bus, then those of the next."""

    def __init__(self, layouts: Sequence[Layout]) -> None:
        self.layouts = tuple(layouts)
        self.words = sum(layout.words for layout in layouts)

    def frames(self, codes: Codes, filler: np.random.Generator | None = None) -> list[Frame]:
        """Frames from raw bits, one array a port, shape (events, elements)."""
        parts = [layout.frames([code], filler) for layout, code in zip(self.layouts, codes, strict=True)]
        return [tuple(word for words in event for word in words) for event in zip(*parts, strict=True)]

    def split(self, frame: Frame) -> list[Frame]:
        """A frame's words by port."""
        parts, start = [], 0
        for layout in self.layouts:
            parts.append(frame[start : start + layout.words])
            start += layout.words
        return parts

    def difference(self, expected: Frame, got: Frame) -> Difference | None:
        """The first wrong bit."""
        for layout, right, found in zip(self.layouts, self.split(expected), self.split(got), strict=True):
            if (difference := layout.difference(right, found)) is not None:
                return difference
        return None


class _Vitis:
    """What both kinds have in common: clock, reset, the ap_ signals."""

    can_gap = True
    layout_in: Any
    layout_out: Any

    def __init__(self, dut: Any, bench: Bench, rules: Rules, ticker: Ticker) -> None:
        facts = bench.extra.get("vitis")
        if not isinstance(facts, dict):
            raise BenchError("bench.json: this shell needs an entry `vitis`")
        self._dut, self._bench, self._rules, self._ticker, self._facts = dut, bench, rules, ticker, facts
        expected = facts.get("expected", {})
        latency, interval = bench.latency or expected.get("latency"), bench.interval or expected.get("interval")
        self._interval = interval or 1
        self._patience = PATIENCE + 8 * (latency + self._interval) if latency else UNKNOWN_PATIENCE
        self._linger = LINGER + 2 * (latency or 64)
        self._cycle = 0
        self._control = set(facts["control"])

    def _set(self, signal: str, value: int) -> None:
        if signal in self._control:
            getattr(self._dut, signal).value = value

    def _rest(self) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        """Start the clock, with reset."""
        self._set("ap_continue", 1)
        self._hold_reset(True)
        self._rest()
        Clock(self._dut.ap_clk, self._bench.period_ps, unit="ps").start()
        await self.reset()

    def _hold_reset(self, active: bool) -> None:
        name = self._facts["reset"]
        if name:
            getattr(self._dut, name).value = int(active != name.endswith("_n"))

    async def reset(self, cycles: int = 4) -> None:
        """Hold reset for so many edges; nothing may be valid meanwhile."""
        self._hold_reset(True)
        self._set("ap_start", 0)
        self._rest()
        for number in range(cycles):
            await self._dut.ap_clk.rising_edge
            self._cycle += 1
            if number >= QUIET_AFTER:
                self._watch_reset()
        self._hold_reset(False)

    def _watch_reset(self) -> None:
        """Look at what must be quiet in reset."""

    def encode(self, codes: Codes, seed: int) -> list[list[list[LogicArray]]]:
        """For each frame, for each port, its words."""
        frames = self.layout_in.frames(codes, np.random.default_rng(seed))
        return [[[LogicArray(word) for word in words] for words in self.layout_in.split(frame)] for frame in frames]


class _Source:
    """One input stream: its beats in their order."""

    def __init__(self, dut: Any, variable: str, width: int) -> None:
        self._data, self._valid = getattr(dut, f"{variable}_TDATA"), getattr(dut, f"{variable}_TVALID")
        self._ready = reader(getattr(dut, f"{variable}_TREADY"))
        self._idle = LogicArray(noise(width, random.Random(variable).getrandbits(width)))
        self.begin(iter(()))

    def begin(self, beats: Iterator[tuple[LogicArray, bool]]) -> None:
        """Offer nothing; then these beats: word, and whether a frame begins with it."""
        self._beats = beats
        self._beat = next(beats, None)
        self._offered, self._quiet = False, True
        self._data.value, self._valid.value = self._idle, 0

    @property
    def waiting(self) -> bool:
        """Whether a beat is still to be taken."""
        return self._beat is not None

    def drive(self, hold: bool) -> None:
        """What counts at the next edge."""
        if self._offered:
            return
        if self._beat is not None and not hold:
            self._data.value, self._valid.value = self._beat[0], 1
            self._offered = True
        elif not self._quiet:
            self._data.value, self._valid.value = self._idle, 0
            self._quiet = True

    def taken(self) -> tuple[bool, bool]:
        """Behind an edge: whether it took a beat, and whether that began a frame."""
        if not self._offered or self._ready() != "1":
            return False, False
        assert self._beat is not None
        first = self._beat[1]
        self._beat, self._offered = next(self._beats, None), False
        self._quiet = False
        return True, first


class _Sink:
    """One output stream: collects its beats, and watches the handshake."""

    def __init__(self, dut: Any, variable: str, layout: Layout, places: Sequence[tuple[int, int, bool]]) -> None:
        self.variable, self._layout, self._places = variable, layout, places
        self._data, self.valid = reader(getattr(dut, f"{variable}_TDATA")), reader(getattr(dut, f"{variable}_TVALID"))
        self.ready_signal = getattr(dut, f"{variable}_TREADY")
        self.begin()

    def begin(self) -> None:
        """Forget what was collected."""
        self.frames: deque[Frame] = deque()
        self.words: list[str] = []
        self.started = 0
        self._waiting: str | None = None

    def drive(self, ready: bool) -> None:
        """What counts at the next edge."""
        self._ready = ready
        self.ready_signal.value = int(ready)

    def collect(self, now: int, rules: Rules) -> bool:
        """Behind an edge: whether it transferred a beat."""
        valid = self.valid()
        if valid != "1":
            if valid != "0":
                rules.report("x", now, f"{self.variable}_TVALID is {valid}")
            elif self._waiting is not None:
                rules.report("handshake", now, f"{self.variable}_TVALID fell before TREADY came")
                self._waiting = None
            return False
        word = self._data()
        if self._waiting is not None and word != self._waiting:
            rules.report("handshake", now, f"{self.variable}_TDATA changed while it waited for TREADY")
        self._waiting = None if self._ready else word
        if not self._ready:
            return False
        self.started += not self.words
        self.words.append(_canonical(word, self._places))
        if len(self.words) == self._layout.words:
            self.frames.append(tuple(self.words))
            self.words.clear()
        return True


def _canonical(word: str, places: Sequence[tuple[int, int, bool]]) -> str:
    """A word in which zeros above a signed element become its sign: no document says which of both Vitis writes."""
    for top, bits, signed in places:
        # `top` is where the lane begins in the text, `bits` how many there are above the element.
        if signed and bits and word[top + bits] == "1" and word[top : top + bits] == "0" * bits:
            word = word[:top] + "1" * bits + word[top + bits :]
    return word


class VitisStreamDriver(_Vitis):
    """Drives `<input>_TDATA`, `_TVALID`; reads `<output>_TDATA`, `_TVALID`; ap_start is held high."""

    can_stall = True

    def __init__(self, dut: Any, bench: Bench, rules: Rules, ticker: Ticker) -> None:
        super().__init__(dut, bench, rules, ticker)
        inputs, outputs = self._facts["inputs"], self._facts["outputs"]
        self.layout_in = Side(_stream_layouts(bench.inputs, inputs))
        self.layout_out = Side(_stream_layouts(bench.outputs, outputs))
        widths = [layout.width for layout in self.layout_in.layouts]
        self._sources = [_Source(dut, row["variable"], width) for row, width in zip(inputs, widths, strict=True)]
        self._sinks = [
            _Sink(dut, row["variable"], layout, _spare(port, row))
            for row, port, layout in zip(outputs, bench.outputs, self.layout_out.layouts, strict=True)
        ]

    def _rest(self) -> None:
        for source in self._sources:
            source.begin(iter(()))
        for sink in self._sinks:
            sink.begin()
            sink.drive(False)

    def _watch_reset(self) -> None:
        for sink in self._sinks:
            if (valid := sink.valid()) != "0":
                self._rules.report("handshake", self._cycle, f"{sink.variable}_TVALID is {valid} in reset")

    async def run(
        self,
        frames: Sequence[Sequence[Sequence[LogicArray]]],
        expect: int,
        *,
        gaps: Pattern = NEVER,
        stalls: Pattern = NEVER,
        cycles: int | None = None,
    ) -> Received:
        """Send frames, collect results."""
        sources, sinks, edge = self._sources, self._sinks, self._dut.ap_clk.rising_edge
        self._rest()
        self._set("ap_start", 1)
        for index, source in enumerate(sources):
            source.begin(_beats(frames, index))
        gap, stall = _pattern(gaps), _pattern(stalls)
        received, begun = Received(), [0] * len(sources)
        first, now, moved = self._cycle, self._cycle, self._cycle
        finish = Finish(first, cycles, expect, self._linger, self._patience)
        started = time.monotonic()
        while True:
            for source in sources:
                source.drive(next(gap))
            ready = not next(stall)
            for sink in sinks:
                sink.drive(ready)
            await edge
            now += 1
            for index, source in enumerate(sources):
                taken, begins = source.taken()
                moved = now if taken else moved
                begun[index] += begins
                if begun[index] > len(received.sent_at):
                    received.sent_at.append(now)
            for sink in sinks:
                moved = now if sink.collect(now, self._rules) else moved
                if sink.started > len(received.got_at):
                    received.got_at.append(now)
            while all(sink.frames for sink in sinks):
                frame = tuple(word for sink in sinks for word in sink.frames.popleft())
                if any(strange(word) for word in frame):
                    self._rules.report("x", now, f"X in a result: {frame}")
                received.frames.append(frame)
            if finish(now, moved, any(source.waiting for source in sources), len(received.frames)):
                break
            if not now & 255:
                self._ticker(len(received.frames), expect)
        received.incomplete = tuple(w for s in sinks for w in (*(w for f in s.frames for w in f), *s.words))
        self._rest()
        self._cycle = now
        received.seconds, received.cycles = time.monotonic() - started, now - first
        return received


class VitisParallelDriver(_Vitis):
    """Drives `<input>` and `<input>_ap_vld` with ap_start until ap_ready; reads each `<output>` with its `_ap_vld`."""

    can_stall = False

    def __init__(self, dut: Any, bench: Bench, rules: Rules, ticker: Ticker) -> None:
        super().__init__(dut, bench, rules, ticker)
        self.layout_in = Side([Layout([port]) for port in bench.inputs])
        self.layout_out = Side([Layout([port]) for port in bench.outputs])
        self._data, self._valids, self._widths = [], [], []
        for port, row in zip(bench.inputs, self._facts["inputs"], strict=True):
            for name, width in _signals(port, row):
                self._data.append(getattr(dut, name))
                self._widths.append(width)
                if row["valid"]:
                    self._valids.append(getattr(dut, f"{name}_ap_vld"))
        done = reader(dut.ap_done) if "ap_done" in self._control else None
        self._outputs: list[tuple[str, Callable[[], str], Callable[[], str]]] = []
        for port, row in zip(bench.outputs, self._facts["outputs"], strict=True):
            for name, _ in _signals(port, row):
                valid = reader(getattr(dut, f"{name}_ap_vld")) if row["valid"] else done
                if valid is None:
                    raise BenchError(f"{name}: has no ap_vld, and the design no ap_done: nothing says when it is valid")
                self._outputs.append((name, reader(getattr(dut, name)), valid))
        self._ready = reader(dut.ap_ready) if "ap_ready" in self._control else None
        dice = random.Random(0)
        self._idle = [LogicArray(noise(width, dice.getrandbits(width))) for width in self._widths]
        self._counts = [
            len(_signals(port, row)) for port, row in zip(bench.outputs, self._facts["outputs"], strict=True)
        ]

    def encode(self, codes: Codes, seed: int) -> list[list[LogicArray]]:  # type: ignore[override]
        """For each frame the value of each data signal."""
        frames = []
        for frame in self.layout_in.frames(codes):
            values = []
            for word, port, row in zip(frame, self._bench.inputs, self._facts["inputs"], strict=True):
                end = len(word)
                for _, width in _signals(port, row):
                    values.append(LogicArray(word[end - width : end]))
                    end -= width
            frames.append(values)
        return frames

    def _rest(self) -> None:
        self._set("ap_start", 0)
        for valid in self._valids:
            valid.value = 0
        for signal, idle in zip(self._data, self._idle, strict=True):
            signal.value = idle

    def _offer(self, frame: Sequence[LogicArray]) -> None:
        for signal, value in zip(self._data, frame, strict=True):
            signal.value = value
        for valid in self._valids:
            valid.value = 1
        self._set("ap_start", 1)

    async def run(
        self,
        frames: Sequence[Sequence[LogicArray]],
        expect: int,
        *,
        gaps: Pattern = NEVER,
        stalls: Pattern = NEVER,
        cycles: int | None = None,
    ) -> Received:
        """Send frames, collect results; a frame has come out when all its elements have."""
        edge = self._dut.ap_clk.rising_edge
        gap, waiting = _pattern(gaps), iter(frames)
        queues: list[deque[str]] = [deque() for _ in self._outputs]
        received = Received()
        frame, offered, free_at = next(waiting, None), False, 0
        first, now, moved = self._cycle, self._cycle, self._cycle
        finish = Finish(first, cycles, expect, self._linger, self._patience)
        started = time.monotonic()
        while True:
            if frame is not None and not offered and now >= free_at and not next(gap):
                self._offer(frame)
                offered = True
                received.sent_at.append(now + 1)
            elif not offered:
                self._rest()
            await edge
            now += 1
            if offered and (self._ready is None or self._ready() == "1"):
                frame, offered, moved = next(waiting, None), False, now
                free_at = now - 1 + self._interval if self._ready is None else now
            for (name, data, valid), queue in zip(self._outputs, queues, strict=True):
                if (said := valid()) == "1":
                    word = data()
                    if strange(word):
                        self._rules.report("x", now, f"X in {name}: {word}")
                    queue.append(word)
                    moved = now
                elif said != "0":
                    self._rules.report("x", now, f"valid of {name} is {said}")
            while all(queues):
                received.frames.append(self._joined([queue.popleft() for queue in queues]))
                received.got_at.append(now)
            if finish(now, moved, frame is not None, len(received.frames)):
                break
            if not now & 255:
                self._ticker(len(received.frames), expect)
        received.incomplete = tuple(word for queue in queues for word in queue)
        self._rest()
        self._cycle = now
        received.seconds, received.cycles = time.monotonic() - started, now - first
        return received

    def _joined(self, words: list[str]) -> Frame:
        """One word a port, element 0 in the lowest bits."""
        frame, start = [], 0
        for count in self._counts:
            frame.append("".join(reversed(words[start : start + count])))
            start += count
        return tuple(frame)


def _stream_layouts(ports: Sequence[Any], rows: Sequence[dict[str, Any]]) -> list[Layout]:
    return [Layout([port], row["lane"], row["beat"]) for port, row in zip(ports, rows, strict=True)]


def _spare(port: Any, row: dict[str, Any]) -> list[tuple[int, int, bool]]:
    """For each lane of a word where it begins in the text, how many bits are above its element, the element's sign."""
    lane, beat = row["lane"], row["beat"]
    return [(index * lane, lane - port.width, port.signed) for index in range(beat)]


def _signals(port: Any, row: dict[str, Any]) -> list[tuple[str, int]]:
    """Names and widths of the data signals of a port without a stream, element 0 first."""
    if row["form"] == "vector":
        return [(row["variable"], port.elements * port.width)]
    return [(f"{row['variable']}_{index}", port.width) for index in range(port.elements)]


def _beats(frames: Sequence[Sequence[Sequence[LogicArray]]], index: int) -> Iterator[tuple[LogicArray, bool]]:
    return ((word, not number) for frame in frames for number, word in enumerate(frame[index]))


def _pattern(pattern: Pattern) -> Iterator[bool]:
    return repeat(pattern if len(pattern) else (False,))
