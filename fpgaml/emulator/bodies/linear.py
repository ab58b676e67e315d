"""Sums of products with constants: Dense, Conv1D, Conv2D, EinsumDense."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fpgaml.emulator.integers import INT16, INT32, IntType
from fpgaml.emulator.products import Products, products_of
from fpgaml.emulator.site import Site, Whole
from fpgaml.graph.ops import Conv1D, Conv2D, Dense, EinsumDense, Linear, Operation
from fpgaml.graph.types import Ints
from fpgaml.graph.values import shift_left

TILES = (8, 6, 4, 3, 2, 1)
"""How many outputs are summed together at most."""
LOADING = 2.5
"""What reading a term takes, in products: a tile reads all terms that any of its outputs has."""


def linear(site: Site) -> list[str]:
    """Loops over positions, and over tiles of outputs at each."""
    assert isinstance(site.op, Linear)
    (x,), op, unit = site.operands, site.op, site.result.unit
    sums = products_of(op, x.shape)
    weights = _weights(site, sums)
    bias: Ints = np.zeros(1, dtype=np.int64) if op.bias is None else op.bias.at(unit)
    spread = np.broadcast_to(bias, site.result.shape).ravel()
    lines: list[str] = []
    for group in range(len(weights)):
        lines += _group(site, sums, group, weights[group], spread)
    return lines


def in_pairs(site: Site) -> frozenset[bool]:
    """Whether sums are made of products of 16 bits, two at once: all of them, none, or some."""
    assert isinstance(site.op, Linear)
    groups = _weights(site, products_of(site.op, site.operands[0].shape))
    wrapped = [_wrapped(weights, site.result.computed) for weights in groups]
    return frozenset(_in_pairs(site, weights[:, part]) for weights in wrapped for part in _tiles(weights))


def _weights(site: Site, sums: Products) -> Ints:
    """At the binary point of the result, less that of what they are multiplied with."""
    assert isinstance(site.op, Linear)
    return shift_left(sums.weights, site.result.unit - site.operands[0].unit - site.op.kernel.fractional)


def _group(site: Site, sums: Products, group: int, weights: Ints, bias: Ints) -> list[str]:
    starts, places = (site.table(a[group], n, INT32) for a, n in ((sums.starts, "starts"), (sums.places, "places")))
    at_places = bias[sums.places[group][:, None] + sums.outputs]
    rows, terms = _rows(site, sums, starts)
    weights = _wrapped(weights, site.result.computed)
    tiles = [
        f"    {_tile(site, terms, weights[:, part], at_places[:, part], sums.outputs[part])}, {places}[p], finish);"
        for part in _tiles(weights)
    ]
    return [f"for (int p = 0; p < {sums.starts.shape[1]}; ++p) {{", *(f"    {row}" for row in rows), *tiles, "}"]


def _tiles(weights: Ints) -> list[slice]:
    """Outputs side by side that are summed together: fewer where their terms differ."""
    used = weights != 0
    return min((_cut(used.shape[1], most) for most in TILES), key=lambda parts: sum(_cost(used[:, p]) for p in parts))


def _cut(outputs: int, most: int) -> list[slice]:
    """As few parts as there may be, nearly equal ones."""
    count = -(-outputs // most)
    cuts = [outputs * part // count for part in range(count + 1)]
    return [slice(first, last) for first, last in pairwise(cuts)]


def _cost(used: NDArray[np.bool_]) -> float:
    return float(used.any(axis=1).sum() * (LOADING + used.shape[1]))


def _rows(site: Site, sums: Products, starts: str) -> tuple[list[str], Ints]:
    """Statements that declare `rows`, and which of them each term reads."""
    kind = site.operands[0].type.cpp
    if sums.inside is None:
        return [f"const Near<{kind}> rows{{in0 + {starts}[p]}};"], sums.terms
    count = len(sums.terms)
    kinds, which = np.unique(sums.inside, axis=0, return_inverse=True)
    inside = (
        f"{site.table(kinds.astype(np.int64), 'inside')} + {site.table(which.ravel(), 'border', INT32)}[p] * {count}"
    )
    collected = f"rows.collect(in0, {starts}[p], {site.table(sums.terms, 'terms', INT32)}, {inside});"
    return [f"Collected<{kind}, {count}> rows;", collected], np.arange(count)


def _tile(site: Site, terms: Ints, weights: Ints, bias: Ints, outputs: Ints) -> str:
    """The call that sums a tile, but for its last arguments; terms all of whose weights are zero are left out."""
    used = np.flatnonzero((weights != 0).any(axis=1))
    used = used if used.size else np.zeros(1, dtype=np.int64)
    terms, weights = terms[used], weights[used]
    computed, count = site.result.computed, weights.shape[1]
    same = bool((bias == bias[:1]).all())
    begin = _wrapped(bias[:1] if same else bias, computed)
    tail = [
        site.table(begin, "bias", computed) + ("" if same else f" + p * {count}"),
        site.table(outputs, "outputs", INT32),
    ]
    if _in_pairs(site, weights):
        terms, weights = _pairs(terms, weights)
        head = [site.table(terms, "terms", INT32), site.table(weights, "pairs", INT32), str(len(weights))]
        return f"pair_tile<{count}>(rows, {', '.join([*head, *tail])}"
    head = [site.table(terms, "terms", INT32), site.table(weights, "weights"), str(len(weights))]
    return f"tile<{count}, {computed.cpp}, {computed.unsigned}>(rows, {', '.join([*head, *tail])}"


def _in_pairs(site: Site, weights: Ints) -> bool:
    """Whether 16 bits hold each factor and 32 each sum: processors add two such products at once."""
    held = INT16.holds(int(weights.min()), int(weights.max()))
    return held and site.operands[0].type.bits <= INT16.bits and site.result.computed == INT32


def _pairs(terms: Ints, weights: Ints) -> tuple[Ints, Ints]:
    """An even number of terms, and the weights of two in one number of 32 bits, the first one's below."""
    if len(terms) % 2:
        terms, weights = np.append(terms, terms[-1]), np.pad(weights, ((0, 1), (0, 0)))
    packed = (weights[1::2].astype(np.int64) << 16) | (weights[::2].astype(np.int64) & 0xFFFF)
    return terms, packed.astype(np.int32)


def _wrapped(values: Ints, kind: IntType) -> Ints:
    """Numbers modulo 2**bits of a type: sums of products modulo that come out the same."""
    return np.asarray((values.astype(object) - kind.low) % (1 << kind.bits) + kind.low)


BODIES: dict[type[Operation], Whole] = {
    kind: Whole(linear, finishes=True) for kind in (Dense, Conv1D, Conv2D, EinsumDense)
}
