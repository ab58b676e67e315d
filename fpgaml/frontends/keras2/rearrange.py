"""Layers that move values about, and layers that combine several tensors."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import prod
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.frontends.keras2.emit import Emitter, Layer, only_input, whole
from fpgaml.graph.ops import (
    Add,
    Concatenate,
    Maximum,
    Minimum,
    Multiply,
    Operation,
    Pad,
    Reshape,
    Slice,
    Subtract,
    Transpose,
    UpSample,
)


def same_values(layer: Layer, out: Emitter) -> str:
    """Layers that do nothing in inference."""
    return only_input(layer)


def flatten(layer: Layer, out: Emitter) -> str:
    """Flatten: all axes to one."""
    x = only_input(layer)
    shape = out.shape(x)
    return x if len(shape) == 1 else out.add(Reshape((prod(shape),)), x)


def reshape(layer: Layer, out: Emitter) -> str:
    """Reshape, with at most one -1."""
    x = only_input(layer)
    target = [int(size) for size in layer.config["target_shape"]]
    total, known = prod(out.shape(x)), prod(size for size in target if size != -1)
    if target.count(-1) > 1 or known <= 0 or total % known:
        raise FpgamlError(layer.name, f"{out.shape(x)} cannot take the shape {tuple(target)}")
    dims = tuple(total // known if size == -1 else size for size in target)
    return x if dims == out.shape(x) else out.add(Reshape(dims), x)


def permute(layer: Layer, out: Emitter) -> str:
    """Permute; Keras counts axes from 1."""
    return out.add(Transpose(tuple(int(axis) - 1 for axis in layer.config["dims"])), only_input(layer))


def _sides(value: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """A setting (before, after) per axis; one number for all, or one per axis, mean both sides."""
    if isinstance(value, int):
        return ((value, value),) * rank
    if rank == 1:
        return (whole(value, 2)[:2],)  # type: ignore[return-value]
    return tuple((int(v), int(v)) if isinstance(v, int) else (int(v[0]), int(v[1])) for v in value)


def zero_padding(rank: int) -> Callable[[Layer, Emitter], str]:
    """ZeroPadding1D, ZeroPadding2D."""

    def convert(layer: Layer, out: Emitter) -> str:
        return out.add(Pad((*_sides(layer.config["padding"], rank), (0, 0))), only_input(layer))

    return convert


def cropping(rank: int) -> Callable[[Layer, Emitter], str]:
    """Cropping1D, Cropping2D."""

    def convert(layer: Layer, out: Emitter) -> str:
        x = only_input(layer)
        shape, sides = out.shape(x), _sides(layer.config["cropping"], rank)
        starts = (*(before for before, _ in sides), 0)
        stops = (*(size - after for size, (_, after) in zip(shape, sides, strict=False)), shape[-1])
        return out.add(Slice(starts, stops, (1,) * len(shape)), x)

    return convert


def up_sampling(rank: int) -> Callable[[Layer, Emitter], str]:
    """UpSampling1D, UpSampling2D with nearest neighbours."""

    def convert(layer: Layer, out: Emitter) -> str:
        return out.add(UpSample(whole(layer.config["size"], rank)), only_input(layer))

    return convert


def concatenate(layer: Layer, out: Emitter) -> str:
    """Concatenate; Keras counts the batch among the axes."""
    axis = int(layer.config.get("axis", -1))
    rank = len(out.shape(layer.inputs[0]))
    axis = axis + rank if axis < 0 else axis - 1
    return out.add(Concatenate(axis), *layer.inputs) if len(layer.inputs) > 1 else layer.inputs[0]


def merge(make: Callable[[], Operation], pair: bool = False) -> Callable[[Layer, Emitter], str]:
    """Add, Subtract, Multiply, Maximum, Minimum of several tensors."""

    def convert(layer: Layer, out: Emitter) -> str:
        if pair and len(layer.inputs) != 2:
            raise FpgamlError(layer.name, f"{layer.kind} takes two inputs, the file gives {len(layer.inputs)}")
        last = len(layer.inputs) - 1

        def step(done: tuple[str, int], x: str) -> tuple[str, int]:
            suffix = "" if done[1] + 1 == last else f"part_{done[1] + 1}"
            return out.add(make(), done[0], x, suffix=suffix), done[1] + 1

        return reduce(step, layer.inputs[1:], (layer.inputs[0], 0))[0]

    return convert


def average(layer: Layer, out: Emitter) -> str:
    """Average: the sum over the tensors, times 1/n."""
    total = layer.inputs[0]
    for index, x in enumerate(layer.inputs[1:], start=1):
        total = out.add(Add(), total, x, suffix=f"sum_{index}")
    count = len(layer.inputs)
    return out.scale(total, 1.0 / count, 0.0, "", f"the mean's factor 1/{count}")


MERGES: dict[str, Callable[[Layer, Emitter], str]] = {
    "Add": merge(Add),
    "Subtract": merge(Subtract, pair=True),
    "Multiply": merge(Multiply),
    "Maximum": merge(Maximum),
    "Minimum": merge(Minimum),
    "Average": average,
    "Concatenate": concatenate,
}
