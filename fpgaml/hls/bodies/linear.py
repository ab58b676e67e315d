"""Sums of products, with constants or of two tensors."""

from __future__ import annotations

from math import prod

import numpy as np

from fpgaml.graph.ops import Conv1D, Conv2D, Dense, Einsum, EinsumDense, Operation
from fpgaml.graph.ops.einsum import summed_products
from fpgaml.graph.ops.windows import windows
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray
from fpgaml.hls.bodies.site import Body, Site, Writer, alike, loop
from fpgaml.hls.fixed import PortType
from fpgaml.hls.tables import constant_table, index_table


def einsum_dense(site: Site) -> Body:
    """For each output element two tables say of which inputs and weights the products are added."""
    assert isinstance(site.op, EinsumDense)
    op = site.op
    taken, weights = summed_products(op.equation, site.operands[0].shape, op.kernel.shape)
    kernel = constant_table("weight", op.kernel, site.arithmetic)
    tables = [kernel.declaration, index_table("from", taken), index_table("which", weights)]
    spread = op.bias and FixedArray(np.broadcast_to(op.bias.integers, site.shape), op.bias.fractional)
    start, more = _start(site, spread, "i")
    width = taken.shape[1]
    step = f"sum += in0[from[i * {width} + j]] * {kernel.at(f'which[i * {width} + j]')};"
    return Body(loop(prod(site.shape), start, *_terms(width, step), "out[i] = sum;"), [*tables, *more])


def einsum(site: Site) -> Body:
    """For each output element two tables say which pairs' products are added."""
    assert isinstance(site.op, Einsum)
    first, second = site.reads()
    left, right = summed_products(site.op.equation, *(operand.shape for operand in site.operands))
    tables = [first.declaration, second.declaration, index_table("left", left), index_table("right", right)]
    start, _ = _start(site, None, "i")
    width = left.shape[1]
    step = f"sum += {first.at(f'left[i * {width} + j]')} * {second.at(f'right[i * {width} + j]')};"
    return Body(loop(prod(site.shape), start, *_terms(width, step), "out[i] = sum;"), tables)


def dense(site: Site) -> Body:
    """A matrix of weights at every position."""
    assert isinstance(site.op, Dense)
    width, filters = site.op.kernel.shape
    kernel = constant_table("weight", site.op.kernel, site.arithmetic)
    single = len(site.shape) == 1
    column, first = ("i", "") if single else (f"i % {filters}", f"i / {filters} * {width} + ")
    start, more = _start(site, site.op.bias, column)
    step = f"sum += in0[{first}j] * {kernel.at(f'j * {filters} + {column}')};"
    lines = loop(prod(site.shape), start, *_terms(width, step), "out[i] = sum;")
    return Body(lines, [kernel.declaration, *more])


def convolution(site: Site) -> Body:
    """A matrix of weights at every window, by a table of the windows' elements."""
    op = site.op
    assert isinstance(op, Conv1D | Conv2D)
    wide = spread(op)
    *size, channels, filters = wide.shape
    flat = np.arange(prod(site.operands[0].shape)).reshape(1, *site.operands[0].shape)
    view = windows(flat, tuple(size), op.strides, (1,) * len(size), op.pads, -1)[0]
    taken = np.moveaxis(view, len(size), -1).reshape(prod(site.shape[:-1]), prod(size) * channels)
    width, column = taken.shape[1], f"i % {filters}"
    kernel = constant_table("weight", wide, site.arithmetic)
    start, more = _start(site, op.bias, column)
    step = f"sum += in0[k] * {kernel.at(f'j * {filters} + {column}')};"
    guarded = step if (taken >= 0).all() else f"if (k >= 0) {step}"
    inside = _terms(width, f"int k = from[i / {filters} * {width} + j];", guarded)
    lines = loop(prod(site.shape), start, *inside, "out[i] = sum;")
    return Body(lines, [kernel.declaration, index_table("from", taken), *more])


def _start(site: Site, bias: FixedArray | None, index: str) -> tuple[str, list[str]]:
    """What a sum begins with, and the table that this takes.

    Partial sums may wrap; the whole sum fits, and modular arithmetic brings it out right.
    """
    inner = PortType.of(site.kind).cpp(site.arithmetic)
    if bias is None:
        return f"{inner} sum = 0;", []
    table = constant_table("bias", bias, site.arithmetic)
    return f"{inner} sum = {table.at(index)};", [table.declaration]


def _terms(count: int, *lines: str) -> list[str]:
    """An unrolled loop over j."""
    inner = [f"    {line}" for line in lines]
    return [f"for (unsigned j = 0; j < {count}; j++) {{", "    #pragma HLS UNROLL", *inner, "}"]


def spread(op: Conv1D | Conv2D) -> FixedArray:
    """The kernel of an equal convolution without dilation or groups: zeros stand in between.

    Returns:
        Shape (*reach, channels, filters).
    """
    integers = op.kernel.integers
    axes = op.spatial_axes
    if op.groups > 1:
        integers = _ungrouped(integers, op.groups)
    if any(step > 1 for step in op.dilation):
        sizes = [(n - 1) * step + 1 for n, step in zip(integers.shape[:axes], op.dilation, strict=True)]
        wide = np.zeros((*sizes, *integers.shape[axes:]), dtype=integers.dtype)
        wide[tuple(slice(None, None, step) for step in op.dilation)] = integers
        integers = wide
    return FixedArray(integers, op.kernel.fractional)


def _ungrouped(integers: Ints, groups: int) -> Ints:
    inner, filters = integers.shape[-2:]
    each = filters // groups
    wide = np.zeros((*integers.shape[:-2], inner * groups, filters), dtype=integers.dtype)
    for group in range(groups):
        rows, columns = slice(group * inner, (group + 1) * inner), slice(group * each, (group + 1) * each)
        wide[..., rows, columns] = integers[..., columns]
    return wide


BODIES: dict[type[Operation], Writer] = {
    Dense: Writer(dense, alike),
    EinsumDense: Writer(einsum_dense),
    Einsum: Writer(einsum),
    Conv1D: Writer(convolution),
    Conv2D: Writer(convolution),
}
