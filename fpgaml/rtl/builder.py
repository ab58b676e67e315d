"""Grows a netlist wire by wire: constants are folded, equal wires are made once, ranges follow."""

from __future__ import annotations

from dataclasses import dataclass, field

from fpgaml.graph.digits import signed_digits
from fpgaml.rtl.netlist import Gate, Wire, bits_for, type_ends, wrapped


@dataclass(frozen=True, slots=True)
class Value:
    """A real number on a wire: integer * 2**-fractional.

    Args:
        wire: index; fractional: bits below the binary point, possibly negative.
    """

    wire: int
    fractional: int


@dataclass
class NetlistBuilder:
    """Wires under construction.

    Args:
        layer: index of the layer that new wires belong to.
        narrowed: wires that `within` made, with the wires that they are worth just as much as.
    """

    layer: int = 0
    wires: list[Wire] = field(default_factory=list)
    tables: list[tuple[int, ...]] = field(default_factory=list)
    narrowed: dict[int, int] = field(default_factory=dict)
    _known: dict[tuple[object, ...], int] = field(default_factory=dict)
    _table_index: dict[tuple[int, ...], int] = field(default_factory=dict)

    def input(self, port: int, element: int, low: int, high: int, fractional: int) -> Value:
        """An element of an input port."""
        return Value(self.wire(Gate.INPUT, (), (port, element), low, high), fractional)

    def constant(self, value: int, fractional: int = 0) -> Value:
        """A number that never changes."""
        if value == 0:
            return Value(self.wire(Gate.CONSTANT, (), (0,), 0, 0), 0)
        zeros = (value & -value).bit_length() - 1
        odd = value >> zeros
        return Value(self.wire(Gate.CONSTANT, (), (odd,), odd, odd), fractional - zeros)

    def value_of(self, value: Value) -> int | None:
        """The integer of a wire that never changes, else None."""
        wire = self.wires[value.wire]
        return wire.low if wire.low == wire.high else None

    def bounds(self, value: Value, fractional: int) -> tuple[int, int]:
        """A value's range in units of 2**-fractional, a grid at least as fine as its own."""
        wire, lift = self.wires[value.wire], fractional - value.fractional
        return wire.low << lift, wire.high << lift

    def add(self, a: Value, b: Value) -> Value:
        """a + b."""
        if self._is_zero(a):
            return b
        if self._is_zero(b):
            return a
        if a.wire > b.wire:  # one form for both orders
            a, b = b, a
        return self._sum(Gate.ADD, a, b)

    def subtract(self, a: Value, b: Value) -> Value:
        """a - b."""
        if self._is_zero(b):
            return a
        if a == b:
            return self.constant(0)
        return self._sum(Gate.SUBTRACT, Value(a.wire, b.fractional) if self._is_zero(a) else a, b)

    def multiply(self, a: Value, b: Value) -> Value:
        """a * b, for constants by shifts and additions of their signed digits."""
        for x, other in ((a, b), (b, a)):
            factor = self.value_of(x)
            if factor is not None:
                return self._times(other, factor, x.fractional)
        first, second = self.wires[a.wire], self.wires[b.wire]
        corners = [m * n for m in (first.low, first.high) for n in (second.low, second.high)]
        if a.wire == b.wire:
            corners = [m * m for m in (first.low, first.high)] + ([0] if first.low <= 0 <= first.high else [])
        order = (min(a.wire, b.wire), max(a.wire, b.wire))
        wire = self.wire(Gate.MULTIPLY, order, (), min(corners), max(corners))
        return Value(wire, a.fractional + b.fractional)

    def bits(self, a: Value, drop: int, low: int, high: int) -> Value:
        """Drop `drop` low bits (floor), then keep the low bits of the type that holds [low, high].

        Where [low, high] is all that a type holds, this wraps around; where the value is known to lie within, it
        makes the wire narrower and changes nothing.
        """
        wire = self.wires[a.wire]
        below = (wire.low >> drop, wire.high >> drop) if drop >= 0 else (wire.low << -drop, wire.high << -drop)
        if drop <= 0 and below[0] >= low and below[1] <= high:
            return a
        width, signed = bits_for(low, high), low < 0
        first, last = (wrapped(edge, width, signed) for edge in below)
        if (first, last) == below:  # nothing wraps
            low, high = max(low, first), min(high, last)
        if drop < 0:  # a wrap on a finer grid than the value's own: its lowest bits stay zero
            kept = width + drop
            if kept <= 0:
                return self.constant(0)
            grid = (-(-low >> -drop), high >> -drop)
            return self.bits(a, 0, *grid)
        if low == high:
            return self.constant(low, a.fractional - drop)
        return Value(self.wire(Gate.BITS, (a.wire,), (drop,), low, high), a.fractional - drop)

    def floor(self, a: Value, drop: int) -> Value:
        """floor(a / 2**drop) on a grid 2**drop times as coarse: without its `drop` low bits."""
        wire = self.wires[a.wire]
        return self.bits(a, drop, wire.low >> drop, wire.high >> drop)

    def within(self, a: Value, low: int, high: int, fractional: int) -> Value:
        """The same value, known to lie within [low, high] * 2**-fractional: narrower wires where that helps."""
        lift = fractional - a.fractional
        if lift >= 0:
            low, high = -(-low >> lift), high >> lift
        else:
            low, high = low << -lift, high << -lift
        wire = self.wires[a.wire]
        low, high = max(low, wire.low), min(high, wire.high)
        if bits_for(low, high) == wire.width and (low < 0) == wire.signed and low != high:
            return a
        narrow = self.bits(a, 0, low, high)
        if low != high:
            self.narrowed[narrow.wire] = a.wire
        return narrow

    def widened(self, a: Value) -> Value:
        """The wire from which `within` cut a value; the value itself where it did not."""
        while a.wire in self.narrowed:
            a = Value(self.narrowed[a.wire], a.fractional)
        return a

    def is_sum(self, a: Value) -> bool:
        """Whether an adder made it."""
        return self.wires[self.widened(a).wire].gate in (Gate.ADD, Gate.SUBTRACT)

    def clamp(self, a: Value, low: int, high: int, fractional: int) -> Value:
        """The nearest value in [low, high] * 2**-fractional, all that a type holds.

        Args:
            fractional: of a grid at least as fine as the value's own, unless the value never changes.
        """
        known = self.value_of(a)
        if known is not None:
            finest = max(fractional, a.fractional)
            low, high = low << (finest - fractional), high << (finest - fractional)
            return self.constant(min(max(known << (finest - a.fractional), low), high), finest)
        lowest, highest = self.bounds(a, fractional)
        if low <= lowest and highest <= high:
            return a
        a = Value(self.lifted(a, fractional), fractional)
        wire = self.wires[a.wire]
        ends = (min(max(wire.low, low), high), min(max(wire.high, low), high))
        if ends[0] == ends[1]:
            return self.constant(ends[0], a.fractional)
        return Value(self.wire(Gate.CLAMP, (a.wire,), (), *ends), a.fractional)

    def unclamped(self, a: Value) -> Value:
        """x where the value is max(x, 0), else the value itself."""
        source = self.widened(a)
        wire = self.wires[source.wire]
        if wire.gate == Gate.CLAMP and not wire.signed:
            (x,) = wire.arguments
            if self.wires[x].high <= type_ends(wire.width, False)[1]:
                return Value(x, a.fractional)
        return a

    def select(self, condition: int, a: Value, b: Value) -> Value:
        """a if the condition's wire is 1, else b."""
        known = self.wires[condition]
        if known.low == known.high:
            return a if known.low else b
        if a == b:
            return a
        fractional = max(a.fractional, b.fractional)
        # A mux wants both on one grid; zeros below a wire cost nothing in hardware.
        x, y = self.lifted(a, fractional), self.lifted(b, fractional)
        low = min(self.wires[x].low, self.wires[y].low)
        high = max(self.wires[x].high, self.wires[y].high)
        if self.wires[condition].gate == Gate.NOT:
            condition, x, y = self.wires[condition].arguments[0], y, x
        return Value(self.wire(Gate.SELECT, (x, y, condition), (), low, high), fractional)

    def less(self, a: Value, b: Value) -> int:
        """The wire that is 1 where a < b."""
        fractional = max(a.fractional, b.fractional)
        if self._is_zero(a):
            fractional, a = b.fractional, Value(a.wire, b.fractional)
        elif self._is_zero(b):
            fractional, b = a.fractional, Value(b.wire, a.fractional)
        (low_a, high_a), (low_b, high_b) = self.bounds(a, fractional), self.bounds(b, fractional)
        if high_a < low_b:
            return self.constant(1).wire
        if low_a >= high_b or a == b:
            return self.constant(0).wire
        shifts = (fractional - a.fractional, fractional - b.fractional)
        return self.wire(Gate.LESS, (a.wire, b.wire), shifts, 0, 1)

    def positive(self, a: Value) -> Value:
        """The larger one of a value and 0."""
        high = max(self.wires[a.wire].high, 0)
        return self.clamp(a, 0, type_ends(bits_for(0, high), False)[1], a.fractional)

    def maximum(self, a: Value, b: Value) -> Value:
        """The larger one."""
        for x, other in ((a, b), (b, a)):
            if self._is_zero(x):
                return self.positive(other)
        return self._choice(self.less(a, b), b, a, largest=True)

    def minimum(self, a: Value, b: Value) -> Value:
        """The smaller one."""
        return self._choice(self.less(a, b), a, b, largest=False)

    def lookup(self, a: Value, table: tuple[int, ...], first: int, fractional: int) -> Value:
        """Entry a - first of a table whose entries have `fractional` bits below the binary point."""
        wire = self.wires[a.wire]
        reached = table[wire.low - first : wire.high - first + 1]
        low, high = min(reached), max(reached)
        if low == high:
            return self.constant(low, fractional)
        index = self._table_index.setdefault(table, len(self.tables))
        if index == len(self.tables):
            self.tables.append(table)
        return Value(self.wire(Gate.LOOKUP, (a.wire,), (index, first), low, high), fractional)

    def both(self, a: int, b: int) -> int:
        """a and b, wires of 0 or 1."""
        return self._logic(Gate.AND, a, b)

    def either(self, a: int, b: int) -> int:
        """a or b, wires of 0 or 1."""
        return self._logic(Gate.OR, a, b)

    def inverse(self, a: int) -> int:
        """Not a, a wire of 0 or 1."""
        wire = self.wires[a]
        if wire.low == wire.high:
            return self.constant(1 - wire.low).wire
        if wire.gate == Gate.NOT:
            return wire.arguments[0]
        return self.wire(Gate.NOT, (a,), (), 0, 1)

    def any_of(self, a: Value, bits: int) -> int:
        """The wire that is 1 where one of a's lowest `bits` bits is set."""
        if bits <= 0:
            return self.constant(0).wire
        known = self.value_of(a)
        if known is not None:
            return self.constant(int(known & ((1 << bits) - 1) != 0)).wire
        return self.wire(Gate.ANY, (a.wire,), (min(bits, self.wires[a.wire].width),), 0, 1)

    def bit(self, a: Value, index: int) -> int:
        """Bit `index` of a's integer as a wire of 0 or 1; its sign beyond the top."""
        wire = self.wires[a.wire]
        if index >= wire.width:
            return self.less(a, self.constant(0))
        return self.bits(a, index, 0, 1).wire

    def _is_zero(self, value: Value) -> bool:
        return self.value_of(value) == 0

    def _times(self, value: Value, factor: int, fractional: int) -> Value:
        """value * factor * 2**-fractional by the canonical signed digits of the factor."""
        total: Value | None = None
        for position, digit in signed_digits(factor):
            term = Value(value.wire, value.fractional + fractional - position)
            if total is None:
                total = term if digit > 0 else self.subtract(self.constant(0), term)
            else:
                total = self.add(total, term) if digit > 0 else self.subtract(total, term)
        return total if total is not None else self.constant(0)

    def _sum(self, gate: Gate, a: Value, b: Value) -> Value:
        fractional = max(a.fractional, b.fractional)
        shifts = (fractional - a.fractional, fractional - b.fractional)
        (low_a, high_a), (low_b, high_b) = self.bounds(a, fractional), self.bounds(b, fractional)
        low, high = (low_a + low_b, high_a + high_b) if gate == Gate.ADD else (low_a - high_b, high_a - low_b)
        if a.wire == b.wire:  # (2**p + 2**q) a or (2**p - 2**q) a
            factor = (1 << shifts[0]) + (1 << shifts[1] if gate == Gate.ADD else -(1 << shifts[1]))
            edges = [edge * factor for edge in (self.wires[a.wire].low, self.wires[a.wire].high)]
            low, high = min(edges), max(edges)
        if low == high:
            return self.constant(low, fractional)
        return Value(self.wire(gate, (a.wire, b.wire), shifts, low, high), fractional)

    def _choice(self, condition: int, a: Value, b: Value, *, largest: bool) -> Value:
        chosen = self.select(condition, a, b)
        fractional = max(a.fractional, b.fractional, chosen.fractional)
        (low_a, high_a), (low_b, high_b) = self.bounds(a, fractional), self.bounds(b, fractional)
        pick = max if largest else min
        return self.within(chosen, pick(low_a, low_b), pick(high_a, high_b), fractional)

    def lifted(self, value: Value, fractional: int) -> int:
        """A wire with the value's integer on a finer grid: zeros below."""
        lift = fractional - value.fractional
        known = self.value_of(value)
        if known is not None:
            return self.wire(Gate.CONSTANT, (), (known << lift,), known << lift, known << lift)
        if lift == 0:
            return value.wire
        zero = self.constant(0).wire
        wire = self.wires[value.wire]
        return self.wire(Gate.ADD, (value.wire, zero), (lift, 0), wire.low << lift, wire.high << lift)

    def _logic(self, gate: Gate, a: int, b: int) -> int:
        for x, other in ((a, b), (b, a)):
            wire = self.wires[x]
            if wire.low == wire.high:
                absorbs = (wire.low == 0) == (gate == Gate.AND)
                return x if absorbs else other
        if a == b:
            return a
        first, second = sorted((a, b))
        return self.wire(gate, (first, second), (), 0, 1)

    def ranged(self, a: Value, low: int, high: int) -> Value:
        """The same sum, known to lie within [low, high]: an adder without the bits that it cannot need."""
        zeros = -a.fractional
        wire = self.wires[a.wire]
        low, high = max(-(-low >> zeros), wire.low), min(high >> zeros, wire.high)
        if low == high:
            return self.constant(low, a.fractional)
        if wire.gate not in (Gate.ADD, Gate.SUBTRACT):
            return a
        return Value(self.wire(wire.gate, wire.arguments, wire.parameters, low, high), a.fractional)

    def wire(self, gate: Gate, arguments: tuple[int, ...], parameters: tuple[int, ...], low: int, high: int) -> int:
        """A wire as it is given, or the one like it that there is."""
        key = (gate, arguments, parameters, low, high)
        index = self._known.setdefault(key, len(self.wires))
        if index == len(self.wires):
            self.wires.append(Wire(gate, arguments, parameters, low, high, self.layer))
        return index
