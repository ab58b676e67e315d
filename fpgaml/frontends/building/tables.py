"""The argument of a table: its values, and how a wide one is narrowed."""

from __future__ import annotations

import numpy as np

from fpgaml.frontends.building.emitter import Emitter
from fpgaml.graph.functions import Reals
from fpgaml.graph.ops import uniform_quantize
from fpgaml.graph.types import FixedType

LOOKUP_BITS = 14
"""The widest input of a table: 16384 entries, a few block RAMs."""
TABLE_FRACTION = 16
"""Fractional bits of the entries of an unquantised function's table."""


def points(domain: FixedType) -> Reals:
    """Every value of a type, in order: the arguments of a table's entries."""
    first, last = (int(bound) for bound in domain.bounds())
    return np.asarray(np.ldexp(np.arange(first, last + 1, dtype=np.float64), -int(domain.fractional)))


def narrow(layer: Emitter, x: str, integer_limit: int = 64) -> str:
    """x in a type that a table can take: as it is, or rounded to 14 bits (an Approximation).

    Args:
        integer_limit: integer bits beyond which the function does not change.
    """
    kind = layer.uniform(x)
    if int(kind.width) <= LOOKUP_BITS:
        return x
    if layer.precision is not None:
        return layer.precision.argument(layer, x, integer_limit)
    signed = int(kind.signed)
    integer = min(int(kind.integer), integer_limit)
    fraction = min(int(kind.fractional), LOOKUP_BITS - signed - integer)
    integer = max(integer, 1 - signed - fraction)
    layer.note(
        f"the input of a table, {kind}, rounded to {LOOKUP_BITS} bits "
        f"({fraction} fractional); a quantised activation before it avoids that"
    )
    return layer.add(uniform_quantize(signed, integer, fraction), x, suffix="narrowed")
