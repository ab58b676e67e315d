"""Sizes that a program leaves open: expressions of its batch, for a batch of one event."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from math import prod

from fpgaml.frontends.pytorch.schema import Size

LONGEST = 4000
"""Characters of an expression that is looked at."""
FUNCTIONS: Mapping[str, Callable[[Sequence[int]], int]] = {
    "Integer": lambda values: values[0],
    "Add": sum,
    "Mul": prod,
    "FloorDiv": lambda values: values[0] // values[1],
    "CleanDiv": lambda values: values[0] // values[1],
    "Mod": lambda values: values[0] % values[1],
    "Max": max,
    "Min": min,
}
"""Of sympy's own form (`srepr`) what sizes are made of; every open size counts as 1."""


def evaluated(size: Size) -> int:
    """A size, with 1 for each size that is left open.

    Args:
        size: a number, or sympy's text such as `Mul(Integer(2), Symbol('s77', positive=True, integer=True))`, of which
            nothing is run.

    Raises:
        ValueError: an expression of another kind.
    """
    if isinstance(size, int):
        return size
    if len(size) > LONGEST:
        raise ValueError(f"the size `{size[:40]}…`")
    try:
        parsed = ast.parse(size.strip(), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError):
        raise ValueError(f"the size `{size[:40]}`") from None
    return _value(parsed)


def _value(node: ast.expr) -> int:
    match node:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.Call(func=ast.Name(id="Symbol")):
            return 1
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in FUNCTIONS:
            return FUNCTIONS[name]([_value(argument) for argument in arguments])
    raise ValueError(f"the size `{ast.unparse(node)[:80]}`")
