"""Arrays through a Graph's emulator: a project's or a model file's, compiled once and kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.axes import plan_layout
from fpgaml.data.coded import to_codes, to_reals
from fpgaml.data.coding import PortCoding
from fpgaml.data.file_axes import Orders, to_file, to_graph
from fpgaml.emulator.compiled import Emulator, compile_emulator
from fpgaml.emulator.sample import Sample
from fpgaml.emulator.source import Port
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import read_inputs
from fpgaml.graph.values import FixedArray, shift_left
from fpgaml.progress import Silent
from fpgaml.project.publish import is_project
from fpgaml.running.firmware import OpenProject
from fpgaml.source import LoadedModel, load_model

KEPT = 8
"""Emulators that stay open, those used last."""
FLOAT32_BITS = 24

Arrays = Mapping[str, NDArray[Any]]
"""By input or output, shape (events, *shape)."""


@dataclass(frozen=True)
class Emulated:
    """A Graph's emulator between arrays as a user has them.

    Args:
        codings: of ports that carry integer codes, which stand for real numbers; axes: of tensors whose axes lie in
            another order in the model file.
        sample: which events went through the interpreter too.
    """

    graph: Graph
    emulator: Emulator
    codings: Mapping[str, PortCoding]
    axes: Orders
    sample: Sample

    @classmethod
    def of(cls, graph: Graph, codings: Mapping[str, PortCoding], axes: Orders) -> Emulated:
        """Compiled, or taken from the cache; errors as for `compile_emulator`."""
        return cls(graph, compile_emulator(graph, Silent()), codings, axes, Sample(graph))

    def run(self, events: Arrays, *, raw: bool, threads: int | None) -> dict[str, NDArray[Any]]:
        """Events by input layer to outputs by name, as for `emulate`."""
        emulator = self.emulator if threads is None else replace(self.emulator, threads=threads)
        ports = {port.name: port for port in emulator.source.inputs}
        layers = {node: layer for layer, node in self.graph.input_layers.items()}
        given = {name: self._given(layers[name], port, events, raw) for name, port in ports.items()}
        if raw:
            _require_int64((*emulator.source.inputs, *emulator.source.outputs))
            given = {name: self._moved(array, name, ports[name].fractional) for name, array in given.items()}
            found = emulator.integers(given)
            self._check(given, found, self._exact)
            return {port.name: self._out(port, found[port.name]) for port in emulator.source.outputs}
        dtype = self._real_type(given)
        given = {name: array.astype(dtype, copy=False) for name, array in given.items()}
        found = emulator.reals(given)
        self._check(given, found, lambda values: read_inputs(self.graph, values))
        return {name: self._told(name, array) for name, array in found.items()}

    def _given(self, layer: str, port: Port, events: Arrays, raw: bool) -> NDArray[Any]:
        """An input's events as the emulator takes them, without a copy where they lie so."""
        if layer not in events:
            raise FpgamlError(layer, "no events for this input", f"Given: {', '.join(events) or 'nothing'}")
        array = np.asarray(events[layer])
        if array.dtype.kind not in ("iu" if raw else "iuf"):
            wanted = "integers" if raw else "real numbers or integers"
            raise FpgamlError(layer, f"events of type {array.dtype}, where {wanted} are taken", "Convert them first")
        if array.ndim < 1:
            raise FpgamlError(layer, "one number, where an array of events is taken", "Give shape (events, ...)")
        order, shape = self.axes.get(layer), self.graph.shapes[port.name]
        array = to_graph(array, order, shape, layer)
        array = np.asarray(plan_layout(array.shape[1:], shape, layer).apply(array))
        coding = self.codings.get(layer)
        return to_codes(array, coding) if coding is not None and array.dtype.kind == "f" else array

    def _point(self, name: str) -> int:
        """The binary point of a tensor's integers, as projects have it."""
        return int(self.graph.types[name].uniform().fractional)

    def _moved(self, array: NDArray[Any], name: str, fractional: int) -> NDArray[Any]:
        """Integers in the emulator's binary point, which may lie further to the right."""
        shift = fractional - self._point(name)
        return shift_left(array.astype(np.int64), shift) if shift else array

    def _out(self, port: Port, array: NDArray[Any]) -> NDArray[Any]:
        array >>= port.fractional - self._point(port.name)  # its low bits are zero
        return to_file(array, self.axes.get(port.name))

    def _real_type(self, given: Arrays) -> np.dtype[Any]:
        """float32 where events are and every output is held by it, else float64."""
        single = all(array.dtype == np.float32 for array in given.values()) and not self.codings
        ports = self.emulator.source.outputs
        held = all(max(abs(port.low), abs(port.high)) <= 1 << FLOAT32_BITS for port in ports)
        return np.dtype(np.float32 if single and held else np.float64)

    def _told(self, name: str, reals: NDArray[Any]) -> NDArray[Any]:
        coding = self.codings.get(name)
        told = reals if coding is None else to_reals(reals, coding).astype(np.float64)
        return to_file(told, self.axes.get(name))

    def _exact(self, arrays: Arrays) -> dict[str, FixedArray]:
        points = {port.name: port.fractional for port in self.emulator.source.inputs}
        return {name: FixedArray(array.astype(np.int64), points[name]) for name, array in arrays.items()}

    def _check(self, given: Arrays, found: Arrays, read: Callable[[Arrays], Mapping[str, FixedArray]]) -> None:
        """Compare a sample of a batch with the interpreter, in integers."""
        first, chosen = self.sample.choose(len(next(iter(found.values()))))
        if not chosen.size:
            return
        values = read({name: array[chosen] for name, array in given.items()})
        picked = {name: array[chosen] for name, array in found.items()}
        if all(array.dtype.kind == "f" for array in picked.values()):
            reals = {name: FixedArray.from_float(array) for name, array in picked.items()}
            self.sample.compare(values, reals, first + chosen, as_doubles=True)
        else:
            ports = self.emulator.source.outputs
            exact = {port.name: FixedArray(picked[port.name].astype(np.int64), port.fractional) for port in ports}
            self.sample.compare(values, exact, first + chosen)


