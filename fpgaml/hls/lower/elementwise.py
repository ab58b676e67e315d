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
    Subtract,
)
from fpgaml.hls.bodies.site import varies_by_position
from fpgaml.hls.codegen import add_body
from fpgaml.hls.fixed import PortType
from fpgaml.hls.layers import LayerList, Lowering

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
    if quantizer.type.is_uniform:
        port = PortType.of_quantizer(quantizer)
        if layers.settings.io_type not in layers.settings.target.generates_code and _hls4ml_casts(layers, node, port):
            layers.append(node, "Activation", {"result": port}, activation="linear", n_in=prod(shape))
            return
    # A type that is the same at every position needs only one position's statements over a stream.
    inner = np.broadcast_shapes(quantizer.type.signed.shape, (1,) * len(shape))
    add_body(layers, node, by_position=not varies_by_position(inner))


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
    """x * factor + offset."""
    assert isinstance(node.op, Scale)
    varies = varies_by_position(node.op.factor.shape) or varies_by_position(node.op.offset.shape)
    add_body(layers, node, by_position=not varies)


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
    add_body(layers, node, by_position=all(alike))


def lower_by_position(layers: LayerList, node: Node) -> None:
    """A function that does the same at every position."""
    add_body(layers, node, by_position=True)


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
    LeakyRelu: Lowering(lower_by_position),
    Lookup: Lowering(lower_by_position),
    GroupSort: Lowering(lower_by_position, casts=False),
}
