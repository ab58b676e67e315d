"""The calendar: for every stream the cycle of every beat, and from it latency, interval and the depth of every FIFO.

Nothing is simulated but arithmetic: a stage's block starts at the later of the end of the one before it and the arrival
of what it claims (cyclo-static dataflow, self-timed: Bilsen et al., IEEE Trans. Signal Processing 44(2), 1996).

Every beat enters at least as long after the one before it as in the densest arrival. A pause beyond that only delays,
and a stage that reads one stream then holds no more words than without. Where branches meet it may hold more: one
branch goes on with what it has while the other waits for what it needs. So frames are followed once for each of their
beats, with a long pause before it. That is enough for all arrivals: let a read R and a write W wait for arrivals t(b)
by paths of length r(b) and w(b), so that R = max t(b) + r(b), reached at b = a, and let D be the densest arrival. If R
is no later than W behind a pause before a, then r(a) <= max over b >= a of D(b) - D(a) + w(b), and in every arrival
W >= max over b >= a of t(b) + w(b) >= t(a) + r(a) = R.

A FIFO's depth is the largest number of its words that are there at once: written at one edge, kept up to and with the
edge at which they are read.
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
"""Frames that are followed at first beyond those that are under way at once; more, where nothing has settled."""
MOST_FRAMES = 64
LONG, NEVER = 1 << 40, 1 << 60
"""Cycles, more than any frames take."""


@dataclass(frozen=True)
class Calendar:
    """When everything happens, frames arriving as densely as the core takes them.

    Args:
        interval: cycles from a frame's first beat to the next one's; spacing: between beats at x.
        first: for each stream the cycle of each beat of a frame in an idle core, the frame's first beat in cycle 0.
        settled: alike, of a frame that others went before, an interval apart.
        starts: for each stage the cycle in which each of its blocks starts, alike.
        depths: for each stage, and each input, how many words its FIFO or memory holds at most; 0: nothing is stored.
        pauses: alike, the beat of a frame before which a long pause leads to that.
    """

    interval: int
    spacing: int
    first: Mapping[str, Cycles]
    settled: Mapping[str, Cycles]
    starts: Mapping[str, Cycles]
    depths: Mapping[str, tuple[int, ...]]
    pauses: Mapping[str, tuple[int, ...]]


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
    alone, starts = _follow(stages, paces, sources, 1)
    under_way = int(max(cycles[-1] for cycles in alone.values())) // interval
    frames = under_way + _frames_to_settle(stages, paces, sources, interval)
    dense = {name: _paused(cycles, interval, frames, 0) for name, cycles in sources.items()}
    settled = {
        name: cycles.reshape(frames, -1)[-1] - (frames - 1) * interval
        for name, cycles in _follow(stages, paces, dense, frames)[0].items()
    }
    fullest = dict.fromkeys(((stage.name, n) for stage in stages for n in range(len(stage.inputs))), (0, 0))
    beats = _beats(sources)
    for pause in range(beats if any(len(stage.inputs) > 1 for stage in stages) else 1):
        arrivals = {name: _paused(cycles, interval, frames, pause * spacing) for name, cycles in sources.items()}
        for place, depth in _depths(stages, paces, arrivals, frames).items():
            fullest[place] = max(fullest[place], (depth, -pause))
    depths, pauses = (
        {stage.name: tuple(sign * fullest[stage.name, n][part] for n in range(len(stage.inputs))) for stage in stages}
        for part, sign in ((0, 1), (1, -1))
    )
    return Calendar(interval, spacing, alone, settled, starts, depths, pauses)


def leaving(stage: Stage, arrivals: Sequence[Cycles]) -> Cycles:
    """When each beat of a frame leaves an idle stage, given when each of its inputs' beats comes."""
    pace = stage.pace
    return _cycles(_starts(pace, arrivals, 1), pace.emits, 1)


