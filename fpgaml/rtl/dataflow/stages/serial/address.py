"""Where a step's piece lies, and whether it is padding: a kernel that the loops' indices enter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Add, Concatenate, Dense, Input, Multiply, Quantize, Slice
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.dataflow.localise import index_input, index_table, index_type
from fpgaml.rtl.dataflow.stages.serial.walk import Loop, Walk

BASE, ADDRESS, INSIDE = "base", "address", "inside"


def base_bits(walk: Walk) -> int:
    """Bits of an address in the kernel, in pieces, enough for any memory that holds less than four frames.

    A smaller memory takes the low bits: addresses are counted modulo its size.
    """
    return (4 * walk.frame_words * walk.share - 1).bit_length()


def address_graph(name: str, walk: Walk) -> Graph:
    """The loops' indices and the frame's base to the address and, where the walk has padding, `inside` (0 or 1)."""
    builder = GraphBuilder(name)
    kind = FixedType(0, base_bits(walk), 0)
    base = builder.add(Input((1,), Quantizer(kind)), name=BASE)
    indices = [builder.add(Input((1,), index_input(loop.count)), name=loop.name) for loop in walk.loops]
    moves = [_pieces(walk, loop) for loop in walk.loops]
    sizes = (walk.rows, walk.columns)
    places = [axis for axis in (0, 1) if walk.masked[axis]]
    if not indices:
        return builder.build([builder.add(Quantize(Quantizer(kind)), base, name=ADDRESS)])
    index = builder.add(Concatenate(0), *indices, name="indices") if len(indices) > 1 else indices[0]
    columns = [moves, *([_move(loop, axis) for loop in walk.loops] for axis in places)]
    offsets = [walk.first_piece, *([0] * len(places))]
    kernel = FixedArray(np.array(columns, dtype=np.int64).T, 0)
    linear = builder.add(Dense(kernel, FixedArray(np.array(offsets), 0)), index, name="linear")
    piece = builder.add(Slice((0,), (1,), (1,)), linear, name="piece")
    there = builder.add(Add(), piece, base, name="there")
    outputs = [builder.add(Quantize(Quantizer(kind)), there, name=ADDRESS)]
    checks = []
    for number, axis in enumerate(places, start=1):
        padded = 1 + sum(_move(loop, axis) * (loop.count - 1) for loop in walk.loops)
        at = builder.add(Slice((number,), (number + 1,), (1,)), linear, name=f"padded_{axis}")
        # It never wraps: the indices' types hold more than the loops reach.
        at = builder.add(Quantize(Quantizer(index_type(padded))), at, name=f"place_{axis}")
        inside = [int(walk.before[axis] <= place < walk.before[axis] + sizes[axis]) for place in range(padded)]
        checks.append(builder.add(index_table(inside), at, name=f"inside_{axis}"))
    if len(checks) > 1:
        outputs.append(builder.add(Multiply(), *checks, name=INSIDE))
    else:
        outputs += checks
    return builder.build(outputs)


def _move(loop: Loop, axis: int) -> int:
    return (loop.row, loop.column)[axis]


def _pieces(walk: Walk, loop: Loop) -> int:
    return (loop.row * walk.columns + loop.column) * walk.pieces + loop.piece


def loop_bits(loops: Sequence[Loop]) -> list[int]:
    """Bits of each loop's index."""
    return [int(index_type(loop.count).width) for loop in loops]
