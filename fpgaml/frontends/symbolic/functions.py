"""The functions that expressions may call, and what each means where mathematics gives it no finite value.

A symbolic regression meets no such place in its data; firmware meets whatever arrives. So each function is defined
everywhere, and in one way: for the float64 evaluation and for every table alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from fpgaml.graph.functions import FUNCTIONS as REAL
from fpgaml.graph.functions import Reals

LEAST = 2.0**-16
"""Logarithms are those of at least this: below, and at zero, they stay at their value there (log: -11.09)."""

Real = Callable[..., Reals]


@dataclass(frozen=True)
class Function:
    """A function of expressions.

    Args:
        real: computes it in float64, element by element.
        arguments: how many, at least and at most; None for any number.
        table: whether firmware needs a table of it; others are made of exact operations.
        beyond: what it means outside of its domain, in words; empty where it has a value everywhere.
    """

    real: Real
    arguments: tuple[int, int | None] = (1, 1)
    table: bool = True
    beyond: str = ""


def _log(least: float, real: Real) -> Real:
    return lambda x: real(np.maximum(x, least))


def _where(chosen: Reals, yes: Reals, no: Reals) -> Reals:
    return np.where(chosen > 0, yes, no)


def _largest(*values: Reals) -> Reals:
    return np.asarray(np.maximum.reduce(np.broadcast_arrays(*values)))


def _smallest(*values: Reals) -> Reals:
    return np.asarray(np.minimum.reduce(np.broadcast_arrays(*values)))


_SMALL = "of at least 2**-16"
FUNCTIONS: Mapping[str, Function] = {
    "sin": Function(np.sin),
    "cos": Function(np.cos),
    "tan": Function(np.tan),
    "asin": Function(lambda x: np.arcsin(np.clip(x, -1, 1)), beyond="of an argument kept within [-1, 1]"),
    "acos": Function(lambda x: np.arccos(np.clip(x, -1, 1)), beyond="of an argument kept within [-1, 1]"),
    "atan": Function(np.arctan),
    "sinh": Function(np.sinh),
    "cosh": Function(np.cosh),
    "tanh": Function(np.tanh),
    "asinh": Function(np.arcsinh),
    "acosh": Function(lambda x: np.arccosh(np.maximum(x, 1)), beyond="of at least 1"),
    "atanh": Function(
        lambda x: np.arctanh(np.clip(x, LEAST - 1, 1 - LEAST)), beyond="of an argument kept 2**-16 within [-1, 1]"
    ),
    "exp": Function(np.exp),
    "expm1": Function(np.expm1),
    "log": Function(_log(LEAST, np.log), beyond=_SMALL),
    "log2": Function(_log(LEAST, np.log2), beyond=_SMALL),
    "log10": Function(_log(LEAST, np.log10), beyond=_SMALL),
    "log1p": Function(_log(LEAST - 1, np.log1p), beyond="of at least 2**-16 - 1"),
    "sqrt": Function(lambda x: np.sqrt(np.maximum(x, 0)), beyond="of at least 0"),
    "cbrt": Function(np.cbrt),
    "erf": Function(REAL["erf"]),
    "sigmoid": Function(REAL["sigmoid"]),
    "gauss": Function(lambda x: np.exp(-np.square(x))),
    "abs": Function(np.abs, table=False),
    "sign": Function(np.sign, table=False),
    "relu": Function(lambda x: np.maximum(x, 0), table=False),
    "floor": Function(np.floor, table=False),
    "ceil": Function(np.ceil, table=False),
    "round": Function(np.rint, table=False),
    "max": Function(_largest, (2, None), table=False),
    "min": Function(_smallest, (2, None), table=False),
    "greater": Function(lambda a, b: np.where(a > b, 1.0, 0.0), (2, 2), table=False),
    "where": Function(_where, (3, 3), table=False),
}

ALIASES: Mapping[str, str] = {
    "Abs": "abs", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "ln": "log", "Max": "max", "Min": "min", "ceiling": "ceil", "rint": "round", "ReLU": "relu",
    "logistic": "sigmoid", "maximum": "max", "minimum": "min",
}  # fmt: skip
"""Other names of the same functions: sympy's, numpy's, PySR's."""

CONSTANTS: Mapping[str, float] = {"pi": np.pi, "E": np.e}


def power(base: Reals, exponent: Reals) -> Reals:
    """base ** exponent; 0 where that is no finite real number: 0 ** -1, (-8) ** 0.5."""
    with np.errstate(all="ignore"):
        found = np.asarray(np.power(base, exponent))
    undefined = ((base == 0) & (exponent < 0)) | ((base < 0) & (exponent != np.rint(exponent)))
    return np.where(undefined, 0.0, found)
