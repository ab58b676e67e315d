"""Einsum: sums of products of two tensors."""

from __future__ import annotations

from fpgaml.emulator.integers import INT32
from fpgaml.emulator.places import multiplied
from fpgaml.emulator.site import Site, Whole
from fpgaml.graph.ops import Einsum, Operation


def einsum(site: Site) -> list[str]:
    """One loop over results and one over terms; where an operand's rows lie is a start and a distance."""
    assert isinstance(site.op, Einsum)
    a, b = site.operands
    terms = []
    for name, (starts, distances) in zip("ab", multiplied(site.op.letters, a.shape, b.shape), strict=True):
        tables = site.table(starts, f"{name}_starts", INT32), site.table(distances, f"{name}_terms", INT32)
        terms.append(f"Apart{{{', '.join(tables)}, {len(distances)}}}")
    result, count = site.result.computed, site.result.size
    first, second = terms
    return [f"products<{result.cpp}, {result.unsigned}>({a.name}, {first}, {b.name}, {second}, {count}, finish);"]


BODIES: dict[type[Operation], Whole] = {Einsum: Whole(einsum, finishes=True)}
