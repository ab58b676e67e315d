"""Shapes that a file computes for a batch of unknown size: worked out for one event.

Keras' Flatten writes SHAPE, STRIDED_SLICE, PACK, and its Dense over several axes also GATHER, REDUCE_PROD and
CONCATENATION on integers, in front of a RESHAPE whose result has an open shape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.tflite.schema import LARGEST_TENSOR, MOST_AXES, ModelFile, Operator, Tensor, TensorType

Ints = NDArray[np.int64]
COUNTS = (TensorType.INT32, TensorType.INT64)
SAME_SHAPE = (
    "RELU RELU6 RELU_N1_TO_1 RELU_0_TO_1 LEAKY_RELU LOGISTIC TANH SOFTMAX QUANTIZE DEQUANTIZE ADD SUB MUL"
).split()


def computes_shape(file: ModelFile, operator: Operator) -> bool:
    """Whether an operator gives nothing but integers that count, not codes."""
    outputs = [file.tensors[index] for index in operator.outputs]
    return bool(outputs) and all(t.kind in COUNTS and t.quantisation is None for t in outputs)


def resolved(file: ModelFile) -> ModelFile:
    """The file with the shapes of one event in place of those that the converter left open.

    Raises:
        FpgamlError: shapes that do not fit together.
    """
    known = {t.index: t.value.astype(np.int64) for t in file.tensors if t.value is not None and t.kind in COUNTS}
    shapes = {t.index: t.shape for t in file.tensors}
    for operator in file.operators:
        if computes_shape(file, operator):
            found = _value(file, operator, known, shapes)
            if found is not None and found.size <= MOST_AXES:
                known[operator.outputs[0]] = found
        elif len(operator.outputs) == 1 and operator.inputs:
            shape = _shape(file, operator, known, shapes)
            if shape is not None:
                shapes[operator.outputs[0]] = shape
    tensors = tuple(_with_shape(tensor, shapes[tensor.index]) for tensor in file.tensors)
    return replace(file, tensors=tensors)


def _with_shape(tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
    return tensor if shape == tensor.shape else replace(tensor, shape=shape, signature=shape)


def _shape(
    file: ModelFile, operator: Operator, known: Mapping[int, Ints], shapes: Mapping[int, tuple[int, ...]]
) -> tuple[int, ...] | None:
    """A result's shape, where it differs from the file's because of one before it."""
    first, out = operator.inputs[0], file.tensors[operator.outputs[0]]
    if operator.kind == "RESHAPE" and len(operator.inputs) > 1 and operator.inputs[1] in known:
        return _reshaped(file, operator, shapes[first], known[operator.inputs[1]].reshape(-1))
    changed = first >= 0 and shapes[first] != file.tensors[first].shape
    if not changed:
        return None
    if operator.kind in SAME_SHAPE:
        return shapes[first]
    if operator.kind == "FULLY_CONNECTED" and len(out.shape) == 2 and len(operator.inputs) > 1:
        weights = shapes[operator.inputs[1]]
        if len(weights) == 2 and weights[1] > 0:
            return prod(shapes[first]) // weights[1], weights[0]
    return None


def _reshaped(file: ModelFile, operator: Operator, shape: tuple[int, ...], wanted: Ints) -> tuple[int, ...]:
    sizes = [int(size) for size in wanted]
    rest = prod(size for size in sizes if size != -1)
    total = prod(shape)
    if sizes.count(-1) > 1 or min(sizes, default=1) < -1 or (-1 in sizes and (rest == 0 or total % rest)):
        where = f"{file.where}, {operator.label}"
        raise FpgamlError(where, f"{shape} cannot become {tuple(sizes)}", "Convert the model again")
    full = tuple(total // rest if size == -1 else size for size in sizes)
    if prod(full) != total or total > LARGEST_TENSOR:
        where = f"{file.where}, {operator.label}"
        raise FpgamlError(where, f"{shape} cannot become {full}", "Convert the model again")
    return full


def _value(
    file: ModelFile, operator: Operator, known: Mapping[int, Ints], shapes: Mapping[int, tuple[int, ...]]
) -> Ints | None:
    """What an operator on shapes gives; None where that is not known."""
    if operator.kind == "SHAPE" and operator.inputs:
        return np.array(shapes[operator.inputs[0]], dtype=np.int64)
    if any(index not in known for index in operator.inputs):
        return None
    function = _FUNCTIONS.get(operator.kind)
    return None if function is None else function(operator, [known[index] for index in operator.inputs])


def _strided_slice(operator: Operator, given: list[Ints]) -> Ints | None:
    """One number, or a run of them, out of a shape."""
    x, begin, end, step = given
    if x.ndim != 1 or begin.size != 1 or int(step.reshape(-1)[0]) != 1:
        return None
    first = 0 if operator.number(0, "i") & 1 else int(begin.reshape(-1)[0])
    last = len(x) if operator.number(1, "i") & 1 else int(end.reshape(-1)[0])
    return x[first] if operator.number(4, "i") & 1 else x[first:last]


_FUNCTIONS: Mapping[str, Callable[[Operator, list[Ints]], Ints | None]] = {
    "GATHER": lambda _, given: np.asarray(given[0][given[1]]),
    "REDUCE_PROD": lambda _, given: np.asarray(given[0].prod()),
    "CONCATENATION": lambda _, given: np.concatenate([g.reshape(-1) for g in given]),
    "PACK": lambda _, given: np.concatenate([g.reshape(-1) for g in given]),
    "STRIDED_SLICE": _strided_slice,
    "MUL": lambda _, given: given[0] * given[1],
}
