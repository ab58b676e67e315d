"""Bulk mode of an endless stream: beats without a gap, or with gaps at random, and every result of every window."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from fpgaml.cosim.bulk.build import BulkProgram
from fpgaml.cosim.bulk.inputs import inputs_of
from fpgaml.cosim.bulk.result import BulkRequest, BulkResult, WrongBit, first_wrong
from fpgaml.cosim.bulk.run import Chunk, Fault, Pauses, Run
from fpgaml.emulator.engine import Engine, choose_engine
from fpgaml.graph.graph import Graph
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress
from fpgaml.project.ports import Port
from fpgaml.rtl.core import Continuous
from fpgaml.rtl.dataflow.endless.rates import open_input
from fpgaml.rtl.stretch import stretch_of

RUN_VALUES = 1 << 25
"""Values of a stream that is simulated from one reset on, at most: then another one begins."""


def check_stream(
    project: Path, program: BulkProgram, graph: Graph, request: BulkRequest, progress: Progress
) -> BulkResult:
    """Run at least so many results of an endless stream, one process from a reset on, and compare each.

    Args:
        graph: of the project; request: its frames are results, its events windows that follow one another.

    Raises:
        FpgamlError: the data do not fit.
        ToolError: the simulation failed.
    """
    continuous = program.design.continuous
    assert continuous is not None
    opened, window = open_input(graph), continuous.window
    # As many windows as have that many results, and the most that are sent without a reset.
    first = -(-window.shape[0] // continuous.hop) * continuous.channels
    events = -(-(request.frames + first) * continuous.hop // window.shape[0]) + continuous.channels
    inputs = inputs_of(project, opened, replace(request, frames=events), max(1, RUN_VALUES // window.size))
    pauses = replace(request.pauses, stall_percent=0, seed=request.seed)
    engine = choose_engine(opened, request.frames, progress)
    tally = _Tally(program, continuous, engine, pauses)
    started = time.monotonic()
    with progress.bar("bulk simulation", inputs.events, "results") as advance:
        for values in inputs.blocks():
            tally.add(opened, values[window.name])
            advance(values[window.name].shape[0])
            if tally.stopped:
                break
    return tally.result(time.monotonic() - started)


@dataclass
class _Tally:
    """Adds up what each stretch gave."""

    program: BulkProgram
    continuous: Continuous
    engine: Engine
    pauses: Pauses
    frames: int = 0
    cycles: int = 0
    simulation: float = 0.0
    first: WrongBit | None = None
    problem: str = ""
    latencies: set[int] = field(default_factory=set)
    intervals: set[float] = field(default_factory=set)

    @property
    def stopped(self) -> bool:
        """Whether something is wrong."""
        return self.first is not None or bool(self.problem)

    def add(self, graph: Graph, windows: FixedArray) -> None:
        """Simulate a stretch of windows, ask the Graph for all that it lets out, and compare."""
        stretch = stretch_of(graph, self.continuous, windows, engine=self.engine)
        beat, result = self.continuous.beat, self.continuous.result
        pauses = replace(self.pauses, seed=self.pauses.seed + self.frames)
        with Run(self.program, {beat.name: _shaped(stretch.beats, beat)}, pauses, 1) as run:
            chunk = run.wait()
        share = chunk.shares[0]
        expected = {result.name: _shaped(stretch.results, result)}
        first = first_wrong((result,), share, chunk.outputs, expected)
        if share.fault is not Fault.NONE and (first is None or share.fault_frame < first.frame):
            self.problem = f"result {self.frames + share.fault_frame}: {_TEXTS.get(share.fault, share.fault_text)}"
        elif first is not None:
            self.first = replace(first, frame=self.frames + first.frame)
        elif share.frames != stretch.results.shape[0]:
            self.problem = f"{share.frames} results came of {stretch.results.shape[0]}"
        else:
            self._measure(chunk)
        self.frames += share.frames
        self.cycles += share.cycles
        self.simulation += share.cpu_seconds

    def _measure(self, chunk: Chunk) -> None:
        """Latency and interval, which must be as declared where nothing pauses."""
        share, design = chunk.shares[0], self.program.design
        if not self.pauses.none:
            return
        each = len(self.continuous.due) * self.continuous.channels
        self.latencies.add(max(share.latency, 1))
        if share.frames > each:
            self.intervals.add(round(share.span / ((share.frames - 1) // each * each), 4))
        for what, found, declared in (
            ("latency", self.latencies, design.latency),
            ("interval", self.intervals, design.interval),
        ):
            if found - {declared} and not self.problem:
                told = ", ".join(f"{value:g}" for value in sorted(found))
                self.problem = f"the {what} is {told} cycles, declared are {declared:g}"

    def result(self, seconds: float) -> BulkResult:
        """The sum."""
        design, port = self.program.design, self.continuous.result
        return BulkResult(
            design.shell,
            self.pauses,
            self.frames,
            self.cycles,
            self.first,
            self.problem,
            {"latency": design.latency, "interval": design.interval},
            {"latency": max(self.latencies, default=None), "interval": max(self.intervals, default=None)},
            [{"name": port.name, "elements": port.size}],
            1,
            self.program.verilator,
            self.program.seconds,
            seconds,
            self.simulation,
            self.engine.title,
        )


_TEXTS = {
    Fault.STUCK: "did not come in the cycle in which it is due",
    Fault.SURPLUS: "came in a cycle in which none is due",
}


def _shaped(values: FixedArray, port: Port) -> FixedArray:
    codes = np.asarray(values.at(port.fractional))
    return FixedArray(codes.reshape(codes.shape[0], *port.shape), port.fractional)
