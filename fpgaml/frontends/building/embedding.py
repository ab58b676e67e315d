"""Rows of weights by an index that is computed, as tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.building.constants import WEIGHT_BITS, tensor
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.tables import LOOKUP_BITS, points
from fpgaml.graph.ops import Concatenate, Lookup, Quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray


def embedded(layer: Emitter, x: str, stored: NDArray[np.floating], who: str) -> str:
    """A row for each index, as a table for each of its columns: shape (*shape of x, columns).

    An index is truncated towards zero; one outside of the rows gives zeros.

    Args:
        x: the node of the indices; stored: shape (rows, columns); who: fails there instead, for the note.
    """
    rows, columns = stored.shape
    kept = tensor(layer, stored, WEIGHT_BITS, "embeddings")
    kind = layer.uniform(x)
    whole = FixedType(0, min(max(int(kind.integer), 1), LOOKUP_BITS), 0)
    index = layer.add(Quantize(Quantizer(whole, Rounding.TRN_ZERO, Overflow.SAT_ZERO)), x, suffix="index")
    index = layer.reshaped(index, (*layer.shape(x), 1), "indices")
    reached = points(whole).astype(np.int64)
    inside = reached < rows
    if not inside.all() or int(kind.signed):
        layer.note(f"indices outside of 0 to {rows - 1} give zeros or row 0, where {who} fails")
    parts = []
    for column in range(columns):
        entries = np.where(inside, kept.integers[np.minimum(reached, rows - 1), column], 0)
        table = Lookup(whole, FixedArray(entries, kept.fractional))
        parts.append(layer.add(table, index, suffix=f"column_{column}" if columns > 1 else ""))
    return layer.add(Concatenate(-1), *parts) if columns > 1 else parts[0]