def _beats(sources: Mapping[str, Cycles]) -> int:
    return sum(len(cycles) for cycles in sources.values())


def _frames_to_settle(
    stages: Sequence[Stage], paces: Mapping[str, Pace], sources: Mapping[str, Cycles], interval: int
) -> int:
    """How many frames, arriving densely, make all streams periodic.

    Raises:
        FpgamlError: too many.
    """
    frames = FRAMES
    while frames <= MOST_FRAMES:
        arrivals = {name: _paused(cycles, interval, frames, 0) for name, cycles in sources.items()}
        times, _ = _follow(stages, paces, arrivals, frames)
        if all(_periodic(cycles, frames, interval) for cycles in times.values()):
            return frames
        frames *= 2
    raise FpgamlError("calendar", f"frames every {interval} cycles do not settle into a period")


def _paused(cycles: Cycles, interval: int, frames: int, pause: int) -> Cycles:
    """Beats of so many frames in a row; those that would come before the cycle `pause` came long ago."""
    every = (cycles[None] + interval * np.arange(frames)[:, None]).reshape(-1)
    return np.where(every < pause, every - LONG, every)


def _follow(
    stages: Sequence[Stage], paces: Mapping[str, Pace], arrivals: Mapping[str, Cycles], frames: int
) -> tuple[dict[str, Cycles], dict[str, Cycles]]:
    """The cycle of each beat of each stream, and of each block's start, over so many frames in a row."""
    times = dict(arrivals)
    starts: dict[str, Cycles] = {}
    for stage in stages:
        pace = paces[stage.name]
        starts[stage.name] = _starts(pace, [times[stream.name] for stream in stage.inputs], frames)
        times[stage.output.name] = _cycles(starts[stage.name], pace.emits, frames)
    return times, starts


def _starts(pace: Pace, arrivals: Sequence[Cycles], frames: int) -> Cycles:
    """start[b] = max(start[b - 1] + phases[b - 1], arrival of what b claims)."""
    phases = np.tile(pace.phases, frames)
    busy = np.concatenate([[0], np.cumsum(phases)[:-1]])
    ready = np.full(len(phases), -NEVER, dtype=np.int64)
    for claims, wait, arrival in zip(pace.claims, pace.waits, arrivals, strict=True):
        needed = np.cumsum(np.tile(claims, frames))
        there = np.where(needed > 0, arrival[np.maximum(needed, 1) - 1] + wait, -NEVER)
        ready = np.maximum(ready, there)
    return np.asarray(np.maximum.accumulate(ready - busy) + busy)


def _cycles(starts: Cycles, places: Cycles, frames: int) -> Cycles:
    """For each (block of a frame, cycles from its start), in every frame, the cycle."""
    blocks = len(starts) // frames
    which = np.tile(places[:, 0], frames) + np.repeat(np.arange(frames) * blocks, len(places))
    return np.asarray(starts[which] + np.tile(places[:, 1], frames))


def _periodic(cycles: Cycles, frames: int, interval: int) -> bool:
    by_frame = cycles.reshape(frames, -1)
    return bool((by_frame[-1] - by_frame[-2] == interval).all())


def _depths(
    stages: Sequence[Stage], paces: Mapping[str, Pace], arrivals: Mapping[str, Cycles], frames: int
) -> dict[tuple[str, int], int]:
    """For each stage and input that is stored the most words between arrival and the cycle that frees the place."""
    times, starts = _follow(stages, paces, arrivals, frames)
    found = {}
    for stage in stages:
        for number, (stream, holds) in enumerate(zip(stage.inputs, paces[stage.name].holds, strict=True)):
            if holds is not None:
                written = times[stream.name]
                freed = np.sort(_cycles(starts[stage.name], holds, frames))
                gone = np.searchsorted(freed, written, side="left")  # freed before the cycle of this arrival
                found[stage.name, number] = int((np.arange(1, len(written) + 1) - gone).max())
    return found
