"""Element by element: quantizers, scales, sums, activations and tables."""

from __future__ import annotations

from math import prod

import numpy as np

from fpgaml.graph.graph import Node
from fpgaml.graph.ops import (
    Add,
    Constant,
    GroupSort,
    Input,
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
from fpgaml.graph.values import FixedArray
from fpgaml.hls.codegen import (
    Body,
    add_generated,
    broadcast_indices,
    cast_statements,
    loop,
    operands,
    varies_by_position,
)
from fpgaml.hls.fixed import PortType
from fpgaml.hls.layers import LayerList, Lowering
from fpgaml.hls.tables import constant_table, index_table

MERGES: dict[type[Operation], str] = {
    Add: "add",
    Subtract: "subtract",
    Multiply: "multiply",
    Maximum: "maximum",
    Minimum: "minimum",
}


def lower_input(layers: LayerList, node: Node) -> None:
    """An input in the type that the firmware sees."""
    assert isinstance(node.op, Input)
    layers.append(node, "InputLayer", input_shape=list(node.op.dims))


def lower_relu(layers: LayerList, node: Node) -> None:
    """max(x, 0)."""
    layers.append(node, "Activation", activation="relu", n_in=prod(layers.shape(node.name)))


def lower_quantize(layers: LayerList, node: Node) -> None:
    """A quantizer that no other operation could take over."""
    assert isinstance(node.op, Quantize)
    quantizer, shape = node.op.quantizer, layers.shape(node.name)
    arithmetic = layers.settings.target.arithmetic
    if quantizer.type.is_uniform:
        port = PortType.of_quantizer(quantizer)
        if layers.settings.io_type not in layers.settings.target.generates_code and _hls4ml_casts(layers, node, port):
            layers.append(node, "Activation", {"result": port}, activation="linear", n_in=prod(shape))
            return
        line = f"out[i] = {port.cpp(arithmetic)}(in0[i]);" if int(quantizer.type.width) > 0 else "out[i] = 0;"
        add_generated(layers, node, Body(loop(_lanes(layers, node), line)), prod(shape[:-1]))
        return
    # A type that is the same at every position needs only one position's statements over a stream.
    inner = np.broadcast_shapes(quantizer.type.signed.shape, (1,) * len(shape))
    if layers.stream and not varies_by_position(inner):
        body = Body(cast_statements(quantizer, (*([1] * (len(shape) - 1)), shape[-1]), arithmetic))
        add_generated(layers, node, body, prod(shape[:-1]))
    else:
        add_generated(layers, node, Body(cast_statements(quantizer, shape, arithmetic)))


def _hls4ml_casts(layers: LayerList, node: Node, port: PortType) -> bool:
    """Whether hls4ml's linear activation can be the quantizer where functions of our own cannot be written.

    It drops a cast to the type that its input has, though an output may need it for a variable of its own;
    and it writes an ac_fixed of one bit with two.
    """
    before = layers.result(layers.graph[node.inputs[0]])
    same = (before.signed, before.width, before.integer) == (port.signed, port.width, port.integer)
    narrowest = 2 if layers.settings.target.arithmetic == "ac" else 1
    assert isinstance(node.op, Quantize)
    return not same and int(node.op.quantizer.type.width) >= narrowest


def lower_scale(layers: LayerList, node: Node) -> None:
    """x * factor + offset, in one step: exact, then one cast."""
    assert isinstance(node.op, Scale)
    shape, arithmetic = layers.shape(node.name), layers.settings.target.arithmetic
    varies = varies_by_position(node.op.factor.shape) or varies_by_position(node.op.offset.shape)
    by_position = layers.stream and not varies
    seen = (*([1] * (len(shape) - 1)), shape[-1]) if by_position else shape
    factor, offset = (_spread(value, seen) for value in (node.op.factor, node.op.offset))
    factors, offsets = (constant_table(n, v, arithmetic) for n, v in (("factor", factor), ("offset", offset)))
    at_factor, at_offset = factors.at(f"i % {factor.integers.size}"), offsets.at(f"i % {offset.integers.size}")
    line = f"out[i] = in0[i] * {at_factor} + {at_offset};"
    tables = [factors.declaration, offsets.declaration]
    add_generated(layers, node, Body(loop(prod(seen), line), tables), prod(shape[:-1]) if by_position else None)


def _spread(value: FixedArray, shape: Shape) -> FixedArray:
    """A constant for every element, or for one period of the last axis where positions are alike."""
    if varies_by_position(value.shape):
        return FixedArray(np.broadcast_to(value.integers, shape), value.fractional)
    last = value.integers.reshape(-1)
    return FixedArray(np.broadcast_to(last, (shape[-1],)), value.fractional)


def lower_merge(layers: LayerList, node: Node) -> None:
    """Two tensors element by element; hls4ml's own layer where the shapes are equal."""
    kind = type(node.op)
    a, b = (layers.shape(name) for name in node.inputs)
    target = layers.shape(node.name)
    constant = [isinstance(layers.graph[name].op, Constant) for name in node.inputs]
    # hls4ml 1.3's Catapult header for streams does not compile for these two.
    missing = layers.stream and layers.settings.backend == "catapult" and kind in (Maximum, Minimum)
    if a == b and node.inputs[0] != node.inputs[1] and not any(constant) and not missing:
        layers.append(node, "Merge", op=MERGES[kind])
        return
    # One position at a time, if every stream carries them all and every constant is the same at each of them.
    alike = [not varies_by_position(s) if c else s[:-1] == target[:-1] for s, c in zip((a, b), constant, strict=True)]
    by_position = layers.stream and all(alike)
    seen = [(s[-1],) if by_position else s for s in (a, b, target)]
    reads = operands(layers, node)
    tables = [read.declaration for read in reads]
    tables += [index_table(f"from{k}", broadcast_indices(seen[k], seen[2])) for k in (0, 1)]
    left, right = (read.at(f"from{k}[i]") for k, read in enumerate(reads))
    symbol = {Add: "+", Subtract: "-", Multiply: "*"}.get(kind)
    if symbol:
        lines = [f"out[i] = {left} {symbol} {right};"]
    else:
        sign = "<" if isinstance(node.op, Minimum) else ">"
        lines = [f"if ({left} {sign} {right}) out[i] = {left};", f"else out[i] = {right};"]
    add_generated(layers, node, Body(loop(prod(seen[2]), *lines), tables), prod(target[:-1]) if by_position else None)


def lower_leaky_relu(layers: LayerList, node: Node) -> None:
    """x or x * 2**-shift, exact."""
    assert isinstance(node.op, LeakyRelu)
    arithmetic = layers.settings.target.arithmetic
    table = constant_table("slope", FixedArray(np.ones(1, dtype=np.int64), node.op.shift), arithmetic)
    lines = loop(_lanes(layers, node), f"if (in0[i] < 0) out[i] = in0[i] * {table.at('0')};", "else out[i] = in0[i];")
    add_generated(layers, node, Body(lines, [table.declaration]), prod(layers.shape(node.name)[:-1]))


def lower_lookup(layers: LayerList, node: Node) -> None:
    """A table read; the table is the Graph's own."""
    assert isinstance(node.op, Lookup)
    arithmetic = layers.settings.target.arithmetic
    domain, table = node.op.domain, node.op.table
    width = int(domain.width)
    # The raw bits of a signed number count up from zero and then through the negative ones.
    half = int(-domain.bounds()[0])
    by_bits = FixedArray(np.roll(table.integers, -half), table.fractional)
    port = PortType.of(domain)
    bits = f"x.range({width - 1}, 0).to_uint()"
    if arithmetic == "ac":  # a slice of a signed number is signed
        bits = f"ac_int<{width}, false>(x.template slc<{width}>(0)).to_uint()"
    entries = constant_table("table", by_bits, arithmetic)
    read = [f"{port.cpp(arithmetic)} x = in0[i];", f"out[i] = {entries.at(bits)};"]
    if width == 0:
        read = [f"out[i] = {entries.at('0')};"]
    body = Body(loop(_lanes(layers, node), *read), [entries.declaration])
    add_generated(layers, node, body, prod(layers.shape(node.name)[:-1]))


def lower_group_sort(layers: LayerList, node: Node) -> None:
    """An odd-even transposition network over each group: `group` rounds of compare and exchange."""
    assert isinstance(node.op, GroupSort)
    count, group = _lanes(layers, node), node.op.group
    lines = loop(count, "out[i] = in0[i];")
    for turn in range(group):
        for start in range(0, count, group):
            for i in range(start + turn % 2, start + group - 1, 2):
                exchange = f"auto held = out[{i}]; out[{i}] = out[{i + 1}]; out[{i + 1}] = held;"
                lines.append(f"if (out[{i}] > out[{i + 1}]) {{ {exchange} }}")
    add_generated(layers, node, Body(lines), prod(layers.shape(node.name)[:-1]))


def _lanes(layers: LayerList, node: Node) -> int:
    """How many elements a body sees: one position's over streams, else all."""
    shape = layers.shape(node.name)
    return shape[-1] if layers.stream else prod(shape)


LOWERINGS: dict[type[Operation], Lowering] = {
    Input: Lowering(lower_input, casts=False),
    Quantize: Lowering(lower_quantize, casts=False),
    Scale: Lowering(lower_scale),
    Add: Lowering(lower_merge),
    Subtract: Lowering(lower_merge),
    Multiply: Lowering(lower_merge),
    Maximum: Lowering(lower_merge),
    Minimum: Lowering(lower_merge),
    Relu: Lowering(lower_relu),
    LeakyRelu: Lowering(lower_leaky_relu),
    Lookup: Lowering(lower_lookup),
    GroupSort: Lowering(lower_group_sort, casts=False),
}
