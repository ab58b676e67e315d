"""The netlist: integer wires in execution order, each one word-level operation that a line of HDL can hold.

A wire is an integer with a proved range; where its binary point lies is its readers' knowledge. Widths
follow from the ranges: two's complement where a value can be negative, else unsigned, no spare bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from fpgaml.project.ports import Port


class Gate(StrEnum):
    """What a wire computes from its arguments a, b, c (integers) and its parameters."""

    INPUT = "input"  # parameters (port, element): an element of an input port
    CONSTANT = "constant"  # parameters (value,)
    ADD = "add"  # parameters (p, q): (a << p) + (b << q); p or q is 0
    SUBTRACT = "subtract"  # parameters (p, q): (a << p) - (b << q); p or q is 0
    MULTIPLY = "multiply"  # a * b
    BITS = "bits"  # parameters (drop,): floor(a / 2**drop), then its low bits, read as the wire's own type
    CLAMP = "clamp"  # a, or the end of the wire's own type that is nearer; some value of a lies beyond it
    SELECT = "select"  # a if c else b; c is 0 or 1
    LESS = "less"  # parameters (p, q): 1 if (a << p) < (b << q), else 0; p or q is 0
    LOOKUP = "lookup"  # parameters (table, first): entry a - first of a table
    AND = "and"  # a & b of 0 or 1
    OR = "or"  # a | b of 0 or 1
    NOT = "not"  # 1 - a of 0 or 1
    ANY = "any"  # parameters (bits,): 1 if one of a's lowest `bits` bits is set, else 0


@dataclass(frozen=True, slots=True)
class Wire:
    """One integer.

    Args:
        gate: what computes it; arguments: indices of earlier wires; parameters: as the gate says.
        low, high: its range, both ends included.
        layer: which of the netlist's layers it belongs to.
    """

    gate: Gate
    arguments: tuple[int, ...]
    parameters: tuple[int, ...]
    low: int
    high: int
    layer: int

    @property
    def signed(self) -> bool:
        """Whether it is held in two's complement."""
        return self.low < 0

    @property
    def width(self) -> int:
        """Bits; at least 1, also for a constant zero."""
        return bits_for(self.low, self.high)


def type_ends(width: int, signed: bool) -> tuple[int, int]:
    """Lowest and highest integer of a type."""
    return (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)


MEMORY_INDEX_BITS = 12
"""A table that is asked with so many bits or more is a memory: block RAM, which answers behind a register rank."""


def bits_for(low: int, high: int) -> int:
    """Bits of the smallest type, two's complement where `low` is negative, that holds a range; at least 1."""
    if low < 0:
        return max(high.bit_length(), (-low - 1).bit_length()) + 1
    return max(high.bit_length(), 1)


@dataclass(frozen=True, slots=True)
class Result:
    """One element of an output port: the wire's integer, shifted left into the port's grid.

    Args:
        wire: index; shift: so many zeros below it.
    """

    wire: int
    shift: int


@dataclass(frozen=True, slots=True)
class Element:
    """What a wire is in the Graph: element `index`, in C order, of a node's tensor.

    Args:
        node: its name; fractional: bits below the binary point of the wire's integer.
    """

    node: str
    index: int
    fractional: int


@dataclass(frozen=True)
class Netlist:
    """A network as wires.

    Args:
        name: of the network.
        inputs, outputs: the ports; several are laid one after another.
        layers: names (identifiers, unique), in the order of their first wire.
        wires: each after its arguments. Wires of constants and inputs belong to the first layer that reads them.
        tables: contents of the lookup tables.
        results: for each element of each output in turn.
        notes: for a layer, what it is, for the header of its module.
        elements: what wires are in the Graph, for comments; the others are steps on the way.
        memory_bits: a table that holds so many bits or more is a memory too; None: only one asked with
            MEMORY_INDEX_BITS or more is.
    """

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    layers: tuple[str, ...]
    wires: tuple[Wire, ...]
    tables: tuple[tuple[int, ...], ...]
    results: tuple[Result, ...]
    notes: Mapping[str, str] = field(default_factory=dict)
    elements: Mapping[int, Element] = field(default_factory=dict)
    memory_bits: int | None = None

    @property
    def input_bits(self) -> int:
        """All inputs' bits together."""
        return sum(port.size * port.width for port in self.inputs)

    @property
    def output_bits(self) -> int:
        """All outputs' bits together."""
        return sum(port.size * port.width for port in self.outputs)

    @cached_property
    def living(self) -> Sequence[bool]:
        """For each wire whether a result needs it."""
        living = [False] * len(self.wires)
        for result in self.results:
            living[result.wire] = True
        for index in range(len(self.wires) - 1, -1, -1):
            if living[index]:
                for argument in self.wires[index].arguments:
                    living[argument] = True
        return living


