"""A tensor on its way into the Graph: a node or a constant, with what is still to be done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fpgaml.frontends.onnx.arrangement import BATCH, Axes, batch_axis
from fpgaml.frontends.onnx.program import Array
from fpgaml.graph.ops import Shape

NEAR = 2.0**-20
"""Numbers so near to whole ones, by ratio, are these: files have scales in float32."""


@dataclass(frozen=True)
class Value:
    """A tensor: `scale * node + offset`, or `scale * array + offset` for a constant.

    Args:
        shape: as the file has it, its batch axis included.
        node: carries it; empty for a constant.
        axes: how the file's axes lie in the node; empty for a constant.
        array: a constant's values, of the file's shape.
        scale, offset: float constants of the file's rank that broadcast to its shape, still to be applied; None where
            there is nothing to do. Quantised networks keep integer codes so through the operators that allow it.
    """

    shape: Shape
    node: str = ""
    axes: Axes = ()
    array: Array | None = None
    scale: Array | None = None
    offset: Array | None = None

    @property
    def plain(self) -> bool:
        """Whether nothing is still to be applied."""
        return self.scale is None and self.offset is None

    @property
    def zero(self) -> Array | None:
        """The zero point: `scale * (node - zero)` is the tensor; None where that is no whole number."""
        if self.scale is None or self.offset is None:
            return None
        zero = -self.offset.astype(np.float64) / self.scale
        whole = np.rint(zero)
        near = np.abs(zero - whole) <= NEAR * np.maximum(np.abs(zero), 1)
        return whole if near.all() else None

    @property
    def batch(self) -> int | None:
        """The file's axis that is the batch."""
        return batch_axis(self.axes)

    @property
    def real(self) -> tuple[int, ...]:
        """The file's axes but the batch."""
        return tuple(axis for axis, group in enumerate(self.axes) if group != (BATCH,))

    def axis(self, number: int) -> int:
        """One of the file's axes, counted from the start.

        Raises:
            ValueError: there is none.
        """
        if not -len(self.shape) <= number < len(self.shape):
            raise ValueError(f"axis {number} of a tensor of shape {self.shape}")
        return number % len(self.shape)

    def laid_out(self, constant: Array, node: Shape) -> Array:
        """A constant of the file's axes as the node has them.

        Args:
            constant: broadcasts to the tensor, with 1 along the batch; node: the node's shape.

        Returns:
            An array of the node's rank that broadcasts to it.

        Raises:
            ValueError: it has more axes, or varies along the batch.
        """
        if constant.ndim > len(self.axes):
            raise ValueError(f"a constant of shape {constant.shape} for a tensor of shape {self.shape}")
        whole = constant.reshape((1,) * (len(self.axes) - constant.ndim) + constant.shape)
        sizes: list[int] = []
        order: dict[int, int] = {}
        for group, size in zip(self.axes, whole.shape, strict=True):
            if group == (BATCH,):
                if size != 1:
                    raise ValueError(f"a constant of shape {constant.shape} varies along the batch")
                continue
            for axis in group:
                order[axis] = len(sizes)
                sizes.append(node[axis] if size != 1 else 1)
        flat = whole.reshape(sizes)
        kept = flat.transpose([order[axis] for axis in sorted(order)])
        length = dict(zip(sorted(order), kept.shape, strict=True))
        return kept.reshape([length.get(axis, 1) for axis in range(len(node))])

    def transposed(self, order: Sequence[int]) -> Value:
        """The tensor with its axes in another order; nothing moves."""
        rank = len(self.shape)

        def moved(constant: Array | None) -> Array | None:
            if constant is None:
                return None
            return constant.reshape((1,) * (rank - constant.ndim) + constant.shape).transpose(order)

        return replace(
            self,
            shape=tuple(self.shape[axis] for axis in order),
            axes=tuple(self.axes[axis] for axis in order) if self.axes else (),
            array=None if self.array is None else self.array.transpose(order),
            scale=moved(self.scale),
            offset=moved(self.offset),
        )


def constant(values: Array, scale: Array | None = None, offset: Array | None = None) -> Value:
    """A constant tensor: `scale * values + offset`."""
    array = np.asarray(values)
    return Value(array.shape, array=array, scale=scale, offset=offset)
