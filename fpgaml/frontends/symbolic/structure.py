"""How an expression splits: into sums with constant factors, and into functions of one value, which tables hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fpgaml.frontends.building.constants import WEIGHT_BITS
from fpgaml.frontends.symbolic.expression import (
    Call,
    Expression,
    Fixed,
    Number,
    Power,
    Product,
    Sum,
    Variable,
    product_of,
    sum_of,
    whole_power,
)
from fpgaml.frontends.symbolic.functions import FUNCTIONS
from fpgaml.graph.types import Quantizer
from fpgaml.graph.values import FixedArray, magnitude


@dataclass(frozen=True)
class Combination:
    """factor * part, summed, plus an offset."""

    terms: Mapping[Expression, float]
    offset: float


def combination_of(expression: Expression) -> Combination:
    """An expression as such a sum: constants in front of sums go to their terms, equal terms become one."""
    terms: dict[Expression, float] = {}
    offset = _gather(expression, 1.0, terms)
    return Combination({part: factor for part, factor in terms.items() if factor}, offset)


def _gather(expression: Expression, factor: float, terms: dict[Expression, float]) -> float:
    """Add an expression times a factor to the terms; returns what it adds to the offset."""
    if isinstance(expression, Number):
        return factor * expression.value
    if isinstance(expression, Sum):
        return sum(_gather(part, factor, terms) for part in expression.parts)
    if isinstance(expression, Product) and isinstance(expression.parts[0], Number):
        return _gather(expression.parts[1], factor * expression.parts[0].value, terms)
    terms[expression] = terms.get(expression, 0.0) + factor
    return 0.0


@dataclass
class Cores:
    """For each expression the one value that it is a function of.

    An input, a value that the file rounds, or where several of these first meet: that is its own core. A constant has
    none.
    """

    _known: dict[Expression, Expression | None] = field(default_factory=dict)

    def of(self, expression: Expression) -> Expression | None:
        """The core of an expression; the expression itself where it is of several values."""
        if expression not in self._known:
            self._known[expression] = self._find(expression)
        return self._known[expression]

    def _find(self, expression: Expression) -> Expression | None:
        if isinstance(expression, Variable | Fixed):
            return expression
        found = {core for core in map(self.of, expression.parts) if core is not None}
        if not found:
            return None
        return found.pop() if len(found) == 1 else expression


def needs_table(expression: Expression) -> bool:
    """Whether it holds a function, outside of what the file rounds, that no exact operation computes."""
    if isinstance(expression, Fixed):
        return False
    return is_function(expression) or any(needs_table(part) for part in expression.parts)


def with_joined_tables(found: Combination, cores: Cores, fuses: Callable[[Expression], bool]) -> Combination:
    """The same sum with all terms that are tables of one value as one term, which one table holds.

    Factors, other terms of the same value and the offset go into entries, so that nothing is multiplied behind a table.

    Args:
        fuses: whether functions of a core may be one table.
    """
    groups = _by_core(found.terms, cores, fuses)
    taken = {part for parts in groups.values() for part in parts}
    kept = {part: factor for part, factor in found.terms.items() if part not in taken}
    joined: list[list[Expression]] = []
    for core, parts in groups.items():
        terms = [product_of([Number(found.terms[part]), part]) for part in parts]
        terms += [product_of([Number(kept.pop(part)), part]) for part in list(kept) if cores.of(part) == core]
        joined.append(terms)
    if joined and found.offset:
        joined[-1].append(Number(found.offset))
    offset = 0.0 if joined else found.offset
    return Combination({**kept, **{sum_of(terms): 1.0 for terms in joined}}, offset)


def joined_factors(
    factors: Sequence[Expression], cores: Cores, fuses: Callable[[Expression], bool]
) -> Sequence[Expression]:
    """The factors of a product, all those of one value as one where some of them need a table."""
    groups = _by_core(factors, cores, fuses)
    kept = [part for part in factors if cores.of(part) not in groups]
    together = [[part for part in factors if cores.of(part) == core] for core in groups]
    return [*kept, *(product_of(parts) for parts in together)]


def _by_core(
    parts: Iterable[Expression], cores: Cores, fuses: Callable[[Expression], bool]
) -> Mapping[Expression, Sequence[Expression]]:
    """Parts that need tables, by the value that they are functions of."""
    groups: dict[Expression, list[Expression]] = {}
    for part in parts:
        core = cores.of(part)
        if core is not None and core != part and needs_table(part) and fuses(core):
            groups.setdefault(core, []).append(part)
    return groups


def has_long_constants(expression: Expression) -> bool:
    """Whether it holds, outside of what the file rounds, a number that constants of firmware would round.

    Where the file rounds what comes of it to a type, a table of a short value keeps such numbers as they are.
    """
    if isinstance(expression, Number):
        integers = FixedArray.from_float(np.asarray([expression.value])).normalised().integers
        return magnitude(integers).bit_length() > WEIGHT_BITS
    return not isinstance(expression, Fixed) and any(has_long_constants(part) for part in expression.parts)


def is_function(expression: Expression) -> bool:
    """Whether it is itself a function that no exact operation computes, rather than a sum of some."""
    if isinstance(expression, Power):
        return whole_power(expression) is None
    return isinstance(expression, Call) and FUNCTIONS[expression.name].table


def element_of(part: Expression) -> tuple[int, Quantizer | None]:
    """The element of the input that a part is, and how the file rounds it; -1 for anything else."""
    if isinstance(part, Variable):
        return part.index, None
    if isinstance(part, Fixed) and isinstance(part.value, Variable):
        return part.value.index, part.quantizer
    return -1, None


def input_quantizers(outputs: Sequence[Expression]) -> Mapping[int, Quantizer]:
    """By element the type that the file rounds it to wherever it is read; none where some reader takes it as it is."""
    found: dict[int, Quantizer] = {}
    bare: set[int] = set()

    def look(expression: Expression) -> None:
        for part in expression.parts:
            if isinstance(part, Variable) and isinstance(expression, Fixed):
                if found.setdefault(part.index, expression.quantizer) != expression.quantizer:
                    bare.add(part.index)
            else:
                look(part)
        if isinstance(expression, Variable):
            bare.add(expression.index)

    for output in outputs:
        look(output)
    return {index: quantizer for index, quantizer in found.items() if index not in bare}
