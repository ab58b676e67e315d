"""Einsum equations of two terms, without a batch axis."""

from __future__ import annotations

import re
from math import prod

import numpy as np

from fpgaml.graph.ops.base import Shape, require
from fpgaml.graph.types import Ints

_EQUATION = re.compile(r"^[a-zA-Z]*,[a-zA-Z]*->[a-zA-Z]*$")


def split_equation(equation: str) -> tuple[str, str, str]:
    """The letters of both terms and of the output: "tc,cd->td" gives "tc", "cd" and "td".

    A part that is missing is empty; whether the letters make sense is for whoever asks.
    """
    left, _, output = equation.replace(" ", "").partition("->")
    first, _, second = left.partition(",")
    return first, second, output


def axis_sizes(equation: str, first: Shape, second: Shape) -> dict[str, int]:
    """The size of each letter's axis, for terms of two shapes.

    Raises:
        OperationError: the equation is none of two terms, or does not fit the shapes.
    """
    shown = f"equation {equation!r}"
    require(_EQUATION.match(equation) is not None, f"{shown} is not like 'tc,cd->td'")
    *terms, output = split_equation(equation)
    require(len(set(output)) == len(output), f"{shown} repeats an output axis")
    sizes: dict[str, int] = {}
    for letters, shape in zip(terms, (first, second), strict=True):
        require(len(letters) == len(shape), f"equation {equation} for shape {shape}")
        for letter, size in zip(letters, shape, strict=True):
            require(sizes.setdefault(letter, size) == size, f"axis {letter} of {equation} has two sizes")
    require(set(output) <= set(sizes), f"equation {equation} has an unknown output axis")
    return sizes


def output_shape(equation: str, first: Shape, second: Shape) -> Shape:
    """The shape that an equation gives for terms of two shapes.

    Raises:
        OperationError: as `axis_sizes`.
    """
    sizes = axis_sizes(equation, first, second)
    return tuple(sizes[letter] for letter in split_equation(equation)[2])


def summed_products(equation: str, first: Shape, second: Shape) -> tuple[Ints, Ints]:
    """For each output element, in row-major order, the flat indices of the pairs whose products it sums.

    Returns:
        Two arrays of shape (outputs, terms): into the first and into the second term.
    """
    one, two, output = split_equation(equation)
    sizes = axis_sizes(equation, first, second)
    order = output + "".join(letter for letter in sizes if letter not in output)
    grid = dict(zip(order, np.indices([sizes[letter] for letter in order]), strict=True))
    rows = prod(sizes[letter] for letter in output)

    def flat(letters: str, dims: Shape) -> Ints:
        return np.asarray(np.ravel_multi_index([grid[letter] for letter in letters], dims).reshape(rows, -1))

    return flat(one, first), flat(two, second)
