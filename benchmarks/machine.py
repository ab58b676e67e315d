"""What the measurements ran on, and what else ran there meanwhile."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

STAT = Path("/proc/stat")
BUSY = (0, 1, 2, 5, 6, 7)
"""Columns of /proc/stat: user, nice, system, both kinds of interrupts, and what other guests of the host took."""


@dataclass(frozen=True)
class Moment:
    """A point in time.

    Args:
        load: load average of the last minute; all_seconds: CPU time of everything on the machine, None where the
            system does not say; own_seconds: of this process and what it started.
    """

    seconds: float
    load: float
    all_seconds: float | None
    own_seconds: float


def now() -> Moment:
    """This moment."""
    return Moment(time.monotonic(), os.getloadavg()[0], _all_seconds(), sum(os.times()[:4]))


def _all_seconds() -> float | None:
    try:
        columns = STAT.read_text().split("\n", 1)[0].split()[1:]
        return sum(int(columns[place]) for place in BUSY) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def describe(begin: Moment, end: Moment) -> str:
    """The machine, and its load from one moment to another, in a sentence."""
    compiler = subprocess.run(["g++", "-dumpfullversion"], capture_output=True, text=True, check=True).stdout.strip()
    cores = len(os.sched_getaffinity(0))
    text = (
        f"{cores} cores, g++ {compiler}, Python {platform.python_version()}; {end.seconds - begin.seconds:.0f} s; "
        f"load average {begin.load:.1f} before, {end.load:.1f} after"
    )
    if begin.all_seconds is None or end.all_seconds is None:
        return text
    others = end.all_seconds - begin.all_seconds - (end.own_seconds - begin.own_seconds)
    return f"{text}; others kept {max(0.0, others) / (end.seconds - begin.seconds):.1f} cores busy"
