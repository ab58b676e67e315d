"""What a project's firmware answers to events, written into a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.checking import Checking
from fpgaml.data.coded import to_reals
from fpgaml.data.dataset import DataSet
from fpgaml.data.file_axes import file_shape, to_file
from fpgaml.errors import FpgamlError
from fpgaml.graph.interpreter import read_inputs
from fpgaml.graph.values import FLOAT64_EXACT, FixedArray, magnitude
from fpgaml.progress import Progress, Silent
from fpgaml.proof.checks import chunk_events
from fpgaml.running.firmware import OpenProject, Running, start
from fpgaml.running.outputs import Output, check_output, writer

INT64_BITS = 63


@dataclass(frozen=True)
class Prediction:
    """What was answered.

    Args:
        events: how many; outputs: as they were written.
        title: what computed them; standing: whether it is proved equal to the Graph, in a sentence.
        rounded: outputs that float64 does not hold on every bit.
    """

    events: int
    outputs: tuple[Output, ...]
    title: str
    standing: str
    rounded: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """In a line."""
        said = [f"{self.events:,} events by {self.title} ({self.standing})"]
        said += [f"{', '.join(self.rounded)} rounded to float64"] if self.rounded else []
        for output in self.outputs:
            facts = output.facts
            if "fractional" in facts:
                said.append(f"{output.name}: a value is n * 2^{-facts['fractional']}")
            elif facts:
                said.append(f"{output.name}: a value is {facts['scale']:.9g} * (code - {facts['zero_point']})")
        return "; ".join(said)

    def to_json(self) -> dict[str, Any]:
        """For scripts."""
        outputs = [
            {"name": each.name, "shape": list(each.shape), "dtype": each.dtype.name, **each.facts}
            for each in self.outputs
        ]
        return {"events": self.events, "by": self.title, "standing": self.standing, "outputs": outputs}


@dataclass(frozen=True)
class _Wanted:
    """What goes into the file."""

    project: OpenProject
    running: Running
    raw: bool
    rounded: set[str]

    def outputs(self) -> tuple[Output, ...]:
        """The arrays."""
        return tuple(self._output(name) for name in self.project.graph.outputs)

    def _output(self, name: str) -> Output:
        graph, coding = self.project.graph, self.running.codings.get(name)
        shape = file_shape(graph.shapes[name], self.project.axes.get(name))
        if not self.raw:
            return Output(name, shape, np.dtype(np.float64), {})
        if coding is not None:
            facts: Mapping[str, int | float] = {"scale": coding.scale, "zero_point": coding.zero_point}
        else:
            facts = {"fractional": self.project.fractional(name)}
        return Output(name, shape, np.dtype(np.int64), facts)

    def chunks(self, data: DataSet) -> Iterator[dict[str, NDArray[Any]]]:
        """Answers to all events, some at a time."""
        graph = self.project.graph
        size = sum(int(np.prod(shape)) for shape in data.shapes.values()) * chunk_events(graph)
        for chunk in data.chunks(size):
            values = read_inputs(graph, {node: chunk[layer] for layer, node in graph.input_layers.items()})
            answers = self.running.run(values)
            yield {name: self._told(name, answers[name]) for name in graph.outputs}

    def _told(self, name: str, value: FixedArray) -> NDArray[Any]:
        coding, order = self.running.codings.get(name), self.project.axes.get(name)
        shape = self.project.graph.shapes[name]
        if self.raw:
            integers = value.integers if coding is not None else value.at(self.project.fractional(name))
            return to_file(integers.reshape(-1, *shape), order)
        if magnitude(value.integers) > FLOAT64_EXACT:
            self.rounded.add(name)
        reals = value.to_float().reshape(-1, *shape)
        return to_file(reals if coding is None else to_reals(reals, coding).astype(np.float64), order)


def predict_into(
    folder: Path,
    output: Path,
    checking: Checking,
    progress: Progress | None = None,
    *,
    raw: bool = False,
    simulate: bool = False,
) -> Prediction:
    """Write what a project's firmware answers to events into a .npz, .npy, .csv or .h5 file.

    Outputs have the names, shapes and order of axes of the model file; events are read and answered in chunks.

    Args:
        checking: data, and how it is read; raw: the integers themselves, with their binary point, or codes with their
            scale, beside them where the format has room for it.
        simulate: as for `start`.

    Raises:
        FpgamlError: no project, no data, or files that cannot be read or written.
        ToolError: no compiler or simulator.
    """
    progress = progress or Silent()
    project = OpenProject.read(folder)
    data = project.events(checking.events)
    if data is None:
        raise FpgamlError("--data", "there are no events to answer", "Give --data")
    check_output(output, len(project.graph.outputs), [data.path])
    if raw:
        _require_int64(project)
    wanted = _Wanted(project, start(project, progress, simulate=simulate), raw, set())
    outputs = wanted.outputs()
    with writer(output, outputs, data.events) as write, progress.bar("events through the firmware", data.events) as ran:
        for chunk in wanted.chunks(data):
            write(chunk)
            ran(len(next(iter(chunk.values()))))
    running = wanted.running
    return Prediction(data.events, outputs, running.title, running.standing, tuple(sorted(wanted.rounded)))


def predict(
    folder: Path, checking: Checking, progress: Progress | None = None, *, raw: bool = False, simulate: bool = False
) -> dict[str, NDArray[Any]]:
    """The same as arrays in memory, by output: shape (events, *shape); errors as for `predict_into`."""
    project = OpenProject.read(folder)
    data = project.events(checking.events)
    if data is None:
        raise FpgamlError("data", "there are no events to answer", "Give data")
    if raw:
        _require_int64(project)
    wanted = _Wanted(project, start(project, progress or Silent(), simulate=simulate), raw, set())
    parts = list(wanted.chunks(data))
    return {name: np.concatenate([part[name] for part in parts]) for name in project.graph.outputs}


def _require_int64(project: OpenProject) -> None:
    for name in project.graph.outputs:
        width = project.port(name).width
        if width > INT64_BITS:
            reason = f"{name} has {width} bits, more than an integer of 64 bits holds"
            raise FpgamlError("--raw", reason, "Leave it out: real numbers are rounded to float64")
