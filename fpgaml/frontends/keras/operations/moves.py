"""What moves values: reshapes, slices, joins, pads, sorts. The batch stays the first axis."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras.arguments import tensors_in
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras.operations.operands import node_of, setting
from fpgaml.frontends.keras.statistics import axes_of
from fpgaml.graph.ops import Concatenate, GroupSort, Pad, Slice, Transpose


def reshape(layer: KerasLayer) -> str:
    """The same elements in another shape, the batch first."""
    x = node_of(layer, 0, "x", "tensor")
    total = prod(layer.shape(x))
    given = setting(layer, 1, "newshape", "shape")
    target = [-1 if size is None else int(size) for size in given]
    rest = target[1:] or [1]
    known = prod(size for size in rest if size != -1)
    if rest.count(-1) > 1 or known <= 0 or total % known or (target[0] != -1 and -1 not in rest):
        raise layer.unsupported(f"a reshape to {given} of events of shape {layer.shape(x)}", "Keep the batch first: -1")
    return layer.reshaped(x, tuple(total // known if size == -1 else size for size in rest), "reshaped")


def transpose(layer: KerasLayer) -> str:
    """Axes in another order, the batch first."""
    x = node_of(layer, 0, "x", "a")
    order = setting(layer, 1, "axes", "perm")
    if order is None or int(order[0]) != 0:
        raise layer.unsupported("moves the batch axis", "Give an order that begins with 0")
    return layer.add(Transpose(tuple(int(axis) - 1 for axis in order[1:])), x)


def expand_dims(layer: KerasLayer) -> str:
    """A new axis of size 1."""
    x = node_of(layer, 0, "x", "input")
    shape, axis = layer.shape(x), int(setting(layer, 1, "axis"))
    place = axis - 1 if axis > 0 else axis + len(shape) + 1
    if axis == 0 or not 0 <= place <= len(shape):
        raise layer.unsupported(f"a new axis {axis}", "Put it behind the batch")
    return layer.reshaped(x, (*shape[:place], 1, *shape[place:]), "expanded")


def squeeze(layer: KerasLayer) -> str:
    """Without axes of size 1."""
    x = node_of(layer, 0, "x", "input")
    shape, axis = layer.shape(x), setting(layer, 1, "axis")
    dropped = {place for place, size in enumerate(shape) if size == 1}
    if axis not in (None, []):
        dropped = set(axes_of(axis, len(shape), layer.label))
    if any(shape[place] != 1 for place in dropped):
        raise FpgamlError(layer.label, f"axes {axis} of {shape} are not of size 1")
    return layer.reshaped(
        x, tuple(size for place, size in enumerate(shape) if place not in dropped) or (1,), "squeezed"
    )


def concatenate(layer: KerasLayer) -> str:
    """Tensors one after another."""
    nodes = [layer.inputs[each.index] for each in tensors_in(layer.arguments.positional[0])]
    axis = int(setting(layer, 1, "axis", default=0))
    if axis == 0 or not nodes:
        raise layer.unsupported("joins batches of events", "Give an axis behind the first")
    return layer.add(Concatenate(axis - 1 if axis > 0 else axis), *nodes) if len(nodes) > 1 else nodes[0]


def stack(layer: KerasLayer) -> str:
    """Tensors one after another along a new axis."""
    nodes = [layer.inputs[each.index] for each in tensors_in(layer.arguments.positional[0])]
    axis = int(setting(layer, 1, "axis", default=0))
    shape = layer.shape(nodes[0])
    place = axis - 1 if axis > 0 else axis + len(shape) + 1
    if axis == 0 or not 0 <= place <= len(shape):
        raise layer.unsupported("stacks batches of events", "Give an axis behind the first")
    wide = [layer.reshaped(node, (*shape[:place], 1, *shape[place:]), "expanded") for node in nodes]
    return layer.add(Concatenate(place), *wide) if len(wide) > 1 else wide[0]


def get_item(layer: KerasLayer) -> str:
    """x[:, a:b, ::c, 3, None, ...]."""
    x = node_of(layer, 0, "x")
    listed = setting(layer, 1, "key", "slice_spec")
    items = [_item(each) for each in (listed if isinstance(listed, list | tuple) else [listed])]
    shape = layer.shape(x)
    used = sum(each is not None and each is not Ellipsis for each in items)
    spot = items.index(Ellipsis) if Ellipsis in items else len(items)
    filled = [*items[:spot], *[slice(None)] * (len(shape) + 1 - used), *items[spot + 1 :]]
    if filled[0] != slice(None):
        raise layer.unsupported("picks among the events of a batch", "Begin the index with `:`")
    boxes: list[tuple[int, int, int]] = []
    result: list[int] = []
    sizes = iter(shape)
    for each in filled[1:]:
        if each is None:
            result.append(1)
            continue
        size = next(sizes)
        if isinstance(each, slice):
            boxes.append(each.indices(size))
            result.append(len(range(*boxes[-1])))
        else:
            boxes.append((each % size, each % size + 1, 1))
    if any(step < 1 or start >= stop for start, stop, step in boxes):
        raise layer.unsupported(f"the index {listed}", "Slice forwards, and keep at least one element")
    starts, stops, steps = (tuple(column) for column in zip(*boxes, strict=True))
    whole = all(box == (0, size, 1) for box, size in zip(boxes, shape, strict=True))
    node = x if whole else layer.add(Slice(starts, stops, steps), x, suffix="sliced")
    return layer.reshaped(node, tuple(result) or (1,), "picked")


def _item(value: Any) -> Any:
    """One entry of an index as Python has it."""
    if isinstance(value, Mapping):
        inside = value.get("config", value)
        if value.get("class_name") == "__ellipsis__":
            return Ellipsis
        return slice(*(None if inside.get(key) is None else int(inside[key]) for key in ("start", "stop", "step")))
    if value in ("...", Ellipsis):
        return Ellipsis
    return None if value is None else int(value)


def sort(layer: KerasLayer) -> str:
    """Ascending along the last axis; within groups of it behind a reshape that makes them."""
    x = node_of(layer, 0, "x")
    axis, shape = int(setting(layer, 1, "axis", default=-1)), layer.shape(x)
    if axis not in (-1, len(shape)):
        raise layer.unsupported(f"a sort along axis {axis}", "Bring the axis that is sorted to the end: axis=-1")
    return layer.add(GroupSort(shape[-1]), x)


def pad(layer: KerasLayer) -> str:
    """Zeros around, none along the batch."""
    x = node_of(layer, 0, "x", "tensor")
    widths = setting(layer, 1, "pad_width", "paddings")
    mode, value = setting(layer, 2, "mode", default="constant"), setting(layer, 3, "constant_values", default=0)
    pads = tuple((int(before), int(after)) for before, after in widths)
    if str(mode).lower() != "constant" or float(value) or pads[0] != (0, 0):
        raise layer.unsupported(f"pads by {mode} {value}", "Pad with zeros, and not along the batch")
    return layer.add(Pad(pads[1:]), x)


MOVES: dict[str, Converter[KerasLayer, str]] = {
    "reshape": reshape,
    "transpose": transpose,
    "expanddims": expand_dims,
    "squeeze": squeeze,
    **dict.fromkeys(("concatenate", "concat"), concatenate),
    "stack": stack,
    "getitem": get_item,
    "sort": sort,
    **dict.fromkeys(("pad", "padv2"), pad),
}
"""Converters by the function's name."""
