"""Each gate of a netlist as lines of exact widths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from fpgaml.rtl.emit.expressions import (
    AllBits,
    AnyBit,
    Assign,
    Entry,
    Expression,
    Inverse,
    Join,
    Less,
    Literal,
    Logic,
    Part,
    Product,
    Select,
    Signal,
    Sum,
    Term,
    cut,
    floored,
    lifted,
    pieces,
    whole,
)
from fpgaml.rtl.netlist import Gate, Netlist, Result, Wire, evaluate, type_ends

TableName = Callable[[Wire, Wire], str]
"""Name of the module for a LOOKUP wire and its argument's wire."""


def assignments(
    netlist: Netlist, wire: Wire, target: Signal, arguments: Sequence[Term], table_name: TableName
) -> list[Assign]:
    """The lines that drive a wire, the last of them `target`.

    Args:
        arguments: the terms of the wire's arguments, in the wire's stage.
    """
    if all(isinstance(term, Literal) for term in arguments):
        return [_constant(target, _folded(netlist, wire, arguments))]
    if wire.gate in (Gate.ADD, Gate.SUBTRACT):
        return _sum(wire, target, arguments[0], arguments[1])
    if wire.gate == Gate.CLAMP:
        return _clamp(netlist.wires[wire.arguments[0]], target, _part(arguments[0]))
    expression = _expression(netlist, wire, target, arguments, table_name)
    if isinstance(expression, int):
        return [_constant(target, expression)]
    return [Assign(target, expression)]


def _expression(
    netlist: Netlist, wire: Wire, target: Signal, arguments: Sequence[Term], table_name: TableName
) -> Expression | int:
    """What drives the wire, or its integer where that is known."""
    first = netlist.wires[wire.arguments[0]]
    a = arguments[0]
    match wire.gate:
        case Gate.MULTIPLY:
            return _product(wire, target, a, arguments[1])
        case Gate.BITS:
            return Join(pieces(floored(a, wire.parameters[0]), target.width))
        case Gate.SELECT:
            return _select(target, a, arguments[1], arguments[2])
        case Gate.LESS:
            return _less(first, netlist.wires[wire.arguments[1]], wire.parameters, a, arguments[1])
        case Gate.LOOKUP:
            return Entry(table_name(wire, first), _part(a))
        case Gate.AND | Gate.OR:
            return _logic(wire.gate == Gate.OR, a, arguments[1])
        case Gate.NOT:
            return Inverse(_part(a))
        case Gate.ANY:
            part = cut(a, wire.parameters[0]) if wire.parameters[0] > 0 else Literal(0)
            return _any(part) if isinstance(part, Part) else 0
    raise AssertionError(wire.gate)


def _product(wire: Wire, target: Signal, a: Term, b: Term) -> Expression | int:
    if wire.low == wire.high:
        return wire.low
    for term, other in ((a, b), (b, a)):
        if term.width == 1 and not term.signed:  # no multiplier is needed
            return _select(target, other, Literal(0), term)
    return Product(a, b)


def _part(term: Term) -> Part:
    assert isinstance(term, Part)
    return term


def _constant(target: Signal, value: int) -> Assign:
    return Assign(target, Join(pieces(Literal(value), target.width)))


def _folded(netlist: Netlist, wire: Wire, arguments: Sequence[Term]) -> int:
    """The integer of a wire all of whose arguments are constants."""
    values = [term.value for term in arguments if isinstance(term, Literal)]
    wires = [Wire(Gate.CONSTANT, (), (value,), value, value, 0) for value in values]
    wires.append(Wire(wire.gate, tuple(range(len(values))), wire.parameters, wire.low, wire.high, 0))
    tables = netlist.tables if wire.gate == Gate.LOOKUP else ()
    alone = Netlist("", (), (), ("",), tuple(wires), tables, (Result(len(values), 0),))
    return int(evaluate(alone, ())[0])


