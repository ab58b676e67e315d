"""A Keras 3 file that was read, on its way to a Graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from fpgaml.data.coding import PortCoding
from fpgaml.errors import FpgamlError, UnsupportedError
from fpgaml.frontends.building.converters import convert_all
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.precision import Precision
from fpgaml.frontends.keras3.archive import read
from fpgaml.frontends.keras3.layer import Layer
from fpgaml.frontends.keras3.registry import converter, problems
from fpgaml.frontends.keras3.topology import LayerCall, Topology, flatten
from fpgaml.frontends.keras3.weights import WeightSource
from fpgaml.frontends.model import Approximation, Built
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Input, Shape
from fpgaml.graph.types import Quantizer


@dataclass(frozen=True)
class Keras3Model:
    """A Keras 3 model file in which every layer is of a supported kind.

    Args:
        file: its name, for messages.
        keras_version: what wrote it.
        topology: its layers.
        weights: its arrays.
    """

    file: str
    keras_version: str
    topology: Topology = field(repr=False)
    weights: WeightSource = field(repr=False)

    @property
    def name(self) -> str:
        """The network's name, from the file."""
        return self.topology.name

    @property
    def framework(self) -> str:
        """Which framework wrote it."""
        packages = {call.package for call in self.topology.calls}
        used = [name for package, name in (("hgq", "HGQ2"), ("qkeras", "QKeras")) if package in packages]
        return ", ".join((f"Keras {self.keras_version}".strip(), *used))

    @property
    def input_shapes(self) -> Mapping[str, Shape]:
        """Each input layer's shape, without a batch axis."""
        return MappingProxyType({name: shape for name, shape, _ in self.topology.inputs})

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

        Raises:
            UnsupportedError: layers that cannot be expressed, all of them named.
            FpgamlError: an input without type, or a layer whose weights do not fit.
        """
        graph = GraphBuilder(self.name)
        notes: list[Approximation] = []
        nodes: dict[int, str] = {}
        for name, shape, number in self.topology.inputs:
            if name not in input_quantizers:
                raise FpgamlError(name, "no type is given for this input", "Give one such as ap_fixed<16,6>")
            nodes[number] = Emitter(graph, name).add(Input(shape, input_quantizers[name]))

        def add(call: LayerCall) -> None:
            layer = Layer(
                graph,
                call.label,
                notes,
                precision=precision,
                kind=call.kind,
                config=call.config,
                inputs=tuple(nodes[number] for number in call.inputs),
                package=call.package,
                arguments=call.arguments,
                variables=self.weights.layer(call.location, call.label),
                quantized_next=self._quantized_next(call),
            )
            with layer.guarded():
                given = converter(call)(layer)
                results = [given] if isinstance(given, str) else given
                for number, node in zip(call.outputs, results, strict=True):
                    nodes[number] = layer.narrow_enough(node)
            graph.layers[call.label] = nodes[call.outputs[0]]

        convert_all(self.file, self.topology.calls, add)
        graph.layers.update({label: nodes[number] for label, number in self.topology.nested})
        outputs = [nodes[number] for number in self.topology.outputs]
        return Built(graph.build(outputs), tuple(notes))

    def _quantized_next(self, call: LayerCall) -> bool:
        readers = [reader for reader in self.topology.calls if not set(call.outputs).isdisjoint(reader.inputs)]
        quantising = all(reader.config.get("enable_iq") or reader.kind == "Quantizer" for reader in readers)
        return bool(readers) and quantising and set(call.outputs).isdisjoint(self.topology.outputs)


def parse(path: Path) -> Keras3Model:
    """Read a `.keras` file, or a `.h5` file that Keras 3 wrote; neither Keras nor anything in the file is run.

    Raises:
        UnsupportedError: layers that cannot be expressed, all of them named.
        FpgamlError: not such a file, or one that is damaged.
    """
    file = read(path)
    topology = flatten(path.name, file.config)
    found = {problem: None for call in topology.calls for problem in problems(call)}
    if found:
        raise UnsupportedError(path.name, list(found))
    return Keras3Model(path.name, file.keras_version, topology, file.weights)
