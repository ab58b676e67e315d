"""Sums, products and choices element by element."""

from __future__ import annotations

from fpgaml.emulator.integers import IntType, computing, literal
from fpgaml.emulator.site import Element, Elementwise, Value
from fpgaml.graph.ops import (
    Add,
    LeakyRelu,
    Maximum,
    Minimum,
    Multiply,
    Operation,
    Relu,
    Scale,
    Subtract,
)
from fpgaml.graph.values import magnitude


def lifted(value: Value, unit: int, kind: IntType) -> str:
    """A value with more fractional bits, in a type that holds it then."""
    text = value.text if computing(value.low, value.high) == kind else f"{kind.cpp}({value.text})"
    zero = value.low == value.high == 0  # at any binary point
    return text if unit == value.unit or zero else f"{text} * {literal(1 << (unit - value.unit))}"


def ends(value: Value, unit: int) -> tuple[int, int]:
    """The smallest and the largest integer of a value with more fractional bits."""
    return value.low << (unit - value.unit), value.high << (unit - value.unit)


def relu(site: Element) -> str:
    """max(x, 0)."""
    (x,) = site.operands
    return x.text if x.low >= 0 else f"{x.text} < 0 ? 0 : {x.text}"


def leaky_relu(site: Element) -> str:
    """x or x * 2**-shift: at the finer binary point it is the positive part that is multiplied."""
    assert isinstance(site.op, LeakyRelu)
    (x,) = site.operands
    kind = computing(*ends(x, x.unit + site.op.shift))
    whole = site.let(kind, lifted(x, x.unit, kind))
    return f"{whole} < 0 ? {whole} : {whole} * {literal(1 << site.op.shift)}"


def scale(site: Element) -> str:
    """x * factor + offset."""
    assert isinstance(site.op, Scale)
    (x,), unit = site.operands, site.result.unit
    factors, offsets = site.op.factor.at(unit - x.unit), site.op.offset.at(unit)
    reach = max(abs(x.low), abs(x.high)) * magnitude(factors)
    kind = computing(reach, -reach, magnitude(offsets), -magnitude(offsets), *_ends(site))
    factor, offset = site.parameter(factors, "factor"), site.parameter(offsets, "offset")
    product = f"{lifted(x, x.unit, kind)} * {factor}"
    return product if offset == "0" else f"{product} + {offset}"


def _ends(site: Element) -> tuple[int, int]:
    return int(site.result.low.min()), int(site.result.high.max())


def _pair(site: Element) -> tuple[str, str]:
    """Both operands at the result's binary point, in a type that holds them and the result."""
    unit = site.result.unit
    bounds = [bound for value in site.operands for bound in ends(value, unit)]
    kind = computing(*bounds, *_ends(site))
    left, right = (site.let(kind, lifted(value, unit, kind)) for value in site.operands)
    return left, right


def add(site: Element) -> str:
    """a + b."""
    left, right = _pair(site)
    return f"{left} + {right}"


def subtract(site: Element) -> str:
    """a - b."""
    left, right = _pair(site)
    return f"{left} - {right}"


def multiply(site: Element) -> str:
    """a * b, in a type that holds any product of the two."""
    a, b = site.operands
    kind = computing(*(x * y for x in (a.low, a.high) for y in (b.low, b.high)))
    return f"{kind.cpp}({a.text}) * {kind.cpp}({b.text})"


def maximum(site: Element) -> str:
    """The larger one."""
    left, right = _pair(site)
    return f"{left} > {right} ? {left} : {right}"


def minimum(site: Element) -> str:
    """The smaller one."""
    left, right = _pair(site)
    return f"{left} < {right} ? {left} : {right}"


BODIES: dict[type[Operation], Elementwise] = {
    Relu: Elementwise(relu),
    LeakyRelu: Elementwise(leaky_relu),
    Scale: Elementwise(scale),
    Add: Elementwise(add),
    Subtract: Elementwise(subtract),
    Multiply: Elementwise(multiply),
    Maximum: Elementwise(maximum),
    Minimum: Elementwise(minimum),
}
