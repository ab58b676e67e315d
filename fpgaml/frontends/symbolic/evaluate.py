"""The value of an expression in float64: what its firmware is compared with, and what its tables hold."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.symbolic.expression import Expression, Fixed, Number, Power, Product, Sum, Variable, whole_power
from fpgaml.frontends.symbolic.functions import FUNCTIONS, power
from fpgaml.graph.functions import Reals
from fpgaml.graph.values import quantize_reals


def evaluate(expression: Expression, known: Mapping[Expression, Reals]) -> Reals:
    """Its values; infinite or NaN where float64 overflows.

    Args:
        known: values of some expressions, all variables that it reads among them; grows no further.

    Raises:
        KeyError: a variable is not known; FpgamlError: what is rounded to a type is not finite.
    """
    found = dict(known)
    with np.errstate(all="ignore"):
        return _value(expression, found)


def _value(expression: Expression, known: dict[Expression, Reals]) -> Reals:
    if expression in known:
        return known[expression]
    if isinstance(expression, Number):
        return np.asarray(expression.value)
    if isinstance(expression, Variable):
        raise KeyError(expression.name)
    parts = [_value(part, known) for part in expression.parts]
    if isinstance(expression, Sum):
        result = sum(parts[1:], start=parts[0])
    elif isinstance(expression, Product):
        result = parts[0]
        for part in parts[1:]:
            result = result * part
    elif isinstance(expression, Power):
        result = _power(expression, *parts)
    elif isinstance(expression, Fixed):
        result = _rounded(parts[0], expression)
    else:
        result = FUNCTIONS[expression.name].real(*parts)
    known[expression] = np.asarray(result, np.float64)
    return known[expression]


def _rounded(values: Reals, expression: Fixed) -> Reals:
    if not np.isfinite(values).all():
        reason = "a value that is not finite is rounded to a type: float64 overflows before"
        raise FpgamlError(str(expression.quantizer), reason, "Keep arguments within a range: exp(min(x0, 10))")
    return quantize_reals(values, expression.quantizer).to_float()


def _power(expression: Power, base: Reals, exponent: Reals) -> Reals:
    times = whole_power(expression)
    if times is None:
        return power(base, exponent)
    result = base  # by products, as firmware makes it
    for _ in range(times - 1):
        result = result * base
    return result
