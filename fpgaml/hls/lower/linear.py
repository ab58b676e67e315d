"""Dense, Conv1D, Conv2D, EinsumDense as hls4ml's own layers."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from fpgaml.graph.graph import Node
from fpgaml.graph.ops import Conv1D, Conv2D, Dense, Operation
from fpgaml.graph.values import FixedArray
from fpgaml.hls.bodies.linear import spread
from fpgaml.hls.fixed import PortType
from fpgaml.hls.layers import LayerList, Lowering, constant_type, literal

Op = TypeVar("Op", bound=Operation)


def add_dense(layers: LayerList, node: Node, op: Dense) -> None:
    """Append hls4ml's Dense for a node."""
    layers.append(
        node,
        "Dense",
        linear_precision(layers, node, op.kernel, op.bias),
        n_in=op.kernel.shape[0],
        n_out=op.kernel.shape[1],
        weight_data=literal(op.kernel),
        bias_data=_bias(op.bias),
    )


def lower_conv1d(layers: LayerList, node: Node) -> None:
    """A convolution over one axis."""
    op = _operation(node, Conv1D)
    width, channels = layers.shape(node.inputs[0])
    kernel = spread(op)
    common: dict[str, Any] = {
        "in_width": width,
        "out_width": layers.shape(node.name)[0],
        "n_chan": channels,
        "n_filt": kernel.shape[-1],
        "filt_width": kernel.shape[0],
        "stride_width": op.strides[0],
        "pad_left": op.pads[0][0],
        "pad_right": op.pads[0][1],
        "padding": "valid" if op.pads[0] == (0, 0) else "same",
        "weight_data": literal(kernel),
        "bias_data": _bias(op.bias),
    }
    layers.append(node, "Conv1D", linear_precision(layers, node, kernel, op.bias), **common)


def lower_conv2d(layers: LayerList, node: Node) -> None:
    """A convolution over two axes."""
    op = _operation(node, Conv2D)
    height, width, channels = layers.shape(node.inputs[0])
    out_height, out_width, _ = layers.shape(node.name)
    kernel = spread(op)
    (top, bottom), (left, right) = op.pads
    common: dict[str, Any] = {
        "in_height": height,
        "in_width": width,
        "out_height": out_height,
        "out_width": out_width,
        "n_chan": channels,
        "n_filt": kernel.shape[-1],
        "filt_height": kernel.shape[0],
        "filt_width": kernel.shape[1],
        "stride_height": op.strides[0],
        "stride_width": op.strides[1],
        "pad_top": top,
        "pad_bottom": bottom,
        "pad_left": left,
        "pad_right": right,
        "padding": "same" if top or bottom or left or right else "valid",
        "weight_data": literal(kernel),
        "bias_data": _bias(op.bias),
    }
    layers.append(node, "Conv2D", linear_precision(layers, node, kernel, op.bias), **common)


def linear_precision(layers: LayerList, node: Node, kernel: FixedArray, bias: FixedArray | None) -> dict[str, PortType]:
    """The types of weights, biases and sums; the sums' type holds every value that they can have."""
    zero = FixedArray(np.zeros(1, dtype=np.int64), 0)
    return {
        "weight": constant_type(kernel),
        "bias": constant_type(bias if bias is not None else zero),
        "accum": PortType.of(layers.type(node.name)),
    }


def _bias(bias: FixedArray | None) -> object:
    return None if bias is None else literal(bias)


def _operation(node: Node, kind: type[Op]) -> Op:
    assert isinstance(node.op, kind)
    return node.op


LOWERINGS: dict[type[Operation], Lowering] = {Conv1D: Lowering(lower_conv1d), Conv2D: Lowering(lower_conv2d)}
