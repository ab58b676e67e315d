"""A Keras 2 model that was read: its layers in order, ready to become a Graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from fpgaml.data.coding import PortCoding
from fpgaml.errors import FpgamlError, Problem, UnsupportedError
from fpgaml.frontends.building.converters import convert_all
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.precision import Precision
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras2 import storage
from fpgaml.frontends.keras2.functions import in_qkeras
from fpgaml.frontends.keras2.layers import convert, problems
from fpgaml.frontends.keras2.storage import Weights
from fpgaml.frontends.keras2.topology import Call, Topology, topology
from fpgaml.frontends.model import Approximation, Built
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Input, Shape
from fpgaml.graph.types import Quantizer


@dataclass(frozen=True)
class Keras2Model:
    """A model that holds supported layers only; see `ParsedModel`.

    Args:
        file: its path, for messages.
        topology: its layers in execution order.
        weights: for each top-level layer its tensors, by their full names.
    """

    file: str
    framework: str
    topology: Topology = field(repr=False)
    weights: Mapping[str, Weights] = field(repr=False)

    @property
    def name(self) -> str:
        """The network's name, from the file."""
        return self.topology.name

    @property
    def input_shapes(self) -> Mapping[str, Shape]:
        """Each input layer's shape, without a batch axis."""
        return dict(self.topology.inputs)

    @property
    def axes(self) -> Mapping[str, tuple[int, ...]]:
        """None: the Graph has the file's own order of axes."""
        return {}

    @property
    def codings(self) -> Mapping[str, PortCoding]:
        """None: ports carry numbers as they are."""
        return {}

    def build(self, input_quantizers: Mapping[str, Quantizer], precision: Precision | None = None) -> Built:
        """The Graph, for inputs of these types.

        Args:
            input_quantizers: for each input layer's name the type of its data.

        Raises:
            FpgamlError: an input without a type, or a layer that does not fit its inputs or weights.
        """
        missing = [name for name in self.input_shapes if name not in input_quantizers]
        if missing:
            raise FpgamlError(missing[0], "no type is given for this input", "Give one such as ap_fixed<14,4>")
        graph = GraphBuilder(self.name)
        notes: list[Approximation] = []
        for name, shape in self.input_shapes.items():
            graph.layers[name] = Emitter(graph, name).add(Input(shape, input_quantizers[name]))
        nodes = dict(graph.layers)

        def add(call: Call) -> None:
            inputs = tuple(nodes[name] for name in call.inputs)
            weights = _own(call, self.weights)
            layer = KerasLayer(
                graph,
                call.name,
                notes,
                precision=precision,
                kind=call.kind,
                config=call.config,
                inputs=inputs,
                weights=weights,
                arguments=call.arguments,
            )
            nodes.update(zip(call.outputs, convert(layer), strict=True))
            graph.layers[call.name] = nodes[call.name]

        convert_all(self.file, self.topology.calls, add)
        outputs = [nodes[name] for name in self.topology.outputs]
        graph.layers.update({name: nodes[call] for name, call in self.topology.nested.items()})
        return Built(graph.build(outputs), tuple(notes))


def parse(path: Path) -> Keras2Model:
    """Read a Keras 2 `.h5`, or a `.json` with its weights beside it.

    Raises:
        UnsupportedError: layers that cannot be expressed, all of them named.
        FpgamlError: the file is damaged, inconsistent, or of another Keras.
    """
    path = Path(path)
    stored = storage.read(path)
    if stored.version and not stored.version.startswith("2"):
        raise FpgamlError(str(path), f"written by Keras {stored.version}, not by Keras 2")
    flat = topology(stored.description)
    found: list[Problem] = []
    seen: set[tuple[str, ...]] = set()
    for call in flat.calls:
        if call.path not in seen:  # a shared layer is named once
            found.extend(problems(call))
        seen.add(call.path)
    if found:
        raise UnsupportedError(str(path), found)
    return Keras2Model(str(path), _framework(stored.version, flat), flat, stored.weights)


def _framework(version: str, flat: Topology) -> str:
    quantised = any(in_qkeras(call.kind) for call in flat.calls)
    return f"Keras {version or '2'}" + (", QKeras" if quantised else "")


def _own(call: Call, weights: Mapping[str, Weights]) -> Weights:
    """A call's tensors by the last part of their names, and by their path inside of the layer.

    Keras stores them under the outermost model's name.
    """
    inner = call.path[-1]
    found: dict[str, NDArray[Any]] = {}
    for name, array in weights.get(call.path[0], {}).items():
        *holders, last = name.partition(":")[0].split("/")
        if len(call.path) > 1 and inner not in holders:
            continue
        start = len(holders) - holders[::-1].index(inner) if inner in holders else len(holders)
        found.setdefault("/".join((*holders[start:], last)), array)
        found[last] = array
    return found
