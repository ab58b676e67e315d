"""What a run of nodes does to one beat, as a Graph of its own: constants that differ from beat to beat are chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np

from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.ops import (
    AveragePool,
    Choose,
    Constant,
    Conv1D,
    Conv2D,
    Lookup,
    MaxPool,
    Operation,
    Quantize,
    Reshape,
    Scale,
    Shape,
    Slice,
)
from fpgaml.graph.types import FixedType, Ints, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.dataflow.elements import Elements
from fpgaml.rtl.dataflow.positions import Place, reach


def index_type(count: int) -> FixedType:
    """The type of an index from 0 to count - 1."""
    return FixedType(0, max((count - 1).bit_length(), 1), 0)


def index_input(count: int) -> Quantizer:
    """How an index enters a Graph."""
    return Quantizer(index_type(count))


def index_table(entries: Sequence[int], fractional: int = 0) -> Lookup:
    """A table that is asked with an index; entries that no index asks for repeat the last one."""
    kind = index_type(len(entries))
    size = 1 << int(kind.width)
    padded = [*entries, *[entries[-1]] * (size - len(entries))]
    return Lookup(kind, FixedArray(np.array(padded, dtype=object), fractional))


@dataclass
class BeatGraph:
    """A kernel Graph under construction.

    Args:
        graph: the network; builder: of the kernel; beats: how many beats a frame of the result has.
        index: name of the node that says which beat it is, a tensor of shape (1,): an index into `order`.
        order: for each value of the index the beat that it stands for.
    """

    graph: Graph
    builder: GraphBuilder
    beats: int
    index: str
    order: Sequence[int]

    def grow(self, nodes: Sequence[Node], values: Mapping[str, str], places: Sequence[Place | Elements]) -> str:
        """Append what a run of nodes does, each of which reads the one before it.

        Args:
            values: for each tensor that the first node reads its name in the kernel, shape (places[0].count, ...).
            places: of the first node's input, then of each node's result.

        Returns:
            The last node's name in the kernel.
        """
        known = dict(values)
        for node, place, result in zip(nodes, places[:-1], places[1:], strict=True):
            known[node.name] = self._add(node, known, place, result)
        return known[nodes[-1].name]

    def choose(self, numbers: Sequence[int], options: Sequence[str], rank: int, name: str) -> str:
        """The option that each beat has a number of.

        Args:
            numbers: for each beat; options: names of nodes; rank: theirs.
        """
        if len(options) == 1:
            return options[0]
        table = index_table([int(numbers[beat]) for beat in self.order])
        index = self.builder.add(table, self.index, name=f"{name}_number")
        index = self.builder.add(Reshape((1,) * rank), index, name=f"{name}_index")
        return self.builder.add(Choose(), index, *options, name=name)

    def _add(self, node: Node, known: Mapping[str, str], place: Place | Elements, result: Place | Elements) -> str:
        op, shape = node.op, self.graph.shapes[node.name]
        if len(node.inputs) > 1:
            names = [known[name] if name in known else self._constant(name, shape, result) for name in node.inputs]
            return self.builder.add(op, *names, name=node.name)
        value = known[node.inputs[0]]
        if isinstance(op, Quantize):
            return self._quantized(node.name, op, value, shape, result)
        if isinstance(op, Scale):
            return self._scaled(node.name, op, value, shape, result)
        if isinstance(op, AveragePool):
            return self._averaged(node.name, op, value, shape, result)
        local = _without_pads(op) if reach(op) is not None else _local(op, shape, place, result)
        return self.builder.add(local, value, name=node.name)

    def _quantized(self, name: str, op: Quantize, value: str, shape: tuple[int, ...], place: Place | Elements) -> str:
        kind = op.quantizer.type
        if kind.is_uniform:
            return self.builder.add(op, value, name=name)
        whole = np.stack([np.broadcast_to(p, shape) for p in (kind.signed, kind.integer, kind.fractional)])
        variants, numbers = self._variants(whole, place, axis=1)
        made = [
            self.builder.add(Quantize(replace(op.quantizer, type=FixedType(*variant))), value, name=name)
            for variant in variants
        ]
        return self.choose(numbers, made, len(shape), f"{name}_chosen")

    def _scaled(self, name: str, op: Scale, value: str, shape: tuple[int, ...], place: Place | Elements) -> str:
        whole = np.stack([np.broadcast_to(p.integers, shape) for p in (op.factor, op.offset)])
        variants, numbers = self._variants(whole, place, axis=1)
        made = [
            self.builder.add(
                replace(
                    op,
                    factor=FixedArray(variant[0], op.factor.fractional),
                    offset=FixedArray(variant[1], op.offset.fractional),
                ),
                value,
                name=name,
            )
            for variant in variants
        ]
        return self.choose(numbers, made, len(shape), f"{name}_chosen")

    def _averaged(self, name: str, op: AveragePool, value: str, shape: tuple[int, ...], place: Place | Elements) -> str:
        local = cast(AveragePool, _without_pads(op))
        variants, numbers = self._variants(np.broadcast_to(op.factor.integers, shape), place, axis=0)
        made = [
            self.builder.add(replace(local, factor=FixedArray(v, op.factor.fractional)), value, name=name)
            for v in variants
        ]
        return self.choose(numbers, made, len(shape), f"{name}_chosen")

    def _constant(self, name: str, shape: Shape, place: Place | Elements) -> str:
        """A constant operand, as far as a beat of the result, of that whole shape, meets it."""
        op = self.graph[name].op
        assert isinstance(op, Constant)
        value = op.value
        variants, numbers = self._variants(place.constant(value.integers, shape), place, axis=0)
        made = [self.builder.add(Constant(FixedArray(v, value.fractional)), name=name) for v in variants]
        return self.choose(numbers, made, len(shape), f"{name}_chosen")

    def _variants(self, whole: Ints, place: Place | Elements, axis: int) -> tuple[list[Ints], list[int]]:
        """What a tensor's settings are in each beat: the different ones, and for each beat which."""
        found: dict[Any, int] = {}
        variants: list[Ints] = []
        numbers = []
        for beat in place.taken(whole, self.beats, axis):
            key = tuple(int(n) for n in beat.flat)
            if key not in found:
                found[key] = len(variants)
                variants.append(beat)
            numbers.append(found[key])
        return variants, numbers


@dataclass
class Choices(BeatGraph):
    """Takes note of what each beat would choose, in what order.

    Args:
        numbers: for each choice the number of each beat's option.
    """

    numbers: list[Sequence[int]] = field(default_factory=list)

    def choose(self, numbers: Sequence[int], options: Sequence[str], rank: int, name: str) -> str:
        """The first option, which is of the same shape as any."""
        if len(options) > 1:
            self.numbers.append(numbers)
        return options[0]


def _without_pads(op: Operation) -> Operation:
    """A window operation on a beat that holds its padding already along the first axis."""
    assert isinstance(op, Conv1D | Conv2D | MaxPool | AveragePool)
    return replace(op, pads=((0, 0), *op.pads[1:]))


def _local(op: Operation, shape: tuple[int, ...], place: Place | Elements, result: Place | Elements) -> Operation:
    """An operation that keeps positions, for a beat's positions.

    Args:
        shape: of the node's whole result.
    """
    if isinstance(op, Reshape):
        return Reshape(result.local(shape))
    if isinstance(op, Slice):
        return replace(op, stops=(place.count, *op.stops[1:]))
    return op
