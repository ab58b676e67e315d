"""A formula of the kind that is searched: a sum of terms weight * f(a x_i + b x_j + c), one for each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.symbolic.expression import Call, Expression, Number, Variable, power_of, product_of, sum_of

Reals = NDArray[np.float64]

FUNCTIONS = ("identity", "tanh", "gauss", "sin")
"""Of one value: u, tanh(u), exp(-u*u), sin(u)."""
DIGITS = 5
"""Significant decimal digits of constants in files."""
LEAST_SHARE = 0.06
"""Of a function's argument: what a feature must count beside the other one."""


@dataclass(frozen=True)
class Term:
    """f(a x_first + b x_second + c).

    Args:
        function: of FUNCTIONS; identity takes x_first as it is.
        first, second: features; b is 0 where the second counts for nothing.
    """

    function: str
    first: int
    second: int
    a: float
    b: float
    c: float

    def values(self, x: Reals) -> Reals:
        """For events of shape (n, 16): shape (n,)."""
        u = self.a * x[:, self.first] + self.b * x[:, self.second] + self.c
        if self.function == "identity":
            return np.asarray(u)
        if self.function == "gauss":
            return np.asarray(np.exp(-u * u))
        return np.asarray(np.tanh(u) if self.function == "tanh" else np.sin(u))

    @property
    def complexity(self) -> int:
        """Numbers, names and operations, as PySR counts them, the weight's and the sum's included."""
        argument = 3 + (4 if self.b else 0) + 2 * (self.c != 0)
        return {"identity": 1, "gauss": argument + 4}.get(self.function, argument + 1) + 3


@dataclass(frozen=True)
class Formula:
    """bias + sum of weight * term."""

    terms: tuple[Term, ...]
    weights: tuple[float, ...]
    bias: float

    def values(self, x: Reals) -> Reals:
        """For events of shape (n, 16): shape (n,)."""
        total = np.full(len(x), self.bias)
        for term, weight in zip(self.terms, self.weights, strict=True):
            total += weight * term.values(x)
        return total

    @property
    def complexity(self) -> int:
        """As PySR counts it."""
        return 1 + sum(term.complexity for term in self.terms)

    def expression(self) -> Expression:
        """As a file of expressions holds it."""
        parts = [
            product_of([number(weight), _expression(term)])
            for term, weight in zip(self.terms, self.weights, strict=True)
        ]
        return sum_of([*parts, number(self.bias)])


def simplified(formula: Formula) -> Formula:
    """Without features that hardly count in the argument of a function: their term becomes one of a single feature."""
    return replace(formula, terms=tuple(_simplified(term) for term in formula.terms))


def _simplified(term: Term) -> Term:
    if term.function == "identity" or not term.b:
        return term
    if abs(term.b) < LEAST_SHARE * abs(term.a):
        return replace(term, b=0.0)
    if abs(term.a) < LEAST_SHARE * abs(term.b):
        return replace(term, first=term.second, second=term.first, a=term.b, b=0.0)
    return term


def number(value: float) -> Number:
    """A constant of a few digits."""
    return Number(float(f"{value:.{DIGITS}g}"))


def variable(index: int) -> Variable:
    """A feature."""
    return Variable(index, f"x{index}")


def argument(term: Term) -> Expression:
    """a x_first + b x_second + c."""
    parts = [product_of([number(term.a), variable(term.first)])]
    if term.b:
        parts.append(product_of([number(term.b), variable(term.second)]))
    if term.c:
        parts.append(number(term.c))
    return sum_of(parts)


def applied(function: str, value: Expression) -> Expression:
    """A function of FUNCTIONS."""
    if function == "identity":
        return value
    if function == "gauss":
        return Call("exp", (product_of([Number(-1.0), power_of(value, Number(2.0))]),))
    return Call(function, (value,))


def _expression(term: Term) -> Expression:
    return variable(term.first) if term.function == "identity" else applied(term.function, argument(term))


def scores(formulas: Sequence[Formula], x: Reals) -> Reals:
    """All classes' formulas, shape (n, classes)."""
    return np.stack([formula.values(x) for formula in formulas], axis=1)
