"""Bulk mode: millions of frames through a project's RTL, every bit compared with the Graph."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.cores import cores
from fpgaml.cosim.bulk.build import BulkProgram, Design, Pace, build
from fpgaml.cosim.bulk.continuous import check_stream
from fpgaml.cosim.bulk.inputs import inputs_of
from fpgaml.cosim.bulk.result import BulkRequest, BulkResult, Values, WrongBit, first_wrong
from fpgaml.cosim.bulk.run import Chunk, Fault, Pauses, Run, Share
from fpgaml.cosim.bulk.turns import in_turn
from fpgaml.cosim.job import read_bench_json
from fpgaml.emulator.engine import Engine, Interpreter, choose_engine
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.serial import read_graph
from fpgaml.graph.values import FixedArray
from fpgaml.interrupts import interruptible
from fpgaml.progress import Progress, Silent
from fpgaml.project.ports import Port
from fpgaml.proof.checks import chunk_events
from fpgaml.rtl.stream import StreamLayout
from fpgaml.rtl.stretch_files import continuous_of

RUN_FRAMES, RUN_VALUES = 1 << 17, 1 << 23
"""At most so many frames, or values of inputs and outputs, in a run: enough for starting a process not to count, few
enough for the memory and to hear of progress."""
RUN_CYCLES = 1 << 27
"""And at most about so many clock cycles a process, where frames take thousands of them."""
SLICE = 16
"""The interpreter takes this fraction of what is usual at a time: on a core of its own, in that core's cache."""


