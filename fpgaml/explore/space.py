"""What may vary from one design to the next: numbers between two ends, and choices of few."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fpgaml.errors import FpgamlError

LOOSE = 2
"""Bits by which tensors of a design to begin with differ from the others, at most."""

Value = int | str
Values = Mapping[str, Value]
"""A design, by the name of each dimension."""


@dataclass(frozen=True)
class Bits:
    """How many bits a tensor has: between two ends, both possible.

    Args:
        name: of the tensor, such as `dense_1.weight`.
    """

    name: str
    low: int
    high: int

    def near(self, value: int) -> int:
        """The nearest number that is possible."""
        return min(max(value, self.low), self.high)


@dataclass(frozen=True)
class Choice:
    """One of few; the first is what is taken without a search."""

    name: str
    options: tuple[Value, ...]


Dimension = Bits | Choice


@dataclass(frozen=True)
class Space:
    """All designs."""

    dimensions: tuple[Dimension, ...]

    @property
    def bits(self) -> tuple[Bits, ...]:
        """The tensors."""
        return tuple(each for each in self.dimensions if isinstance(each, Bits))

    @property
    def size(self) -> int:
        """How many designs there are."""
        sizes = (d.high - d.low + 1 if isinstance(d, Bits) else len(d.options) for d in self.dimensions)
        total = 1
        for size in sizes:
            total *= size
        return total

    @property
    def sha256(self) -> str:
        """Of all dimensions in order."""
        return hashlib.sha256(json.dumps(self.to_json()).encode()).hexdigest()

    def to_json(self) -> list[dict[str, Any]]:
        """For the study's file."""
        return [
            {"name": each.name, "low": each.low, "high": each.high}
            if isinstance(each, Bits)
            else {"name": each.name, "options": list(each.options)}
            for each in self.dimensions
        ]

    def check(self, values: Values) -> None:
        """Refuse what is no design of this space.

        Raises:
            FpgamlError: names the dimension.
        """
        for each in self.dimensions:
            value = values.get(each.name)
            known = each.options if isinstance(each, Choice) else range(each.low, each.high + 1)
            if value not in known:
                raise FpgamlError(each.name, f"{value} is not possible here", "Make the study anew")

    def starts(self, count: int, seed: int) -> Iterator[dict[str, Value]]:
        """Designs to begin with: every tensor equally far below its most bits, and some of these loosened.

        What random designs of many tensors have in plenty is one that is far too narrow: few of them are any good.
        """
        rng = np.random.default_rng([seed, count])
        deepest = max((each.high - each.low for each in self.bits), default=0)
        even = (count + 1) // 2
        for number in range(count):
            down = round(deepest * (number % even) / max(even - 1, 1))
            loose = LOOSE if number >= even else 0
            bits = {each.name: each.near(each.high - down + int(rng.integers(-loose, loose + 1))) for each in self.bits}
            yield self._with(bits, rng if number else None)

    def _with(self, bits: Mapping[str, int], rng: np.random.Generator | None) -> dict[str, Value]:
        """Choices drawn, or the first of each."""
        choices = [each for each in self.dimensions if isinstance(each, Choice)]
        drawn = {
            each.name: each.options[0 if rng is None else int(rng.integers(len(each.options)))] for each in choices
        }
        return {each.name: {**bits, **drawn}[each.name] for each in self.dimensions}


def matching(patterns: Sequence[str], names: Sequence[str], option: str) -> tuple[str, ...]:
    """The names that a pattern fits, in order: `*` stands for any text, `?` for a character.

    Raises:
        FpgamlError: a pattern fits nothing; lists the names that there are.
    """
    from fnmatch import fnmatchcase

    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise FpgamlError(option, f"`{pattern}` fits no tensor", f"There are: {', '.join(names)}")
    return tuple(name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns))
