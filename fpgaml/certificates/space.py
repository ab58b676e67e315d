"""All inputs that a Graph can have: whole numbers of steps of each element's own type."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Self

import numpy as np
from numpy.typing import NDArray

from fpgaml.certificates.interval import Interval
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Shape
from fpgaml.graph.ranges import ZERO_STEP
from fpgaml.graph.values import INT64_BITS, FixedArray

Codes = NDArray[np.int64]
"""Elements of all inputs side by side, each in steps of its own type: shape (points, elements)."""


@dataclass(frozen=True)
class Port:
    """One input among the elements.

    Args:
        name: the Input node; shape: of one event; first: its first element among all; unit: the fractional bits in
            which its values are given to the Graph.
    """

    name: str
    shape: Shape
    first: int
    unit: int

    @property
    def elements(self) -> slice:
        """Where its elements are."""
        return slice(self.first, self.first + prod(self.shape))


@dataclass(frozen=True, eq=False)
class Space:
    """The inputs of a Graph.

    Args:
        ports: in order; low, high: the smallest and the largest code of each element; fractional: the fractional bits
            of its step; of an element that is always zero 0.
    """

    ports: tuple[Port, ...]
    low: Codes
    high: Codes
    fractional: Codes

    @classmethod
    def of(cls, graph: Graph) -> Self:
        """Of a Graph: every value that its inputs take.

        Raises:
            FpgamlError: an input of more bits than are looked at, or none at all.
        """
        ports, lows, highs, steps = [], [], [], []
        first = 0
        for node in graph.inputs:
            values = graph.ranges[node.name]
            used = values.fractional > ZERO_STEP
            drop = np.where(used, values.unit - values.fractional, 0)
            low, high = (np.asarray(end >> drop).reshape(-1) for end in (values.low, values.high))
            if object in (low.dtype, high.dtype):
                reason = f"has values of more than {INT64_BITS} bits"
                raise FpgamlError(node.source or node.name, reason, "Narrower inputs can be looked at")
            ports.append(Port(node.name, values.shape, first, values.unit))
            lows.append(low)
            highs.append(high)
            steps.append(np.where(used, values.fractional, values.unit).reshape(-1))
            first += low.size
        if not ports:
            raise FpgamlError(graph.name, "has no input")
        return cls(tuple(ports), *(np.concatenate(each).astype(np.int64) for each in (lows, highs, steps)))

    @property
    def elements(self) -> int:
        """How many, of all inputs together."""
        return int(self.low.size)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many values each element has."""
        return tuple(int(b) - int(a) + 1 for a, b in zip(self.low, self.high, strict=True))

    @property
    def points(self) -> int:
        """How many different inputs there are."""
        return prod(self.sizes)

    @property
    def bits(self) -> float:
        """The same as a power of two."""
        return math.fsum(math.log2(size) for size in self.sizes)

    def values(self, codes: Codes) -> dict[str, FixedArray]:
        """Points as the Graph's inputs, each of shape (points, *shape)."""
        found = {}
        for port in self.ports:
            part = codes[:, port.elements] << (port.unit - self.fractional[port.elements])
            found[port.name] = FixedArray(part.reshape(len(codes), *port.shape), port.unit)
        return found

    def boxes(self, low: Codes, high: Codes) -> dict[str, Interval]:
        """Boxes between points as the Graph's inputs."""
        ends = self.values(low), self.values(high)
        return {port.name: Interval(*(end[port.name] for end in ends)) for port in self.ports}

    def step(self, element: int, boxes: int) -> dict[str, Interval]:
        """The change of each input where one element moves up by one step, and no other moves."""
        codes = np.zeros((boxes, self.elements), np.int64)
        codes[:, element] = 1
        return self.boxes(codes, codes)

    def place(self, element: int) -> tuple[Port, tuple[int, ...]]:
        """Which input an element is of, and its index there."""
        port = next(port for port in self.ports if element < port.elements.stop)
        return port, tuple(int(index) for index in np.unravel_index(element - port.first, port.shape))

    def of_input(self) -> Mapping[str, Port]:
        """Inputs by name."""
        return {port.name: port for port in self.ports}
