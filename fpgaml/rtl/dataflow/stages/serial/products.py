"""What a step adds to each sum: a kernel of a word, a step's number and whether the word is padding."""

from __future__ import annotations

import numpy as np

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Choose, Concatenate, Constant, Input, Multiply, Quantize, Reduce, Reduction, Scale, Slice
from fpgaml.graph.types import FixedType, Ints, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.dataflow.beats import Stream
from fpgaml.rtl.dataflow.localise import index_input, index_table
from fpgaml.rtl.dataflow.stages.serial.sums import Mode, Sums, coefficients

WORD, PIECE, STEP, INSIDE, TERMS = "word", "piece", "step", "inside", "terms"

FEW_STEPS = 64
"""A table of so many entries is one LUT a bit: each coefficient has its own. More lie side by side in wide memories."""

WIDEST_ENTRY = 60
"""Bits of an entry of such a memory."""


def products_graph(name: str, sums: Sums, source: Stream, lanes: int, filters: int, *, masked: bool) -> Graph:
    """A word, with the number of its piece and of the step and `inside`, where they matter, to `filters` terms.

    Args:
        source: of the words; lanes: of a piece; filters: results at once; masked: whether a word may be padding.
    """
    builder = GraphBuilder(name)
    word = builder.add(Input((source.beats.lanes,), Quantizer(source.types)), name=WORD)
    share = source.beats.lanes // lanes
    if share > 1:
        number = builder.add(Input((1,), index_input(share)), name=PIECE)
        boxes = [Slice((first,), (first + lanes,), (1,)) for first in range(0, source.beats.lanes, lanes)]
        pieces = [builder.add(box, word, name="part") for box in boxes]
        word = builder.add(Choose(), number, *pieces, name="chosen")
    if masked:
        inside = builder.add(Input((1,), index_input(2)), name=INSIDE)
        neutral = builder.add(Constant(_neutral(sums.mode, source)), name="padding")
        word = builder.add(Choose(), inside, neutral, word, name="element")
    table = coefficients(sums, lanes, filters)
    if table is None or sums.weights is None:
        if not masked:  # nothing is computed, but a Graph has a node
            word = builder.add(Scale(_one(), FixedArray(np.zeros((1,), dtype=np.int64), 0)), word, name=TERMS)
        return builder.build([word])
    steps = table.shape[0]
    step = builder.add(Input((1,), index_input(steps)), name=STEP) if steps > 1 else None
    weights = _weights(builder, step, table.reshape(steps, -1), sums.weights.fractional)
    if sums.per_channel:
        row = builder.add(Concatenate(0), *weights, name="weights")
        return builder.build([builder.add(Multiply(), word, row, name=TERMS)])
    terms = []
    for result in range(filters):
        row = builder.add(Concatenate(0), *weights[result::filters], name=f"weights_{result}")
        product = builder.add(Multiply(), word, row, name=f"products_{result}")
        terms.append(builder.add(Reduce(Reduction.SUM, (0,)), product, name=f"sum_{result}"))
    return builder.build([builder.add(Concatenate(0), *terms, name=TERMS)])


def _one() -> FixedArray:
    return FixedArray(np.ones((1,), dtype=np.int64), 0)


def _neutral(mode: Mode, source: Stream) -> FixedArray:
    """What padding adds: nothing to a sum, and it is never the largest."""
    low, high = (int(edge.reshape(-1)[0]) for edge in source.types.uniform().bounds())
    value = {Mode.SUM: 0, Mode.LARGEST: low, Mode.SMALLEST: high}[mode]
    return FixedArray(np.array([value], dtype=object), int(source.types.uniform().fractional))


def _weights(builder: GraphBuilder, step: str | None, table: Ints, fractional: int) -> list[str]:
    """The nodes, of shape (1,), that give each coefficient in each step.

    Args:
        table: shape (steps, coefficients).
    """
    found: dict[int, str] = {}
    varying = []
    for number, column in enumerate(table.T):
        if step is None or len(set(column.tolist())) == 1:
            value = FixedArray(np.array([int(column[0])], dtype=object), fractional)
            found[number] = builder.add(Constant(value), name=f"weight_{number}")
        elif len(column) <= FEW_STEPS:
            entries = index_table([int(n) for n in column], fractional)
            found[number] = builder.add(entries, step, name=f"weight_{number}")
        else:
            varying.append(number)
    if step is not None:
        for group in _side_by_side(table, varying):
            found |= _memory(builder, step, table, group, fractional)
    return [found[number] for number in range(table.shape[1])]


def _width(column: Ints) -> int:
    """Bits of a coefficient, in two's complement."""
    low, high = int(column.min()), int(column.max())
    return max((-low - 1).bit_length() if low < 0 else 0, high.bit_length() if high > 0 else 0) + 1


def _side_by_side(table: Ints, columns: list[int]) -> list[list[int]]:
    """Coefficients that share a memory."""
    groups: list[list[int]] = []
    room = 0
    for number in columns:
        width = _width(table[:, number])
        if width > room:
            groups.append([])
            room = max(WIDEST_ENTRY, width)
        groups[-1].append(number)
        room -= width
    return groups


def _memory(builder: GraphBuilder, step: str, table: Ints, group: list[int], fractional: int) -> dict[int, str]:
    """Coefficients out of one table whose entries hold them side by side."""
    if len(group) == 1:
        entries = index_table([int(n) for n in table[:, group[0]]], fractional)
        return {group[0]: builder.add(entries, step, name=f"weight_{group[0]}")}
    packed, low, found = [0] * len(table), 0, {}
    places = {}
    for number in group:
        width = _width(table[:, number])
        for row, value in enumerate(table[:, number]):
            packed[row] |= (int(value) & ((1 << width) - 1)) << low
        places[number] = (low, width)
        low += width
    entry = builder.add(index_table(packed), step, name="entry")
    for number, (first, width) in places.items():
        # The bits from `first` on, read as two's complement: floor and wrap, then a shift.
        kind = FixedType(1, first + width - 1, -first)
        piece = builder.add(Quantize(Quantizer(kind)), entry, name=f"piece_{number}")
        shift = FixedArray(np.ones((1,), dtype=np.int64), first + fractional)
        nothing = FixedArray(np.zeros((1,), dtype=np.int64), 0)
        found[number] = builder.add(Scale(shift, nothing), piece, name=f"weight_{number}")
    return found
