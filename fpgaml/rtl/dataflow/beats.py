"""How a tensor travels: row-major, so many elements a beat."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Input, Shape
from fpgaml.graph.types import FixedType, Ints
from fpgaml.graph.values import FixedArray, as_ints
from fpgaml.project.ports import Port
from fpgaml.rtl.netlist import wrapped


@dataclass(frozen=True)
class Beats:
    """A tensor cut into beats of `lanes` elements, in row-major order; the last beat may be partly filled.

    Args:
        shape: of the tensor; lanes: elements a beat.
    """

    shape: Shape
    lanes: int

    @property
    def size(self) -> int:
        """Elements of the tensor."""
        return prod(self.shape)

    @property
    def count(self) -> int:
        """Beats of a frame."""
        return -(-self.size // self.lanes)

    @property
    def row(self) -> int:
        """Elements of one position of the first axis."""
        return prod(self.shape[1:])

    @property
    def positions(self) -> int:
        """Positions of the first axis a beat.

        Raises:
            ValueError: a beat holds no whole number of them.
        """
        if self.lanes % self.row:
            raise ValueError(f"beats of {self.lanes} elements hold no whole positions of {self.row}")
        return self.lanes // self.row

    def cut(self, tensor: Ints, fill: int = 0) -> Ints:
        """A batch of shape (events, *shape) as (events, count, lanes); what fills the last beat is `fill`."""
        flat = tensor.reshape(tensor.shape[0], -1)
        spare = self.count * self.lanes - self.size
        if spare:
            flat = np.concatenate([flat, np.full((flat.shape[0], spare), fill, dtype=flat.dtype)], axis=1)
        return flat.reshape(flat.shape[0], self.count, self.lanes)

    def join(self, beats: Ints) -> Ints:
        """The way back: (events, count, lanes) as (events, *shape)."""
        return beats.reshape(beats.shape[0], -1)[:, : self.size].reshape(beats.shape[0], *self.shape)


@dataclass(frozen=True)
class Stream:
    """A tensor on its way from one stage to others.

    Args:
        name: unique, an identifier; node: whose values it carries.
        beats: how; types: of each lane, shape (lanes,): the union over the beats.
        port: a beat as a kernel or a module has it: all lanes as wide as the widest, on one grid.
    """

    name: str
    node: str
    beats: Beats
    types: FixedType
    port: Port

    @property
    def bits(self) -> int:
        """Of a beat."""
        return self.port.bits

    def codes(self, tensor: FixedArray) -> Ints:
        """A batch of the tensor as integers on the stream's grid, (events, count, lanes)."""
        return self.beats.cut(as_ints(tensor.at(self.port.fractional)))

    def tensor(self, codes: Ints) -> FixedArray:
        """The way back."""
        return FixedArray(self.beats.join(codes), self.port.fractional)

    def taken(self, values: FixedArray) -> Ints:
        """What a kernel gives, as the stream's wires take it: nothing is lost of a value that means something.

        A lane that fills up a beat, or a beat that goes no further, may hold any number, even one that does not fit.
        """
        drop = values.fractional - self.port.fractional
        codes = values.at(self.port.fractional) if drop <= 0 else as_ints(np.asarray(values.integers >> drop))
        return as_ints(np.asarray(wrapped(codes, self.port.width, self.port.signed)))

    def values(self, codes: Ints) -> FixedArray:
        """Beats as numbers, in the shape that they have."""
        return FixedArray(as_ints(codes), self.port.fractional)


def stream(graph: Graph, node: str, lanes: int, name: str = "") -> Stream:
    """The stream of a node's values, `lanes` elements a beat."""
    op = graph[node].op
    kind = op.quantizer.type if isinstance(op, Input) else graph.types[node]
    beats = Beats(graph.shapes[node], lanes)
    types = lane_types(kind, beats)
    return Stream(name or node, node, beats, types, port(name or node, types, lanes))


def lane_types(kind: FixedType, beats: Beats) -> FixedType:
    """For each lane the type that holds what it carries in any beat: a union, which changes no value."""
    signed, integer, fractional = (
        np.broadcast_to(part, beats.shape).reshape(1, -1) for part in (kind.signed, kind.integer, kind.fractional)
    )
    held = np.broadcast_to(kind.width, beats.shape).reshape(1, -1) > 0
    low = -(1 << 20)
    parts = [
        beats.cut(np.where(held, part, empty), empty)[0].max(axis=0)
        for part, empty in ((signed, 0), (integer, low), (fractional, low))
    ]
    used = parts[1] > low
    return FixedType(parts[0], np.where(used, parts[1], 0), np.where(used, parts[2], 0))


def port(name: str, types: FixedType, lanes: int) -> Port:
    """Lanes as a port: one width and one grid for all."""
    kind = types.uniform()
    if int(kind.width) < 1:
        kind = FixedType(0, 1, 0)
    return Port(name, (lanes,), bool(kind.signed), int(kind.width), int(kind.fractional))
