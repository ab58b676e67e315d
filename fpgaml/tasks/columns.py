"""What is scored side by side on the same events: the Graph, C-simulation, RTL simulation, the float networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.serial import read_graph
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress
from fpgaml.project.manifest import read_manifest
from fpgaml.proof.checks import chunk_events
from fpgaml.tasks.task import Array

Values = Mapping[str, FixedArray]
Answers = NDArray[np.float64]
"""Shape (events, outputs): exact, since no output has more than 53 significant bits."""


@dataclass(frozen=True)
class Column:
    """Something that answers events in fixed point.

    Args:
        name: in metrics; title: in tables.
        answer: inputs by node to outputs, shape (events, outputs).
    """

    name: str
    title: str
    answer: Callable[[Values], Answers]


def graph_column(graph: Graph) -> Column:
    """The integer interpreter: the definition."""

    def answer(values: Values) -> Answers:
        return np.concatenate([_flat(graph, interpret(graph, part)) for part in _slices(graph, values)])

    return Column("graph", "quantised Graph", answer)


def csim_column(project: Path, progress: Progress) -> Column:
    """The C-simulation of an HLS project.

    Raises:
        FpgamlError: not such a project, or it cannot be compiled.
    """
    from fpgaml.hls.target import reopen

    graph = read_graph(project)
    run = reopen(project, read_manifest(project), progress).run
    assert run is not None, "the projects that an evaluation writes have a C-simulation"
    return Column("csim", "C-simulation", lambda values: _flat(graph, run(values)))


def rtl_column(project: Path, progress: Progress) -> Column:
    """The Verilog of an RTL project, simulated with Verilator at full load.

    Raises:
        FpgamlError: not such a project; ToolError: no Verilator or g++.
    """
    from fpgaml.cosim.bulk_build import build
    from fpgaml.cosim.bulk_check import read_design
    from fpgaml.cosim.bulk_run import NO_PAUSES, Fault, Run, cores

    graph = read_graph(project)
    with progress.step("compiling the simulation of the RTL with Verilator"):
        program = build(read_design(project, graph))

    def answer(values: Values) -> Answers:
        with Run(program, values, NO_PAUSES, cores()) as run:
            chunk = run.wait()
        faults = [share.fault_text for share in chunk.shares if share.fault is not Fault.NONE]
        if faults:
            from fpgaml.errors import CheckFailedError

            raise CheckFailedError(str(project), faults[0], "`fpgaml cosim` says more")
        return _flat(graph, chunk.outputs)

    return Column("rtl", "RTL simulation", answer)


def read_events(graph: Graph, x: Array) -> dict[str, FixedArray]:
    """Events as the inputs of a graph with one input take them."""
    (node,) = graph.input_layers.values()
    return read_inputs(graph, {node: np.asarray(x, np.float64).reshape(len(x), *graph.shapes[node])})


def _slices(graph: Graph, values: Values) -> Iterator[dict[str, FixedArray]]:
    step = chunk_events(graph)
    total = next(iter(values.values())).shape[0]
    for start in range(0, total, step):
        yield {name: FixedArray(v.integers[start : start + step], v.fractional) for name, v in values.items()}


def _flat(graph: Graph, outputs: Values) -> Answers:
    parts = [outputs[name].to_float() for name in graph.outputs]
    return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)
