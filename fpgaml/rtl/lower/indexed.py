"""Elements by an index that changes with the event: trees of choices, and sums of what a decoded index lets through."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import cast

from fpgaml.errors import Problem
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Gather, Operation, ScatterAdd, Shape
from fpgaml.graph.ops.base import normal_axis
from fpgaml.graph.ops.gather import along
from fpgaml.graph.ops.places import gathered, scattered
from fpgaml.rtl.builder import NetlistBuilder, Value
from fpgaml.rtl.lower.context import Context, Lowering, Tensor, tensor, tree

MOST_CHOICES = 1 << 16
"""Of one operation: each is a multiplexer, or a gate, of a whole number."""
ADVICE = "Use fewer nodes or edges, or --target hls or cpp"


def lower_gather(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """A tree of choices by the bits of the index, for each element; zero where the index is outside."""
    op, builder, (x, index) = cast(Gather, node.op), context.builder, inputs
    found = gathered(op.axis, x.shape, index.shape)
    flat, numbers, zero = x.reshape(-1), index.reshape(-1), builder.constant(0)
    levels = (found.size - 1).bit_length()
    values = []
    for start, place in zip(found.starts, found.places, strict=True):
        options = [flat[start + n * found.stride] for n in range(found.size)]
        number = numbers[place]
        chosen = _by_bits(builder, number, levels, options + [zero] * ((1 << levels) - found.size))
        values.append(builder.select(_outside(builder, number, levels), zero, chosen))
    return tensor(values, op.shape([x.shape, index.shape]))


def lower_scatter(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """For each place the sum of all terms, each behind a gate that its decoded index opens."""
    op, builder, (x, index) = cast(ScatterAdd, node.op), context.builder, inputs
    shape = op.shape([x.shape, index.shape])
    found = scattered(op.axis, op.size, x.shape, index.shape)
    flat, zero = x.reshape(-1), builder.constant(0)
    opened = [_decoded(builder, number, op.size) for number in index.reshape(-1)]
    terms: dict[int, list[Value]] = {}
    for start, place, value in zip(found.starts, found.places, found.values, strict=True):
        for n, gate in enumerate(opened[place]):
            gated = builder.select(gate, flat[value], zero)
            if builder.value_of(gated) != 0:
                terms.setdefault(int(start) + n * found.stride, []).append(gated)
    count = len(found.starts) // x.shape[op.axis] * op.size
    return tensor([tree(builder.add, terms.get(place, [zero])) for place in range(count)], shape)


def too_large(graph: Graph) -> list[Problem]:
    """A problem for each operation that would take more than MOST_CHOICES."""
    problems = []
    for node in graph.nodes:
        if isinstance(node.op, Gather | ScatterAdd):
            choices = _choices(node.op, *(graph.shapes[name] for name in node.inputs))
            reason = (
                f"{type(node.op).__name__} takes {choices:,} choices in wires, and RTL makes at most {MOST_CHOICES:,}"
            )
            if choices > MOST_CHOICES:
                problems.append(Problem(node.source or node.name, reason, ADVICE))
    return problems


def _choices(op: Gather | ScatterAdd, x: Shape, index: Shape) -> int:
    axis = normal_axis(op.axis, len(x))
    return prod(along(axis, x, index)) * (op.size if isinstance(op, ScatterAdd) else x[axis])


def _by_bits(builder: NetlistBuilder, index: Value, levels: int, options: Sequence[Value]) -> Value:
    """The option that the lowest `levels` bits of an index say; there are 2**levels."""
    if not levels:
        return options[0]
    half = len(options) // 2
    below, above = (_by_bits(builder, index, levels - 1, part) for part in (options[:half], options[half:]))
    return builder.select(_bit(builder, index, levels - 1), above, below)


def _bit(builder: NetlistBuilder, index: Value, number: int) -> int:
    """A bit of a whole number, which may lie below its wire's lowest one."""
    place = number + index.fractional
    return builder.bit(index, place) if place >= 0 else builder.constant(0).wire


def _outside(builder: NetlistBuilder, index: Value, levels: int) -> int:
    """The wire that is 1 where an index is negative or at least 2**levels."""
    wire = builder.wires[index.wire]
    above = builder.floor(index, levels + index.fractional) if levels + index.fractional > 0 else index
    return builder.any_of(above, wire.width)


def _decoded(builder: NetlistBuilder, index: Value, size: int) -> list[int]:
    """For each number below `size` the wire that is 1 where the index is that number."""
    levels = (size - 1).bit_length()
    wires = [builder.inverse(_outside(builder, index, levels))]
    for level in reversed(range(levels)):
        bit = _bit(builder, index, level)
        wires = [builder.both(wire, way) for wire in wires for way in (builder.inverse(bit), bit)]
        wires = wires[: -(-size >> level)]
    return wires


LOWERINGS: dict[type[Operation], Lowering] = {Gather: lower_gather, ScatterAdd: lower_scatter}
