"""Several elements of a tensor in one: MaxPool, AveragePool, Reduce."""

from __future__ import annotations

import numpy as np

from fpgaml.emulator.integers import INT32, computing
from fpgaml.emulator.places import reduced, windowed
from fpgaml.emulator.site import Site, Whole
from fpgaml.graph.ops import AveragePool, MaxPool, Operation, Reduce, Reduction

KINDS = {Reduction.SUM: "Total", Reduction.MAX: "Largest", Reduction.MIN: "Smallest"}


def max_pool(site: Site) -> list[str]:
    """The largest value of each window."""
    return _fold(site, "Largest", *_windows(site), "finish")


def average_pool(site: Site) -> list[str]:
    """The sum of each window times a constant."""
    assert isinstance(site.op, AveragePool)
    result, factors = site.result.computed, np.broadcast_to(site.op.factor.integers, site.result.shape)
    scaled = [
        f"const auto scaled = [&](int i, {result.cpp} *row) {{",
        f"    const {result.unsigned} factor = static_cast<{result.unsigned}>({site.table(factors, 'factors')}[i]);",
        f"    for (int l = 0; l < LANES; ++l) row[l] = static_cast<{result.cpp}>("
        f"static_cast<{result.unsigned}>(row[l]) * factor);",
        "    finish(i, row);",
        "};",
    ]
    return [*scaled, *_fold(site, "Total", *_windows(site), "scaled")]


def reduce(site: Site) -> list[str]:
    """Sum, maximum or minimum over axes."""
    assert isinstance(site.op, Reduce)
    starts, terms = reduced(site.op, site.operands[0].shape)
    tables = (site.table(array, label, INT32) for array, label in ((starts, "starts"), (terms, "terms")))
    return _fold(site, KINDS[site.op.kind], f"Apart{{{', '.join(tables)}, {len(terms)}}}", len(starts), 1, "finish")


def _windows(site: Site) -> tuple[str, int, int]:
    """Where the windows are, how many positions they have, and how many channels lie at each."""
    assert isinstance(site.op, MaxPool | AveragePool)
    shape = site.operands[0].shape
    found = windowed(site.op, shape)
    return f"Listed{{{site.table(found, 'places', INT32)}, {found.shape[1]}}}", len(found), shape[-1]


def _fold(site: Site, kind: str, places: str, count: int, channels: int, finish: str) -> list[str]:
    """Totals are computed modulo 2**bits of the result's type, which loses nothing of what is kept."""
    (x,), result = site.operands, site.result.computed
    held = result if kind == "Total" else computing(x.low, x.high, site.result.low, site.result.high)
    start, after = [], finish
    if held != result:
        start, after = narrowing(held.cpp, result.cpp), "narrowed"
    combine = f"{kind}<{held.cpp}, {held.unsigned}>"
    return [*start, f"fold<{combine}, {held.cpp}>({x.name}, {places}, {count}, {channels}, {after});"]


def narrowing(wide: str, narrow: str) -> list[str]:
    """`narrowed`, which hands rows of a wider type on to `finish`: operands may hold more than is left of them."""
    return [
        f"const auto narrowed = [&](int i, const {wide} *row) {{",
        f"    alignas(64) {narrow} less[LANES];",
        f"    for (int l = 0; l < LANES; ++l) less[l] = static_cast<{narrow}>(row[l]);",
        "    finish(i, less);",
        "};",
    ]


BODIES: dict[type[Operation], Whole] = {
    kind: Whole(write, finishes=True)
    for kind, write in ((MaxPool, max_pool), (AveragePool, average_pool), (Reduce, reduce))
}
