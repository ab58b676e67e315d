"""Every input of a Graph is run, and each output compared with those one step away."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce

import numpy as np

from fpgaml.certificates.claim import Claim
from fpgaml.certificates.finding import Finding, Slope
from fpgaml.certificates.search import try_points
from fpgaml.certificates.space import Codes, Space
from fpgaml.certificates.tiles import Tile, Tiling
from fpgaml.cluster.job import Piece
from fpgaml.cluster.run import run_job
from fpgaml.cluster.workers import HERE, Workers
from fpgaml.emulator.engine import Engine, choose_engine
from fpgaml.errors import CheckFailedError, RunFailedError
from fpgaml.graph.graph import Graph
from fpgaml.graph.types import Ints
from fpgaml.progress import Progress, Silent
from fpgaml.record.monotonicity import ClaimStatus, Direction, Method


@dataclass(frozen=True)
class Seen:
    """Changes of an output in one step of an element, in units of 2**-unit.

    Args:
        least, most: the smallest and the largest; fallen, risen: a point before a fall and before a rise, if any.
    """

    least: int
    most: int
    unit: int
    fallen: tuple[int, ...] | None = None
    risen: tuple[int, ...] | None = None

    def plus(self, other: Seen) -> Seen:
        """Of both; the smaller point counts, so that the order of the pieces does not."""
        return Seen(
            min(self.least, other.least),
            max(self.most, other.most),
            self.unit,
            _first(self.fallen, other.fallen),
            _first(self.risen, other.risen),
        )


def _first(a: tuple[int, ...] | None, b: tuple[int, ...] | None) -> tuple[int, ...] | None:
    return min((each for each in (a, b) if each is not None), default=None)


@dataclass(frozen=True)
class Part:
    """What some tiles showed: for each claim, and how many inputs were run and compared with the interpreter."""

    seen: tuple[Seen | None, ...]
    runs: int
    compared: int

    def plus(self, other: Part) -> Part:
        """As in `fpgaml.cluster.job.Sum`."""
        both = zip(self.seen, other.seen, strict=True)
        seen = tuple(a.plus(b) if a and b else a or b for a, b in both)
        return Part(seen, self.runs + other.runs, self.compared + other.compared)

    def broken(self, claims: Sequence[Claim]) -> bool:
        """Whether none of the claims can be proved any more."""
        return all(s is not None and _wrong(claim, s) is not None for claim, s in zip(claims, self.seen, strict=True))


def _wrong(claim: Claim, seen: Seen) -> tuple[int, ...] | None:
    return seen.fallen if claim.direction is Direction.NON_DECREASING else seen.risen


@dataclass
class ExhaustJob:
    """Follows `fpgaml.cluster.job.Job`; a piece is some tiles.

    Args:
        graph: the network; claims: what is looked at; tiling: of its inputs.
    """

    graph: Graph
    claims: tuple[Claim, ...]
    tiling: Tiling
    title: str = field(default="running every input", init=False)
    unit: str = field(default="tiles", init=False)

    def pieces(self) -> Sequence[Piece]:
        """One tile each."""
        return [Piece("inputs", number, 1) for number in range(len(self.tiling))]

    def run(self, piece: Piece) -> Part:
        """Some tiles.

        Raises:
            CheckFailedError: the emulator differs from the interpreter.
        """
        runner = _opened(self.graph, self.tiling.runs)
        tiles = (self.tiling.tile(number) for number in range(piece.first, piece.first + piece.count))
        return reduce(Part.plus, (self._look(runner, tile) for tile in tiles))

    def _look(self, engine: Engine, tile: Tile) -> Part:
        codes, before = tile.codes(), engine.compared
        found = engine.run(self.tiling.space.values(codes))
        seen = []
        for claim in self.claims:
            value = found[claim.output]
            seen.append(_along(value.integers.reshape(*tile.shape, -1), claim.element, tile, value.fractional))
        return Part(tuple(seen), len(codes), engine.compared - before if engine.events else len(codes))


def _along(values: Ints, element: int, tile: Tile, unit: int) -> Seen | None:
    """Of a tile's outputs; None for a tile of a single value of the element."""
    if values.shape[element] < 2:
        return None
    change = np.diff(values, axis=element)
    least, most = int(change.min()), int(change.max())

    def point(flat: int) -> tuple[int, ...]:
        place = np.unravel_index(flat, change.shape)[:-1]
        return tuple(start + int(p) for start, p in zip(tile.start, place, strict=True))

    fallen = point(int(np.argmax(change < 0))) if least < 0 else None
    risen = point(int(np.argmax(change > 0))) if most > 0 else None
    return Seen(least, most, unit, fallen, risen)


_ENGINES: dict[int, tuple[Graph, Engine]] = {}


def _opened(graph: Graph, runs: int) -> Engine:
    """A worker does many pieces of one job."""
    known = _ENGINES.get(id(graph))
    if known is None or known[0] is not graph:
        _ENGINES.clear()
        _ENGINES[id(graph)] = known = (graph, choose_engine(graph, runs, Silent()))
    return known[1]


class _Enough(Exception):  # noqa: N818 - it ends a job, and is no error
    """Every claim is broken."""


def exhaust(
    graph: Graph, space: Space, claims: Sequence[Claim], progress: Progress, workers: Workers = HERE
) -> list[Finding]:
    """Run every input; ends early where no claim can be proved any more.

    Raises:
        RunFailedError: some inputs could not be run.
        CheckFailedError: the emulator differs from the interpreter.
    """
    began = time.monotonic()
    job = ExhaustJob(graph, tuple(claims), Tiling.of(space, {claim.element for claim in claims}))
    so_far: list[Part] = []

    def keep(piece: Piece, part: Part) -> None:
        so_far[:] = [so_far[0].plus(part)] if so_far else [part]
        if so_far[0].broken(claims):
            raise _Enough

    whole = True
    try:
        done = run_job(job, progress, workers=workers, keep=keep)
    except _Enough:
        whole = False
    else:
        if done.failed:
            piece, reason = next(iter(done.failed.items()))
            raise RunFailedError(graph.name, f"inputs were not run: {piece}: {reason}", "Try again")
    part, seconds = so_far[0], time.monotonic() - began
    return [
        _finding(graph, space, claim, seen, part.runs, whole, seconds)
        for claim, seen in zip(claims, part.seen, strict=True)
    ]


def _finding(
    graph: Graph, space: Space, claim: Claim, seen: Seen | None, runs: int, whole: bool, seconds: float
) -> Finding:
    if seen is None:
        one = "the element has one value"
        return Finding(claim, ClaimStatus.PROVED, Method.EXHAUSTION, runs, why=one, seconds=seconds)
    step, size = Fraction(2) ** -seen.unit, Fraction(2) ** -int(space.fractional[claim.element])
    slope = Slope(seen.least * step / size, seen.most * step / size) if whole else None
    wrong = _wrong(claim, seen)
    if wrong is None:
        return Finding(claim, ClaimStatus.PROVED, Method.EXHAUSTION, runs, slope, seconds=seconds)
    points: Codes = np.array([wrong], np.int64)
    broken = try_points(graph, space, claim, points)
    if broken is None:
        raise CheckFailedError(graph.name, "the emulator breaks a claim, and the interpreter does not", "Report it")
    return Finding(claim, ClaimStatus.BROKEN, Method.EXHAUSTION, runs, slope, broken, seconds=seconds)
