"""Operations that move elements: Transpose, Pad, Slice, UpSample, Concatenate; a Reshape takes no code."""

from __future__ import annotations

import numpy as np

from fpgaml.emulator.integers import INT32
from fpgaml.emulator.places import joined, moved, runs
from fpgaml.emulator.site import Site, Tensor, Whole
from fpgaml.graph.ops import Concatenate, Move, Operation, Pad, Slice, Transpose, UpSample
from fpgaml.graph.types import Ints

WRITTEN = 4
"""Runs that are written one by one; more lie in a table."""


def move(site: Site) -> list[str]:
    """Runs of rows, copied."""
    assert isinstance(site.op, Move)
    origins = moved(site.op, site.operands[0].shape)
    return _copies(site, 0, runs(np.arange(len(origins)), origins))


def concatenate(site: Site) -> list[str]:
    """Runs of rows of each operand, brought to the common binary point."""
    assert isinstance(site.op, Concatenate)
    lines = []
    for number, to in enumerate(joined([x.shape for x in site.operands], site.op.axis)):
        lines += _copies(site, number, runs(to, np.arange(len(to))))
    return lines


def _copies(site: Site, number: int, found: Ints) -> list[str]:
    x, result = site.operands[number], site.result
    if len(found) <= WRITTEN:
        return [
            f"zero(out + {to}, {count});"
            if origin < 0
            else transfer(result, f"out + {to}", x, f"{x.name} + {origin}", str(count))
            for to, origin, count in found
        ]
    table = site.table(found, f"runs{number}", INT32)
    every = [f"const std::int32_t *run = {table} + 3 * r;"]
    if (found[:, 1] < 0).any():
        every += ["if (run[1] < 0) {", "    zero(out + run[0], run[2]);", "    continue;", "}"]
    every.append(transfer(result, "out + run[0]", x, f"{x.name} + run[1]", "run[2]"))
    return [f"for (int r = 0; r < {len(found)}; ++r) {{", *(f"    {line}" for line in every), "}"]


def transfer(to: Tensor, into: str, source: Tensor, start: str, count: str) -> str:
    """Rows of a tensor as rows of another, which holds their values.

    Args:
        into, start: where they go and where they come from, in C++; count: how many.
    """
    kind, shift = to.type.cpp, to.unit - source.unit
    if not shift:
        return f"copy<{kind}>({into}, {start}, {count});"
    if not source.low and not source.high:  # zeros may have any binary point
        return f"zero({into}, {count});"
    if shift < 0:
        return f"lower<{kind}>({into}, {start}, {count}, {-shift});"
    return f"lift<{kind}, {to.computed.unsigned}>({into}, {start}, {count}, {shift});"


BODIES: dict[type[Operation], Whole] = {
    **{kind: Whole(move) for kind in (Transpose, Pad, Slice, UpSample)},
    Concatenate: Whole(concatenate),
}
