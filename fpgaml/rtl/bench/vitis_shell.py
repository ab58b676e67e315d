"""What both kinds of RTL that Vitis HLS wrote have in common: `io_stream` and `io_parallel`.

The entry `vitis` of bench.json says what the ports are: `control` the ap_ signals that are there, `reset`, `inputs` and
`outputs` with `variable` (the C++ argument), and `lane`, `beat` (of a stream) or `form` ("vector" or "elements") and
`valid` (whether there is an `_ap_vld`). `expected` has the latency and interval of the vendor's report, where known.
Protocols: AMD UG1399, "Block-Level Control Protocols" and "Port-Level Protocols".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from bench_config import Bench, BenchError
from cocotb.clock import Clock
from cocotb.types import LogicArray
from driver import LINGER, PATIENCE, Rules, Ticker
from layout import Codes, Difference, Frame, Layout

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


class VitisDriver:
    """Clock, reset and the ap_ signals; what it drives and reads, each kind says for itself."""

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