def _sum(wire: Wire, target: Signal, a: Term, b: Term) -> list[Assign]:
    """(a << p) + (b << q) or (a << p) - (b << q), without adder bits for what passes untouched."""
    minus = wire.gate == Gate.SUBTRACT
    a, p = _odd(a, wire.parameters[0])
    b, q = _odd(b, wire.parameters[1])
    if a == Literal(0):
        p = q
    if b == Literal(0):
        q = p
    zeros = min(p, q)
    p, q = p - zeros, q - zeros
    if p and not minus:
        a, b, p, q = b, a, q, p
    # Now either b is the higher one, and a's low q bits pass, or a is, in a difference: all bits take part.
    passing = pieces(a, min(q, target.width - zeros))
    below = (*passing, *pieces(Literal(0), min(zeros, target.width)))
    width = target.width - zeros - q
    if width <= 0:
        return [Assign(target, Join(below))]
    x, y = cut(lifted(floored(a, q), p), width), cut(b, width)
    if Literal(0) in ((y,) if minus else (x, y)):
        rest = x if y == Literal(0) else y
        return [Assign(target, Join((*pieces(rest, width), *below)))]
    total = _positive(x, y, minus)
    if not below:
        return [Assign(target, total)]
    upper = Signal(f"{target.name}_h", width, target.signed)
    return [Assign(upper, total), Assign(target, Join((whole(upper), *below)))]


def _clamp(first: Wire, target: Signal, a: Part) -> list[Assign]:
    """The low bits of a, or an end of the target's type: the bits above say whether, a's sign which."""
    low, high = type_ends(target.width, target.signed)
    kept = cut(a, target.width)
    above = _part(floored(cut(a, a.width - 1) if a.signed else a, target.width - target.signed))
    over, fits = (Signal(f"{target.name}_{word}", 1, False) for word in ("over", "fits"))
    up, down = (Signal(f"{target.name}_{word}", target.width, target.signed) for word in ("up", "down"))
    positive: Term = kept
    negative: Term = kept if target.signed else Literal(low)
    lines: list[Assign] = []
    if first.high > high:
        lines += [Assign(over, _any(above)), Assign(up, Select(whole(over), Literal(high), kept))]
        positive = whole(up)
    if not a.signed:
        return [*lines[:-1], replace(lines[-1], target=target)]
    if first.low < low and target.signed:
        lines += [Assign(fits, AllBits(above)), Assign(down, Select(whole(fits), kept, Literal(low)))]
        negative = whole(down)
    sign = Part(a.source, a.high, a.high, False)
    return [*lines, Assign(target, Select(sign, negative, positive))]


def _positive(a: Term, b: Term, minus: bool) -> Sum:
    """A sum with a negative constant as a difference, and a difference with one as a sum."""
    if not minus and isinstance(a, Literal):
        a, b = b, a
    if isinstance(b, Literal) and b.value < 0:
        return Sum(a, Literal(-b.value), not minus)
    return Sum(a, b, minus)


def _odd(term: Term, shift: int) -> tuple[Term, int]:
    """A shifted term with a constant's trailing zeros counted into the shift."""
    if isinstance(term, Literal) and term.value:
        zeros = (term.value & -term.value).bit_length() - 1
        return Literal(term.value >> zeros), shift + zeros
    return term, shift


def _less(first: Wire, second: Wire, shifts: Sequence[int], a: Term, b: Term) -> Expression | int:
    """(a << p) < (b << q)."""
    p, q = shifts
    if first.high << p < second.low << q:
        return 1
    if first.low << p >= second.high << q:
        return 0
    if b == Literal(0):  # a can be negative, as its range says
        sign = _part(a)
        return Join((Part(sign.source, sign.high, sign.high, False),))
    a, p = _odd(a, p)
    b, q = _odd(b, q)
    common = min(p, q)
    p, q = p - common, q - common
    # a < b * 2**q just where floor(a / 2**q) < b.
    x = lifted(floored(a, q), p)
    if x == Literal(0) and not b.signed:
        return _any(_part(b))
    return Less(x, b)


def _select(target: Signal, a: Term, b: Term, condition: Term) -> Expression:
    if isinstance(condition, Literal):
        return Join(pieces(a if condition.value else b, target.width))
    a, b = cut(a, target.width), cut(b, target.width)
    if target.width == 1 and isinstance(a, Literal) and isinstance(b, Literal) and a != b:
        return Join((condition,)) if a.value else Inverse(condition)
    return Select(condition, a, b)


def _any(part: Part) -> Expression:
    """Whether some bit is set; of a single bit, that bit."""
    return Join((replace(part, signed=False),)) if part.width == 1 else AnyBit(part)


def _logic(either: bool, a: Term, b: Term) -> Expression | int:
    for term, other in ((a, b), (b, a)):
        if isinstance(term, Literal):
            absorbs = bool(term.value) == either
            return term.value if absorbs else Join((_part(other),))
    return Logic(either, _part(a), _part(b))
