"""A `.tflite` that was read, on its way to a Graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from fpgaml.data.coding import PortCoding
from fpgaml.errors import FpgamlError, UnsupportedError
from fpgaml.frontends.building.converters import convert_all
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.outputs import named
from fpgaml.frontends.building.precision import Precision
from fpgaml.frontends.building.reading import guarded
from fpgaml.frontends.model import Approximation, Built
from fpgaml.frontends.tflite.dilation import folded
from fpgaml.frontends.tflite.layer import Known, LayerTensor, TfliteLayer, Value, node_shape
from fpgaml.frontends.tflite.ports import Border, find_border
from fpgaml.frontends.tflite.registry import CONVERTERS, problems, require_integers
from fpgaml.frontends.tflite.schema import ModelFile, Operator, read
from fpgaml.frontends.tflite.shapes import computes_shape, resolved
from fpgaml.graph.graph import GraphBuilder, identifier
from fpgaml.graph.ops import Input, Shape
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.passes.drop_dead_nodes import DropDeadNodes

AGAIN = "Convert or copy the model again"
"""What to do about a damaged file."""


@dataclass(frozen=True)
class TfliteModel:
    """An integer `.tflite` in which every operator is of a supported kind.

    Args:
        path: of the file; file: what it holds; border: its ports.
    """

    path: Path
    file: ModelFile = field(repr=False)
    border: Border = field(repr=False)

    @property
    def name(self) -> str:
        """The network's name: that of the file."""
        return identifier(self.path.stem)

    @property
    def framework(self) -> str:
        """What wrote the file, and whose arithmetic the Graph has."""
        writer = f" ({self.file.description.rstrip('.')})" if self.file.description else ""
        return f"TensorFlow Lite{writer}, by LiteRT's reference kernels"

    @property
    def input_shapes(self) -> Mapping[str, Shape]:
        """Each input's shape, without a batch axis."""
        return MappingProxyType({port.name: node_shape(port.tensor.shape) for port in self.border.inputs})

    @property
    def axes(self) -> Mapping[str, tuple[int, ...]]:
        """None: the Graph has the file's own order of axes."""
        return {}

    @property
    def codings(self) -> Mapping[str, PortCoding]:
        """For each input and output what its codes mean."""
        return MappingProxyType({port.name: port.coding for port in (*self.border.inputs, *self.border.outputs)})

    def build(self, input_quantizers: Mapping[str, Quantizer], precision: Precision | None = None) -> Built:
        """The Graph; its inputs have the types of the file's codes.

        Raises:
            UnsupportedError: operators that cannot be expressed, all of them named.
            FpgamlError: an operator that contradicts itself, or another type is wanted for an input.
        """
        with guarded(self.file.where, AGAIN):
            return self._build(input_quantizers)[0]

    def layers(self) -> Mapping[str, LayerTensor]:
        """For each layer of the Graph, what its node holds; errors as for `build`."""
        with guarded(self.file.where, AGAIN):
            built, given = self._build({})
            return {label: given[label] for label in built.graph.layers}

    def _build(self, input_quantizers: Mapping[str, Quantizer]) -> tuple[Built, Mapping[str, LayerTensor]]:
        graph = GraphBuilder(self.name)
        notes: list[Approximation] = []
        known = Known()
        for port in self.border.inputs:
            kind = FixedType(1, port.coding.bits - 1, 0)
            wanted = input_quantizers.get(port.name)
            if wanted is not None and wanted.type != kind and int(wanted.type.width.max()) <= port.coding.bits * 2:
                raise FpgamlError(port.name, f"takes the file's own codes, {kind}", "Leave out --input-type")
            op = Input(node_shape(port.tensor.shape), Quantizer(kind, Rounding.RND, Overflow.SAT))
            known.values[port.tensor.index] = Value(port.coding.zero_point, codes=Emitter(graph, port.name).add(op))

        def of(operator: Operator) -> TfliteLayer:
            label = f"{operator.kind.lower()}_{operator.index}"
            return TfliteLayer(graph, label, notes, file=self.file, operator=operator, known=known)

        def add(operator: Operator) -> None:
            layer = of(operator)
            layer.give(CONVERTERS[operator.kind](layer))

        skipped = self.border.operators
        operators = [op for op in self.file.operators if op.index not in skipped and not computes_shape(self.file, op)]
        convert_all(self.file.where, operators, add)
        for port in self.border.outputs:
            if port.tensor.index not in known.values:
                reason = f"no operator gives its output {port.tensor.name}"
                raise FpgamlError(self.file.where, reason, "Convert it again")
        # what an output lacks to be codes is added behind the last operator
        outputs = [
            known.values[port.tensor.index].codes or of(operators[-1]).codes(port.tensor)
            for port in self.border.outputs
        ]
        renamed = named(graph.build(outputs), [port.name for port in self.border.outputs])
        return Built(DropDeadNodes().apply(renamed), tuple(notes)), known.given


def parse(path: Path) -> TfliteModel:
    """Read an integer `.tflite`; neither TensorFlow nor LiteRT is needed, and nothing of it is run.

    Raises:
        UnsupportedError: operators that cannot be expressed, all of them named.
        FpgamlError: not such a file, a damaged one, or one that computes in floating point.
    """
    with guarded(str(path), AGAIN):
        file = resolved(folded(read(path)))
        require_integers(file)
        border = find_border(file)
        found = problems(file, set(border.operators))
    if found:
        raise UnsupportedError(str(path), found)
    return TfliteModel(path, file, border)
