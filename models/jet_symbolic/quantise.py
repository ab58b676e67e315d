"""Formulas with a type for every value: what the file of the quantised model says, and firmware computes exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.building.constants import significant
from fpgaml.frontends.symbolic.expression import Expression, Fixed, Number, product_of, sum_of
from fpgaml.frontends.symbolic.oracle import values_of
from fpgaml.frontends.symbolic.source import Source
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding

from . import constants as c
from .formula import Formula, Reals, Term, applied, number, variable

INPUT_INTEGER = 3
"""Bits: features saturate at 8 of their widths."""
SEEN = 0.999
"""Of all arguments of a function, the part that its type must hold."""


@dataclass(frozen=True)
class Bits:
    """How fine a model is.

    Args:
        feature: of an input, its sign included; argument: of a function of two features, likewise.
        result: fractional bits of a term; factor: significant bits of what a feature is multiplied by.
    """

    feature: int
    argument: int
    result: int
    factor: int = 4


TRIED = (Bits(6, 6, 3), Bits(7, 6, 4), Bits(7, 7, 4), Bits(8, 7, 4), Bits(8, 8, 5, 5), Bits(9, 9, 6, 6))
"""From the coarsest on."""


def source_of(outputs: Sequence[Expression]) -> Source:
    """A file of one expression for each class."""
    names = tuple(f"x{index}" for index in range(len(c.FEATURES)))
    return Source(names, tuple(zip(c.CLASSES, outputs, strict=True)), "expressions")


def chosen(formulas: Sequence[Formula], x: Reals, y: NDArray[np.int64], loss: float) -> tuple[Bits, Source]:
    """The coarsest types that keep the accuracy.

    Args:
        x, y: events to judge by; loss: of the part that is classified rightly, what may be lost.
    """
    wanted = _accuracy(source_of([each.expression() for each in formulas]), x, y) - loss
    for bits in TRIED:
        source = quantised(formulas, bits, x)
        if _accuracy(source, x, y) >= wanted:
            break
    return bits, source


def quantised(formulas: Sequence[Formula], bits: Bits, x: Reals) -> Source:
    """The formulas with types.

    Args:
        x: events, whose arguments the types must hold.
    """
    return source_of([_quantised(formula, bits, x) for formula in formulas])


def _quantised(formula: Formula, bits: Bits, x: Reals) -> Expression:
    """Terms of one feature become one table of it; each other term is a table of its argument."""
    groups: dict[int | Term, list[Expression]] = {}
    for term, weight in zip(formula.terms, formula.weights, strict=True):
        alone = term.function == "identity" or not term.b
        inner = _feature(term.first, bits) if alone else _argument(term, bits, x)
        if term.function == "identity":
            value = inner
        elif alone:
            value = applied(term.function, sum_of([product_of([number(term.a), inner]), number(term.c)]))
        else:
            value = applied(term.function, inner)
        groups.setdefault(term.first if alone else term, []).append(product_of([number(weight), value]))
    first = next(iter(groups.values()))
    first.append(number(formula.bias))
    results = [_result(sum_of(parts), bits, x) for parts in groups.values()]
    return sum_of([each for each in results if each is not None])


def _feature(index: int, bits: Bits) -> Expression:
    return Fixed(variable(index), _type(INPUT_INTEGER, bits.feature - 1 - INPUT_INTEGER))


def _argument(term: Term, bits: Bits, x: Reals) -> Expression:
    """a x_first + b x_second + c with short factors, rounded to a type that holds what is seen."""
    factors = significant([term.a, term.b], bits.factor).to_float()
    seen = float(np.quantile(np.abs(term.a * x[:, term.first] + term.b * x[:, term.second] + term.c), SEEN))
    integer = int(np.clip(np.ceil(np.log2(seen + 1e-9)), 0, 3))
    fraction = bits.argument - 1 - integer
    offset = float(np.ldexp(np.rint(np.ldexp(term.c, fraction)), -fraction))
    parts = [
        product_of([Number(float(factors[0])), _feature(term.first, bits)]),
        product_of([Number(float(factors[1])), _feature(term.second, bits)]),
        *([Number(offset)] if offset else []),
    ]
    return Fixed(sum_of(parts), _type(integer, fraction))


def _result(value: Expression, bits: Bits, x: Reals) -> Expression | None:
    """A term in a type that holds it wherever its argument lies; None where it never reaches a step of it."""
    reached = np.abs(values_of(source_of([value] * len(c.CLASSES)), x)[:, 0])
    step, largest = 2.0**-bits.result, float(reached.max())
    return None if largest < step else Fixed(value, _type(max(int(np.ceil(np.log2(largest + step))), 0), bits.result))


def _type(integer: int, fraction: int) -> Quantizer:
    return Quantizer(FixedType(1, integer, fraction), Rounding.RND, Overflow.SAT)


def _accuracy(source: Source, x: Reals, y: NDArray[np.int64]) -> float:
    return float((values_of(source, x).argmax(axis=1) == y).mean())
