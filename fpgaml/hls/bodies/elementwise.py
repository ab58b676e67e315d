"""Element by element: quantizers, scales, sums, activations and tables."""

from __future__ import annotations

from math import prod

import numpy as np

from fpgaml.graph.ops import (
    Add,
    Choose,
    GroupSort,
    LeakyRelu,
    Lookup,
    Maximum,
    Minimum,
    Multiply,
    Operation,
    Quantize,
    Relu,
    Scale,
    Shape,
    Subtract,
)
from fpgaml.graph.types import FixedType, Ints
from fpgaml.graph.values import FixedArray
from fpgaml.hls.bodies.site import Body, Site, Writer, alike, loop, varies_by_position
from fpgaml.hls.fixed import PortType
from fpgaml.hls.tables import constant_table, index_read


def quantize(site: Site) -> Body:
    """One cast for all elements, or each one's own; zero where a type holds only zero."""
    assert isinstance(site.op, Quantize)
    quantizer = site.op.quantizer
    if quantizer.type.is_uniform:
        port = PortType.of_quantizer(quantizer)
        held = int(quantizer.type.width) > 0
        return Body(loop(prod(site.shape), f"out[i] = {port.cpp(site.arithmetic)}(in0[i]);" if held else "out[i] = 0;"))
    kind = quantizer.type
    parts = (np.broadcast_to(part, site.shape).ravel() for part in (kind.signed, kind.integer, kind.fractional))
    lines = []
    for index, (signed, integer, fractional) in enumerate(zip(*parts, strict=True)):
        if signed + integer + fractional <= 0:
            lines.append(f"out[{index}] = 0;")
            continue
        port = PortType.of(FixedType(signed, integer, fractional), quantizer.rounding, quantizer.overflow)
        lines.append(f"out[{index}] = {port.cpp(site.arithmetic)}(in0[{index}]);")
    return Body(lines)


def scale(site: Site) -> Body:
    """x * factor + offset, in one step: exact, then one cast."""
    assert isinstance(site.op, Scale)
    factor, offset = (_spread(value, site.shape) for value in (site.op.factor, site.op.offset))
    factors, offsets = (constant_table(n, v, site.arithmetic) for n, v in (("factor", factor), ("offset", offset)))
    at_factor, at_offset = factors.at(f"i % {factor.integers.size}"), offsets.at(f"i % {offset.integers.size}")
    line = f"out[i] = in0[i] * {at_factor} + {at_offset};"
    return Body(loop(prod(site.shape), line), [factors.declaration, offsets.declaration])


def _spread(value: FixedArray, shape: Shape) -> FixedArray:
    """A constant for every element, or for one period of the last axis where positions are alike."""
    if varies_by_position(value.shape):
        return FixedArray(np.broadcast_to(value.integers, shape), value.fractional)
    last = value.integers.reshape(-1)
    return FixedArray(np.broadcast_to(last, (shape[-1],)), value.fractional)


def merge(site: Site) -> Body:
    """Two tensors element by element."""
    (left, right), tables = _elements(site)
    symbol = _SYMBOLS.get(type(site.op))
    if symbol:
        lines = [f"out[i] = {left} {symbol} {right};"]
    else:
        sign = "<" if isinstance(site.op, Minimum) else ">"
        lines = [f"if ({left} {sign} {right}) out[i] = {left};", f"else out[i] = {right};"]
    return Body(loop(prod(site.shape), *lines), tables)


_SYMBOLS: dict[type[Operation], str] = {Add: "+", Subtract: "-", Multiply: "*"}


def _elements(site: Site) -> tuple[list[str], list[str]]:
    """For each operand what element i of the result reads, and the tables that this takes."""
    reads, shapes = site.reads(), enumerate(operand.shape for operand in site.operands)
    places = [index_read(f"from{k}", broadcast_indices(shape, site.shape)) for k, shape in shapes]
    elements = [read.at(place.at("i")) for read, place in zip(reads, places, strict=True)]
    return elements, [table.declaration for table in (*reads, *places)]


