"""Reshapes, paddings and pools where hls4ml has a layer for them."""

from __future__ import annotations

from typing import Any

from fpgaml.graph.graph import Node
from fpgaml.graph.ops import (
    Dense,
    MaxPool,
    Operation,
    Pad,
    Reshape,
)
from fpgaml.hls.codegen import add_body
from fpgaml.hls.fixed import PortType
from fpgaml.hls.layers import LayerList, Lowering


def lower_reshape(layers: LayerList, node: Node) -> None:
    """The same elements in another shape: nothing to do in registers, or where a Dense reads the stream as it is."""
    assert isinstance(node.op, Reshape)
    after = node.op.dims
    if not layers.stream or _read_flat(layers, node):
        layers.append(node, "Reshape", target_shape=list(after))
    else:
        add_body(layers, node)


def _read_flat(layers: LayerList, node: Node) -> bool:
    """Whether the only reader gathers a vector from a stream of any beats, which among hls4ml's layers Dense does."""
    readers = layers.graph.consumers[node.name]
    flat = len(layers.shape(node.name)) == 1 and node.name not in layers.graph.outputs
    return flat and len(readers) == 1 and isinstance(readers[0].op, Dense)


def lower_pad(layers: LayerList, node: Node) -> None:
    """Zeros around the spatial axes: hls4ml's layer, which needs no buffer over streams."""
    assert isinstance(node.op, Pad)
    shape, out, pads = layers.shape(node.inputs[0]), layers.shape(node.name), node.op.pads
    if not layers.stream or len(shape) not in (2, 3) or pads[-1] != (0, 0):
        add_body(layers, node)
        return
    names = ("width",) if len(shape) == 2 else ("height", "width")
    sides = (("left", "right"),) if len(shape) == 2 else (("top", "bottom"), ("left", "right"))
    attributes: dict[str, Any] = {"n_chan": shape[-1]}
    for axis, name in enumerate(names):
        attributes |= {f"in_{name}": shape[axis], f"out_{name}": out[axis]}
        attributes |= {f"pad_{side}": pads[axis][k] for k, side in enumerate(sides[axis])}
    layers.append(node, f"ZeroPadding{len(names)}D", **attributes)


def lower_max_pool(layers: LayerList, node: Node) -> None:
    """The largest of each window: hls4ml's layer where it is right, else our own."""
    assert isinstance(node.op, MaxPool)
    op, shape, out = node.op, layers.shape(node.inputs[0]), layers.shape(node.name)
    padded = any(pads != (0, 0) for pads in op.pads)
    even = all((s - w) % t == 0 for s, w, t in zip(shape, op.size, op.strides, strict=False))
    if padded or (layers.stream and (op.size != op.strides or not even)) or len(op.size) > 2:
        add_body(layers, node)
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


LOWERINGS: dict[type[Operation], Lowering] = {
    MaxPool: Lowering(lower_max_pool),
    Reshape: Lowering(lower_reshape, casts=False),
    Pad: Lowering(lower_pad, casts=False),
}
