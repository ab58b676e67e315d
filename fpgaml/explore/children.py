"""How a new design comes of earlier ones: two that are alike are mixed, and a few of its numbers take a step.

Physics falls and resources fall with every bit, so good designs lie near other good designs: a mixture of one with many
bits and one with few is neither. Follows what `NSGAIISampler` takes for `child_generation_strategy`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fpgaml.explore.space import Bits, Choice, Dimension, Space, Value, Values

if TYPE_CHECKING:
    import optuna

MIXED = 0.7
"""Part of the new designs that have two parents."""
NEIGHBOURS = 4
"""The second parent is one of so many that are most alike the first."""
STEPS = (-2, -1, -1, -1, 1, 1)
"""Of a number of bits; fewer come more often, since the first designs have too many."""
TRIES = 20
"""For a design that was not asked for before."""


@dataclass(frozen=True)
class Children:
    """Makes one design.

    Args:
        known: designs that were asked for already; seed: of this design alone.
    """

    space: Space
    known: frozenset[str]
    seed: int

    def __call__(
        self, study: optuna.Study, search_space: Mapping[str, Any], parents: Sequence[optuna.trial.FrozenTrial]
    ) -> dict[str, Value]:
        """A design from the designs that survived; its numbers by name."""
        rng = np.random.default_rng(self.seed)
        child: dict[str, Value] = {}
        for _ in range(TRIES):
            child = self._child([each.params for each in parents], rng)
            if key(child) not in self.known:
                break
        return child

    def _child(self, parents: Sequence[Values], rng: np.random.Generator) -> dict[str, Value]:
        one = int(rng.integers(len(parents)))
        first, others = parents[one], [*parents[:one], *parents[one + 1 :]]
        second = first
        if rng.random() < MIXED and others:
            alike = sorted(others, key=lambda each: self._apart(first, each))
            second = alike[int(rng.integers(min(NEIGHBOURS, len(alike))))]
        from_first = rng.random(len(self.space.dimensions)) < 0.5
        child = {
            each.name: (first if own else second)[each.name]
            for each, own in zip(self.space.dimensions, from_first, strict=True)
        }
        count = min(1 + int(rng.poisson(1.0)), len(self.space.dimensions))
        for index in rng.permutation(len(self.space.dimensions))[:count]:
            each = self.space.dimensions[int(index)]
            child[each.name] = _step(each, child[each.name], rng)
        return child

    def _apart(self, first: Values, second: Values) -> float:
        """How unlike two designs are: bits, and places in the list of a choice."""
        return sum(
            abs(_place(each, first[each.name]) - _place(each, second[each.name])) for each in self.space.dimensions
        )


def key(values: Values) -> str:
    """A design as text: equal for equal designs."""
    return repr(sorted(values.items()))


def _place(dimension: Dimension, value: Value) -> int:
    return int(value) if isinstance(dimension, Bits) else dimension.options.index(value)


def _step(dimension: Dimension, value: Value, rng: np.random.Generator) -> Value:
    step = int(rng.choice(STEPS))
    if isinstance(dimension, Bits):
        return dimension.near(int(value) + step)
    assert isinstance(dimension, Choice)
    place = dimension.options.index(value) + (1 if step > 0 else -1)
    return dimension.options[place % len(dimension.options)]
