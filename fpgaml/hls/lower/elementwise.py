"""Element by element, where hls4ml has a layer: inputs, casts, sums, max(x, 0)."""

from __future__ import annotations

from math import prod

from fpgaml.graph.graph import Node
from fpgaml.graph.ops import (
    Add,
    Constant,
    Input,
    Maximum,
    Minimum,
    Multiply,
    Operation,
    Quantize,
    Relu,
    Subtract,
)
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
    add_body(layers, node)


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


def lower_merge(layers: LayerList, node: Node) -> None:
    """Two tensors element by element; hls4ml's own layer where the shapes are equal."""
    kind = type(node.op)
    a, b = (layers.shape(name) for name in node.inputs)
    constant = [isinstance(layers.graph[name].op, Constant) for name in node.inputs]
    # hls4ml 1.3's Catapult header for streams does not compile for these two.
    missing = layers.stream and layers.settings.backend == "catapult" and kind in (Maximum, Minimum)
    if a == b and node.inputs[0] != node.inputs[1] and not any(constant) and not missing:
        layers.append(node, "Merge", op=MERGES[kind])
        return
    add_body(layers, node)


LOWERINGS: dict[type[Operation], Lowering] = {
    Input: Lowering(lower_input, casts=False),
    Quantize: Lowering(lower_quantize, casts=False),
    Relu: Lowering(lower_relu),
    **{kind: Lowering(lower_merge) for kind in MERGES},
}
