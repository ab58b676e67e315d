"""What an expression is: numbers, variables, sums, products, powers, calls of functions, and roundings to a type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from fpgaml.graph.types import Quantizer


@dataclass(frozen=True)
class Number:
    """A constant, as the float64 nearest to what the file says."""

    value: float

    @property
    def parts(self) -> tuple[Expression, ...]:
        return ()


@dataclass(frozen=True)
class Variable:
    """An element of the input vector."""

    index: int
    name: str = field(compare=False)

    @property
    def parts(self) -> tuple[Expression, ...]:
        return ()


@dataclass(frozen=True)
class Sum:
    """Terms, two or more."""

    parts: tuple[Expression, ...]

    @cached_property
    def _hash(self) -> int:
        return hash(("sum", self.parts))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True)
class Product:
    """Factors, two or more: a number and what it multiplies, or factors that are no numbers."""

    parts: tuple[Expression, ...]

    @cached_property
    def _hash(self) -> int:
        return hash(("product", self.parts))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True)
class Power:
    """base ** exponent."""

    base: Expression
    exponent: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.base, self.exponent

    @cached_property
    def _hash(self) -> int:
        return hash(("power", self.parts))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True)
class Call:
    """A function of `functions.FUNCTIONS`, by its first name there."""

    name: str
    parts: tuple[Expression, ...]

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.parts))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True)
class Fixed:
    """A value rounded to a fixed-point type, as the file itself says."""

    value: Expression
    quantizer: Quantizer

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.value,)

    @cached_property
    def _hash(self) -> int:
        return hash(("fixed", self.value, self.quantizer))

    def __hash__(self) -> int:
        return self._hash


Expression: TypeAlias = Number | Variable | Sum | Product | Power | Call | Fixed

MINUS_ONE = Number(-1.0)


def sum_of(terms: list[Expression]) -> Expression:
    """Terms as one expression: sums in it are taken apart, a single term is itself."""
    flat = [part for term in terms for part in (term.parts if isinstance(term, Sum) else (term,))]
    return flat[0] if len(flat) == 1 else Sum(tuple(flat))


def product_of(factors: list[Expression]) -> Expression:
    """Factors as one expression: products in it are taken apart, constants become one number before all others."""
    constant = 1.0
    rest: list[Expression] = []
    waiting = list(reversed(factors))
    while waiting:
        each = waiting.pop()
        if isinstance(each, Product):
            waiting += reversed(each.parts)
        elif isinstance(each, Number):
            constant *= each.value
        else:
            rest.append(each)
    if not rest:
        return Number(constant)
    whole = rest[0] if len(rest) == 1 else Product(tuple(rest))
    return whole if constant == 1.0 else Product((Number(constant), whole))


def negated(value: Expression) -> Expression:
    """-value."""
    return product_of([MINUS_ONE, value])


def power_of(base: Expression, exponent: Expression) -> Expression:
    """base ** exponent; the first power is the base itself."""
    return base if exponent == Number(1.0) else Power(base, exponent)


def walk(expression: Expression) -> Iterator[Expression]:
    """An expression and all that it is made of."""
    waiting = [expression]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += found.parts


def is_constant(expression: Expression) -> bool:
    """Whether it reads no input."""
    return not any(isinstance(part, Variable) for part in walk(expression))


def whole_power(expression: Power) -> int | None:
    """The exponent of a power that products compute exactly, from 2 to 16; None for any other."""
    exponent = expression.exponent
    if isinstance(exponent, Number) and exponent.value in range(2, 17):
        return int(exponent.value)
    return None
