"""Reshapes, transposes, joins, paddings, slices, pools and reductions."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from fpgaml.graph.graph import Node
from fpgaml.graph.ops import (
    AveragePool,
    Concatenate,
    Constant,
    Dense,
    MaxPool,
    Move,
    Operation,
    Pad,
    Reduce,
    Reduction,
    Reshape,
    Slice,
    Transpose,
    UpSample,
)
from fpgaml.graph.ops.base import normal_axis
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray
from fpgaml.hls.codegen import Body, add_generated, loop, moved_indices, operands, varies_by_position
from fpgaml.hls.fixed import PortType
from fpgaml.hls.layers import LayerList, Lowering
from fpgaml.hls.tables import constant_table, index_table


def lower_reshape(layers: LayerList, node: Node) -> None:
    """The same elements in another shape: nothing to do in registers, or where a Dense reads the stream as it is."""
    assert isinstance(node.op, Reshape)
    before, after = layers.shape(node.inputs[0]), node.op.dims
    if not layers.stream or _read_flat(layers, node):
        layers.append(node, "Reshape", target_shape=list(after))
    else:
        count = after[-1] if before[-1] == after[-1] else prod(after)
        positions = prod(after[:-1]) if before[-1] == after[-1] else None
        add_generated(layers, node, Body(loop(count, "out[i] = in0[i];")), positions)


def _read_flat(layers: LayerList, node: Node) -> bool:
    """Whether the only reader gathers a vector from a stream of any beats, which among hls4ml's layers Dense does."""
    readers = layers.graph.consumers[node.name]
    flat = len(layers.shape(node.name)) == 1 and node.name not in layers.graph.outputs
    return flat and len(readers) == 1 and isinstance(readers[0].op, Dense)


def lower_moved(layers: LayerList, node: Node) -> None:
    """Elements in their new places, by an index table."""
    assert isinstance(node.op, Move)
    indices = moved_indices(layers.shape(node.inputs[0]), node.op.move)
    if (indices >= 0).all():
        body = Body(loop(indices.size, "out[i] = in0[from[i]];"), [index_table("from", indices)])
    else:
        lines = loop(indices.size, "if (from[i] < 0) out[i] = 0;", "else out[i] = in0[from[i]];")
        body = Body(lines, [index_table("from", indices)])
    add_generated(layers, node, body)


def lower_pad(layers: LayerList, node: Node) -> None:
    """Zeros around the spatial axes: hls4ml's layer, which needs no buffer over streams."""
    assert isinstance(node.op, Pad)
    shape, out, pads = layers.shape(node.inputs[0]), layers.shape(node.name), node.op.pads
    if not layers.stream or len(shape) not in (2, 3) or pads[-1] != (0, 0):
        lower_moved(layers, node)
        return
    names = ("width",) if len(shape) == 2 else ("height", "width")
    sides = (("left", "right"),) if len(shape) == 2 else (("top", "bottom"), ("left", "right"))
    attributes: dict[str, Any] = {"n_chan": shape[-1]}
    for axis, name in enumerate(names):
        attributes |= {f"in_{name}": shape[axis], f"out_{name}": out[axis]}
        attributes |= {f"pad_{side}": pads[axis][k] for k, side in enumerate(sides[axis])}
    layers.append(node, f"ZeroPadding{len(names)}D", **attributes)


def lower_concatenate(layers: LayerList, node: Node) -> None:
    """Tensors one after another."""
    assert isinstance(node.op, Concatenate)
    shapes = [layers.shape(name) for name in node.inputs]
    starts = np.cumsum([0, *(prod(shape) for shape in shapes)])
    axis = normal_axis(node.op.axis, len(shapes[0]))
    flats = [np.arange(prod(s)).reshape(s) + start for s, start in zip(shapes, starts[:-1], strict=True)]
    joined = np.concatenate(flats, axis=axis).ravel()
    varies = any(
        isinstance(layers.graph[name].op, Constant) and varies_by_position(shape)
        for name, shape in zip(node.inputs, shapes, strict=True)
    )
    by_position = layers.stream and axis == len(shapes[0]) - 1 and not varies
    if by_position:
        lasts = [shape[-1] for shape in shapes]
        starts = np.cumsum([0, *lasts])
        joined = np.arange(starts[-1])
    reads, lines = operands(layers, node), []
    for position, flat in enumerate(joined):
        source = int(np.searchsorted(starts, flat, side="right")) - 1
        lines.append(f"out[{position}] = {reads[source].at(str(int(flat - starts[source])))};")
    body = Body(lines, [read.declaration for read in reads])
    add_generated(layers, node, body, prod(shapes[0][:-1]) if by_position else None)


