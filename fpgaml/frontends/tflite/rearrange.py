"""RESHAPE and its kin, TRANSPOSE, CONCATENATION, PAD, PADV2."""

from __future__ import annotations

from math import prod

import numpy as np

from fpgaml.frontends.tflite.schema import TensorType
from fpgaml.frontends.tflite.work import Value, Work, dropped_axes
from fpgaml.graph.ops import Concatenate, Pad, Transpose


def reshape(work: Work) -> None:
    """RESHAPE, EXPAND_DIMS, SQUEEZE: the same codes; the output's shape is the file's own."""
    x, out = work.input(0), work.output
    _same_codes(work)
    if prod(x.shape) != prod(out.shape):
        raise work.wrong(f"{x.shape} cannot become {out.shape}")
    value = work.value(x)
    work.give(Value(value.zero_point, value.codes, value.centred), moved=True)


def _same_codes(work: Work) -> None:
    """Input and output must have one type and one zero point: the kernel copies the codes."""
    x, out = work.input(0), work.output
    if x.kind != out.kind:
        raise work.wrong(f"its input is {x.kind.name.lower()}, its output {out.kind.name.lower()}")
    if work.zero_point(x) != work.zero_point(out):
        raise work.wrong("its input and its output have different zero points")


def transpose(work: Work) -> None:
    """TRANSPOSE: a permutation that leaves the batch axis first."""
    x = work.input(0)
    _same_codes(work)
    order = [int(axis) for axis in work.constant(1).reshape(-1)]
    if sorted(order) != list(range(len(x.shape))):
        raise work.wrong(f"it orders {len(x.shape)} axes by {order}")
    gone = dropped_axes(x.shape)
    if gone and order[0] != 0:
        raise work.unsupported("it moves the batch axis", "Leave the batch axis first")
    rest = tuple(axis - gone for axis in order[gone:])
    node, _ = work.either(x)
    moved = work.add(Transpose(rest or (0,)), node)
    work.give(_like(work, node, moved))


def _like(work: Work, node: str, moved: str) -> Value:
    """The output of an operator that moves the numbers of `node`, codes or differences."""
    value = work.value(work.input(0))
    zero = work.zero_point(work.output)
    return Value(zero, centred=moved) if node == value.centred else Value(zero, codes=moved)


def concatenation(work: Work) -> None:
    """CONCATENATION: axis, activation. The kernel copies codes: int8 tensors must have one scale."""
    op, out = work.operator, work.output
    assert op is not None
    tensors = [work.input(position) for position in range(len(op.inputs))]
    if not tensors:
        raise work.wrong("it has no inputs")
    if op.number(1) != 0:
        raise work.unsupported("it has a fused activation, which LiteRT's own kernel refuses")
    zero, scale = work.zero_point(out), work.scaling(out).scale
    for tensor in tensors:
        if tensor.kind != out.kind or len(tensor.shape) != len(out.shape):
            raise work.wrong("its inputs are of different kinds")
        if work.zero_point(tensor) != zero or (out.kind == TensorType.INT8 and work.scaling(tensor).scale != scale):
            raise work.wrong("its inputs have other scales than its output, which LiteRT's own kernel refuses")
    axis, rank, gone = op.number(0, "i"), len(out.shape), dropped_axes(out.shape)
    if not -rank <= axis < rank or len({dropped_axes(tensor.shape) for tensor in tensors} | {gone}) != 1:
        raise work.wrong(f"it joins along axis {axis} of {rank}")
    axis = axis % rank - gone
    if axis < 0:
        raise work.unsupported("it joins along the batch axis")
    as_codes = all(work.value(tensor).codes is not None for tensor in tensors)
    nodes = [work.codes(tensor) if as_codes else work.centred(tensor) for tensor in tensors]
    joined = work.add(Concatenate(axis), *nodes)
    work.give(Value(zero, codes=joined) if as_codes else Value(zero, centred=joined))


def pad(work: Work) -> None:
    """PAD with the output's zero point, PADV2 with a code of its own."""
    x, out = work.input(0), work.output
    _same_codes(work)
    pads = np.asarray(work.constant(1), dtype=np.int64)
    if pads.shape != (len(x.shape), 2) or pads.min() < 0 or pads.max() > 1 << 20:
        raise work.wrong(f"its paddings are {pads.tolist()}")
    gone = dropped_axes(x.shape)
    if gone and pads[0].any():
        raise work.unsupported("it pads the batch axis", "Pad the other axes")
    if prod(out.shape) != prod(size + sum(p) for size, p in zip(x.shape, pads.tolist(), strict=True)):
        raise work.wrong(f"{x.shape} padded by {pads.tolist()} is not {out.shape}")
    zero = work.zero_point(out)
    fill = zero
    if work.operator is not None and work.operator.kind == "PADV2":
        values = work.constant(2)
        if values.size != 1:
            raise work.wrong("it pads with several values")
        fill = int(values.reshape(-1)[0])
    node = work.shifted(work.centred(x), zero - fill, "unfilled")
    padded = work.add(Pad(tuple((int(a), int(b)) for a, b in pads[gone:])), node)
    work.give(Value(zero, centred=work.shifted(padded, fill - zero, "filled")))
