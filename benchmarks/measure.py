"""What every benchmark shares: times, commands, rows of the table."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.table import Table

REPEATS = 3


@dataclass(frozen=True)
class Row:
    """One measurement beside what it is measured against.

    Args:
        ratio: how many times better than `against` (above 1 is better).
        goal: the smallest ratio that the project wants; None where it has none.
    """

    what: str
    measured: str
    against: str
    ratio: float
    goal: float | None = None


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Seconds of the block, in a list that is filled when it ends."""
    result: list[float] = []
    started = time.perf_counter()
    yield result
    result.append(time.perf_counter() - started)


def best(action: Callable[[], object]) -> float:
    """The shortest of several runs, in s."""
    times = []
    for _ in range(REPEATS):
        with stopwatch() as seconds:
            action()
        times.append(seconds[0])
    return min(times)


def fpgaml(*arguments: str) -> str:
    """What a command of fpgaml prints; one that fails ends the benchmarks with what it said."""
    done = subprocess.run([sys.executable, "-m", "fpgaml", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"fpgaml {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def table(rows: list[Row]) -> Table:
    """The rows for people."""
    result = Table("what", "measured", "against", "times better", "goal")
    for row in rows:
        ratio = f"{row.ratio:.1f}" if row.against else ""
        result.add_row(row.what, row.measured, row.against, ratio, f"{row.goal:g}" if row.goal else "")
    return result
