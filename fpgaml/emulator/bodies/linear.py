"""Sums of products with constants: Dense, Conv1D, Conv2D, EinsumDense."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fpgaml.emulator.integers import INT32, IntType
from fpgaml.emulator.products import Products, products_of
from fpgaml.emulator.site import Site, Whole
from fpgaml.graph.ops import Conv1D, Conv2D, Dense, EinsumDense, Linear, Operation
from fpgaml.graph.types import Ints
from fpgaml.graph.values import shift_left

TILES = (4, 2, 1)
"""How many outputs are summed together."""


def linear(site: Site) -> list[str]:
    """Loops over positions, and over tiles of outputs at each."""
    assert isinstance(site.op, Linear)
    (x,), op, unit = site.operands, site.op, site.result.unit
    sums = products_of(op, x.shape)
    weights = shift_left(sums.weights, unit - x.unit - op.kernel.fractional)
    bias: Ints = np.zeros(1, dtype=np.int64) if op.bias is None else op.bias.at(unit)
    spread = np.broadcast_to(bias, site.result.shape).ravel()
    lines: list[str] = []
    for group in range(len(weights)):
        lines += _group(site, sums, group, weights[group], spread)
    return lines


def _group(site: Site, sums: Products, group: int, weights: Ints, bias: Ints) -> list[str]:
    starts, places = (site.table(a[group], n, INT32) for a, n in ((sums.starts, "starts"), (sums.places, "places")))
    at_places = bias[sums.places[group][:, None] + sums.outputs]
    rows, terms = _rows(site, sums, starts)
    tiles = [
        f"    tile<{part.stop - part.start}, {_types(site)}>({', '.join(arguments)}, {places}[p], finish);"
        for part in _tiles(weights.shape[1])
        for arguments in [_tile(site, terms, weights[:, part], at_places[:, part], sums.outputs[part])]
    ]
    return [f"for (int p = 0; p < {sums.starts.shape[1]}; ++p) {{", *(f"    {row}" for row in rows), *tiles, "}"]


def _types(site: Site) -> str:
    computed = site.result.computed
    return f"{computed.cpp}, {computed.unsigned}"


def _tiles(outputs: int) -> Iterator[slice]:
    first = 0
    for size in TILES:
        while outputs - first >= size:
            yield slice(first, first + size)
            first += size


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


def _tile(site: Site, terms: Ints, weights: Ints, bias: Ints, outputs: Ints) -> list[str]:
    """The arguments of `tile`: terms all of whose weights are zero are left out."""
    used = np.flatnonzero((weights != 0).any(axis=1))
    used = used if used.size else np.zeros(1, dtype=np.int64)
    same = bool((bias == bias[:1]).all())
    begin = _wrapped(bias[:1] if same else bias, site.result.computed)
    return [
        "rows",
        site.table(terms[used], "terms", INT32),
        site.table(_wrapped(weights[used], site.result.computed), "weights"),
        str(len(used)),
        site.table(begin, "bias", site.result.computed) + ("" if same else f" + p * {bias.shape[1]}"),
        site.table(outputs, "outputs", INT32),
    ]


def _wrapped(values: Ints, kind: IntType) -> Ints:
    """Numbers modulo 2**bits of a type: sums of products modulo that come out the same."""
    return np.asarray((values.astype(object) - kind.low) % (1 << kind.bits) + kind.low)


BODIES: dict[type[Operation], Whole] = {
    kind: Whole(linear, finishes=True) for kind in (Dense, Conv1D, Conv2D, EinsumDense)
}
