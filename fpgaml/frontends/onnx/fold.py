"""Operators on constants: weights that the file computes, and the arithmetic of shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from math import prod
from typing import Any

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.emitter import MOST_VALUES
from fpgaml.frontends.onnx.program import Array, Call
from fpgaml.frontends.onnx.tensors import AGAIN

Fold = Callable[[Call, Sequence[Array]], Any]
"""The result, or several in a tuple, of a call and its inputs; those left out are missing at the end, or None."""

_TYPES = {
    1: np.float32, 2: np.uint8, 3: np.int8, 4: np.uint16, 5: np.int16, 6: np.int32, 7: np.int64, 9: np.bool_,
    10: np.float32, 11: np.float64, 12: np.uint32, 13: np.uint64, 16: np.float32,
}  # fmt: skip
"""numpy's types by ONNX's numbers (TensorProto.DataType); half precision as float32."""


def numpy_type(number: int) -> Any:
    """The numpy type of a number of TensorProto.DataType.

    Raises:
        ValueError: numpy has none.
    """
    if number not in _TYPES:
        raise ValueError(f"elements of the kind {number}")
    return _TYPES[number]


def fold(call: Call, inputs: Sequence[Array | None]) -> tuple[Array, ...] | None:
    """A call's results; None where this operator is not computed beforehand.

    Raises:
        FpgamlError: its inputs do not fit, or its result would be far too large.
    """
    function = FOLDS.get(call.kind)
    if function is None:
        return None
    with np.errstate(all="ignore"):
        found = function(call, inputs)  # type: ignore[arg-type]
    results = found if isinstance(found, tuple) else (found,)
    return tuple(np.asarray(result) for result in results)


def _checked(call: Call, shape: Sequence[int] | Array) -> tuple[int, ...]:
    sizes = tuple(int(size) for size in shape)
    if min(sizes, default=0) < 0 or prod(sizes) > MOST_VALUES:
        raise FpgamlError(call.label, f"it makes a constant of the shape {sizes}", AGAIN)
    return sizes


def _numbers(call: Call, name: str, inputs: Sequence[Array], position: int = 1) -> list[int] | None:
    """Whole numbers from an input, or from an attribute as older operator sets have them."""
    if len(inputs) > position and inputs[position] is not None:
        return [int(number) for number in inputs[position].reshape(-1)]
    found = call.attributes.get(name)
    return None if found is None else [int(number) for number in np.atleast_1d(found)]


def _unary(function: Callable[[Array], Any]) -> Fold:
    def folded(_: Call, inputs: Sequence[Array]) -> Any:
        return np.asarray(function(inputs[0])).astype(inputs[0].dtype, copy=False)

    return folded


def _binary(function: Callable[[Array, Array], Any]) -> Fold:
    def folded(call: Call, inputs: Sequence[Array]) -> Any:
        _checked(call, np.broadcast_shapes(*(each.shape for each in inputs)))
        return reduce(function, inputs)

    return folded


def _divide(a: Array, b: Array) -> Array:
    """Division; of integers it truncates toward zero, as ONNX has it."""
    if a.dtype.kind == "f":
        return np.asarray(a / b)
    if not np.all(b):
        raise ValueError("a division of integers by zero")
    return np.asarray(np.sign(a) * np.sign(b) * (np.abs(a) // np.abs(b))).astype(a.dtype)


def _power(a: Array, b: Array) -> Array:
    return np.power(a.astype(np.float64), b.astype(np.float64)).astype(a.dtype)


def _reduce(function: Callable[..., Any]) -> Fold:
    def folded(call: Call, inputs: Sequence[Array]) -> Any:
        axes = _numbers(call, "axes", inputs)
        keep = bool(call.attributes.get("keepdims", 1))
        if not axes:
            if call.attributes.get("noop_with_empty_axes", 0):
                return inputs[0]
            axes = list(range(inputs[0].ndim))
        return np.asarray(function(inputs[0], axis=tuple(axes), keepdims=keep)).astype(inputs[0].dtype)

    return folded


def _cast(call: Call, inputs: Sequence[Array]) -> Any:
    return inputs[0].astype(numpy_type(int(call.attributes["to"])))


def _cast_like(_: Call, inputs: Sequence[Array]) -> Any:
    return inputs[0].astype(inputs[1].dtype)


def _shape(call: Call, inputs: Sequence[Array]) -> Any:
    start, end = call.attributes.get("start", 0), call.attributes.get("end")
    return np.array(inputs[0].shape[start:end], dtype=np.int64)


def _gather(call: Call, inputs: Sequence[Array]) -> Any:
    axis = int(call.attributes.get("axis", 0))
    shape = inputs[0].shape
    axis = axis + len(shape) if axis < 0 else axis
    _checked(call, (*shape[:axis], *inputs[1].shape, *shape[axis + 1 :]))
    return np.take(inputs[0], inputs[1].astype(np.int64), axis=axis)


def _unsqueeze(call: Call, inputs: Sequence[Array]) -> Any:
    return np.expand_dims(inputs[0], tuple(_numbers(call, "axes", inputs) or ()))


def _squeeze(call: Call, inputs: Sequence[Array]) -> Any:
    axes = _numbers(call, "axes", inputs)
    return np.squeeze(inputs[0]) if axes is None else np.squeeze(inputs[0], axis=tuple(axes))


def _concat(call: Call, inputs: Sequence[Array]) -> Any:
    return np.concatenate(inputs, axis=int(call.attributes.get("axis", 0)))


def _reshape(call: Call, inputs: Sequence[Array]) -> Any:
    return inputs[0].reshape(new_shape(inputs[0].shape, _numbers(call, "shape", inputs) or [], call))


def new_shape(shape: Sequence[int], wanted: Sequence[int], call: Call) -> tuple[int, ...]:
    """The shape that Reshape gives: 0 keeps a size unless `allowzero`, one -1 takes what is left.

    Raises:
        ValueError: the sizes do not fit.
    """
    keep = not call.attributes.get("allowzero", 0)
    sizes = [shape[index] if size == 0 and keep else size for index, size in enumerate(wanted)]
    if sizes.count(-1) == 1:
        rest = prod(size for size in sizes if size != -1)
        if rest <= 0 or prod(shape) % rest:
            raise ValueError(f"{tuple(shape)} cannot take the shape {tuple(wanted)}")
        sizes[sizes.index(-1)] = prod(shape) // rest
    if any(size < 0 for size in sizes) or prod(sizes) != prod(shape):
        raise ValueError(f"{tuple(shape)} cannot take the shape {tuple(wanted)}")
    return tuple(sizes)


def flat_shape(shape: Sequence[int], axis: int) -> tuple[int, int]:
    """The shape that Flatten gives."""
    axis = axis + len(shape) if axis < 0 else axis
    return prod(shape[:axis]), prod(shape[axis:])


def _flatten(call: Call, inputs: Sequence[Array]) -> Any:
    return inputs[0].reshape(flat_shape(inputs[0].shape, int(call.attributes.get("axis", 1))))


def _transpose(call: Call, inputs: Sequence[Array]) -> Any:
    return inputs[0].transpose(call.attributes.get("perm"))


def _constant_of_shape(call: Call, inputs: Sequence[Array]) -> Any:
    value = np.asarray(call.attributes.get("value", np.zeros(1, np.float32))).reshape(-1)
    return np.full(_checked(call, inputs[0].reshape(-1)), value[0])


def _expand(call: Call, inputs: Sequence[Array]) -> Any:
    shape = _checked(call, np.broadcast_shapes(inputs[0].shape, _checked(call, inputs[1].reshape(-1))))
    return np.array(np.broadcast_to(inputs[0], shape))


def _tile(call: Call, inputs: Sequence[Array]) -> Any:
    repeats = [int(number) for number in inputs[1].reshape(-1)]
    _checked(call, repeats)
    _checked(call, [size * times for size, times in zip(inputs[0].shape, repeats, strict=True)])
    return np.tile(inputs[0], repeats)


def _range(call: Call, inputs: Sequence[Array]) -> Any:
    start, limit, step = (each.reshape(()) for each in inputs)
    count = max(int(np.ceil((float(limit) - float(start)) / float(step))), 0)
    _checked(call, (count,))
    return (start + step * np.arange(count)).astype(inputs[0].dtype)


def boxes(call: Call, inputs: Sequence[Array | None], rank: int) -> list[slice]:
    """What Slice takes along each axis, from attributes (operator set 9 and older) or from constant inputs.

    Raises:
        ValueError: the numbers do not fit together.
    """

    def numbers(name: str, position: int) -> list[int] | None:
        return _numbers(call, name, inputs, position)  # type: ignore[arg-type]

    starts, ends = numbers("starts", 1) or [], numbers("ends", 2) or []
    axes, steps = numbers("axes", 3) or list(range(len(starts))), numbers("steps", 4) or [1] * len(starts)
    found = [slice(None)] * rank
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        if not -rank <= axis < rank or step == 0:
            raise ValueError(f"a slice along axis {axis} of {rank} with the step {step}")
        # An end far below zero means: to the first element, going backwards.
        found[axis % rank] = slice(start, None if step < 0 and end < -(1 << 31) else end, step)
    return found


def _slice(call: Call, inputs: Sequence[Array]) -> Any:
    return inputs[0][tuple(boxes(call, inputs, inputs[0].ndim))]


def _split(call: Call, inputs: Sequence[Array]) -> Any:
    axis = int(call.attributes.get("axis", 0))
    parts = split_sizes(call, _numbers(call, "split", inputs), inputs[0].shape[axis])
    return tuple(np.split(inputs[0], np.cumsum(parts)[:-1], axis=axis))


def split_sizes(call: Call, given: Sequence[int] | None, size: int) -> list[int]:
    """The sizes of Split's parts: as given, or equal ones, the last one smaller.

    Raises:
        ValueError: they do not add up.
    """
    if given:
        parts = list(given)
    else:
        count = int(call.attributes.get("num_outputs", len(call.outputs)))
        each = -(-size // max(count, 1))
        parts = [min(each, size - start) for start in range(0, size, each)]
    if min(parts, default=0) <= 0 or sum(parts) != size:
        raise ValueError(f"parts of {parts} from {size}")
    return parts


def _where(call: Call, inputs: Sequence[Array]) -> Any:
    _checked(call, np.broadcast_shapes(*(each.shape for each in inputs)))
    return np.where(*inputs)


def _matmul(call: Call, inputs: Sequence[Array]) -> Any:
    a, b = inputs
    _checked(call, (*a.shape[:-1], b.shape[-1]))
    return np.matmul(a, b)


def _clip(call: Call, inputs: Sequence[Array]) -> Any:
    low, high = (
        inputs[position] if len(inputs) > position else call.attributes.get(name)
        for position, name in ((1, "min"), (2, "max"))
    )
    found = inputs[0] if low is None else np.maximum(inputs[0], low)
    return (found if high is None else np.minimum(found, high)).astype(inputs[0].dtype)


FOLDS: Mapping[str, Fold] = {
    "Identity": lambda _, inputs: inputs[0],
    "Dropout": lambda _, inputs: inputs[0],
    "Cast": _cast,
    "CastLike": _cast_like,
    "Shape": _shape,
    "Size": lambda _, inputs: np.array(inputs[0].size, dtype=np.int64),
    "Gather": _gather,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Concat": _concat,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Transpose": _transpose,
    "ConstantOfShape": _constant_of_shape,
    "Expand": _expand,
    "Tile": _tile,
    "Range": _range,
    "Slice": _slice,
    "Split": _split,
    "Where": _where,
    "MatMul": _matmul,
    "Clip": _clip,
    "Add": _binary(np.add),
    "Sub": _binary(np.subtract),
    "Mul": _binary(np.multiply),
    "Div": _binary(_divide),
    "Pow": _binary(_power),
    "Mod": _binary(np.mod),
    "Max": _binary(np.maximum),
    "Min": _binary(np.minimum),
    "Equal": _binary(np.equal),
    "Greater": _binary(np.greater),
    "Less": _binary(np.less),
    "GreaterOrEqual": _binary(np.greater_equal),
    "LessOrEqual": _binary(np.less_equal),
    "And": _binary(np.logical_and),
    "Or": _binary(np.logical_or),
    "Not": lambda _, inputs: np.logical_not(inputs[0]),
    "Neg": _unary(np.negative),
    "Abs": _unary(np.abs),
    "Sqrt": _unary(np.sqrt),
    "Exp": _unary(np.exp),
    "Log": _unary(np.log),
    "Floor": _unary(np.floor),
    "Ceil": _unary(np.ceil),
    "Round": _unary(np.rint),
    "Sign": _unary(np.sign),
    "Reciprocal": _unary(np.reciprocal),
    "Relu": _unary(lambda x: np.maximum(x, 0)),
    "ReduceSum": _reduce(np.sum),
    "ReduceMean": _reduce(np.mean),
    "ReduceMax": _reduce(np.max),
    "ReduceMin": _reduce(np.min),
    "ReduceProd": _reduce(np.prod),
}
"""By the operator's name."""