def _require_int64(ports: Sequence[Port]) -> None:
    for port in ports:
        if port.type.words:
            reason = f"{port.name} has more bits than an integer of 64 bits holds"
            raise FpgamlError("raw", reason, "Leave it out: real numbers are rounded to float64")


def emulate(
    subject: Path | LoadedModel,
    events: NDArray[Any] | Arrays,
    *,
    raw: bool = False,
    threads: int | None = None,
    input_types: Sequence[str] = (),
) -> NDArray[Any] | dict[str, NDArray[Any]]:
    """Events through the emulator, as `fpgaml.emulate` says."""
    if threads is not None and threads < 1:
        raise FpgamlError("threads", f"{threads} run nothing", "Give 1 or more, or leave it out for all cores")
    opened = open_emulated(subject, input_types)
    found = opened.run(_by_layer(opened.graph, events), raw=raw, threads=threads)
    return next(iter(found.values())) if len(opened.graph.outputs) == 1 else found


def _by_layer(graph: Graph, events: NDArray[Any] | Arrays) -> Arrays:
    layers = graph.input_layers
    if not isinstance(events, Mapping):
        if len(layers) != 1:
            reason = f"one array for the inputs {', '.join(layers)}"
            raise FpgamlError("events", reason, "Give a mapping with an array for each")
        return {next(iter(layers)): events}
    named = {node: layer for layer, node in layers.items()}
    return {named.get(name, name): array for name, array in events.items()}


_open: OrderedDict[Hashable, tuple[object, Emulated]] = OrderedDict()
_lock = threading.Lock()


def open_emulated(subject: Path | LoadedModel, input_types: Sequence[str]) -> Emulated:
    """The emulator of a project, a file or a model: that of the last call, unless the file has changed.

    Raises:
        FpgamlError, UnsupportedError, ToolError: as for `fpgaml.emulate`.
    """
    key = _key(subject, input_types)
    with _lock:
        if key in _open:
            _open.move_to_end(key)
            return _open[key][1]
    found = _emulated(subject, input_types)
    with _lock:
        _open[key] = subject, found  # the subject too: a model is known by its place in memory
        while len(_open) > KEPT:
            _open.popitem(last=False)
    return found


def _key(subject: Path | LoadedModel, input_types: Sequence[str]) -> Hashable:
    if isinstance(subject, LoadedModel):
        return id(subject)
    file = subject / "graph.json" if subject.is_dir() else subject
    try:
        facts = file.stat()
    except OSError:
        raise FpgamlError(str(subject), "no such project or model file") from None
    return subject.absolute(), facts.st_mtime_ns, facts.st_size, tuple(input_types)


def _emulated(subject: Path | LoadedModel, input_types: Sequence[str]) -> Emulated:
    if isinstance(subject, Path) and is_project(subject):
        project = OpenProject.read(subject)
        if not project.manifest.settings.of_graph:
            reason = f"the firmware of {subject} has codes of its own, not the Graph's integers"
            raise FpgamlError("project", reason, "`fpgaml predict` runs it")
        return Emulated.of(project.graph, project.codings, project.axes)
    model = subject if isinstance(subject, LoadedModel) else load_model(subject, input_types)
    return Emulated.of(model.graph, model.codings, model.axes)
