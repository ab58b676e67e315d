"""Elements by an index that is computed, and sums by it: what every frontend's gathers and scatters become."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from fpgaml.frontends.building.emitter import Emitter
from fpgaml.graph.ops import Add, Concatenate, Constant, Gather, Quantize, Reshape, ScatterAdd, Transpose
from fpgaml.graph.ops.base import normal_axis
from fpgaml.graph.ops.einsum import split_equation
from fpgaml.graph.ops.gather import whole_numbers
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

OUTSIDE = "indices outside of 0 to {} give zeros, where {} fails"


def whole(layer: Emitter, x: str) -> str:
    """Numbers without their fractions, as a framework's cast to integers leaves them."""
    if bool((layer.graph.range(x).fractional <= 0).all()):
        return x
    kind = layer.uniform(x)
    bits = FixedType(kind.signed, np.maximum(kind.integer, 1), np.zeros_like(kind.fractional))
    return layer.add(Quantize(Quantizer(bits, Rounding.TRN_ZERO, Overflow.SAT)), x, suffix="whole")


def gathered(layer: Emitter, x: str, index: str, axis: int, who: str, from_end: bool = True) -> str:
    """x[..., index[..., i, ...], ...] along an axis; both have one rank and are broadcast along the others.

    Args:
        who: fails where an index is outside; the Graph gives zeros, which is noted if an index can be.
        from_end: whether it counts a negative index from the end.
    """
    index, size = whole(layer, index), layer.shape(x)[axis]
    low, high = whole_numbers(layer.graph.range(index))
    if from_end and int(low.min()) < 0:
        # As places in the tensor twice, one behind the other: nothing has to be chosen.
        x = layer.add(Concatenate(axis), x, x, suffix="twice")
        index = layer.add(Add(), index, layer.constant(float(size), index, "size"), suffix="from_start")
    if int(low.min()) < (-size if from_end else 0) or int(high.max()) >= size:
        layer.note(OUTSIDE.format(size - 1, who))
    return layer.add(Gather(axis), x, index, suffix="gathered")


def rows_of(layer: Emitter, x: str, index: str, axis: int, who: str, from_end: bool = True) -> str:
    """x[:, index] along an axis: the index's axes stand in that one's place."""
    shape, places = layer.shape(x), layer.shape(index)
    line = (*[1] * axis, prod(places), *[1] * (len(shape) - axis - 1))
    found = gathered(layer, x, layer.reshaped(index, line, "places"), axis, who, from_end)
    return layer.reshaped(found, (*shape[:axis], *places, *shape[axis + 1 :]), "rows")


def scattered(layer: Emitter, x: str, index: str, axis: int, size: int, who: str) -> str:
    """For each of `size` places the sum of all that an index brings there; see ScatterAdd."""
    index = whole(layer, index)
    low, high = whole_numbers(layer.graph.range(index))
    if int(low.min()) < 0 or int(high.max()) >= size:
        layer.note(f"what has an index outside of 0 to {size - 1} is added nowhere, where {who} fails")
    return layer.add(ScatterAdd(axis, size), x, index, suffix="summed")


def one_hot(layer: Emitter, index: str, size: int) -> str:
    """A row of zeros with a one where the index is: shape (*shape of the index, size); zeros alone outside."""
    shape, index = layer.shape(index), whole(layer, index)
    rows = layer.add(Constant(FixedArray(np.eye(size, dtype=np.int64), 0)), suffix="rows")
    places = layer.reshaped(index, (prod(shape), 1), "places")
    return layer.reshaped(layer.add(Gather(0), rows, places, suffix="one_hot"), (*shape, size), "rows_of")


def by_one_hot(layer: Emitter, nodes: Sequence[str], equation: str) -> str | None:
    """An einsum of which a term is one-hot rows, as the Gather or the ScatterAdd that it is; None for any other.

    "en,nf->ef" with one-hot rows of nodes n is the row of each edge e, "en,ef->nf" the sum of the edges at each node.

    Args:
        equation: without a batch letter.
    """
    terms, output = list(zip(split_equation(equation)[:2], nodes, strict=True)), split_equation(equation)[2]
    for (letters, node), (others, other) in (terms, terms[::-1]):
        found = _hot(layer, node)
        if found is None or len(letters) != 2:
            continue
        index, turned = found
        edge, place = (letters[1], letters[0]) if turned else (letters[0], letters[1])
        gone, new, scatters = (edge, place, True) if edge in others else (place, edge, False)
        if gone in output or new in others or sorted(others.replace(gone, new)) != sorted(output):
            continue
        axis, rank = others.index(gone), len(others)
        line = layer.reshaped(index, (*[1] * axis, prod(layer.shape(index)), *[1] * (rank - axis - 1)), "places")
        size = layer.shape(node)[letters.index(place)]
        op = ScatterAdd(axis, size) if scatters else Gather(axis)
        result = layer.add(op, other, line, suffix="summed" if scatters else "gathered")
        now = others.replace(gone, new)
        return result if now == output else layer.add(Transpose(tuple(map(now.index, output))), result, suffix="turned")
    return None


def _hot(layer: Emitter, node: str) -> tuple[str, bool] | None:
    """The index of one-hot rows, shape (edges, 1), and whether they are columns; None for anything else."""
    known = {each.name: each for each in layer.graph.nodes}
    held, turned = known[node], False
    while isinstance(held.op, Transpose | Reshape):
        if isinstance(held.op, Transpose):
            turned ^= held.op.order == (1, 0)
        if len(layer.shape(held.name)) != 2 or (
            isinstance(held.op, Reshape) and layer.shape(held.inputs[0]) != layer.shape(held.name)
        ):
            return None
        held = known[held.inputs[0]]
    if not isinstance(held.op, Gather) or normal_axis(held.op.axis, 2) != 0:
        return None
    rows = known[held.inputs[0]].op
    if not isinstance(rows, Constant) or rows.value != FixedArray(np.eye(rows.value.shape[0], dtype=np.int64), 0):
        return None
    return held.inputs[1], turned


def unexpanded(layer: Emitter, index: str, axis: int) -> str:
    """An index without the axes along which a file repeats it: broadcasting does that."""
    known = {each.name: each for each in layer.graph.nodes}
    held = known[index]
    if isinstance(held.op, Constant):
        value = held.op.value
        for along in (each for each in range(len(value.shape)) if each != axis):
            first = value.integers.take([0], along)
            if value.shape[along] > 1 and bool((value.integers == first).all()):
                value = FixedArray(first, value.fractional)
        return index if value.shape == held.op.value.shape else layer.add(Constant(value), suffix="index_once")
    while isinstance(held.op, Concatenate) and len(set(held.inputs)) == 1:
        along, one = normal_axis(held.op.axis, len(layer.shape(held.name))), held.inputs[0]
        if along == axis or layer.shape(one)[along] != 1:
            break
        held = known[one]
    return held.name
