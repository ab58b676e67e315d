"""The events of an exploration: one part to choose designs by, another that no choice has seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import prod

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.dataset import DataSet
from fpgaml.data.labels import Labels
from fpgaml.errors import FpgamlError

MOST_VALUES = 1 << 26
"""Numbers of all inputs that are held in memory."""
LEAST = 20
"""Events in each part."""
FEW, FEWEST = 8, 500
"""A first look takes one event of so many that designs are chosen by, but so many at least."""
HELD_OUT = 0.5
"""Of the events, which are held out."""


class Part(StrEnum):
    """Which events."""

    FEW = "few"
    """Some of those that designs are chosen by."""
    CHOOSING = "choosing"
    HELD_OUT = "held out"


@dataclass(frozen=True)
class Events:
    """Events in memory, in an order drawn from a seed.

    Args:
        reals: by input layer, shape (events, *shape); labels: of the same events, None without any.
        held_out: how many at the end no choice sees.
        left_out: how many more there are than memory is given to.
    """

    reals: Mapping[str, NDArray[np.float64]]
    labels: Labels | None
    held_out: int
    left_out: int = 0

    @property
    def total(self) -> int:
        """How many there are."""
        return len(next(iter(self.reals.values())))

    def span(self, part: Part) -> slice:
        """Where the events of a part are."""
        choosing = self.total - self.held_out
        if part is Part.HELD_OUT:
            return slice(choosing, self.total)
        if part is Part.FEW:
            return slice(0, min(choosing, max(FEWEST, choosing // FEW)))
        return slice(0, choosing)

    def count(self, part: Part) -> int:
        """How many a part has."""
        span = self.span(part)
        return int(span.stop - span.start)

    def of(self, part: Part) -> Mapping[str, NDArray[np.float64]]:
        """The events of a part."""
        return {name: array[self.span(part)] for name, array in self.reals.items()}

    def labels_of(self, part: Part) -> Labels | None:
        """Their labels."""
        return None if self.labels is None else Labels(self.labels.where, self.labels.values[self.span(part)])


def read_events(data: DataSet, labels: Labels | None, seed: int) -> Events:
    """Read as many events as fit into memory, the first ones, and put them into an order drawn from the seed.

    Raises:
        FpgamlError: too few events, or data that cannot be read.
    """
    per_event = sum(prod(shape) for shape in data.shapes.values())
    count = min(data.events, MOST_VALUES // per_event)
    if count < 2 * LEAST:
        reason = f"{count} events are too few to choose by one half and judge by the other"
        raise FpgamlError("--data", reason, f"Give {2 * LEAST} or more")
    parts: dict[str, list[NDArray[np.float64]]] = {}
    have = 0
    for chunk in data.chunks():
        for name, array in chunk.items():
            parts.setdefault(name, []).append(array[: count - have])
        have += len(next(iter(chunk.values())))
        if have >= count:
            break
    order = np.random.default_rng([seed, count]).permutation(count)
    reals = {name: np.concatenate(arrays)[order] for name, arrays in parts.items()}
    shuffled = None if labels is None else Labels(labels.where, labels.values[:count][order])
    return Events(reals, shuffled, round(count * HELD_OUT), data.events - count)
