"""What converting one layer needs: its configuration, its weights, and the Graph as it grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import frexp
from typing import Any

import numpy as np

from fpgaml.errors import Problem, UnsupportedError
from fpgaml.frontends.keras3.quantizers import FixedQuantizer, load
from fpgaml.frontends.keras3.topology import LayerCall
from fpgaml.frontends.keras3.weights import Array, Variables
from fpgaml.frontends.model import Approximation
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Operation, Quantize, Reshape, Scale, Shape
from fpgaml.graph.values import FixedArray

EBOPS = ("beta", "ebops")
"""HGQ2's bookkeeping of a layer's cost, which has no part in what it computes."""


@dataclass
class Work:
    """One layer on its way into the Graph.

    Args:
        call: the layer and where its tensors are.
        variables: its arrays.
        graph: receives its nodes.
        approximations: receives what is not reproduced exactly.
        quantized_next: whether every reader of the layer's output quantises it first.
    """

    call: LayerCall
    variables: Variables
    graph: GraphBuilder
    approximations: list[Approximation] = field(default_factory=list)
    quantized_next: bool = False

    @property
    def label(self) -> str:
        """The layer's name."""
        return self.call.label

    def config(self, key: str, default: Any = None) -> Any:
        """A setting of the layer."""
        return self.call.config.get(key, default)

    def add(self, op: Operation, *inputs: str, suffix: str = "") -> str:
        """Append a node that is named after the layer, and after `suffix`."""
        name = f"{self.label}_{suffix}" if suffix else self.label
        return self.graph.add(op, *inputs, name=name, source=self.label)

    def shape(self, node: str) -> Shape:
        """A node's shape, without a batch axis."""
        return self.graph.shape(node)

    def unsupported(self, reason: str, advice: str) -> UnsupportedError:
        """An error that names this layer."""
        return UnsupportedError("", [Problem(self.label, reason, advice)])

    def approximate(self, what: str) -> None:
        """Note that something is rounded which the framework keeps in floating point."""
        self.approximations.append(Approximation(self.label, what))

    def own(self, *order: str) -> dict[str, Array]:
        """An HGQ2 layer's arrays: `order` names them in Keras's order, `*` marks where its bookkeeping comes."""
        names: list[str] = []
        for name in order:
            names += (EBOPS if self.config("enable_ebops", True) else ()) if name == "*" else (name,)
        return self.variables.take(names)

    def quantizer(self, part: str, conf: str = "") -> FixedQuantizer:
        """One of the layer's quantizers.

        Args:
            part: `iq`, `oq`, `kq` or `bq`, or a longer path inside the layer.
            conf: the key of its configuration, if it is not `<part>_conf`.
        """
        return load(self.config(conf or f"{part}_conf"), self.variables.inside(part))

    def quantized_input(self, node: str) -> str:
        """After the layer's input quantizer, where it is enabled."""
        return self.quantize(node, self.quantizer("iq"), "iq") if self.config("enable_iq", False) else node

    def output_quantizer(self) -> FixedQuantizer | None:
        """The layer's output quantizer, where it is enabled."""
        return self.quantizer("oq") if self.config("enable_oq", False) else None

    def quantized_output(self, node: str) -> str:
        """After the layer's output quantizer, where it is enabled."""
        quantizer = self.output_quantizer()
        return node if quantizer is None else self.quantize(node, quantizer, "oq")

    def quantize(self, node: str, quantizer: FixedQuantizer, suffix: str) -> str:
        """Append a quantizer, with its scaler and affine part where it has them."""
        if quantizer.is_dummy:
            return node
        scaler, affine = quantizer.settings.scaler, quantizer.settings.affine
        if scaler is not None:
            if frexp(scaler)[0] != 0.5:
                self.approximate(f"the division by the quantizer's scaler {scaler} is a multiplication by its inverse")
            node = self.scale(node, 1 / scaler, 0.0, f"{suffix}_unscaled")
        node = self.add(Quantize(quantizer.for_data()), node, suffix=suffix)
        if scaler is not None:
            node = self.scale(node, scaler, 0.0, f"{suffix}_scaled")
        if affine is not None:
            node = self.scale(node, *affine, f"{suffix}_affine")
        return node

    def scale(self, node: str, factor: float, offset: float, suffix: str = "") -> str:
        """Append x * factor + offset with numbers as float32 holds them."""
        shape = (1,) * len(self.shape(node))
        constants = (FixedArray.from_float(np.full(shape, np.float32(c))) for c in (factor, offset))
        return self.add(Scale(*constants), node, suffix=suffix)

    def reshaped(self, node: str, shape: Shape, suffix: str = "") -> str:
        """Append a Reshape, unless the shape is already that."""
        return node if self.shape(node) == shape else self.add(Reshape(shape), node, suffix=suffix)

    def sized(self, node: str, rank: int) -> str:
        """With axes of size 1 in front, up to `rank` axes."""
        shape = self.shape(node)
        return self.reshaped(node, (1,) * (rank - len(shape)) + shape, "expanded")


Convert = Callable[[Work, Sequence[str]], str]
"""Adds a layer's nodes; takes the nodes that it reads, returns the one that carries its output."""