@interruptible()
def check_in_bulk(project: Path, request: BulkRequest, progress: Progress | None = None) -> BulkResult:
    """Run frames through a project's RTL and compare them with the Graph: the interpreter, or what equals it.

    It stops with the first chunk of frames in which something is wrong.

    Raises:
        FpgamlError: the folder is no RTL project, is written in VHDL, or the data do not fit.
        ToolError: no Verilator or g++, or one of them failed.
        CheckFailedError: the emulator differs from the interpreter.
    """
    progress = progress or Silent()
    with progress.step("reading the project"):
        graph = read_graph(project)
        design = read_design(project, graph)
    with ExitStack() as stack:
        program = build(
            design, lambda: stack.enter_context(progress.step("compiling the bulk simulation with Verilator and g++"))
        )
    if design.continuous:
        return check_stream(project, program, graph, request, progress)
    per_frame = sum(port.size for port in (*design.inputs, *design.outputs))
    processes = request.processes or cores()
    most = min(RUN_FRAMES, RUN_VALUES // per_frame, processes * (RUN_CYCLES // int(design.interval)))
    inputs, total = inputs_of(project, graph, request, max(1, most) * design.channels)
    # Nothing can hold back the native shell.
    engine = choose_engine(graph, total, progress)
    pauses = replace(request.pauses, seed=request.seed, **({"stall_percent": 0} if design.shell == "native" else {}))
    tally = _Tally(program, pauses, processes)
    started = time.monotonic()
    with progress.bar("bulk simulation", total, "frames") as advance:
        for values in inputs:
            now = replace(pauses, seed=request.seed + tally.start)
            tally.add(*_both(program, engine, values, now, processes))
            advance(values[design.inputs[0].name].shape[0])
            if tally.stopped:
                break
    return replace(tally.result(time.monotonic() - started), graph_by=engine.title)


def _both(program: BulkProgram, engine: Engine, values: Values, pauses: Pauses, processes: int) -> tuple[Chunk, Values]:
    """Simulate, and meanwhile ask the Graph."""
    design = program.design
    beats = (design.stream.beat_in, design.stream.beat_out) if design.stream else (1, 1)
    with Run(program, in_turn(values, beats[0], design.channels), pauses, processes) as run:
        expected = in_turn(_expected(engine, values, processes), beats[1], design.channels)
        return run.wait(), expected


def _expected(engine: Engine, values: Values, threads: int) -> Values:
    """What the Graph says; the interpreter, of slices at the same time."""
    if not isinstance(engine, Interpreter):
        return engine.run(values)
    graph = engine.graph
    total = next(iter(values.values())).shape[0]
    step = max(1, chunk_events(graph) // SLICE)

    def part(start: int) -> Values:
        sliced = {name: FixedArray(v.integers[start : start + step], v.fractional) for name, v in values.items()}
        return engine.run(sliced)

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(part, range(0, total, step)))
    joined = {}
    for name in graph.outputs:
        fractional = max(each[name].fractional for each in parts)
        joined[name] = FixedArray(np.concatenate([each[name].at(fractional) for each in parts]), fractional)
    return joined


class _Tally:
    """Adds up what the chunks gave."""

    def __init__(self, program: BulkProgram, pauses: Pauses, processes: int) -> None:
        self._program, self._pauses, self._processes = program, pauses, processes
        self.start = 0
        self._frames = self._cycles = 0
        self._seconds = 0.0
        self._first: WrongBit | None = None
        self._problem = ""
        self._latencies: set[int] = set()
        self._intervals: set[float] = set()

    @property
    def stopped(self) -> bool:
        """Whether something is wrong."""
        return self._first is not None or bool(self._problem)

    def add(self, chunk: Chunk, expected: Values) -> None:
        """Compare a chunk with what the Graph says."""
        design = self._program.design
        self._frames += sum(share.frames for share in chunk.shares)
        self._cycles += sum(share.cycles for share in chunk.shares)
        self._seconds += sum(share.cpu_seconds for share in chunk.shares) / max(len(chunk.shares), 1)
        wrong = [bit for share in chunk.shares if (bit := first_wrong(design.outputs, share, chunk.outputs, expected))]
        faults = [share for share in chunk.shares if share.fault is not Fault.NONE]
        first = min(wrong, key=lambda bit: bit.frame, default=None)
        fault = min(faults, key=lambda share: share.fault_frame, default=None)
        if fault is not None and (first is None or fault.fault_frame < first.frame):
            self._problem = f"frame {self.start + fault.fault_frame}: {fault.fault_text}"
        elif first is not None:
            self._first = replace(first, frame=first.frame + self.start)
        else:
            self._measure(chunk.shares)
        self.start += next(iter(expected.values())).shape[0]

    def _measure(self, shares: Sequence[Share]) -> None:
        """Latency and interval, which must be as declared wherever nothing holds frames back."""
        design = self._program.design
        if not self._pauses.none:
            return
        self._latencies |= {share.latency for share in shares if share.frames}
        self._intervals |= {share.span / (share.frames - 1) for share in shares if share.frames > 1}
        for what, found, declared in (
            ("latency", self._latencies, design.latency),
            ("interval", self._intervals, design.interval),
        ):
            if found - {declared} and not self._problem:
                told = ", ".join(f"{value:g}" for value in sorted(found))
                self._problem = f"the {what} is {told} cycles, declared are {declared}"

    def result(self, seconds: float) -> BulkResult:
        """The sum."""
        design = self._program.design
        return BulkResult(
            design.shell,
            self._pauses,
            self._frames,
            self._cycles,
            self._first,
            self._problem,
            {"latency": design.latency, "interval": design.interval},
            {"latency": max(self._latencies, default=None), "interval": max(self._intervals, default=None)},
            [{"name": port.name, "elements": port.size} for port in design.outputs],
            self._processes,
            self._program.verilator,
            self._program.seconds,
            seconds,
            self._seconds,
        )


def read_design(project: Path, graph: Graph) -> Design:
    """What a project's bench.json says of its RTL.

    Raises:
        FpgamlError: there is none, it is damaged or does not fit the graph, or the RTL is VHDL.
    """
    path = project / "sim" / "bench.json"
    content = read_bench_json(path)
    if content["hdl"] != "verilog":
        reason = "drives Verilator, which reads no VHDL"
        raise FpgamlError("--bulk", reason, "Convert with --hdl verilog: it is the same design")
    try:
        stream, streaming = content.get("stream"), content.get("streaming")
        continuous = continuous_of(content, graph)
        channels = int(streaming.get("channels", 1)) if streaming else 1
        ports = _ports(graph, content, channels) if continuous is None else ((continuous.beat,), (continuous.result,))
        return Design(
            content["top"],
            content["shell"],
            tuple(path.parent / name for name in content["sources"]),
            *ports,
            int(content["latency"]),
            int(content["interval"]) if continuous is None else continuous.interval,
            StreamLayout(**stream) if stream else None,
            Pace(*(int(streaming[key]) for key in ("spacing", "rest", "drain"))) if streaming else None,
            continuous,
            channels,
        )
    except (KeyError, TypeError, ValueError) as error:
        reason = f"is not as fpgaml writes it: {type(error).__name__}: {error}"
        raise FpgamlError(str(path), reason, "Convert the model again") from None


def _ports(graph: Graph, content: Mapping[str, Any], channels: int) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
    """A frame's: of several channels their events' elements, as they come."""
    inputs, outputs = (tuple(_port(graph, row) for row in content[side]) for side in ("inputs", "outputs"))
    if channels == 1:
        return inputs, outputs
    frame_in, frame_out = (
        tuple(replace(port, shape=(channels * port.size,)) for port in side) for side in (inputs, outputs)
    )
    return frame_in, frame_out


def _port(graph: Graph, row: Mapping[str, Any]) -> Port:
    name = str(row["name"])
    shape = graph.shapes[name]
    if prod(shape) != int(row["elements"]):
        raise ValueError(f"{name} has {prod(shape)} elements, bench.json says {row['elements']}")
    return Port(name, tuple(shape), bool(row["signed"]), int(row["width"]), int(row["fractional"]))
