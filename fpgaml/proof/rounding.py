"""What bringing recorded data into the inputs' types does to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Reals = Mapping[str, NDArray[np.float64]]
"""Numbers by input, each of shape (events, *shape)."""


@dataclass(frozen=True)
class InputRounding:
    """The effect on one input, over all data so far.

    Args:
        name: of the input; values: how many numbers were read; changed: how many are not what they were.
        largest: the largest |change|, in the data's units.
    """

    name: str
    values: int = 0
    changed: int = 0
    largest: float = 0.0

    def after(self, raw: NDArray[np.float64], rounded: NDArray[np.float64]) -> InputRounding:
        """The effect with another chunk counted in."""
        changes = np.abs(raw - rounded)
        return replace(
            self,
            values=self.values + changes.size,
            changed=self.changed + int(np.count_nonzero(changes)),
            largest=max(self.largest, float(changes.max(initial=0.0))),
        )

    def __add__(self, other: InputRounding) -> InputRounding:
        return InputRounding(
            self.name, self.values + other.values, self.changed + other.changed, max(self.largest, other.largest)
        )


def changed_events(raw: Reals, rounded: Reals) -> NDArray[np.bool_]:
    """Which events are not what they were, in any input: shape (events,)."""
    flags = [(raw[name] != rounded[name]).reshape(len(rounded[name]), -1).any(axis=1) for name in rounded]
    return np.asarray(np.logical_or.reduce(flags))