def lower_max_pool(layers: LayerList, node: Node) -> None:
    """The largest of each window: hls4ml's layer where it is right, else our own."""
    assert isinstance(node.op, MaxPool)
    op, shape, out = node.op, layers.shape(node.inputs[0]), layers.shape(node.name)
    padded = any(pads != (0, 0) for pads in op.pads)
    even = all((s - w) % t == 0 for s, w, t in zip(shape, op.size, op.strides, strict=False))
    if padded or (layers.stream and (op.size != op.strides or not even)) or len(op.size) > 2:
        _lower_windows(layers, node)
        return
    accum = {"accum": PortType.of(layers.type(node.inputs[0]))}
    if len(op.size) == 1:
        layers.append(
            node,
            "MaxPooling1D",
            accum,
            n_in=shape[0],
            n_out=out[0],
            n_filt=shape[-1],
            pool_width=op.size[0],
            stride_width=op.strides[0],
            pad_left=0,
            pad_right=0,
            padding="valid",
        )
        return
    layers.append(
        node,
        "MaxPooling2D",
        accum,
        in_height=shape[0],
        in_width=shape[1],
        out_height=out[0],
        out_width=out[1],
        n_filt=shape[-1],
        pool_height=op.size[0],
        pool_width=op.size[1],
        stride_height=op.strides[0],
        stride_width=op.strides[1],
        pad_top=0,
        pad_bottom=0,
        pad_left=0,
        pad_right=0,
        padding="valid",
    )


def lower_average_pool(layers: LayerList, node: Node) -> None:
    """The sum of each window times the Graph's own factor."""
    _lower_windows(layers, node)


def _lower_windows(layers: LayerList, node: Node) -> None:
    """A pool as loops over a table of each window's elements."""
    op, shape, out = node.op, layers.shape(node.inputs[0]), layers.shape(node.name)
    assert isinstance(op, MaxPool | AveragePool)
    flat = np.arange(prod(shape)).reshape(1, *shape)
    taken = op._windows(flat, -1)[0].reshape(prod(out), -1)
    arithmetic = layers.settings.target.arithmetic
    tables = [index_table("from", taken)]
    width = taken.shape[1]
    if isinstance(op, MaxPool):
        inner = PortType.of(layers.type(node.inputs[0])).cpp(arithmetic)
        # The window's first real element: a padded position never wins.
        first = np.array([row[row >= 0][0] for row in taken])
        tables.append(index_table("first", first))
        lines = _window_loops(
            taken, f"{inner} best = in0[first[i]];", "if (in0[k] > best) best = in0[k];", "out[i] = best;"
        )
    else:
        factor = FixedArray(np.broadcast_to(op.factor.integers, out).ravel(), op.factor.fractional)
        factors = constant_table("factor", factor, arithmetic)
        tables.append(factors.declaration)
        inner = _sum_type(layers, node, width).cpp(arithmetic)
        lines = _window_loops(taken, f"{inner} sum = 0;", "sum += in0[k];", f"out[i] = sum * {factors.at('i')};")
    add_generated(layers, node, Body(lines, tables))


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


def _sum_type(layers: LayerList, node: Node, terms: int) -> PortType:
    """A type for the sum of `terms` values of the input."""
    one = PortType.of(layers.type(node.inputs[0]))
    more = terms.bit_length()
    return PortType(one.signed, one.width + more, one.integer + more)


def lower_reduce(layers: LayerList, node: Node) -> None:
    """A sum, maximum or minimum over axes."""
    assert isinstance(node.op, Reduce)
    op, shape = node.op, layers.shape(node.inputs[0])
    axes = sorted(normal_axis(axis, len(shape)) for axis in op.axes)
    by_position = layers.stream and axes == [len(shape) - 1]
    seen = (shape[-1],) if by_position else shape
    reduced = (0,) if by_position else tuple(axes)
    kept = [axis for axis in range(len(seen)) if axis not in reduced]
    taken = np.arange(prod(seen)).reshape(seen).transpose(*kept, *reduced)
    rows = taken.reshape(prod(seen[axis] for axis in kept), -1)
    arithmetic = layers.settings.target.arithmetic
    if op.kind == Reduction.SUM:
        inner = _sum_type(layers, node, rows.shape[1]).cpp(arithmetic)
        parts = (f"{inner} sum = 0;", "sum += in0[k];", "out[i] = sum;")
    else:
        inner = PortType.of(layers.type(node.inputs[0])).cpp(arithmetic)
        sign = ">" if op.kind == Reduction.MAX else "<"
        start = f"{inner} best = in0[from[i * {rows.shape[1]}]];"
        parts = (start, f"if (in0[k] {sign} best) best = in0[k];", "out[i] = best;")
    body = Body(_window_loops(rows, *parts), [index_table("from", rows)])
    add_generated(layers, node, body, prod(shape[:-1]) if by_position else None)


LOWERINGS: dict[type[Operation], Lowering] = {
    Concatenate: Lowering(lower_concatenate),
    MaxPool: Lowering(lower_max_pool),
    AveragePool: Lowering(lower_average_pool),
    Reduce: Lowering(lower_reduce),
    Reshape: Lowering(lower_reshape, casts=False),
    Transpose: Lowering(lower_moved),
    Pad: Lowering(lower_pad, casts=False),
    Slice: Lowering(lower_moved),
    UpSample: Lowering(lower_moved),
}
