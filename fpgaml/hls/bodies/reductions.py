"""Many elements into one: pools and reductions."""

from __future__ import annotations

from math import prod

import numpy as np

from fpgaml.graph.ops import AveragePool, MaxPool, Operation, Reduce, Reduction
from fpgaml.graph.ops.base import normal_axis
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray
from fpgaml.hls.bodies.site import Body, Operand, Site, Writer, loop
from fpgaml.hls.fixed import PortType
from fpgaml.hls.tables import constant_table, index_table


def pool(site: Site) -> Body:
    """A pool as loops over a table of each window's elements; an average is the sum times the Graph's own factor."""
    op, shape, out = site.op, site.operands[0].shape, site.shape
    assert isinstance(op, MaxPool | AveragePool)
    flat = np.arange(prod(shape)).reshape(1, *shape)
    taken = op._windows(flat, -1)[0].reshape(prod(out), -1)
    tables = [index_table("from", taken)]
    if isinstance(op, MaxPool):
        inner = PortType.of(site.operands[0].kind).cpp(site.arithmetic)
        # The window's first real element: a padded position never wins.
        first = np.array([row[row >= 0][0] for row in taken])
        tables.append(index_table("first", first))
        start = f"{inner} best = in0[first[i]];"
        lines = _window_loops(taken, start, "if (in0[k] > best) best = in0[k];", "out[i] = best;")
    else:
        factor = FixedArray(np.broadcast_to(op.factor.integers, out).ravel(), op.factor.fractional)
        factors = constant_table("factor", factor, site.arithmetic)
        tables.append(factors.declaration)
        inner = sum_type(site.operands[0], taken.shape[1]).cpp(site.arithmetic)
        lines = _window_loops(taken, f"{inner} sum = 0;", "sum += in0[k];", f"out[i] = sum * {factors.at('i')};")
    return Body(lines, tables)


def reduce(site: Site) -> Body:
    """A sum, maximum or minimum over axes."""
    assert isinstance(site.op, Reduce)
    op, x = site.op, site.operands[0]
    axes = sorted(normal_axis(axis, len(x.shape)) for axis in op.axes)
    kept = [axis for axis in range(len(x.shape)) if axis not in axes]
    taken = np.arange(prod(x.shape)).reshape(x.shape).transpose(*kept, *axes)
    rows = taken.reshape(prod(x.shape[axis] for axis in kept), -1)
    if op.kind == Reduction.SUM:
        inner = sum_type(x, rows.shape[1]).cpp(site.arithmetic)
        parts = (f"{inner} sum = 0;", "sum += in0[k];", "out[i] = sum;")
    else:
        inner = PortType.of(x.kind).cpp(site.arithmetic)
        sign = ">" if op.kind == Reduction.MAX else "<"
        start = f"{inner} best = in0[from[i * {rows.shape[1]}]];"
        parts = (start, f"if (in0[k] {sign} best) best = in0[k];", "out[i] = best;")
    return Body(_window_loops(rows, *parts), [index_table("from", rows)])


def _window_loops(taken: Ints, start: str, step: str, finish: str) -> list[str]:
    width = taken.shape[1]
    guard = "" if (taken >= 0).all() else "if (k >= 0) "
    return loop(
        taken.shape[0],
        start,
        f"for (unsigned j = 0; j < {width}; j++) {{",
        "    #pragma HLS UNROLL",
        f"    int k = from[i * {width} + j];",
        f"    {guard}{{ {step} }}" if guard else f"    {step}",
        "}",
        finish,
    )


def sum_type(operand: Operand, terms: int) -> PortType:
    """A type for the sum of `terms` values of an operand."""
    one = PortType.of(operand.kind)
    more = terms.bit_length()
    return PortType(one.signed, one.width + more, one.integer + more)


def _over_last_axis(site: Site) -> bool:
    assert isinstance(site.op, Reduce)
    rank = len(site.shape)
    return {normal_axis(axis, rank) for axis in site.op.axes} == {rank - 1}


BODIES: dict[type[Operation], Writer] = {
    MaxPool: Writer(pool),
    AveragePool: Writer(pool),
    Reduce: Writer(reduce, _over_last_axis),
}
