"""The stream's events through firmware and the exact engine, cut into pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.cluster.job import Piece
from fpgaml.emulator.engine import Engine, Interpreter, choose_engine
from fpgaml.emulator.titles import EMULATOR, INTERPRETER
from fpgaml.errors import CheckFailedError, FpgamlError
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Silent
from fpgaml.project.golden import read_golden
from fpgaml.project.hashes import content_of
from fpgaml.project.ports import Port
from fpgaml.record.files import MANIFEST
from fpgaml.running.firmware import OpenProject
from fpgaml.soak.firmware import Tried, open_tried
from fpgaml.soak.stream import Stream
from fpgaml.soak.tally import Mismatch, Tally, Values, compared, joined, picked

PIECE_EVENTS, PIECE_VALUES, PIECE_COST = 1 << 18, 1 << 23, 1 << 32
"""Of a piece at most: events, values of inputs or outputs, and what it costs (`Tried.cost`): a few seconds, so that
starting a process does not count, and little is lost when one is killed."""
SAMPLE, LEAST_SAMPLE = 256, 16
"""One of so many events, but so many of a piece, run through the interpreter too."""
Span = tuple[int, int]
"""Events of a stream: from the first one on, up to without the second one."""


@dataclass
class SoakJob:
    """Follows `fpgaml.cluster.job.Job`.

    Args:
        project: the folder, which every worker reads; content: what must lie there (`content_of`).
        seed: of the stream; spans: the events that are to be compared, ascending; piece_events: at most, of a piece.
        total: events of the whole stream that are asked for, which chooses the engine; title: for progress.
    """

    project: Path
    content: str
    seed: int
    spans: Sequence[Span]
    piece_events: int
    total: int
    title: str
    unit: str = field(default="events", init=False)

    @property
    def files(self) -> Sequence[Path]:
        """As in `fpgaml.cluster.job.ReadsFiles`: each worker reads the project."""
        return [self.project / MANIFEST]

    def pieces(self) -> Sequence[Piece]:
        """The spans, cut at multiples of a piece's events."""
        size = self.piece_events
        return [
            Piece(f"seed {self.seed}", first, min((first // size + 1) * size, end) - first)
            for start, end in self.spans
            for first in (start, *range((start // size + 1) * size, end, size))
        ]

    def run(self, piece: Piece) -> Tally:
        """Compare a piece's events.

        Raises:
            FpgamlError: another project lies there, or nothing runs its firmware.
        """
        return _opened(self.project, self.content, self.seed, self.total).compare(piece.first, piece.count)


@dataclass(frozen=True, eq=False)
class Opened:
    """What a process needs for pieces of a stream."""

    tried: Tried
    engine: Engine
    stream: Stream

    def compare(self, first: int, count: int) -> Tally:
        """Events of the stream.

        Raises:
            FpgamlError: what runs the firmware cannot do its work, or the disk is full.
        """
        inputs: list[Values] = []
        expected: list[Values] = []
        for values in self.stream.events(first, count):
            inputs.append(values)
            expected.append(self.engine.run(values))
        together, results = joined(inputs), joined(expected)
        sampled = self._sample(together, results, first)
        found = self.judge(together, results, first)
        return replace(found, sampled=min(sampled, found.events))

    def _sample(self, inputs: Values, expected: Values, first: int) -> int:
        """On how many events the interpreter was asked too: some, evenly spread, if it was not what ran them all.

        Raises:
            CheckFailedError: it says something else.
        """
        events = next(iter(expected.values())).shape[0]
        if isinstance(self.engine, Interpreter):
            return events
        wanted = max(LEAST_SAMPLE, events // SAMPLE)
        chosen = np.unique(np.linspace(0, events - 1, wanted).round().astype(np.int64))
        given = interpret(self.tried.graph, picked(inputs, chosen))
        require_equal(self, given, picked(expected, chosen), first + chosen)
        return len(chosen)

    def judge(self, inputs: Values, expected: Values, first: int) -> Tally:
        """Firmware on events whose results are known."""
        events = next(iter(expected.values())).shape[0]
        try:
            ran = self.tried.run(inputs)
        except OSError as error:
            reason = f"cannot be run: {error.strerror or error}"
            raise FpgamlError(self.tried.title, reason, "Check the disk's space, or set TMPDIR") from None
        if not ran.problem:
            return compared(self.tried.ports, expected, ran.outputs, first, events)
        failed = Tally(1, 1, 0, Mismatch(first + ran.event, -1, -1, 0, 0, ran.problem))
        before = compared(self.tried.ports, expected, ran.outputs, first, ran.event) if ran.event else Tally()
        return before.plus(failed)


def require_equal(opened: Opened, interpreted: Values, given: Values, events: NDArray[np.int64]) -> None:
    """Refuse an engine that is not the interpreter.

    Args:
        events: of the stream, which these are.

    Raises:
        CheckFailedError: it is the engine that differs, not the firmware.
    """
    for port in opened.tried.ports:
        right, got = (each[port.name].at(port.fractional).reshape(len(events), -1) for each in (interpreted, given))
        wrong = np.flatnonzero(np.asarray(right != got, bool).any(axis=1))
        if len(wrong):
            place = f"event {int(events[wrong[0]]):,} of seed {opened.stream.seed}, in {port.name}"
            reason = f"is not {INTERPRETER} on {place}"
            raise CheckFailedError(EMULATOR, reason, "Report this with the project")


@lru_cache(maxsize=1)
def _opened(project: Path, content: str, seed: int, total: int) -> Opened:
    """A worker does many pieces of one job."""
    opened = OpenProject.read(project)
    if content_of(project, opened.manifest) != content:
        raise FpgamlError(str(project), "is not the project that the work began with", "Start again")
    return open_stream(opened, open_tried(opened, Silent()), seed, total)


def open_stream(project: OpenProject, tried: Tried, seed: int, total: int) -> Opened:
    """A stream of a project, and what computes what its events must give."""
    stream = Stream(tried.graph, seed, known_events(project, tried))
    engine = Interpreter(tried.graph) if tried.is_emulator else choose_engine(tried.graph, total, Silent())
    return Opened(tried, engine, stream)


def known_events(project: OpenProject, tried: Tried) -> Mapping[str, FixedArray]:
    """The events of data among the golden vectors, by the Graph's inputs; empty where there are none.

    Raises:
        FpgamlError: golden vectors that cannot be read.
    """
    origins = project.manifest.vectors.events
    if not origins.get("data"):
        return {}
    first = origins.get("vectors", 0)
    rows = slice(first, first + origins["data"])
    ports = {facts.name: Port.from_row(facts.to_json()) for facts in project.manifest.inputs}
    found = {}
    for node in tried.graph.inputs:
        values = read_golden(project.folder, ports[tried.inputs.get(node.name, node.name)], "input")
        events = values.integers[rows].reshape(-1, *tried.graph.shapes[node.name])
        found[node.name] = FixedArray(events, values.fractional)
    return found


def piece_events(tried: Tried) -> int:
    """How many events a piece has: a power of two, by the design alone."""
    values = sum(prod(tried.graph.shapes[node.name]) for node in tried.graph.inputs)
    values = max(1, values, sum(port.size for port in tried.ports))
    most = max(1, min(PIECE_EVENTS, PIECE_VALUES // values, PIECE_COST // max(1, tried.cost)))
    return 1 << (most.bit_length() - 1)
