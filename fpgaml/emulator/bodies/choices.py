"""One of several values: Lookup, Choose, GroupSort."""

from __future__ import annotations

import numpy as np

from fpgaml.emulator.bodies.elementwise import ends, lifted
from fpgaml.emulator.bodies.folds import narrowing
from fpgaml.emulator.integers import INT32, computing, literal, smallest
from fpgaml.emulator.site import Element, Elementwise, Site, Value, Whole, Writer
from fpgaml.graph.ops import Choose, GroupSort, Lookup, Operation

GATHERED = 4096
"""Entries of the largest table that is kept in 32 bits each, for which there is one instruction that reads several."""


def lookup(site: Element) -> str:
    """The entry of a value's code; no code, not even a wrong one, reaches outside of the table."""
    assert isinstance(site.op, Lookup)
    (x,), domain, table = site.operands, site.op.domain, site.op.table.integers
    size, first = len(table), int(domain.bounds()[0])
    kind = smallest(*(int(n) for n in (table.min(), table.max())))
    if size <= GATHERED and kind.bits < INT32.bits:
        kind = INT32
    name = site.tables.add(table, f"{site.label}_table", kind)
    return f"{name}[({_code(site, x, int(domain.fractional))} - {literal(first)}) & {size - 1}]"


def choose(site: Element) -> str:
    """Option after option, as the index says."""
    assert isinstance(site.op, Choose)
    (index, *options), unit = site.operands, site.result.unit
    bounds = [bound for option in options for bound in ends(option, unit)]
    kind = computing(*bounds)
    number = _code(site, index, 0)
    chosen = site.let(kind, lifted(options[0], unit, kind))
    for place, option in enumerate(options[1:], start=1):
        chosen = site.let(kind, f"{number} == {place} ? {lifted(option, unit, kind)} : {chosen}")
    held = computing(int(site.result.low.min()), int(site.result.high.max()))
    return chosen if held == kind else f"{held.cpp}({chosen})"


def _code(site: Element, x: Value, unit: int) -> str:
    """A variable for a value in units of 2**-unit, which it is a multiple of and which are few."""
    if unit >= x.unit:
        low, high = ends(x, unit)
        kind = computing(low, high, x.low, x.high)
        text = lifted(x, unit, kind)
    else:
        low, high = x.low >> (x.unit - unit), x.high >> (x.unit - unit)
        text = f"({x.text} >> {x.unit - unit})"
    return site.let(computing(low, high), f"{computing(low, high).cpp}({text})")


def group_sort(site: Site) -> list[str]:
    """A sorting network over the rows of each group."""
    assert isinstance(site.op, GroupSort)
    (x,), size = site.operands, site.op.group
    held, result = computing(x.low, x.high), site.result.computed
    start, after = ([], "finish") if held == result else (narrowing(held.cpp, result.cpp), "narrowed")
    pairs = np.array(network(size), dtype=np.int64).reshape(-1, 2)
    table = site.table(pairs, "pairs", INT32) if len(pairs) else "nullptr"
    return [*start, f"sort<{held.cpp}, {size}>({x.name}, {x.size // size}, {table}, {len(pairs)}, {after});"]


def network(size: int) -> list[tuple[int, int]]:
    """Pairs of places that sort so many rows where each pair is put in order, one after another.

    Source: Batcher's merge exchange, Knuth, The Art of Computer Programming 3, 5.2.2, algorithm M.
    """
    pairs = []
    top = step = 1 << max((size - 1).bit_length() - 1, 0)
    while step > 0:
        rest, distance, q = 0, step, top
        while True:
            pairs += [(i, i + distance) for i in range(size - distance) if i & step == rest]
            if q == step:
                break
            distance, q, rest = q - step, q >> 1, step
        step >>= 1
    return pairs


BODIES: dict[type[Operation], Writer] = {
    Lookup: Elementwise(lookup),
    Choose: Elementwise(choose),
    GroupSort: Whole(group_sort, finishes=True),
}
