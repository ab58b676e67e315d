"""Functions that exact operations compute: no table, nothing rounded but where the function itself rounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

import numpy as np

from fpgaml.frontends.symbolic.layer import Operation
from fpgaml.graph.ops import Choose, Maximum, Minimum, Quantize, Relu, Scale, Subtract, uniform_quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

ExactCall = Callable[[Operation, list[str]], str]
"""Adds a call's operations; given the nodes of its arguments, of shape (1,)."""


def _times(layer: Operation, x: str, factor: float, offset: float, suffix: str) -> str:
    numbers = (FixedArray.from_float(np.asarray([each])) for each in (factor, offset))
    return layer.add(Scale(*numbers), x, suffix=suffix)


def _abs(layer: Operation, nodes: list[str]) -> str:
    return layer.add(Maximum(), nodes[0], _times(layer, nodes[0], -1.0, 0.0, "negative"))


def _in_steps(layer: Operation, x: str) -> str:
    """A value counted in its own steps: a whole number, zero where it is zero."""
    steps = int(layer.uniform(x).fractional)
    return x if steps <= 0 else _times(layer, x, 2.0**steps, 0.0, "steps")


def _sign(layer: Operation, nodes: list[str]) -> str:
    kind = Quantizer(FixedType(1, 1, 0), Rounding.TRN, Overflow.SAT_SYM)
    return layer.add(Quantize(kind), _in_steps(layer, nodes[0]))


def _greater(layer: Operation, nodes: list[str]) -> str:
    distance = layer.add(Subtract(), *nodes, suffix="distance")
    kind = Quantizer(FixedType(0, 1, 0), Rounding.TRN, Overflow.SAT)
    return layer.add(Quantize(kind), _in_steps(layer, distance))


def _where(layer: Operation, nodes: list[str]) -> str:
    chosen, yes, no = nodes
    return layer.add(Choose(), chosen, no, yes)


def _whole(rounding: Rounding) -> ExactCall:
    def call(layer: Operation, nodes: list[str]) -> str:
        kind = layer.uniform(nodes[0])
        if int(kind.fractional) <= 0:
            return nodes[0]
        integer = max(int(kind.integer), 0) + 1
        return layer.add(uniform_quantize(int(kind.signed), integer, 0, rounding), nodes[0])

    return call


def _ceil(layer: Operation, nodes: list[str]) -> str:
    turned = _times(layer, nodes[0], -1.0, 0.0, "turned")
    kind = layer.uniform(turned)
    if int(kind.fractional) <= 0:
        return nodes[0]
    op = uniform_quantize(1, max(int(kind.integer), 0) + 1, 0, Rounding.TRN)
    return _times(layer, layer.add(op, turned, suffix="floor"), -1.0, 0.0, "")


def _of_all(operation: Callable[[], Maximum | Minimum]) -> ExactCall:
    def call(layer: Operation, nodes: list[str]) -> str:
        return reduce(lambda done, node: layer.add(operation(), done, node), nodes[1:], nodes[0])

    return call


EXACT_CALLS: Mapping[str, ExactCall] = {
    "abs": _abs,
    "sign": _sign,
    "relu": lambda layer, nodes: layer.add(Relu(), nodes[0]),
    "floor": _whole(Rounding.TRN),
    "ceil": _ceil,
    "round": _whole(Rounding.RND_CONV),
    "max": _of_all(Maximum),
    "min": _of_all(Minimum),
    "greater": _greater,
    "where": _where,
}
"""By the function's name: all of `functions.FUNCTIONS` that need no table."""
