"""RTL that Vitis HLS wrote with `io_stream`: AXI4-Stream without tlast, a stream each input and output."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from bench_config import Bench
from cocotb.types import LogicArray
from driver import NEVER, Finish, Pattern, Received, Rules, Ticker, noise, reader, repeated, strange
from layout import Frame, Layout
from vitis_shell import Side, VitisDriver


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


class VitisStreamDriver(VitisDriver):
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
        gap, stall = repeated(gaps), repeated(stalls)
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


def _stream_layouts(ports: Sequence[Any], rows: Sequence[dict[str, Any]]) -> list[Layout]:
    return [Layout([port], row["lane"], row["beat"]) for port, row in zip(ports, rows, strict=True)]


def _spare(port: Any, row: dict[str, Any]) -> list[tuple[int, int, bool]]:
    """For each lane of a word where it begins in the text, how many bits are above its element, the element's sign."""
    lane, beat = row["lane"], row["beat"]
    return [(index * lane, lane - port.width, port.signed) for index in range(beat)]


def _beats(frames: Sequence[Sequence[Sequence[LogicArray]]], index: int) -> Iterator[tuple[LogicArray, bool]]:
    return ((word, not number) for frame in frames for number, word in enumerate(frame[index]))
