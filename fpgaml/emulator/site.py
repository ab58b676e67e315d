"""What a writer of C++ is, and what it writes from: one operation between arrays of lanes.

Every tensor is an array `T x[elements][LANES]`: a row holds one element of LANES events, as integers at the tensor's
own binary point (`ValueRange.unit`), in the narrowest type that holds its range.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from fpgaml.emulator.integers import IntType, computing, literal, smallest
from fpgaml.emulator.tables import Tables, period, uniform
from fpgaml.graph.ops import Operation, Shape
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import Ints


@dataclass(frozen=True)
class Tensor:
    """A tensor as an array of lanes.

    Args:
        name: of the array in C++, a pointer to rows: `const T (*name)[LANES]`.
        range: its shape, its binary point and what values its elements have.
    """

    name: str
    range: ValueRange

    @property
    def shape(self) -> Shape:
        """Its shape, without lanes."""
        return self.range.shape

    @property
    def size(self) -> int:
        """How many elements, each a row."""
        return prod(self.shape)

    @property
    def unit(self) -> int:
        """Fractional bits of its integers."""
        return self.range.unit

    @property
    def low(self) -> int:
        """The smallest integer in it."""
        return int(self.range.low.min())

    @property
    def high(self) -> int:
        """The largest integer in it."""
        return int(self.range.high.max())

    @property
    def type(self) -> IntType:
        """The type of its elements in memory."""
        return smallest(self.low, self.high)

    @property
    def computed(self) -> IntType:
        """The type of its elements while they are computed."""
        return computing(self.low, self.high)


@dataclass(frozen=True)
class Site:
    """An operation on whole tensors.

    Args:
        op: the operation.
        operands: what it reads, in its order; arrays `in0`, `in1`, ...
        result: what it gives. A writer that does not `finish` fills the array `out`, of `result.type`.
        label: a name for tables.
    """

    op: Operation
    operands: tuple[Tensor, ...]
    result: Tensor
    label: str
    tables: Tables

    def table(self, values: Ints, label: str, kind: IntType | None = None) -> str:
        """The name of a constant array; see `Tables.add`."""
        return self.tables.add(values, f"{self.label}_{label}", kind)


@dataclass(frozen=True)
class Value:
    """One element of one event, while it is computed.

    Args:
        text: a C++ name or literal.
        range: of the whole tensor, broadcast to the result's number of elements where it is used.
    """

    text: str
    range: ValueRange

    @property
    def low(self) -> int:
        """The smallest integer in the tensor."""
        return int(self.range.low.min())

    @property
    def high(self) -> int:
        """The largest integer in the tensor."""
        return int(self.range.high.max())

    @property
    def unit(self) -> int:
        """Fractional bits of the integer."""
        return self.range.unit


@dataclass
class Element:
    """An operation element by element, as it is written: statements for one lane `l` of one element `i`.

    Args:
        op: the operation.
        operands: what it reads, in its order; all have a type that computes, at least 32 bits.
        result: what it gives.
        label: a name for tables.
        before: statements for the whole row; lines: for each lane.
    """

    op: Operation
    operands: tuple[Value, ...]
    result: ValueRange
    label: str
    tables: Tables
    before: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    taken: list[int] = field(default_factory=lambda: [0])

    def parameter(self, values: Ints, label: str) -> str:
        """A constant that may differ from element to element.

        Args:
            values: integers that broadcast to the result's shape.

        Returns:
            A literal where it is one number, else the name of a variable that holds it for element `i`.
        """
        flat = np.broadcast_to(np.asarray(values), self.result.shape).ravel()
        same = uniform(flat)
        if same is not None:
            return literal(same)
        kind = computing(int(flat.min()), int(flat.max()))
        last = self.result.shape[-1]
        index = "i"
        if last < flat.size and period(flat, last):
            flat, index = flat[:last], f"i % {last}"
        name = self._fresh("p")
        self.before.append(f"const {kind.cpp} {name} = {self.tables.add(flat, f'{self.label}_{label}')}[{index}];")
        return name

    def row(self, declaration: str) -> str:
        """A variable for the whole row, from its declaration with `{}` in the place of the name; its name."""
        name = self._fresh("r")
        self.before.append(declaration.format(name))
        return name

    def let(self, kind: IntType, expression: str) -> str:
        """A variable of a type for a value of the lane; its name."""
        name = self._fresh("v")
        self.lines.append(f"const {kind.cpp} {name} = {expression};")
        return name

    def _fresh(self, stem: str) -> str:
        self.taken[0] += 1
        return f"{stem}{self.taken[0]}"


@dataclass(frozen=True)
class Whole:
    """Writes an operation on whole tensors.

    Args:
        write: the statements of a function whose arguments are `in0`, `in1`, ... and `out`.
        finishes: it does not fill `out` itself but calls `finish(i, row)` once for every element `i` of the result,
            where `row` points to LANES numbers of `result.computed`: what follows element by element is fused there.
        workspace: how many bytes for one lane an operation needs for itself; they are at `work`.
    """

    write: Callable[[Site], Sequence[str]]
    finishes: bool = False
    workspace: Callable[[Operation], int] | None = None


@dataclass(frozen=True)
class Elementwise:
    """Writes an operation element by element.

    Args:
        write: adds what it needs to the Element, and returns an expression for the result, exact in the type that
            computes with the result's range.
    """

    write: Callable[[Element], str]


Writer = Whole | Elementwise
