"""The shell `native` around a core that takes a frame beat by beat: no back-pressure, a pace that the source keeps."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from bench_config import Bench, BenchError
from cocotb.clock import Clock
from cocotb.types import LogicArray
from driver import NEVER, Finish, Pattern, Received, Rules, Ticker, noise, reader, repeated, strange, waits
from layout import Codes, Layout

Beats = tuple[LogicArray, ...]


class _Source:
    """Sends beats as early as the pace allows, or later where there is a gap."""

    def __init__(self, frames: Sequence[Beats], gaps: Pattern, spacing: int, rest: int, last_at: int) -> None:
        self._beats: Iterator[tuple[LogicArray, bool]] = (
            (beat, not number) for frame in frames for number, beat in enumerate(frame)
        )
        self._gap, self._spacing, self._rest = repeated(gaps), spacing, rest
        self.next = next(self._beats, None)
        self.last_at = last_at
        self.sent_at: list[int] = []

    def at(self, edge: int) -> LogicArray | None:
        """The beat for a clock edge; None: there is none, or it may not come yet."""
        if self.next is None:
            return None
        beat, first = self.next
        if edge - self.last_at < (self._rest if first else self._spacing) or next(self._gap):
            return None
        if first:
            self.sent_at.append(edge)
        self.last_at, self.next = edge, next(self._beats, None)
        return beat


class NativeStreamingDriver:
    """Drives `in_valid`, `in_data`; reads `out_valid`, `out_data`; see `driver.Driver`."""

    can_stall = False
    can_gap = True
    fullest = None

    def __init__(self, dut: Any, bench: Bench, rules: Rules, ticker: Ticker) -> None:
        stream, pace = bench.stream, bench.streaming
        if stream is None or pace is None:
            raise BenchError("bench.json: this shell needs entries `stream` and `streaming`")
        self._dut, self._bench, self._rules, self._ticker = dut, bench, rules, ticker
        self.layout_in = Layout(bench.inputs, stream.lane_in, stream.beat_in, True, pace.channels)
        self.layout_out = Layout(bench.outputs, stream.lane_out, stream.beat_out, True, pace.channels)
        self._spacing, self._rest_after = pace.spacing, pace.rest
        self._linger, self._patience = waits(bench, stream.beats_out)
        self._idle_data = LogicArray(noise(self.layout_in.width, random.Random(0).getrandbits(self.layout_in.width)))
        self._cycle = 0
        self._last_at = -pace.rest

    async def start(self) -> None:
        """Start the clock, with reset."""
        self._dut.rst.value = 1
        self._rest()
        Clock(self._dut.clk, self._bench.period_ps, unit="ps").start()
        await self.reset()

    async def reset(self, cycles: int = 4) -> None:
        """Hold rst high for so many edges."""
        self._dut.rst.value = 1
        self._rest()
        for _ in range(cycles):
            await self._dut.clk.rising_edge
            self._cycle += 1
        self._dut.rst.value = 0
        self._last_at = self._cycle - self._rest_after

    def encode(self, codes: Codes, seed: int) -> list[Beats]:
        """Frames of beats; lanes without an element get noise."""
        frames = self.layout_in.frames(codes, np.random.default_rng(seed))
        return [tuple(LogicArray(word) for word in frame) for frame in frames]

    async def run(
        self,
        frames: Sequence[Beats],
        expect: int,
        *,
        gaps: Pattern = NEVER,
        stalls: Pattern = NEVER,
        cycles: int | None = None,
    ) -> Received:
        """Send frames, collect results."""
        dut, rules = self._dut, self._rules
        valid_out, data_out = reader(dut.out_valid), reader(dut.out_data)
        words: list[str] = []
        received = Received()
        source = _Source(frames, gaps, self._spacing, self._rest_after, self._last_at)
        driven = False
        begun = now = moved = self._cycle
        finish = Finish(begun, cycles, expect, self._linger, self._patience)
        started = time.monotonic()
        while not finish(now, moved, source.next is not None, len(received.frames)):
            # What is written here counts from the next edge on.
            beat = source.at(now + 1)
            if beat is not None:
                dut.in_data.value = beat
                dut.in_valid.value = 1
                driven, moved = True, now
            elif driven:
                self._rest()
                driven = False
            await dut.clk.rising_edge
            now += 1
            if (valid := valid_out()) == "1":
                words.append(self._word(len(words), data_out(), now))
                self._gather(received, words, now)
                moved = now
            elif valid != "0":
                rules.report("x", now, f"out_valid is {valid}")
            if not now & 255:
                self._ticker(len(received.frames), expect)
        self._rest()
        self._cycle, self._last_at = now, source.last_at
        received.sent_at, received.incomplete = source.sent_at, tuple(words)
        received.seconds, received.cycles = time.monotonic() - started, now - begun
        return received

    def _word(self, number: int, word: str, now: int) -> str:
        meant = self.layout_out.meant(number, word)
        if strange(meant):
            self._rules.report("x", now, f"X in out_data: {word}")
        return meant

    def _gather(self, received: Received, words: list[str], now: int) -> None:
        if len(words) == 1:
            received.got_at.append(now)
        if len(words) == self.layout_out.words:
            received.frames.append(tuple(words))
            received.done_at.append(now)
            words.clear()

    def _rest(self) -> None:
        """Offer nothing; what stands on the data lines must not matter."""
        self._dut.in_valid.value = 0
        self._dut.in_data.value = self._idle_data
