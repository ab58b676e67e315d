"""Operations that move values: no wire is made but zeros."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from fpgaml.graph.graph import Node
from fpgaml.graph.ops import Concatenate, Move, Operation, Pad, Reshape, Slice, Transpose, UpSample
from fpgaml.graph.ops.base import normal_axis
from fpgaml.rtl.builder import Value
from fpgaml.rtl.lower.context import Context, Lowering, Tensor, tensor


def lower_concatenate(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """Tensors one after another."""
    return np.concatenate(inputs, axis=normal_axis(cast(Concatenate, node.op).axis, inputs[0].ndim))


def lower_move(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """Elements in their new places: padding brings zeros in."""
    moved = cast(Move, node.op).move(inputs[0][None])[0]
    zero = context.builder.constant(0)
    return tensor([x if isinstance(x, Value) else zero for x in moved.flat], moved.shape)


LOWERINGS: dict[type[Operation], Lowering] = {
    Concatenate: lower_concatenate,
    Reshape: lower_move,
    Transpose: lower_move,
    Pad: lower_move,
    Slice: lower_move,
    UpSample: lower_move,
}
