"""The shell `native`: valid in, valid out, fixed latency, no back-pressure. One trigger a clock cycle."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

from bench_config import Bench
from cocotb.clock import Clock
from cocotb.types import LogicArray
from driver import LINGER, NEVER, PATIENCE, Finish, Pattern, Received, Rules, Ticker, noise, reader, repeated, strange
from layout import Codes, Layout


class NativeDriver:
    """Drives `in_valid`, `in_data`; reads `out_valid`, `out_data`; see `driver.Driver`."""

    can_stall = False
    can_gap = True

    def __init__(self, dut: Any, bench: Bench, rules: Rules, ticker: Ticker) -> None:
        self._dut, self._bench, self._rules, self._ticker = dut, bench, rules, ticker
        self.layout_in = Layout(bench.inputs)
        self.layout_out = Layout(bench.outputs)
        self._cycle = 0
        self._patience = PATIENCE + 8 * (bench.latency or 0)
        self._linger = LINGER + 2 * (bench.latency or 0)
        self._idle_data = LogicArray(noise(self.layout_in.width, random.Random(0).getrandbits(self.layout_in.width)))

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

    def encode(self, codes: Codes, seed: int) -> list[LogicArray]:
        """Frames of one word; there are no lanes to fill."""
        return [LogicArray(frame[0]) for frame in self.layout_in.frames(codes)]

    async def run(
        self,
        frames: Sequence[LogicArray],
        expect: int,
        *,
        gaps: Pattern = NEVER,
        stalls: Pattern = NEVER,
        cycles: int | None = None,
    ) -> Received:
        """Send frames, collect results."""
        dut, rules = self._dut, self._rules
        edge, valid_in, data_in = dut.clk.rising_edge, dut.in_valid, dut.in_data
        valid_out, data_out = reader(dut.out_valid), reader(dut.out_data)
        received = Received()
        results, got_at, sent_at = received.frames, received.got_at, received.sent_at
        gap = repeated(gaps)
        waiting = iter(frames)
        frame = next(waiting, None)
        driven = False
        begun, now, moved = self._cycle, self._cycle, self._cycle
        finish = Finish(begun, cycles, expect, self._linger, self._patience)
        started = time.monotonic()
        while True:
            # What is written here counts from the next edge on.
            if frame is not None and not next(gap):
                data_in.value = frame
                if not driven:
                    valid_in.value = 1
                driven = True
                sent_at.append(now + 1)
                moved = now
                frame = next(waiting, None)
            elif driven:
                self._rest()
                driven = False
            await edge
            now += 1
            if (valid := valid_out()) == "1":
                word = data_out()
                if strange(word):
                    rules.report("x", now, f"X in out_data: {word}")
                results.append((word,))
                got_at.append(now)
                moved = now
            elif valid != "0":
                rules.report("x", now, f"out_valid is {valid}")
            if finish(now, moved, frame is not None, len(results)):
                break
            if not now & 255:
                self._ticker(len(results), expect)
        self._rest()
        self._cycle = now
        received.seconds, received.cycles = time.monotonic() - started, now - begun
        return received

    def _rest(self) -> None:
        """Offer nothing; what stands on the data lines must not matter."""
        self._dut.in_valid.value = 0
        self._dut.in_data.value = self._idle_data
