"""RESHAPE and its kin, TRANSPOSE, CONCATENATION, PAD, PADV2."""

from __future__ import annotations

from math import prod

import numpy as np

from fpgaml.frontends.tflite.layer import TfliteLayer, Value, dropped_axes
from fpgaml.frontends.tflite.schema import TensorType
from fpgaml.graph.ops import Concatenate, Pad, Transpose


def reshape(layer: TfliteLayer) -> Value:
    """RESHAPE, EXPAND_DIMS, SQUEEZE: the same codes; the output's shape is the file's own."""
    x, out = layer.input(0), layer.output
    _same_codes(layer)
    if prod(x.shape) != prod(out.shape):
        raise layer.wrong(f"{x.shape} cannot become {out.shape}")
    value = layer.value(x)
    return Value(value.zero_point, value.codes, value.centred, any_shape=True)


def _same_codes(layer: TfliteLayer) -> None:
    """Input and output must have one type and one zero point: the kernel copies the codes."""
    x, out = layer.input(0), layer.output
    if x.kind != out.kind:
        raise layer.wrong(f"its input is {x.kind.name.lower()}, its output {out.kind.name.lower()}")
    if layer.zero_point(x) != layer.zero_point(out):
        raise layer.wrong("its input and its output have different zero points")


def transpose(layer: TfliteLayer) -> Value:
    """TRANSPOSE: a permutation that leaves the batch axis first."""
    x = layer.input(0)
    _same_codes(layer)
    order = [int(axis) for axis in layer.constant_input(1).reshape(-1)]
    if sorted(order) != list(range(len(x.shape))):
        raise layer.wrong(f"it orders {len(x.shape)} axes by {order}")
    gone = dropped_axes(x.shape)
    if gone and order[0] != 0:
        raise layer.unsupported("it moves the batch axis", "Leave the batch axis first")
    rest = tuple(axis - gone for axis in order[gone:])
    node, _ = layer.either(x)
    moved = layer.add(Transpose(rest or (0,)), node)
    return _like(layer, node, moved)


def _like(layer: TfliteLayer, node: str, moved: str) -> Value:
    """The output of an operator that moves the numbers of `node`, codes or differences."""
    value = layer.value(layer.input(0))
    zero = layer.zero_point(layer.output)
    return Value(zero, centred=moved) if node == value.centred else Value(zero, codes=moved)


def concatenation(layer: TfliteLayer) -> Value:
    """CONCATENATION: axis, activation. The kernel copies codes: int8 tensors must have one scale."""
    op, out = layer.operator, layer.output
    tensors = [layer.input(position) for position in range(len(op.inputs))]
    if not tensors:
        raise layer.wrong("it has no inputs")
    if op.number(1) != 0:
        raise layer.unsupported("it has a fused activation, which LiteRT's own kernel refuses")
    zero, scale = layer.zero_point(out), layer.scaling(out).scale
    for tensor in tensors:
        if tensor.kind != out.kind or len(tensor.shape) != len(out.shape):
            raise layer.wrong("its inputs are of different kinds")
        if layer.zero_point(tensor) != zero or (out.kind == TensorType.INT8 and layer.scaling(tensor).scale != scale):
            raise layer.wrong("its inputs have other scales than its output, which LiteRT's own kernel refuses")
    axis, rank, gone = op.number(0, "i"), len(out.shape), dropped_axes(out.shape)
    if not -rank <= axis < rank or len({dropped_axes(tensor.shape) for tensor in tensors} | {gone}) != 1:
        raise layer.wrong(f"it joins along axis {axis} of {rank}")
    axis = axis % rank - gone
    if axis < 0:
        raise layer.unsupported("it joins along the batch axis")
    as_codes = all(layer.value(tensor).codes is not None for tensor in tensors)
    nodes = [layer.codes(tensor) if as_codes else layer.centred(tensor) for tensor in tensors]
    joined = layer.add(Concatenate(axis), *nodes)
    return Value(zero, codes=joined) if as_codes else Value(zero, centred=joined)


def pad(layer: TfliteLayer) -> Value:
    """PAD with the output's zero point, PADV2 with a code of its own."""
    x, out = layer.input(0), layer.output
    _same_codes(layer)
    pads = np.asarray(layer.constant_input(1), dtype=np.int64)
    if pads.shape != (len(x.shape), 2) or pads.min() < 0 or pads.max() > 1 << 20:
        raise layer.wrong(f"its paddings are {pads.tolist()}")
    gone = dropped_axes(x.shape)
    if gone and pads[0].any():
        raise layer.unsupported("it pads the batch axis", "Pad the other axes")
    if prod(out.shape) != prod(size + sum(p) for size, p in zip(x.shape, pads.tolist(), strict=True)):
        raise layer.wrong(f"{x.shape} padded by {pads.tolist()} is not {out.shape}")
    zero = layer.zero_point(out)
    fill = zero
    if layer.operator.kind == "PADV2":
        values = layer.constant_input(2)
        if values.size != 1:
            raise layer.wrong("it pads with several values")
        fill = int(values.reshape(-1)[0])
    node = layer.shifted(layer.centred(x), zero - fill, "unfilled")
    padded = layer.add(Pad(tuple((int(a), int(b)) for a, b in pads[gone:])), node)
    return Value(zero, centred=layer.shifted(padded, fill - zero, "filled"))
