"""Elements by a computed index: take, take_along_axis, one_hot, and casts to the integers that they read."""

from __future__ import annotations

import numpy as np

from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.building.embedding import embedded
from fpgaml.frontends.building.indexed import gathered, one_hot, rows_of, whole
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras.operations.operands import node_of, operand, setting
from fpgaml.graph.ops import Constant
from fpgaml.graph.values import FixedArray

WHO = "the framework"
BATCHES = "Pick rows event by event: take_along_axis, or einsum with one_hot of the index"


def take(layer: KerasLayer) -> str:
    """Places of an axis by constants; rows of a constant matrix by a tensor."""
    x, index = operand(layer, 0, "x", "params"), operand(layer, 1, "indices")
    axis = setting(layer, 2, "axis")
    if not isinstance(x, str):
        if not isinstance(index, str) or x.ndim != 2 or axis not in (None, 0, -2):
            raise layer.unsupported(f"takes from a constant of shape {x.shape}", "Take rows of a matrix, along axis 0")
        return layer.rounded(embedded(layer, index, x, WHO))
    if axis is None or int(axis) == 0 or int(axis) == -len(layer.shape(x)) - 1:
        raise layer.unsupported("takes events out of a batch", "Give an axis behind the first")
    if isinstance(index, str):
        raise layer.unsupported("takes the rows that one event's index says from every event of a batch", BATCHES)
    places = layer.add(Constant(FixedArray(np.asarray(index, np.int64), 0)), suffix="places_taken")
    return rows_of(layer, x, places, _behind_batch(layer, x, int(axis)), WHO)


def take_along_axis(layer: KerasLayer) -> str:
    """Elements along an axis, by an index of the tensor's rank."""
    x, index = node_of(layer, 0, "x"), node_of(layer, 1, "indices")
    axis = setting(layer, 2, "axis")
    if axis is None or int(axis) == 0 or int(axis) == -len(layer.shape(x)) - 1:
        raise layer.unsupported("takes events out of a batch", "Give an axis behind the first")
    if len(layer.shape(index)) != len(layer.shape(x)):
        raise layer.unsupported(
            f"an index of shape {layer.shape(index)} for events of {layer.shape(x)}", "Give both the same rank"
        )
    return gathered(layer, x, index, _behind_batch(layer, x, int(axis)), WHO)


def hot(layer: KerasLayer) -> str:
    """A one where the index is, and zeros; the sum of its products with a tensor becomes what it picks or adds up."""
    x = node_of(layer, 0, "x", "indices")
    size, axis = setting(layer, 1, "num_classes", "depth"), setting(layer, 2, "axis", default=-1)
    if int(axis) not in (-1, len(layer.shape(x)) + 1):
        raise layer.unsupported(f"one-hot rows along axis {axis}", "Leave the axis at -1, and transpose")
    return one_hot(layer, x, int(size))


def cast(layer: KerasLayer) -> str:
    """To integers towards zero; a floating-point format changes nothing."""
    kind = str(setting(layer, 1, "dtype", default="float32"))
    x = node_of(layer, 0, "x")
    if kind.startswith("int"):
        return whole(layer, x)
    if kind in ("float32", "float64"):
        return x
    raise layer.unsupported(f"a cast to {kind}", "Cast to int32 or float32")


def segment_sum(layer: KerasLayer) -> str:
    """Named, with what sums within each event."""
    raise layer.unsupported(
        "sums over the events of a batch", "Use einsum with one_hot of the segments: 'ben,bef->bnf'"
    )


def _behind_batch(layer: KerasLayer, x: str, axis: int) -> int:
    return axis - 1 if axis > 0 else axis + len(layer.shape(x))


INDEXED: dict[str, Converter[KerasLayer, str]] = {
    **dict.fromkeys(("take", "gather", "gatherv2"), take),
    "takealongaxis": take_along_axis,
    "onehot": hot,
    "cast": cast,
    **dict.fromkeys(("segmentsum", "segmentmax", "unsortedsegmentsum"), segment_sum),
}
"""Converters by the function's name."""