def broadcast_indices(shape: Shape, target: Shape) -> Ints:
    """For every element of `target`, in order, the flat index of the element of `shape` that it reads."""
    flat = np.arange(prod(shape)).reshape(shape)
    return np.asarray(np.broadcast_to(flat, target)).ravel()


def choose(site: Site) -> Body:
    """The option that an index says."""
    (index, first, *others), tables = _elements(site)
    lines = [f"const int which = {index}.to_int();", f"out[i] = {first};"]
    lines += [f"if (which == {number}) out[i] = {other};" for number, other in enumerate(others, start=1)]
    return Body(loop(prod(site.shape), *lines), tables)


def relu(site: Site) -> Body:
    """max(x, 0)."""
    return Body(loop(prod(site.shape), "if (in0[i] > 0) out[i] = in0[i];", "else out[i] = 0;"))


def leaky_relu(site: Site) -> Body:
    """x or x * 2**-shift, exact."""
    assert isinstance(site.op, LeakyRelu)
    table = constant_table("slope", FixedArray(np.ones(1, dtype=np.int64), site.op.shift), site.arithmetic)
    lines = [f"if (in0[i] < 0) out[i] = in0[i] * {table.at('0')};", "else out[i] = in0[i];"]
    return Body(loop(prod(site.shape), *lines), [table.declaration])


def lookup(site: Site) -> Body:
    """A table read; the table is the Graph's own."""
    assert isinstance(site.op, Lookup)
    domain, table = site.op.domain, site.op.table
    width = int(domain.width)
    # The raw bits of a signed number count up from zero and then through the negative ones.
    half = int(-domain.bounds()[0])
    by_bits = FixedArray(np.roll(table.integers, -half), table.fractional)
    port = PortType.of(domain)
    bits = f"x.range({width - 1}, 0).to_uint()"
    if site.arithmetic == "ac":  # a slice of a signed number is signed
        bits = f"ac_int<{width}, false>(x.template slc<{width}>(0)).to_uint()"
    entries = constant_table("table", by_bits, site.arithmetic)
    read = [f"{port.cpp(site.arithmetic)} x = in0[i];", f"out[i] = {entries.at(bits)};"]
    if width == 0:
        read = [f"out[i] = {entries.at('0')};"]
    return Body(loop(prod(site.shape), *read), [entries.declaration])


def group_sort(site: Site) -> Body:
    """An odd-even transposition network over each group: `group` rounds of compare and exchange."""
    assert isinstance(site.op, GroupSort)
    count, group = prod(site.shape), site.op.group
    lines = loop(count, "out[i] = in0[i];")
    for turn in range(group):
        for start in range(0, count, group):
            for i in range(start + turn % 2, start + group - 1, 2):
                exchange = f"auto held = out[{i}]; out[{i}] = out[{i + 1}]; out[{i + 1}] = held;"
                lines.append(f"if (out[{i}] > out[{i + 1}]) {{ {exchange} }}")
    return Body(lines)


def _same_types(site: Site) -> bool:
    assert isinstance(site.op, Quantize)
    kind = site.op.quantizer.type
    return not varies_by_position(np.broadcast_shapes(kind.signed.shape, (1,) * len(site.shape)))


def _same_factors(site: Site) -> bool:
    assert isinstance(site.op, Scale)
    return not varies_by_position(site.op.factor.shape) and not varies_by_position(site.op.offset.shape)


BODIES: dict[type[Operation], Writer] = {
    Quantize: Writer(quantize, _same_types, casts=False),
    Scale: Writer(scale, _same_factors),
    Add: Writer(merge, alike),
    Subtract: Writer(merge, alike),
    Multiply: Writer(merge, alike),
    Maximum: Writer(merge, alike),
    Minimum: Writer(merge, alike),
    Relu: Writer(relu, alike),
    LeakyRelu: Writer(leaky_relu, alike),
    Choose: Writer(choose, alike),
    Lookup: Writer(lookup, alike),
    GroupSort: Writer(group_sort, alike, casts=False),
}
