"""Events of a file through the Graph and firmware, cut by range of entries: each is read where the worker is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

from fpgaml.checking import Checking
from fpgaml.cluster.failures import require_all
from fpgaml.cluster.job import Piece
from fpgaml.cluster.run import run_job
from fpgaml.cluster.workers import Workers
from fpgaml.data.arrays import split_path
from fpgaml.data.coding import PortCoding
from fpgaml.data.dataset import DataSet, OpenEvents
from fpgaml.data.file_axes import Orders
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.oracles import choose_oracle
from fpgaml.progress import Progress, Silent
from fpgaml.project.hashes import content_of
from fpgaml.proof.checks import Batch, Proof, chunk_events, data_batches
from fpgaml.proof.graph_runs import GraphRuns
from fpgaml.proof.oracle import Oracle
from fpgaml.proof.part import DATA, ProofPart, part_of, take
from fpgaml.record.files import MANIFEST
from fpgaml.running.answers import Answers
from fpgaml.running.firmware import OpenProject, Running, start

PIECE_EVENTS, PIECE_VALUES = 1 << 16, 1 << 22
"""Of a piece at most: events, and numbers of inputs and outputs."""


@dataclass(frozen=True)
class FirmwareOf:
    """Firmware that each worker starts: compiled there, from the sources in the project, and kept in its cache.

    Args:
        folder: the project's, absolute; content: of it, which must lie there (`content_of`).
        simulate: the Verilog of an RTL project itself.
    """

    folder: Path
    content: str
    simulate: bool = False

    def start(self, progress: Progress) -> Running:
        """Compile it here, or find it compiled.

        Raises:
            FpgamlError: another project lies there, or nothing runs it. ToolError: no compiler.
        """
        project = OpenProject.read(self.folder)
        if content_of(self.folder, project.manifest) != self.content:
            raise FpgamlError(str(self.folder), "is not the project that the work began with", "Start again")
        return start(project, progress, simulate=self.simulate)


@dataclass(frozen=True, eq=False)
class EventsJob:
    """Follows `fpgaml.cluster.job.Job`.

    Args:
        graph: what everything must equal; data: the events; checking: how, and answers that were recorded for them.
        codings, axes: as for `choose_oracle`; model_rounds, approximate, statistics: as for `Checking.proof`.
        firmware: None without any; answers: whether what it answers is kept, and not only compared.
    """

    graph: Graph
    data: DataSet
    checking: Checking
    codings: Mapping[str, PortCoding]
    axes: Orders
    model_rounds: bool
    approximate: bool
    statistics: bool
    firmware: FirmwareOf | None
    answers: bool = False
    title: str = field(default="events through Graph and firmware", init=False)
    unit: str = field(default="events", init=False)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_opened"}

    @property
    def files(self) -> Sequence[Path]:
        """As in `fpgaml.cluster.job.ReadsFiles`."""
        named = [self.data.path, *(split_path(path)[0] for path in (self.checking.reference,) if path)]
        return [*named, *([self.firmware.folder / MANIFEST] if self.firmware else [])]

    def pieces(self) -> Sequence[Piece]:
        """Ranges of entries."""
        shapes = self.graph.shapes
        values = sum(prod(shapes[name]) for name in (*(node.name for node in self.graph.inputs), *self.graph.outputs))
        size = max(1, min(PIECE_EVENTS, PIECE_VALUES // max(values, 1)))
        events = self.data.events
        return [Piece(str(self.data.path), first, min(size, events - first)) for first in range(0, events, size)]

    def run(self, piece: Piece) -> ProofPart:
        """Read a range of events, and compare.

        Raises:
            FpgamlError: data that cannot be used, or nothing runs the firmware here.
        """
        opened = self._opened
        hop = Answers(opened.running, keep=self.answers) if opened.running else None
        proof = self._proof([hop] if hop else [], opened.oracle)
        proof.runs = opened.runs.anew()
        proof.events[DATA] = piece.first
        for batch in self._batches(proof, opened.events, piece):
            proof.run(batch)
        return part_of(proof, piece.first, hop.found if hop else {}, hop.outputs if hop else {})

    def _proof(self, hops: Sequence[Answers], oracle: Oracle | None) -> Proof:
        return self.checking.proof(
            self.graph,
            hops,
            oracle,
            model_rounds=self.model_rounds,
            approximate=self.approximate,
            statistics=self.statistics,
        )

    def _batches(self, proof: Proof, events: OpenEvents, piece: Piece) -> Iterator[Batch]:
        size, end = chunk_events(self.graph), piece.first + piece.count
        for first in range(piece.first, end, size):
            chunk = events.read(first, min(first + size, end))
            reals = {node: chunk[layer] for layer, node in self.graph.input_layers.items()}
            yield Batch(proof.runs.statistics.read(reals), reals, DATA, first)

    @cached_property
    def _opened(self) -> _Opened:
        running = self.firmware.start(Silent()) if self.firmware else None
        oracle, _ = choose_oracle(
            None, self.graph, self.checking, self.codings, self.axes, approximate=self.approximate
        )
        runs = self._proof([Answers(running)] if running else [], None).runs
        runs.expect(self.data.events, Silent())
        return _Opened(OpenEvents(self.data), running, oracle, runs)


@dataclass(frozen=True)
class _Opened:
    """What a process needs for pieces of a job."""

    events: OpenEvents
    running: Running | None
    oracle: Oracle | None
    runs: GraphRuns


def run_here(proof: Proof, data: DataSet, title: str, progress: Progress) -> None:
    """All events through a proof and its hops, in this process."""
    with progress.bar(title, data.events, "events") as advance:
        for batch in data_batches(proof, data):
            proof.run(batch)
            advance(batch.events)


def run_there(job: EventsJob, proof: Proof, workers: Workers, progress: Progress) -> ProofPart:
    """All events through the Graph and firmware on workers, and into a proof that has no firmware of its own.

    Who answers for the source from recorded answers does so there; a framework, which is a program of its own, runs
    here, on as many events as it is asked about.

    Returns:
        What the workers found, for the firmware.

    Raises:
        FpgamlError: nobody does the work, or it cannot be done. RunFailedError: pieces failed: not all was checked.
    """
    recorded, _ = choose_oracle(None, job.graph, job.checking, job.codings, job.axes, approximate=job.approximate)
    if proof.oracle is not None and recorded is None:
        _ask_here(job, proof, progress)
    done = run_job(job, progress, workers=workers)
    require_all(done, "--cluster")
    assert done.total is not None
    take(proof, done.total)
    return done.total


def _ask_here(job: EventsJob, proof: Proof, progress: Progress) -> None:
    """The source's answers alone; the rest is the workers'."""
    asked = job.checking.proof(
        job.graph, [], proof.oracle, model_rounds=job.model_rounds, approximate=job.approximate, statistics=False
    )
    events = min(job.data.events, job.checking.framework_events)
    run_here(asked, replace(job.data, events=events), "asking the source model, here", progress)
    proof.oracle, proof.no_answers = asked.oracle, asked.no_answers
    found = part_of(asked, 0, {}, {})
    take(proof, replace(found, events=0, counted=0, emulated=0, compared=0, changed={}, quantizers={}, outputs={}))
