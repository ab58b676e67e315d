"""RTL that Vitis HLS wrote with `io_parallel`: plain vectors, each with its `_ap_vld`."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from bench_config import Bench, BenchError
from cocotb.types import LogicArray
from driver import NEVER, Finish, Pattern, Received, Rules, Ticker, noise, reader, repeated, strange
from layout import Codes, Frame, Layout
from vitis_shell import Side, VitisDriver


class VitisParallelDriver(VitisDriver):
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
        gap, waiting = repeated(gaps), iter(frames)
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


def _signals(port: Any, row: dict[str, Any]) -> list[tuple[str, int]]:
    """Names and widths of the data signals of a port without a stream, element 0 first."""
    if row["form"] == "vector":
        return [(row["variable"], port.elements * port.width)]
    return [(f"{row['variable']}_{index}", port.width) for index in range(port.elements)]
