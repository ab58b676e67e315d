"""The calendar: for every stream the cycle of every beat, and from it latency, interval and the depth of every FIFO.

Nothing is simulated but arithmetic: a stage's block starts at the later of the end of the one before it and the arrival
of what it claims (cyclo-static dataflow, self-timed: Bilsen et al., IEEE Trans. Signal Processing 44(2), 1996).

Arrivals are the densest that the core takes. Behind a gap a stage has caught up with its input, so that no chain of
stages holds more words than behind none; where branches meet, that is what every simulation with gaps checks. A FIFO's
depth is the largest number of its words that are there at once: written at one edge, kept up to and with the edge at
which they are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.rtl.dataflow.stage import Pace, Stage

Cycles = NDArray[np.int64]
FRAMES = 4
"""Frames that are followed at first; more, where the pattern has not settled."""
MOST_FRAMES = 64


@dataclass(frozen=True)
class Calendar:
    """When everything happens, frames arriving as densely as the core takes them.

    Args:
        interval: cycles from a frame's first beat to the next one's; spacing: between beats at x.
        first: for each stream the cycle of each beat of a frame in an idle core, the frame's first beat in cycle 0.
        starts: for each stage the cycle in which each of its blocks starts, alike.
        depths: for each stage, and each input, how many words its FIFO or memory holds at most; 0: nothing is stored.
    """

    interval: int
    spacing: int
    first: Mapping[str, Cycles]
    starts: Mapping[str, Cycles]
    depths: Mapping[str, tuple[int, ...]]


def make_calendar(sources: Mapping[str, Cycles], stages: Sequence[Stage], spacing: int, interval: int) -> Calendar:
    """Follow frames through the stages.

    Args:
        sources: for each stream that enters, the cycle of each beat of a frame, its first beat in cycle 0.
        stages: each after those that it reads from; spacing: of the beats at x.
        interval: the fewest cycles from frame to frame; more where a stage needs more.

    Raises:
        FpgamlError: the frames do not settle into a period.
    """
    paces = {stage.name: stage.pace for stage in stages}
    interval = max([interval, *(pace.work for pace in paces.values())])
    alone, starts = _follow(sources, stages, paces, interval, 1)
    frames = FRAMES
    while True:
        times, all_starts = _follow(sources, stages, paces, interval, frames)
        if all(_periodic(cycles, frames, interval) for cycles in times.values()):
            break
        frames *= 2
        if frames > MOST_FRAMES:
            raise FpgamlError("calendar", f"frames every {interval} cycles do not settle into a period")
    depths = {
        stage.name: tuple(
            _depth(times[stream.name], all_starts[stage.name], holds, frames)
            for stream, holds in zip(stage.inputs, paces[stage.name].holds, strict=True)
        )
        for stage in stages
    }
    return Calendar(interval, spacing, alone, starts, depths)


def _follow(
    sources: Mapping[str, Cycles], stages: Sequence[Stage], paces: Mapping[str, Pace], interval: int, frames: int
) -> tuple[dict[str, Cycles], dict[str, Cycles]]:
    """The cycle of each beat of each stream, and of each block's start, over so many frames in a row."""
    times = {name: _repeated(cycles, interval, frames) for name, cycles in sources.items()}
    starts: dict[str, Cycles] = {}
    for stage in stages:
        pace = paces[stage.name]
        arrivals = [times[stream.name] for stream in stage.inputs]
        starts[stage.name] = _starts(pace, arrivals, frames)
        blocks = len(pace.phases)
        which = np.tile(pace.emits[:, 0], frames) + np.repeat(np.arange(frames) * blocks, len(pace.emits))
        times[stage.output.name] = starts[stage.name][which] + np.tile(pace.emits[:, 1], frames)
    return times, starts


def _repeated(cycles: Cycles, interval: int, frames: int) -> Cycles:
    return (cycles[None] + interval * np.arange(frames)[:, None]).reshape(-1)


def _starts(pace: Pace, arrivals: Sequence[Cycles], frames: int) -> Cycles:
    """start[b] = max(start[b - 1] + phases[b - 1], arrival of what b claims)."""
    phases = np.tile(pace.phases, frames)
    busy = np.concatenate([[0], np.cumsum(phases)[:-1]])
    ready = np.full(len(phases), -(1 << 60), dtype=np.int64)
    for claims, wait, arrival in zip(pace.claims, pace.waits, arrivals, strict=True):
        needed = np.cumsum(np.tile(claims, frames))
        there = np.where(needed > 0, arrival[np.maximum(needed, 1) - 1] + wait, -(1 << 60))
        ready = np.maximum(ready, there)
    return np.asarray(np.maximum.accumulate(ready - busy) + busy)


def _periodic(cycles: Cycles, frames: int, interval: int) -> bool:
    by_frame = cycles.reshape(frames, -1)
    return bool((by_frame[-1] - by_frame[-2] == interval).all())


def _depth(arrivals: Cycles, starts: Cycles, holds: Cycles | None, frames: int) -> int:
    """Most words between their arrival and the cycle in which their place is free again, both included."""
    if holds is None:
        return 0
    blocks, words = len(starts) // frames, len(holds)
    which = np.tile(holds[:, 0], frames) + np.repeat(np.arange(frames) * blocks, words)
    freed = np.sort(starts[which] + np.tile(holds[:, 1], frames))
    written = np.arange(1, len(arrivals) + 1)
    gone = np.searchsorted(freed, arrivals, side="left")  # freed before the cycle of this arrival
    return int((written - gone).max())
