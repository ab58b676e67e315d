"""What is scored side by side on the same events: the Graph, C-simulation, RTL simulation, the float networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.cores import cores
from fpgaml.data.coded import to_codes, to_reals
from fpgaml.data.coding import PortCoding
from fpgaml.emulator.engine import choose_engine
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import read_inputs
from fpgaml.graph.serial import read_graph
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress
from fpgaml.proof.checks import chunk_events
from fpgaml.proof.hops import Simulated
from fpgaml.record.files import read_manifest
from fpgaml.tasks.inputs import Array, Inputs, by_name

Values = Mapping[str, FixedArray]
Answers = NDArray[np.float64]
"""Shape (events, outputs): exact, since no output has more than 53 significant bits."""


@dataclass(frozen=True)
class Column:
    """Something that answers events in fixed point.

    Args:
        name: in metrics; title: in tables.
        answer: inputs by node to outputs, shape (events, outputs).
        by: of the Graph's, who computed its answers.
    """

    name: str
    title: str
    answer: Callable[[Values], Answers]
    by: Callable[[], str] | None = None


@dataclass(frozen=True)
class Group:
    """Columns of one Graph: all must answer every event as the first does.

    Args:
        graph: what they compute; columns: the first is the definition.
        codings: of ports that carry integer codes: real events become codes, answers become real numbers again.
    """

    graph: Graph
    columns: tuple[Column, ...]
    codings: Mapping[str, PortCoding] = field(default_factory=dict)

    def read(self, x: Inputs) -> dict[str, FixedArray]:
        """Events as the graph takes them."""
        return read_events(self.graph, x, self.codings)

    def real(self, answers: Answers) -> Answers:
        """Answers as the numbers that they stand for."""
        if not self.codings:
            return answers
        coding = self.codings[self.graph.outputs[0]]
        return np.asarray(to_reals(answers, coding), np.float64)


def graph_column(graph: Graph, events: int, progress: Progress) -> Column:
    """The Graph itself: the definition, by the interpreter or what equals it.

    Args:
        events: that will be answered in all.
    """
    engine = choose_engine(graph, events, progress)

    def answer(values: Values) -> Answers:
        return np.concatenate([_flat(graph, engine.run(part)) for part in _slices(graph, values)])

    return Column("graph", "quantised Graph", answer, lambda: engine.title)


def csim_column(project: Path, progress: Progress, name: str = "csim", title: str = "C-simulation") -> Column:
    """The C-simulation of an HLS project.

    Raises:
        FpgamlError: not such a project, or it cannot be compiled.
    """
    from fpgaml.hls.target import HlsTarget

    graph = read_graph(project)
    (hop,) = HlsTarget.reopen(project, read_manifest(project), graph, None, progress).hops
    assert isinstance(hop, Simulated), "the projects that an evaluation writes have a C-simulation"
    return Column(name, title, lambda values: _flat(graph, hop.run(values)))


def rtl_column(project: Path, progress: Progress, name: str = "rtl", title: str = "RTL simulation") -> Column:
    """The Verilog of an RTL project, simulated with Verilator at full load.

    Raises:
        FpgamlError: not such a project; ToolError: no Verilator or g++.
    """
    from fpgaml.cosim.bulk.build import build
    from fpgaml.cosim.bulk.design import read_design
    from fpgaml.cosim.bulk.run import NO_PAUSES, Fault, Run

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

    return Column(name, title, answer)


def litert_column(file: Path, graph: Graph) -> Column:
    """An integer flatbuffer under LiteRT's reference kernels, in codes.

    Raises:
        ToolError: LiteRT is not installed.
    """
    from fpgaml.litert import describe, run

    ports = describe(file)
    (given,) = ports.inputs
    (node,) = graph.input_layers.values()

    def answer(values: Values) -> Answers:
        codes = values[node].to_float().astype(given.dtype)
        found = run(file, {given.name: codes.reshape(-1, *given.shape)})
        return np.concatenate(
            [np.asarray(found[port.name], np.float64).reshape(len(codes), -1) for port in ports.outputs], axis=1
        )

    return Column("tflite", "int8, LiteRT reference", answer)


def read_events(graph: Graph, x: Inputs, codings: Mapping[str, PortCoding] | None = None) -> dict[str, FixedArray]:
    """Events as the inputs of a graph take them.

    Raises:
        FpgamlError: the events are of other inputs.
    """
    layers, given = graph.input_layers, by_name(x)
    if len(layers) == 1 and len(given) == 1:
        given = dict.fromkeys(layers, next(iter(given.values())))
    if given.keys() != layers.keys():
        reason = f"reads {', '.join(layers)}, where the task's events have {', '.join(given)}"
        raise FpgamlError(graph.name, reason, "Name the model's inputs as the task does")
    found: dict[str, Array] = {}
    for layer, node in layers.items():
        reals = np.asarray(given[layer], np.float64).reshape(-1, *graph.shapes[node])
        coding = (codings or {}).get(layer)
        found[node] = reals if coding is None else to_codes(reals, coding)
    return read_inputs(graph, found)


def _slices(graph: Graph, values: Values) -> Iterator[dict[str, FixedArray]]:
    step = chunk_events(graph)
    total = next(iter(values.values())).shape[0]
    for start in range(0, total, step):
        yield {name: FixedArray(v.integers[start : start + step], v.fractional) for name, v in values.items()}


def _flat(graph: Graph, outputs: Values) -> Answers:
    parts = [outputs[name].to_float() for name in graph.outputs]
    return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)
