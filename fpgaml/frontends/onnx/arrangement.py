"""How the axes of a tensor, as the file has them, lie in a node, and what moves them without moving data.

The file's tensors are channels-first, the Graph's channels-last. Axes of the file are *groups* of axes of the node: an
image (batch, channels, height, width) in a node of shape (height, width, channels) is ((BATCH,), (2,), (0,), (1,)).
Flattened it is ((BATCH,), (2, 0, 1)), in the same node. A group without axes is an axis of size 1 that the node lacks;
axes of the node that are in no group have size 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from fpgaml.graph.ops import Shape

BATCH = -1
Axes = tuple[tuple[int, ...], ...]


def natural(rank: int, batched: bool = True) -> Axes:
    """Axes that lie as the file has them.

    Args:
        rank: of the file's tensor; batched: whether its first axis is the batch.
    """
    if not batched:
        return tuple((axis,) for axis in range(rank))
    return ((BATCH,), *((axis,) for axis in range(rank - 1)))


def batch_axis(axes: Axes) -> int | None:
    """The file's axis that is the batch; None where there is none."""
    return axes.index((BATCH,)) if (BATCH,) in axes else None


def order_of(axes: Axes, order: Sequence[int], node: Shape) -> tuple[int, ...] | None:
    """The transposition of a node that brings the file's axes into an order; None where they lie so.

    Args:
        order: the file's axes but the batch, all of them.
    """
    wanted = [axis for each in order for axis in axes[each]]
    moved = [axis for axis in wanted if node[axis] != 1]
    if moved == sorted(moved):
        return None
    return (*wanted, *(axis for axis in range(len(node)) if axis not in wanted))


def as_it_lies(axes: Axes, node: Shape) -> tuple[int, ...]:
    """The file's axes but the batch, in the order in which a node has them, where it has them whole."""
    real = [each for each, group in enumerate(axes) if group != (BATCH,)]
    rest = [min((a for a in axes[each] if node[a] != 1), default=min(axes[each], default=-1)) for each in real]
    return tuple(each for _, each in sorted(zip(rest, real, strict=True)))


@dataclass(frozen=True)
class Regrouped:
    """A new shape that moves no data.

    Args:
        node: what the node is reshaped to beforehand; axes: then of that node.
    """

    node: Shape
    axes: Axes


def regrouped(axes: Axes, node: Shape, batch: int, shape: Shape) -> Regrouped | None:
    """The tensor in another shape of the file; None where its elements must be put in the file's order first.

    Args:
        batch: the size that the batch has in the file's shapes; shape: the new one, of as many elements.
    """
    place = _new_batch(axes, node, batch, shape)
    atoms = [(axis, node[axis]) for group in axes for axis in group if axis != BATCH and node[axis] != 1]
    parts: list[tuple[int, int]] = []  # of the node's axes, in the file's order
    groups: list[list[int]] = []
    for position, size in enumerate(shape):
        if position == place:
            groups.append([BATCH])
            continue
        group, need = [], size
        while need > 1:
            if not atoms:
                return None
            axis, length = atoms.pop(0)
            if length > need and length % need == 0:
                atoms.insert(0, (axis, length // need))
                length = need
            if need % length:
                return None
            need //= length
            group.append(len(parts))
            parts.append((axis, length))
        groups.append(group)
    if atoms:
        return None
    return _split(parts, groups, node)


def _split(parts: Sequence[tuple[int, int]], groups: Sequence[list[int]], node: Shape) -> Regrouped:
    """The node with axes divided into parts, and the groups of parts as groups of its new axes."""
    sizes: list[int] = []
    place: dict[int, int] = {}
    for axis, size in enumerate(node):
        own = [number for number, (of, _) in enumerate(parts) if of == axis]
        for number in own:
            place[number] = len(sizes)
            sizes.append(parts[number][1])
        if not own:
            sizes.append(size)
    axes = tuple(tuple(part if part == BATCH else place[part] for part in group) for group in groups)
    return Regrouped(tuple(sizes), axes)


def _new_batch(axes: Axes, node: Shape, batch: int, shape: Shape) -> int | None:
    """Where the batch is in another shape: behind as many elements as before."""
    old = batch_axis(axes)
    before = prod(node[axis] for group in axes[: old or 0] for axis in group)
    sizes = enumerate(shape)
    return next((each for each, size in sizes if size == batch and prod(shape[:each]) == before), None)
