"""1 / sqrt(x) by tables, for values of any width: what normalisations divide by."""

from __future__ import annotations

import numpy as np

from fpgaml.frontends.building.constants import significant
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.tables import points
from fpgaml.graph.ops import Lookup, Minimum, Quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding

TABLE_BITS = 12
"""Bits of each table's argument: 4096 entries, a block RAM or two."""
OCTAVES = 4
"""Bits by which each table's range is shorter than that of the next one."""
ENTRY_BITS = 16
"""Significant bits of a table's smallest entry."""


def inverse_root(layer: Emitter, x: str, factor: float, offset: float) -> str:
    """1 / sqrt(factor * x + offset) for x >= 0, element by element.

    The first table covers all of x in 12 bits; where that is too coarse another covers the lowest 1/16 of its range,
    and so on, until a table's steps are those of x itself, or are fine beside the offset. Each argument is rounded
    (RND) and saturates at the end of its table; a table says of the range of a finer one the largest value that there
    is, so that the smallest of all tables is the result.

    The relative error: within its own range, beyond that of the next finer one, a table's argument x is at least
    2**8 of its steps; half a step changes 1 / sqrt(x) by at most 2**-9 / 2 = 2**-10 of its value. The entries' 16
    significant bits add 2**-17: below 2**-9.9 in all; exact arguments, and half a step beside the offset, are better.

    Args:
        x: a node with values that are not negative.
        factor, offset: numbers above zero, the offset perhaps 0: x = 0 then gives what half a step of x would.
    """
    kind = layer.uniform(x)
    integer, step = int(kind.integer), int(kind.fractional)
    # Half of this step changes the value by 2**-10 at most, wherever x lies.
    held = offset / factor
    enough = step if held == 0 else min(step, -int(np.floor(np.log2(held))) + TABLE_BITS - OCTAVES)
    made: list[str] = []
    top = integer
    while True:
        fraction = min(step, TABLE_BITS - top)
        last = fraction >= min(enough, step)
        made.append(_table(layer, x, FixedType(0, top, fraction), not last, (factor, offset), len(made)))
        if last:
            break
        top -= OCTAVES
    result = made[0]
    for number, node in enumerate(made[1:]):
        result = layer.add(Minimum(), result, node, suffix=f"inverse_root_least_{number}")
    layer.note(
        f"1 / sqrt by {len(made)} table{'s' if len(made) > 1 else ''} of {TABLE_BITS} bits: below 2**-9.9 of its value"
    )
    return result


def _table(layer: Emitter, x: str, domain: FixedType, finer: bool, numbers: tuple[float, float], index: int) -> str:
    """One table over the values up to 2**integer of its domain.

    Args:
        finer: whether another table covers the lowest 1/16 of it.
    """
    factor, offset = numbers
    kept = Quantize(Quantizer(domain, Rounding.RND, Overflow.SAT))
    argument = layer.add(kept, x, suffix=f"inverse_root_argument_{index}")
    arguments = points(domain)
    half_a_step = 2.0 ** -(int(layer.uniform(x).fractional) + 1)
    values = 1.0 / np.sqrt(factor * np.maximum(arguments, 0.0 if offset else half_a_step) + offset)
    if finer:
        largest = 1.0 / np.sqrt(offset or factor * half_a_step)
        lowest = arguments < 2.0 ** (int(domain.integer) - OCTAVES)
        values = np.where(lowest, 2.0 ** np.ceil(np.log2(largest)), values)
    return layer.add(Lookup(domain, significant(values, ENTRY_BITS)), argument, suffix=f"inverse_root_{index}")
