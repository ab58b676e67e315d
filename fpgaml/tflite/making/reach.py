"""How far values reach in front of every quantizer on the calibration data, and what a float network keeps of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Quantize
from fpgaml.graph.types import Overflow
from fpgaml.graph.values import FixedArray

Reals = NDArray[np.float64]
SATURATING = (Overflow.SAT, Overflow.SAT_SYM)


@dataclass(frozen=True, eq=False)
class Reach:
    """The values in front of one quantizer.

    Args:
        low, high: the smallest and largest value of each element; outside: how many values the type does not hold.
        values: how many were seen.
    """

    low: Reals
    high: Reals
    outside: int
    values: int

    def __add__(self, other: Reach) -> Reach:
        low, high = np.minimum(self.low, other.low), np.maximum(self.high, other.high)
        return Reach(low, high, self.outside + other.outside, self.values + other.values)


@dataclass(frozen=True, eq=False)
class Observation:
    """What the Graph did on the calibration data.

    Args:
        reaches: by quantizer; outputs: of the Graph by name, each batch of shape (events, *shape).
    """

    reaches: Mapping[str, Reach]
    outputs: Mapping[str, Sequence[FixedArray]]


def observe(graph: Graph, batches: Iterable[Mapping[str, FixedArray]]) -> Observation:
    """Run events through the Graph.

    Args:
        batches: inputs of shape (events, *shape), in the types of the Graph's inputs.
    """
    reaches: dict[str, Reach] = {}
    outputs: dict[str, list[FixedArray]] = {name: [] for name in graph.outputs}

    def watch(node: Node, inputs: list[FixedArray], _: FixedArray) -> None:
        if isinstance(node.op, Quantize):
            seen = _reach(node.op, inputs[0])
            reaches[node.name] = reaches[node.name] + seen if node.name in reaches else seen

    for batch in batches:
        for name, value in interpret(graph, batch, watch).items():
            outputs[name].append(value)
    return Observation(reaches, outputs)


def _reach(op: Quantize, values: FixedArray) -> Reach:
    reals = values.to_float()
    return Reach(reals.min(axis=0), reals.max(axis=0), int(np.count_nonzero(op.outside(values))), reals.size)


@dataclass(frozen=True, eq=False)
class Kept:
    """What a float network keeps of a quantizer.

    Args:
        low, high: limits that the calibration data exceed by at least one step; None: none.
        mask: 0 for elements that the quantizer has no bits for, else 1; None: all elements have bits.
        wraps: values that overflow without saturating, which a float network cannot do.
    """

    low: Reals | None
    high: Reals | None
    mask: Reals | None
    wraps: int

    @property
    def nothing(self) -> bool:
        """Whether the quantizer only rounds."""
        return self.low is None and self.high is None and self.mask is None


def kept(op: Quantize, reach: Reach) -> Kept:
    """What is left of a quantizer without its rounding, on data that reach so far.

    A limit that the data exceed by less than one step is within the rounding, and left out as the rounding is.
    """
    kind = op.quantizer.type
    bits = np.broadcast_to(kind.width > 0, reach.low.shape)
    mask = None if bits.all() else bits.astype(np.float64)
    step = np.ldexp(1.0, -kind.fractional.astype(np.int64))
    low, high = (np.asarray(np.asarray(end, dtype=np.float64) * step) for end in kind.bounds())
    if op.quantizer.overflow == Overflow.SAT_SYM:
        low = np.where(kind.signed * kind.width > 1, -high, low)
    below, above = bits & (reach.low <= low - step), bits & (reach.high >= high + step)
    if op.quantizer.overflow not in SATURATING:
        return Kept(None, None, mask, reach.outside if (below | above).any() else 0)
    return Kept(low if below.any() else None, high if above.any() else None, mask, 0)
