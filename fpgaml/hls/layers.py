"""What hls4ml is told: its layer dictionaries and the precision of each, collected while a Graph is lowered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Quantize, Shape
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import FixedType
from fpgaml.graph.values import FixedArray, magnitude
from fpgaml.hls.fixed import PortType
from fpgaml.hls.settings import HlsSettings, IoType

MAX_LITERAL_BITS = 53
"""hls4ml writes weights as decimal numbers that C++ reads as double."""


@dataclass
class LayerList:
    """hls4ml layers under construction.

    Args:
        graph: the graph that is lowered; settings: the user's choices.
        fused: for a node whose only reader is a uniform quantizer, that quantizer's node.
        variables: for every node of the graph, the hls4ml layer that carries its value.
    """

    graph: Graph
    settings: HlsSettings
    fused: Mapping[str, Node]
    layers: list[dict[str, Any]] = field(default_factory=list)
    config: dict[str, dict[str, Any]] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def stream(self) -> bool:
        """Whether tensors travel as streams."""
        return self.settings.io_type == IoType.STREAM

    def result(self, node: Node) -> PortType:
        """The type that a node's C++ result gets: its own, or that of the quantizer fused into it."""
        quantize = self.fused.get(node.name)
        if quantize is not None:
            assert isinstance(quantize.op, Quantize)
            return PortType.of_quantizer(quantize.op.quantizer)
        return PortType.of(self.graph.types[node.name])

    def carrier(self, node: Node) -> str:
        """The name of the layer that computes a node, and with it the quantizer fused into it."""
        return self.fused.get(node.name, node).name

    def append(
        self, node: Node, class_name: str, precision: Mapping[str, PortType] | None = None, **attributes: Any
    ) -> None:
        """Add the layer that computes `node`.

        Args:
            class_name: hls4ml's class.
            precision: types by hls4ml's names, besides `result`.
            attributes: hls4ml's attributes of that class.
        """
        types = {"result": self.result(node), **(precision or {})}
        inputs = [self.variables[name] for name in node.inputs]
        self.emit(self.carrier(node), node.source or node.name, class_name, inputs, types, **attributes)
        self.variables[node.name] = self.carrier(node)
        if node.name in self.fused:
            self.variables[self.fused[node.name].name] = self.carrier(node)

    def emit(
        self,
        name: str,
        source: str,
        class_name: str,
        inputs: list[str],
        types: Mapping[str, PortType],
        **attributes: Any,
    ) -> None:
        """Add a layer by its name."""
        choice = self.settings.of_layer(source)
        assert choice.strategy is not None
        self.layers.append(
            {"name": name, "class_name": class_name, "inputs": inputs, "outputs": [name]}
            | {"data_format": "channels_last"}
            | attributes
        )
        self.config[name] = {
            "Precision": {key: kind.config for key, kind in types.items()},
            "Strategy": str(choice.strategy),
            "ReuseFactor": choice.reuse_factor,
        }

    def shape(self, name: str) -> Shape:
        """A node's shape."""
        return self.graph.shapes[name]

    def type(self, name: str) -> FixedType:
        """A node's type as inferred."""
        return self.graph.types[name]


def literal(node: Node, value: FixedArray) -> NDArray[np.float64]:
    """A constant as doubles that are exactly equal to it.

    Raises:
        FpgamlError: more significant bits than a double has.
    """
    if magnitude(value.normalised().integers).bit_length() > MAX_LITERAL_BITS:
        raise FpgamlError(
            node.source or node.name,
            f"constants of more than {MAX_LITERAL_BITS} significant bits cannot be written as C++ literals",
            "Quantise the layer's weights",
        )
    return value.to_float()


def constant_type(value: FixedArray) -> PortType:
    """The smallest type that holds every element of a constant."""
    return PortType.of(ValueRange.of_constant(value).type())
