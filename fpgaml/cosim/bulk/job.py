"""Bulk simulation cut into blocks of frames, each from a reset on in a process of its own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from fpgaml.cluster.identity import host
from fpgaml.cluster.job import Piece
from fpgaml.cosim.bulk.build import BulkProgram, Design, build
from fpgaml.cosim.bulk.design import read_design
from fpgaml.cosim.bulk.inputs import Inputs, inputs_of
from fpgaml.cosim.bulk.result import BulkRequest, Values, WrongBit, first_wrong
from fpgaml.cosim.bulk.run import Chunk, Fault, Pauses, Run, Share
from fpgaml.cosim.bulk.turns import in_turn
from fpgaml.data.arrays import split_path
from fpgaml.emulator.engine import Engine, Interpreter, choose_engine
from fpgaml.emulator.titles import INTERPRETER, emulator_title
from fpgaml.errors import FpgamlError
from fpgaml.files import file_sha256
from fpgaml.graph.graph import Graph
from fpgaml.graph.serial import GRAPH_FILE, read_graph
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Silent
from fpgaml.proof.checks import chunk_events

BLOCK_FRAMES, BLOCK_VALUES, BLOCK_CYCLES = 1 << 15, 1 << 21, 1 << 25
"""Of a block at most: frames, values of inputs and outputs, and about so many clock cycles: a few seconds, so that
starting a process does not count, and little is lost when one is killed."""
SLICE = 16
"""The interpreter takes this fraction of what is usual at a time, which stays in a core's cache."""


@dataclass(frozen=True)
class BulkPart:
    """What blocks of frames came to; follows `fpgaml.cluster.job.Sum`.

    Args:
        frames: how many results were compared; cycles: clock edges; nanoseconds: of CPU time that simulation took.
        first: the first wrong bit; problem: what else is wrong first, and problem_frame: with which frame.
        latencies, intervals: that were measured, in cycles; as fractions of whole numbers.
        emulated: events that the emulator ran; sampled: of them, those that the interpreter gave the same for.
        processes: those that took part, by host and number; verilators: versions.
    """

    frames: int
    cycles: int
    nanoseconds: int = field(compare=False)
    first: WrongBit | None
    problem: str
    problem_frame: int
    latencies: frozenset[int]
    intervals: frozenset[float]
    emulated: int
    sampled: int
    processes: frozenset[str] = field(compare=False)
    verilators: frozenset[str] = field(compare=False)

    def plus(self, other: BulkPart) -> BulkPart:
        """Both together: of what is wrong the first."""
        earlier = min((self, other), key=BulkPart.wrong_frame)
        return BulkPart(
            self.frames + other.frames,
            self.cycles + other.cycles,
            self.nanoseconds + other.nanoseconds,
            earlier.first,
            earlier.problem,
            earlier.problem_frame,
            self.latencies | other.latencies,
            self.intervals | other.intervals,
            self.emulated + other.emulated,
            self.sampled + other.sampled,
            self.processes | other.processes,
            self.verilators | other.verilators,
        )

    def wrong_frame(self) -> float:
        """The first frame with which something is wrong; infinity where nothing is."""
        if self.problem:
            return self.problem_frame
        return self.first.frame if self.first else float("inf")

    @property
    def graph_by(self) -> str:
        """Who said what the results must be."""
        return emulator_title(self.emulated, self.sampled) if self.emulated else INTERPRETER

    def stops(self) -> bool:
        """Whether something is wrong."""
        return self.first is not None or bool(self.problem)


