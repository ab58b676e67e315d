"""Einsum equations of two terms."""

from __future__ import annotations


def split_equation(equation: str) -> tuple[str, str, str]:
    """The letters of both terms and of the output: "tc,cd->td" gives "tc", "cd" and "td".

    A part that is missing is empty; whether the letters make sense is for whoever asks.
    """
    left, _, output = equation.replace(" ", "").partition("->")
    first, _, second = left.partition(",")
    return first, second, output
