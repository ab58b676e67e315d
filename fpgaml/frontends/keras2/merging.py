"""Layers that combine several tensors."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import scaled
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.graph.ops import Add, Concatenate, Maximum, Minimum, Multiply, Operation, Subtract


def concatenate(layer: KerasLayer) -> str:
    """Concatenate; Keras counts the batch among the axes."""
    axis = int(layer.config.get("axis", -1))
    rank = len(layer.shape(layer.inputs[0]))
    axis = axis + rank if axis < 0 else axis - 1
    return layer.add(Concatenate(axis), *layer.inputs) if len(layer.inputs) > 1 else layer.inputs[0]


def merge(make: Callable[[], Operation], pair: bool = False) -> Converter[KerasLayer, str]:
    """Add, Subtract, Multiply, Maximum, Minimum of several tensors."""

    def convert(layer: KerasLayer) -> str:
        if pair and len(layer.inputs) != 2:
            raise FpgamlError(layer.label, f"{layer.kind} takes two inputs, the file gives {len(layer.inputs)}")
        last = len(layer.inputs) - 1

        def step(done: tuple[str, int], x: str) -> tuple[str, int]:
            suffix = "" if done[1] + 1 == last else f"part_{done[1] + 1}"
            return layer.add(make(), done[0], x, suffix=suffix), done[1] + 1

        return layer.rounded(reduce(step, layer.inputs[1:], (layer.inputs[0], 0))[0])

    return convert


def average(layer: KerasLayer) -> str:
    """Average: the sum over the tensors, times 1/n."""
    total = layer.inputs[0]
    for index, x in enumerate(layer.inputs[1:], start=1):
        total = layer.add(Add(), total, x, suffix=f"sum_{index}")
    count = len(layer.inputs)
    return layer.rounded(scaled(layer, total, 1.0 / count, 0.0, "", f"the mean's factor 1/{count}"))


MERGES: dict[str, Converter[KerasLayer, str]] = {
    "Add": merge(Add),
    "Subtract": merge(Subtract, pair=True),
    "Multiply": merge(Multiply),
    "Maximum": merge(Maximum),
    "Minimum": merge(Minimum),
    "Average": average,
    "Concatenate": concatenate,
}
