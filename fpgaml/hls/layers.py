"""What hls4ml is told: its layer dictionaries and the precision of each, collected while a Graph is lowered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
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
from fpgaml.hls.names import safe_names
from fpgaml.hls.reuse import closest_reuse_factor
from fpgaml.hls.settings import HlsSettings, IoType, LayerSettings, Strategy

MAX_LITERAL_BITS = 53
"""hls4ml writes weights as decimal numbers that C++ reads as double."""

WITH_CONSTANTS = ("Dense", "Conv1D", "Conv2D", "EinsumDense")
"""hls4ml's classes whose multiplications by constants can become sums of shifts."""


@dataclass
class LayerList:
    """hls4ml layers under construction.

    Args:
        graph: the graph that is lowered; settings: the user's choices.
        fused: for a node whose only reader is a uniform quantizer, that quantizer's node.
        variables: for every node of the graph, the hls4ml layer that carries its value.
        names: for every node of the graph, the name of the layer that computes it.
        messages: what the user should know of choices that could not be followed.
        rolled: a function has a loop that must stay one.
    """

    graph: Graph
    settings: HlsSettings
    fused: Mapping[str, Node]
    layers: list[dict[str, Any]] = field(default_factory=list)
    config: dict[str, dict[str, Any]] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(init=False)
    messages: list[str] = field(default_factory=list)
    rolled: bool = False

    def __post_init__(self) -> None:
        self.names = safe_names(node.name for node in self.graph.nodes)

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
        return self.names[self.fused.get(node.name, node).name]

    def append(
        self,
        node: Node,
        class_name: str,
        precision: Mapping[str, PortType] | None = None,
        inputs: Sequence[str] | None = None,
        **attributes: Any,
    ) -> None:
        """Add the layer that computes `node`.

        Args:
            class_name: hls4ml's class.
            precision: types by hls4ml's names, besides `result`.
            inputs: the nodes that it reads, where these are not all of the node's.
            attributes: hls4ml's attributes of that class.
        """
        types = {"result": self.result(node), **(precision or {})}
        read = [self.variables[name] for name in (node.inputs if inputs is None else inputs)]
        self.emit(self.carrier(node), node.source or node.name, class_name, read, types, **attributes)
        self.place(node)

    def place(self, node: Node) -> None:
        """Note which layer carries the value of a node, and of the quantizer fused into it."""
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
        choice = self._choice(source, class_name, attributes)
        if choice.strategy == Strategy.DISTRIBUTED_ARITHMETIC:
            _require_narrow(source, attributes["weight_data"], types["accum"])
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

    def _choice(self, source: str, class_name: str, attributes: Mapping[str, Any]) -> LayerSettings:
        """What the user chose for a layer, as far as hls4ml has it for the class."""
        choice = self.settings.of_layer(source)
        if choice.strategy == Strategy.DISTRIBUTED_ARITHMETIC:
            return choice if class_name in WITH_CONSTANTS else LayerSettings(Strategy.LATENCY, 1)
        if class_name == "EinsumDense" and (choice.strategy == Strategy.RESOURCE or choice.reuse_factor != 1):
            self.messages.append(
                f"{source}: hls4ml's EinsumDense shares no multipliers: latency strategy, reuse factor 1"
            )
            return LayerSettings(Strategy.LATENCY, 1)
        if choice.strategy == Strategy.RESOURCE and class_name in WITH_CONSTANTS:
            *inner, outputs = attributes["weight_data"].shape
            assert choice.reuse_factor is not None
            reuse = closest_reuse_factor(prod(inner), outputs, choice.reuse_factor)
            if reuse != choice.reuse_factor:
                what = f"{prod(inner)} × {outputs} weights cannot be divided by a reuse factor of {choice.reuse_factor}"
                self.messages.append(f"{source}: {what}; the closest possible one, {reuse}, is used")
            return LayerSettings(Strategy.RESOURCE, reuse)
        return choice

    def shape(self, name: str) -> Shape:
        """A node's shape."""
        return self.graph.shapes[name]

    def type(self, name: str) -> FixedType:
        """A node's type as inferred."""
        return self.graph.types[name]


@dataclass(frozen=True)
class Lowering:
    """How an operation becomes hls4ml layers.

    Args:
        lower: appends what computes a node.
        casts: its C++ casts each exact result once, to whatever type it is given: a quantizer that alone reads it
            is fused into it.
    """

    lower: Callable[[LayerList, Node], None]
    casts: bool = True


def _require_narrow(source: str, weights: NDArray[np.float64], sums: PortType) -> None:
    """da4ml takes weights as float32 and bounds as float64; beyond that it would round without a word."""
    if sums.width > MAX_LITERAL_BITS or (weights.astype(np.float32) != weights).any():
        raise FpgamlError(
            source,
            f"distributed arithmetic has at most 24 bits for weights and {MAX_LITERAL_BITS} for sums",
            "Use --strategy latency, or quantise more coarsely",
        )


def is_literal(value: FixedArray) -> bool:
    """Whether a double holds each of the numbers, in significant bits and in its exponent."""
    if magnitude(value.integers).bit_length() <= MAX_LITERAL_BITS:
        return True
    sizes = [abs(int(n)) for n in value.integers.flat]
    return all((n >> (n & -n).bit_length() - 1).bit_length() <= MAX_LITERAL_BITS for n in sizes if n)


def literal(value: FixedArray) -> NDArray[np.float64]:
    """A constant as doubles that are exactly equal to it.

    Raises:
        AssertionError: a double does not hold it, and no pass has taken it apart.
    """
    assert is_literal(value), f"constants of more than {MAX_LITERAL_BITS} significant bits"
    return value.to_float()


def constant_type(value: FixedArray) -> PortType:
    """The smallest type that holds every element of a constant."""
    return PortType.of(ValueRange.of_constant(value).type())