@dataclass(frozen=True)
class BulkJob:
    """Follows `fpgaml.cluster.job.Job`.

    Args:
        project: the folder, absolute, which every worker reads; content: of its Graph and RTL, by their hash.
        request: what to run; events: how many there are of it; size: of a block. pauses: that the shell can have.
    """

    project: Path
    content: str
    request: BulkRequest
    events: int
    size: int
    pauses: Pauses
    title: str = field(default="bulk simulation", init=False)
    unit: str = field(default="frames", init=False)

    @classmethod
    def of(cls, project: Path, graph: Graph, design: Design, request: BulkRequest) -> BulkJob:
        """For a design and what is asked of it.

        Raises:
            FpgamlError: the data do not fit.
        """
        project = project.absolute()
        if request.data is not None:
            request = replace(request, data=request.data.absolute())
        per_frame = sum(port.size for port in (*design.inputs, *design.outputs))
        most = min(BLOCK_FRAMES, BLOCK_VALUES // per_frame, BLOCK_CYCLES // int(design.interval))
        size = max(1, most) * design.channels
        inputs = inputs_of(project, graph, request, size)
        # Nothing can hold back the native shell.
        pauses = replace(
            request.pauses, seed=request.seed, **({"stall_percent": 0} if design.shell == "native" else {})
        )
        return cls(project, content_of(project, design), request, inputs.events, size, pauses)

    @property
    def files(self) -> Sequence[Path]:
        """As in `fpgaml.cluster.job.ReadsFiles`."""
        data = [split_path(self.request.data)[0]] if self.request.data else []
        return [self.project / "sim" / "bench.json", self.project / GRAPH_FILE, *data]

    def pieces(self) -> Sequence[Piece]:
        """Blocks of frames."""
        source = str(self.request.data) if self.request.data else f"seed {self.request.seed}"
        return [Piece(source, first, min(self.size, self.events - first)) for first in range(0, self.events, self.size)]

    def run(self, piece: Piece) -> BulkPart:
        """Simulate a block, and compare it with the Graph.

        Raises:
            FpgamlError: another project lies there, or data that cannot be used.
            ToolError: no Verilator or g++ here, or one of them failed.
        """
        opened = _opened(self)
        values = opened.inputs.block(piece.first, piece.count)
        design = opened.program.design
        first = piece.first // design.channels
        return opened.compare(values, replace(self.pauses, seed=self.request.seed + first), first)


@dataclass(frozen=True)
class _Opened:
    """What a process needs for blocks of a job."""

    program: BulkProgram
    engine: Engine
    inputs: Inputs

    def compare(self, values: Values, pauses: Pauses, start: int) -> BulkPart:
        """A block of frames.

        Args:
            start: number of its first frame.
        """
        engine = self.engine.anew()
        chunk, expected = self._both(engine, values, pauses)
        (share,) = chunk.shares
        wrong = first_wrong(self.program.design.outputs, share, chunk.outputs, expected)
        problem, at = "", 0
        if share.fault is not Fault.NONE and (wrong is None or share.fault_frame < wrong.frame):
            wrong, at = None, start + share.fault_frame
            problem = f"frame {at}: {share.fault_text}"
        elif wrong is not None:
            wrong = replace(wrong, frame=start + wrong.frame)
        else:
            problem, at = self._mistimed(share, pauses), start
        timed = pauses.none and wrong is None and share.fault is Fault.NONE
        return BulkPart(
            share.frames,
            share.cycles,
            round(share.cpu_seconds * 1e9),
            wrong,
            problem,
            at,
            frozenset([share.latency] if timed and share.frames else []),
            frozenset([_interval(share)] if timed and share.frames > 1 else []),
            engine.events,
            engine.compared,
            frozenset([f"{host()}:{os.getpid()}"]),
            frozenset([self.program.verilator]),
        )

    def _both(self, engine: Engine, values: Values, pauses: Pauses) -> tuple[Chunk, Values]:
        """Simulate, and meanwhile ask the Graph."""
        design = self.program.design
        beats = (design.stream.beat_in, design.stream.beat_out) if design.stream else (1, 1)
        with Run(self.program, in_turn(values, beats[0], design.channels), pauses, 1) as run:
            expected = in_turn(_expected(engine, values), beats[1], design.channels)
            return run.wait(), expected

    def _mistimed(self, share: Share, pauses: Pauses) -> str:
        """Latency and interval must be as declared wherever nothing holds frames back."""
        design = self.program.design
        if not pauses.none:
            return ""
        for what, found, declared in (
            ("latency", share.latency if share.frames else design.latency, design.latency),
            ("interval", _interval(share) if share.frames > 1 else design.interval, design.interval),
        ):
            if found != declared:
                return f"the {what} is {found:g} cycles, declared are {declared}"
        return ""


def _interval(share: Share) -> float:
    return share.span / (share.frames - 1)


@lru_cache(maxsize=1)
def _opened(job: BulkJob) -> _Opened:
    """A worker does many blocks of one job; what is compiled is found in its cache."""
    graph = read_graph(job.project)
    design = read_design(job.project, graph)
    if content_of(job.project, design) != job.content:
        raise FpgamlError(str(job.project), "is not the project that the work began with", "Start again")
    engine = choose_engine(graph, job.events, Silent())
    return _Opened(build(design), engine, inputs_of(job.project, graph, job.request, job.size))


def content_of(project: Path, design: Design) -> str:
    """A hash of a project's Graph, bench.json and Verilog, as they are now.

    Raises:
        FpgamlError: one cannot be read.
    """
    paths = [project / GRAPH_FILE, project / "sim" / "bench.json", *design.sources]
    return hashlib.sha256("".join(map(file_sha256, paths)).encode()).hexdigest()


def _expected(engine: Engine, values: Values) -> Values:
    """What the Graph says; the interpreter, slice by slice."""
    if not isinstance(engine, Interpreter):
        return engine.run(values)
    total = next(iter(values.values())).shape[0]
    step = max(1, chunk_events(engine.graph) // SLICE)
    parts = []
    for start in range(0, total, step):
        sliced = {name: FixedArray(v.integers[start : start + step], v.fractional) for name, v in values.items()}
        parts.append(engine.run(sliced))
    joined = {}
    for name in engine.graph.outputs:
        fractional = max(each[name].fractional for each in parts)
        joined[name] = FixedArray(np.concatenate([each[name].at(fractional) for each in parts]), fractional)
    return joined