def is_memory(netlist: Netlist, wire: Wire) -> bool:
    """Whether a wire is the entry of a table so large that it is a memory."""
    if wire.gate != Gate.LOOKUP:
        return False
    index = netlist.wires[wire.arguments[0]]
    held = (index.high - index.low + 1) * wire.width
    return index.width >= MEMORY_INDEX_BITS or (netlist.memory_bits is not None and held >= netlist.memory_bits)


def evaluate(netlist: Netlist, inputs: Sequence[Sequence[Any]]) -> list[Any]:
    """Frames through the netlist: what every line of HDL must do.

    Args:
        inputs: for each input port its elements' integers; each a Python integer, or an array of one integer a
            frame (of objects where 64 bits are not enough).

    Returns:
        The integers of all output elements in turn, on the ports' grids, alike.
    """
    values = evaluate_wires(netlist, inputs)
    return [values[result.wire] << result.shift for result in netlist.results]


def evaluate_wires(netlist: Netlist, inputs: Sequence[Sequence[Any]]) -> list[Any]:
    """As `evaluate`: the integers of all wires; what never changes may be one integer instead of an array."""
    values: list[Any] = []
    tables = [
        np.array(table, dtype=object if bits_for(min(table), max(table)) > 63 else np.int64) for table in netlist.tables
    ]
    for wire in netlist.wires:
        a, b, c = (*(values[i] for i in wire.arguments), 0, 0, 0)[:3]
        values.append(_compute(wire, a, b, c, inputs, tables))
    return values


def _compute(wire: Wire, a: Any, b: Any, c: Any, inputs: Sequence[Sequence[Any]], tables: Sequence[Any]) -> Any:
    p = (*wire.parameters, 0, 0)
    match wire.gate:
        case Gate.INPUT:
            return inputs[p[0]][p[1]]
        case Gate.CONSTANT:
            return p[0]
        case Gate.ADD:
            return (a << p[0]) + (b << p[1])
        case Gate.SUBTRACT:
            return (a << p[0]) - (b << p[1])
        case Gate.MULTIPLY:
            return a * b
        case Gate.BITS:
            return wrapped(a >> p[0], wire.width, wire.signed)
        case Gate.CLAMP:
            low, high = type_ends(wire.width, wire.signed)
            return np.clip(a, low, high) if isinstance(a, np.ndarray) else min(max(a, low), high)
        case Gate.SELECT:
            return b + (a - b) * c
        case Gate.LESS:
            return ((a << p[0]) < (b << p[1])) * 1
        case Gate.LOOKUP:
            if not isinstance(a, np.ndarray):
                return int(tables[p[0]][a - p[1]])
            # Python integers stay Python integers: what follows may need more than 64 bits
            return tables[p[0]][(a - p[1]).astype(np.int64)].astype(a.dtype, copy=False)
        case Gate.AND:
            return a & b
        case Gate.OR:
            return a | b
        case Gate.NOT:
            return 1 - a
        case Gate.ANY:
            return ((a & ((1 << p[0]) - 1)) != 0) * 1


def wrapped(value: Any, width: int, signed: bool) -> Any:
    """The low `width` bits of an integer (or an array of them), read as unsigned or two's complement."""
    low = value & ((1 << width) - 1)
    return low - ((low >> (width - 1)) << width) if signed else low


def widest_arithmetic(netlist: Netlist) -> int:
    """Bits that hold every intermediate value of `evaluate`."""
    widest = 1
    for wire in netlist.wires:
        lifts = wire.parameters if wire.gate in (Gate.ADD, Gate.SUBTRACT, Gate.LESS) else (0, 0)
        lifted = [netlist.wires[a].width + lift for a, lift in zip(wire.arguments, lifts, strict=False)]
        widest = max(widest, wire.width, *lifted)
    results = (netlist.wires[result.wire].width + result.shift for result in netlist.results)
    return max(widest, *results) + 2  # a sign, and the difference that SELECT takes
