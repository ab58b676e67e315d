"""Adds the nodes of one layer to the Graph, named after it, and keeps what they round."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import ArrayLike

from fpgaml.errors import FpgamlError, Problem, TooWideError, UnsupportedError
from fpgaml.frontends.building.precision import Precision
from fpgaml.frontends.model import Approximation
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Constant, Operation, OperationError, Reshape, Shape
from fpgaml.graph.types import FixedType
from fpgaml.graph.values import FixedArray

MOST_VALUES = 1 << 24
"""Of one tensor: far more than a trigger has, and what keeps a damaged file from filling the memory."""

WIDEST = 144
"""Bits of a type beyond which nothing useful can follow."""


@dataclass
class Emitter:
    """One layer of the source model on its way into the Graph.

    A frontend's own kind of layer is a subclass that knows the layer's settings, weights and inputs too.

    Args:
        graph: receives the nodes.
        label: the layer's name in the source model.
        notes: of the whole network; grows.
        precision: how numbers are rounded that the file leaves in floating point; None: by the frontend's own habits.
        prefix: what the names of nodes begin with, where it is not the label: in the cell of a recurrent layer.
    """

    graph: GraphBuilder
    label: str
    notes: list[Approximation] = field(default_factory=list)
    precision: Precision | None = field(default=None, kw_only=True)
    prefix: str | None = field(default=None, kw_only=True)

    def add(self, op: Operation, *inputs: str, suffix: str = "") -> str:
        """Append a node that is named after the layer, and after `suffix`; returns its name.

        Raises:
            FpgamlError: the operation does not fit its inputs, or its result is far too large.
        """
        try:
            size = prod(op.shape([self.shape(node) for node in inputs]))
        except OperationError:
            size = 0  # the builder says what is wrong, with the layer's name
        if size > MOST_VALUES:
            raise FpgamlError(self.label, f"its output has {size} values, more than {MOST_VALUES}")
        name = f"{self.label}_{suffix}" if suffix else self.label
        if self.prefix is not None:
            name = f"{self.prefix}{suffix or 'result'}"
        return self.graph.add(op, *inputs, name=name, source=self.label)

    def narrow_enough(self, node: str) -> str:
        """The node with the layer's output, unless nothing useful can follow it.

        Raises:
            TooWideError: its exact values need more than 144 bits.
        """
        width = int(self.graph.type(node).width.max())
        if width > WIDEST:
            reason = f"its exact values need {width} bits, more than {WIDEST}"
            raise TooWideError(self.label, reason, "A quantised activation before it keeps them narrow")
        return node

    def rounded(self, node: str, what: str = "") -> str:
        """A result of the layer that the file leaves in floating point, as the user or a calibration rounds it.

        Args:
            what: empty for the layer's own result, else a word for the part.
        """
        return node if self.precision is None else self.precision.result(self, node, what)

    def note(self, what: str) -> None:
        """Record that something is rounded which the source model keeps in floating point."""
        note = Approximation(self.label, what)
        if note not in self.notes:
            self.notes.append(note)

    def unsupported(self, reason: str, advice: str) -> UnsupportedError:
        """An error that names this layer; those of all layers are raised together."""
        return UnsupportedError("", [Problem(self.label, reason, advice)])

    def shape(self, node: str) -> Shape:
        """A node's shape, without a batch axis."""
        return self.graph.shape(node)

    def uniform(self, node: str) -> FixedType:
        """The smallest single type of a node's values; one bit where they are all zero."""
        kind = self.graph.type(node).uniform()
        return kind if int(kind.width) > 0 else FixedType(0, 1, 0)

    def constant(self, value: ArrayLike, like: str, suffix: str) -> str:
        """A constant number with the rank of node `like`, to be combined with it."""
        shape = (1,) * len(self.shape(like))
        return self.add(Constant(FixedArray.from_float(np.full(shape, value))), suffix=suffix)

    def reshaped(self, node: str, shape: Shape, suffix: str = "") -> str:
        """Append a Reshape, unless the shape is already that."""
        return node if self.shape(node) == shape else self.add(Reshape(shape), node, suffix=suffix)
