"""What a driver is: the one thing that knows a shell's ports and how frames cross them.

To add a shell, write a class that follows `Driver` in a file of its own, and name it in `drivers.py`. The checks in
test_network.py speak to drivers alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Protocol

import cocotb
from bench_config import Bench
from layout import Codes, Frame, Layout

TWO_STATE = "verilator" in cocotb.SIM_NAME.lower()
"""Whether the simulator knows 0 and 1 only: it then starts every register at random instead of at X."""
LINGER = 16
"""Cycles, beyond the latency, in which nothing more may come out after the last frame."""
PATIENCE = 2000
"""Cycles, beyond the latency, without any transfer after which a design counts as stuck."""
LONGEST = 4000
"""Cycles of a streaming core's latency that a run lingers for at most: it may be hundreds of thousands."""

Pattern = Sequence[bool]
"""For each cycle whether to hold back; it is repeated without end."""
NEVER: Pattern = ()


@dataclass
class Received:
    """What came out of a run.

    Args:
        frames: as words; tags: of each frame, where the shell has them (bits of every word).
        sent_at: for each frame the clock edge that took its first word; got_at, done_at: for each result the edges that
            gave its first and its last word.
        flags: clock edges at which each flag of the shell was high, by name.
        broken: of each result that came out with the flag of a broken frame, the tag (bits).
        incomplete: words of a frame that was not finished.
        seconds: wall time; cycles: clock edges that passed.
    """

    frames: list[Frame] = field(default_factory=list)
    tags: list[tuple[str, ...]] = field(default_factory=list)
    sent_at: list[int] = field(default_factory=list)
    got_at: list[int] = field(default_factory=list)
    done_at: list[int] = field(default_factory=list)
    flags: dict[str, list[int]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    incomplete: Frame = ()
    seconds: float = 0.0
    cycles: int = 0


@dataclass
class Rules:
    """What must hold in every cycle of every check, and the first times that it did not."""

    broken: dict[str, list[str]] = field(default_factory=dict)
    check: str = ""
    """The check that runs now."""

    def report(self, rule: str, cycle: int, what: str) -> None:
        """A rule is broken; only the first few are kept."""
        found = self.broken.setdefault(rule, [])
        if len(found) < 5:
            found.append(f"{what} (in {self.check}, clock edge {cycle})")


class Driver(Protocol):
    """A shell. The clock runs from `start` on; every method returns just behind a rising edge.

    Args of the class: the design's handle, bench.json, the rules to watch, and who hears of progress.
    """

    can_stall: bool
    """Whether the sink may hold back: `stalls` count."""
    can_gap: bool
    """Whether the source may hold back: `gaps` count."""
    layout_in: Layout
    layout_out: Layout

    async def start(self) -> None:
        """Start the clock and drive every input."""

    async def reset(self, cycles: int = 4) -> None:
        """Reset for so many clock edges; the outputs that must be quiet meanwhile are watched."""

    def encode(self, codes: Codes, seed: int) -> Sequence[Any]:
        """Frames as `run` takes them, made beforehand because it takes time; lanes without an element get noise."""

    async def run(
        self,
        frames: Sequence[Any],
        expect: int,
        *,
        gaps: Pattern = NEVER,
        stalls: Pattern = NEVER,
        cycles: int | None = None,
    ) -> Received:
        """Send frames, collect results.

        Args:
            frames: from `encode`; sent as fast as the shell takes them, but for gaps.
            expect: how many results there should be; the run ends some cycles after the last, or when nothing moves.
            cycles: end after so many clock edges, whatever has happened.
        """


@dataclass(frozen=True)
class Finish:
    """When a run ends.

    Args:
        begun: clock edge at which it began; cycles: after so many edges, if not None.
        expect: results to wait for; linger: edges without a transfer in which nothing more may come out after that.
        patience: edges without any transfer after which the design counts as stuck.

    A design that gives results without end is stopped when it has given that many more than it should.
    """

    begun: int
    cycles: int | None
    expect: int
    linger: int
    patience: int

    def __call__(self, now: int, moved: int, waiting: bool, results: int) -> bool:
        """Whether to end.

        Args:
            now: the clock edge; moved: the edge of the last transfer; waiting: something is still to be sent.
        """
        if self.cycles is not None:
            return now - self.begun >= self.cycles
        quiet = now - moved
        if quiet > self.patience or results > self.expect + self.linger:
            return True
        return quiet > self.linger and not waiting and results >= self.expect


class Ticker:
    """Says now and then how far a run is, for whoever reads the bench's output."""

    EVERY = 0.3

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._last = 0.0
        self._done = 0
        self.check = ""

    def begin(self, check: str) -> None:
        """A check begins."""
        self.check, self._done, self._last = check, 0, 0.0
        self._say(0, 0)

    def __call__(self, done: int, total: int) -> None:
        """So many of so many frames have come out."""
        if self._enabled and time.monotonic() - self._last > self.EVERY:
            self._last = time.monotonic()
            self._say(done, total)

    def _say(self, done: int, total: int) -> None:
        if self._enabled:
            sys.stdout.write(f"@progress {self.check} {done} {total}\n")
            sys.stdout.flush()


DriverMaker = Callable[[Any, Bench, Rules, Ticker], Driver]


def waits(bench: Bench, beats_out: int) -> tuple[int, int]:
    """For `Finish`: how long to linger, and to be patient."""
    latency = bench.latency or 0
    patience = PATIENCE + 8 * latency
    if bench.streaming is None:
        return LINGER + 2 * latency + 4 * (beats_out if bench.stream else 0), patience
    between = bench.interval or 0
    return LINGER + 4 * beats_out + min(2 * latency, LONGEST), patience + bench.streaming.drain + 2 * between


def repeated(pattern: Pattern) -> Iterator[bool]:
    """A pattern without end; none never holds back."""
    return cycle(pattern if len(pattern) else (False,))


def noise(width: int, value: int) -> str:
    """What stands on a data input that counts for nothing: X where the simulator knows it."""
    return format(value & ((1 << width) - 1), f"0{width}b") if TWO_STATE else "X" * width


def reader(signal: Any) -> Callable[[], str]:
    """A function that gives a signal's bits as text, the highest first.

    It asks cocotb's own handle below the public one, which takes a third of the time; where a later cocotb has none,
    the public one.
    """
    direct = getattr(getattr(signal, "_handle", None), "get_signal_val_binstr", None)
    if direct is not None:
        return direct  # type: ignore[no-any-return]
    return lambda: str(signal.value)


def strange(bits: str) -> bool:
    """Whether some bit is neither 0 nor 1."""
    return bool(bits.strip("01"))
