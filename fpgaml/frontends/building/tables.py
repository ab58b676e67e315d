"""The argument of a table: its values, and how a wide one is narrowed."""

from __future__ import annotations

import numpy as np

from fpgaml.frontends.building.emitter import Emitter
from fpgaml.graph.functions import Reals
from fpgaml.graph.ops import Quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray, quantize_reals

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
    narrower = within(kind, integer_limit, LOOKUP_BITS)
    if layer.precision is not None:
        return layer.precision.argument(layer, x, narrower)
    layer.note(
        f"the input of a table, {kind}, rounded to {LOOKUP_BITS} bits "
        f"({int(narrower.fractional)} fractional); a quantised activation before it avoids that"
    )
    return layer.add(Quantize(Quantizer(narrower, Rounding.RND, Overflow.SAT)), x, suffix="narrowed")


def within(kind: FixedType, integer_limit: int, widest: int) -> FixedType:
    """A type of at most `widest` bits for values of a type: integer bits up to a limit, then fractional ones."""
    signed = int(kind.signed)
    integer = min(int(kind.integer), integer_limit)
    fraction = min(int(kind.fractional), widest - signed - integer)
    return FixedType(signed, max(integer, 1 - signed - fraction), fraction)


def entries(layer: Emitter, values: Reals, what: str, usual: Quantizer | None = None) -> FixedArray:
    """The entries of an unquantised function's table, rounded as a precision says.

    Args:
        what: the function's name.
        usual: their type without a precision; None: signed with 16 fractional bits, as wide as they need.
    """
    if usual is None:
        whole = int(np.ceil(np.log2(np.abs(values).max() + 1.0))) + 1
        usual = Quantizer(FixedType(1, whole, TABLE_FRACTION), Rounding.RND, Overflow.SAT)
    if layer.precision is not None:
        return layer.precision.entries(layer, values, what, usual)
    layer.note(f"{what}: a table with {int(usual.type.fractional)} fractional bits")
    return quantize_reals(values, usual)


def round_to_odd(values: Reals, fractional: int) -> Reals:
    """Keep `fractional` bits, the last one set where lower bits are lost: any later rounding comes out the same.

    Source: Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using
    rounding to odd", IEEE Trans. Comput. 57 (2008).
    """
    scaled = np.ldexp(values, fractional)
    whole = np.floor(scaled)
    odd = np.where((whole != scaled) & (whole % 2 == 0), whole + 1, whole)
    return np.asarray(np.ldexp(odd, -fractional))
