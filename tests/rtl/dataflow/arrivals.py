"""How frames arrive at a streaming core: densely, with pauses, broken off by resets; and what must leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port
from fpgaml.rtl.core import Boundary
from fpgaml.rtl.stream import Stream
from tests.rtl.dataflow.simulate import Beat, Cycle, Seen

SLACK = 8
"""Cycles that are watched after the last beat should have left."""


@dataclass(frozen=True)
class Arrivals:
    """What enters a core.

    Args:
        cycles: by clock edge; frames: for each frame, in order, its event and the edges that sample its beats (fewer
            than a frame has where a reset breaks it off); resets: edges at which one begins.
        dense: so many frames, the first ones, come as densely as the core takes them.
    """

    cycles: tuple[Cycle, ...]
    frames: tuple[tuple[int, tuple[int, ...]], ...]
    resets: tuple[int, ...]
    dense: int


Codes = list[int | None]
"""Of each lane of a beat; None: it means nothing."""


def frame_beats(ports: Sequence[Port], stream: Stream, values: Mapping[str, FixedArray], event: int) -> list[Codes]:
    """One event's beats, each tensor in beats of its own."""
    beats: list[Codes] = []
    for port in ports:
        integers = np.asarray(values[port.name].at(port.fractional))[event].reshape(-1)
        codes: Codes = [int(code) for code in integers]
        codes += [None] * (-len(codes) % stream.beat)
        beats += [codes[i : i + stream.beat] for i in range(0, len(codes), stream.beat)]
    return beats


