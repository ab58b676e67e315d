"""A grid of fixed-point numbers between two ends, and how QONNX's roundings bring a node onto it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.building.emitter import Emitter
from fpgaml.graph.ops import Add, Constant, Maximum, Minimum, Quantize, Relu, Scale
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray, shift_left

ROUNDINGS: Mapping[str, Rounding] = {
    "ROUND": Rounding.RND_CONV,
    "HALF_EVEN": Rounding.RND_CONV,
    "FLOOR": Rounding.TRN,
    "DOWN": Rounding.TRN_ZERO,
    "ROUND_TO_ZERO": Rounding.TRN_ZERO,
    "HALF_UP": Rounding.RND_INF,
    "HALF_DOWN": Rounding.RND_ZERO,
}
"""QONNX's roundings that a fixed-point type has. Its HALF_UP and HALF_DOWN are away from zero and towards it."""
UPWARD = ("CEIL", "UP")
"""Those that it has not: towards plus infinity, and away from zero."""
KNOWN = (*ROUNDINGS, *UPWARD)
WHOLE_SHIFTS = ("FLOOR", "CEIL")
"""Roundings that commute with the addition of any integer; ROUND and HALF_EVEN do with that of an even one."""


@dataclass(frozen=True, eq=False)
class Grid:
    """The numbers n * 2**-fractional with low <= n <= high.

    Args:
        low, high: integers, low <= high.
        fractional: one number of fractional bits, or an array that broadcasts to the tensor.
        rounding: by its name in QONNX, one of `KNOWN`.
    """

    low: int
    high: int
    fractional: NDArray[np.int64]
    rounding: str = "ROUND"

    def type(self) -> FixedType:
        """The smallest type that holds the grid."""
        bits = max(self.high.bit_length(), (~self.low).bit_length() if self.low < 0 else 0, int(self.low >= 0))
        return FixedType(int(self.low < 0), bits - self.fractional, self.fractional)

    def overflow(self) -> Overflow:
        """What the type does beyond the grid's ends, where it can be that; SAT and more is to be done elsewhere."""
        symmetric = self.low < 0 and self.low == -self.high and self.high & (self.high + 1) == 0
        return Overflow.SAT_SYM if symmetric else Overflow.SAT


def brought_onto(layer: Emitter, x: str, grid: Grid, suffix: str = "") -> str:
    """The values of a node rounded and clipped to a grid.

    Clipping at the grid's own ends and rounding commute: QONNX clips first, a fixed-point type afterwards.
    """
    if grid.rounding not in UPWARD or not _rounds(layer, x, grid):
        rounding = ROUNDINGS.get(grid.rounding, Rounding.TRN)
        return _clipped(layer, _quantize(layer, x, grid, rounding, suffix), grid)
    if grid.rounding == "CEIL" or int(layer.graph.range(x).low.min()) >= 0:
        return _clipped(layer, _upwards(layer, x, grid, suffix), grid)
    return _clipped(layer, _away_from_zero(layer, x, grid, suffix), grid)


def _rounds(layer: Emitter, x: str, grid: Grid) -> bool:
    return bool((layer.graph.range(x).fractional > grid.fractional).any())


def _quantize(layer: Emitter, x: str, grid: Grid, rounding: Rounding, suffix: str) -> str:
    return layer.add(Quantize(Quantizer(grid.type(), rounding, grid.overflow())), x, suffix=suffix)


def _upwards(layer: Emitter, x: str, grid: Grid, suffix: str) -> str:
    """Towards plus infinity: one step of the grid less one of x is added before what follows is cut off."""
    fine = max(int(layer.uniform(x).fractional), int(grid.fractional.max()))
    ones = np.ones((1,) * len(layer.shape(x)), dtype=np.int64)
    offset = FixedArray(shift_left(ones, fine - grid.fractional) - 1, fine)
    lifted = layer.add(Scale(FixedArray(ones, 0), offset), x, suffix=_part(suffix, "lifted"))
    return _quantize(layer, lifted, grid, Rounding.TRN, suffix)


def _away_from_zero(layer: Emitter, x: str, grid: Grid, suffix: str) -> str:
    """What is above zero goes up, what is below goes down; one of both is zero."""
    above = layer.add(Relu(), x, suffix=_part(suffix, "above"))
    if grid.low >= 0:
        return _upwards(layer, above, grid, suffix)
    above = _upwards(layer, above, grid, _part(suffix, "up"))
    zero = layer.constant(0, x, _part(suffix, "zero"))
    below = layer.add(Minimum(), x, zero, suffix=_part(suffix, "below"))
    below = _quantize(layer, below, grid, Rounding.TRN, _part(suffix, "down"))
    return layer.add(Add(), above, below, suffix=suffix)


def _part(suffix: str, word: str) -> str:
    return f"{suffix}_{word}" if suffix else word


def _clipped(layer: Emitter, x: str, grid: Grid) -> str:
    """Within the grid's ends, where the type goes beyond them."""
    found = layer.graph.range(x)
    unit = max(found.unit, int(grid.fractional.max()))
    lowest, highest = found.at(unit)
    if (highest > shift_left(np.asarray(grid.high), unit - grid.fractional)).any():
        x = layer.add(Minimum(), x, _end(layer, x, grid.high, grid.fractional, "highest"), suffix="at_most")
    if (lowest < shift_left(np.asarray(grid.low), unit - grid.fractional)).any():
        x = layer.add(Maximum(), x, _end(layer, x, grid.low, grid.fractional, "lowest"), suffix="at_least")
    return x


def _end(layer: Emitter, x: str, end: int, fractional: NDArray[np.int64], suffix: str) -> str:
    common = int(fractional.max())
    ones = np.ones((1,) * len(layer.shape(x)), dtype=np.int64)
    integers = shift_left(end * ones, common - fractional)
    return layer.add(Constant(FixedArray(integers, common)), suffix=suffix)
