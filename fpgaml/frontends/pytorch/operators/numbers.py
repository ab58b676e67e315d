"""Whole numbers that a program computes from the sizes of its tensors, worked out beforehand."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from fpgaml.frontends.pytorch.site import Site, Translator


def size(site: Site) -> None:
    """How long an axis is."""
    site.whole.numbers[site.output()] = site.shape()[site.axis()]


def arithmetic(function: Callable[[int, int], int]) -> Translator:
    """A number from two."""

    def translate(site: Site) -> None:
        a, b = (site.whole_number(name) for name in site.call.arguments)
        site.whole.numbers[site.output()] = function(a, b)

    return translate


TRANSLATORS: Mapping[str, Translator] = {
    "aten.sym_size.int": size,
    "_operator.add": arithmetic(operator.add),
    "_operator.sub": arithmetic(operator.sub),
    "_operator.mul": arithmetic(operator.mul),
    "_operator.floordiv": arithmetic(operator.floordiv),
    "_operator.mod": arithmetic(operator.mod),
}