class Source:
    """Makes the cycles in which events enter a core.

    Args:
        core: which; values: the events; rng: for what fills lanes and pauses.
    """

    def __init__(self, core: Boundary, values: Mapping[str, FixedArray], rng: np.random.Generator) -> None:
        self.core, self.values, self.rng = core, values, rng

    @property
    def distance(self) -> int:
        """Cycles from the last beat of a frame to the first of the next, at least."""
        return self.core.interval - (self.core.beats_in - 1) * self.core.spacing

    def dense(self, events: Sequence[int]) -> Arrivals:
        """As densely as the core takes them."""
        return self._arrivals(events, lambda _frame, _beat: 0, dense=len(events))

    def with_pause(self, events: Sequence[int], beat: int, cycles: int) -> Arrivals:
        """Densely, but for a pause before one beat of the first frame."""
        return self._arrivals(events, lambda frame, at: cycles if (frame, at) == (0, beat) else 0)

    def ragged(self, events: Sequence[int], resets: float = 0.0) -> Arrivals:
        """With pauses, mostly short ones, sometimes many beats without; a reset in so many of the frames."""
        often = self.rng.choice([0.1, 0.5, 0.9], len(events))
        longest = int(self.rng.choice([2, 5, self.core.interval + 3]))

        def pause(frame: int, _beat: int) -> int:
            return int(self.rng.integers(1, longest + 1)) if self.rng.random() < often[frame] else 0

        broken = {f: int(self.rng.integers(1, self.core.beats_in + 1)) for f in range(len(events) - 1)}
        broken = {frame: beats for frame, beats in broken.items() if self.rng.random() < resets}
        return self._arrivals(events, pause, broken)

    def _arrivals(
        self,
        events: Sequence[int],
        pause: Callable[[int, int], int],
        broken: Mapping[int, int] | None = None,
        dense: int = 0,
    ) -> Arrivals:
        core = self.core
        cycles = [self._cycle(rst=True) for _ in range(3)]
        frames: list[tuple[int, tuple[int, ...]]] = []
        resets, earliest = [0], 3
        for frame, event in enumerate(events):
            edges = []
            words = list(self._words(event))[: (broken or {}).get(frame)]
            for beat, word in enumerate(words):
                edge = max(earliest, len(cycles)) + pause(frame, beat)
                cycles += [self._cycle() for _ in range(edge - len(cycles))]
                cycles.append(Cycle(False, True, word))
                edges.append(edge)
                earliest = edge + core.spacing
            frames.append((event, tuple(edges)))
            earliest = edges[-1] + self.distance
            if frame in (broken or {}):
                wait = int(self.rng.integers(0, core.last + core.interval))
                cycles += [self._cycle() for _ in range(wait)]
                resets.append(len(cycles))
                cycles += [self._cycle(rst=True) for _ in range(int(self.rng.integers(1, 4)))]
                earliest = len(cycles)
        cycles += [self._cycle() for _ in range(core.last + core.interval + SLACK)]
        return Arrivals(tuple(cycles), tuple(frames), tuple(resets), dense)

    def _words(self, event: int) -> Iterator[int]:
        """A frame's beats at x: codes in their lanes, anything above narrower ones and in lanes that mean nothing."""
        lane = self.core.x_lane
        for codes in frame_beats(self.core.inputs, self.core.x_stream, self.values, event):
            word = 0
            for code in reversed(codes):
                word = word << lane | (self._anything(lane) if code is None else code & ((1 << lane) - 1))
            yield word

    def _anything(self, bits: int) -> int:
        return int.from_bytes(self.rng.bytes(-(-bits // 8)), "little") & ((1 << bits) - 1)

    def _cycle(self, rst: bool = False) -> Cycle:
        """A cycle without a beat: x holds anything, in a reset x_valid too."""
        return Cycle(rst, rst and bool(self.rng.integers(0, 2)), self._anything(self.core.x_bits))


Times = tuple[Ints, Ints]
"""Cycles from a frame's first beat at x to each of its beats at y, in an idle core, and behind other frames."""


@dataclass(frozen=True)
class Problem:
    """What is not as it has to be.

    Args:
        check: `values`, `beats` (too few, too many, or undefined), `times` or `depths`; text: in words.
    """

    check: str
    text: str

    def __str__(self) -> str:
        return f"{self.check}: {self.text}"


def wrong(
    core: Boundary, arrivals: Arrivals, seen: Seen, results: Mapping[str, FixedArray], times: Times
) -> list[Problem]:
    """What is wrong with what left a core; empty: nothing.

    Args:
        results: by output, for every event; times: of frames that come densely.
    """
    ends = [*arrivals.resets[1:], len(arrivals.cycles)]
    problems = []
    for number, (begin, end) in enumerate(zip(arrivals.resets, ends, strict=True)):
        frames = [f for f in arrivals.frames if begin < f[1][0] < end]
        beats = [beat for beat in seen.beats if begin < beat.edge <= end]
        wanted = [(e, b, codes) for e, _ in frames for b, codes in enumerate(_results(core, results, e))]
        place = f"after reset {number}, " if len(ends) > 1 else ""
        missing = end == ends[-1] and len(beats) < len(wanted)
        if missing or len(beats) > len(wanted):
            problems.append(Problem("beats", f"{place}{len(beats)} left, not {len(wanted)}"))
        problems += _wrong_beats(core, beats, wanted, place)
    if arrivals.dense and not problems:
        problems += _wrong_times(arrivals, [beat for beat in seen.beats if beat.edge > 0], times)
    return problems


def _results(core: Boundary, results: Mapping[str, FixedArray], event: int) -> list[Codes]:
    return frame_beats(core.outputs, core.y_stream, results, event)


def _wrong_beats(
    core: Boundary, beats: Sequence[Beat], wanted: Sequence[tuple[int, int, Codes]], place: str
) -> list[Problem]:
    """The first beat that is wrong; beats that did not leave are for others to miss."""
    lane, mask = core.y_lane, (1 << core.y_lane) - 1
    for beat, (event, index, codes) in zip(beats, wanted, strict=False):
        where = f"{place}event {event}, beat {index} of its result, at edge {beat.edge}"
        if beat.valid != "1":
            return [Problem("beats", f"{where}: y_valid is {beat.valid}")]
        for number, code in enumerate(codes):
            bits = beat.bits[len(beat.bits) - (number + 1) * lane : len(beat.bits) - number * lane]
            if code is not None and bits != f"{code & mask:0{lane}b}":
                return [Problem("values", f"{where}: lane {number} is {bits}, not {code & mask:0{lane}b}")]
    return []


def _wrong_times(arrivals: Arrivals, beats: Sequence[Beat], times: Times) -> list[Problem]:
    """What is wrong with the first frame, which an idle core gets, and the last, which many went before."""
    count, last = len(times[0]), arrivals.dense - 1
    for number, wanted in ((0, times[0]), (last, times[1])):
        first = arrivals.frames[number][1][0]
        found = [beat.edge - first for beat in beats[number * count : (number + 1) * count]]
        if found != wanted.tolist():
            text = f"the beats of frame {number} left after {found} cycles, not {wanted.tolist()}"
            return [Problem("times", text)]
    return []
