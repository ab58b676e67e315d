"""A Keras 2 model that was read: its layers in order, ready to become a Graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fpgaml.data.coding import PortCoding
from fpgaml.errors import FpgamlError, Problem, UnsupportedError
from fpgaml.frontends.keras2 import storage
from fpgaml.frontends.keras2.emit import Emitter, Layer
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
        calls: the layers in execution order; their `inputs` name calls, not nodes.
        input_shapes: without batch axis; outputs: names of calls.
        nested: for each nested model the call with its output.
    """

    name: str
    framework: str
    calls: tuple[Layer, ...]
    input_shapes: Mapping[str, Shape]
    outputs: tuple[str, ...]
    nested: Mapping[str, str]

    @property
    def codings(self) -> Mapping[str, PortCoding]:
        """None: ports carry numbers as they are."""
        return {}

    def build(self, input_quantizers: Mapping[str, Quantizer]) -> Built:
        """The Graph, for inputs of these types.

        Args:
            input_quantizers: for each input layer's name the type of its data.

        Raises:
            FpgamlError: an input without a type, or a layer that does not fit its inputs or weights.
        """
        missing = [name for name in self.input_shapes if name not in input_quantizers]
        if missing:
            raise FpgamlError(missing[0], "no type is given for this input", "Give one such as ap_fixed<14,4>")
        builder = GraphBuilder(self.name)
        notes: list[Approximation] = []
        nodes: dict[str, str] = {}
        for name, shape in self.input_shapes.items():
            nodes[name] = Emitter(builder, name).add(Input(shape, input_quantizers[name]))
            builder.layers[name] = nodes[name]
        for call in self.calls:
            inputs = tuple(nodes[name] for name in call.inputs)
            layer = Layer(call.name, call.kind, call.config, call.weights, inputs)
            nodes[call.name] = convert(layer, Emitter(builder, call.name, notes))
        builder.layers.update({name: nodes[call] for name, call in self.nested.items()})
        return Built(builder.build([nodes[name] for name in self.outputs]), tuple(notes))


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
    calls = tuple(_layer(call, stored.weights) for call in flat.calls)
    found: list[Problem] = []
    seen: set[tuple[str, ...]] = set()
    for layer, call in zip(calls, flat.calls, strict=True):
        if call.path not in seen:  # a shared layer is named once
            found.extend(problems(layer))
        seen.add(call.path)
    if found:
        raise UnsupportedError(str(path), found)
    framework = _framework(stored.version, flat)
    return Keras2Model(flat.name, framework, calls, dict(flat.inputs), tuple(flat.outputs), dict(flat.nested))


def _framework(version: str, flat: Topology) -> str:
    quantised = any(call.kind[:1] == "Q" and call.kind[1:2].isupper() for call in flat.calls)
    return f"Keras {version or '2'}" + (", QKeras" if quantised else "")


def _layer(call: Call, weights: Mapping[str, Weights]) -> Layer:
    """The call with its weights, which Keras stores under the outermost model's name."""
    stored = weights.get(call.path[0], {})
    inner = call.path[-1]
    kept = {
        name.rpartition("/")[2].partition(":")[0]: array
        for name, array in stored.items()
        if len(call.path) == 1 or inner in name.split("/")[:-1]
    }
    return Layer(call.name, call.kind, call.config, kept, call.inputs)
