"""What is claimed: that an output never falls, or never rises, as one element of an input rises."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fpgaml.certificates.interval import Interval
from fpgaml.graph.types import Ints
from fpgaml.record.monotonicity import Direction


@dataclass(frozen=True)
class Claim:
    """For all values of the other elements, whatever they are.

    Args:
        output: a node of the Graph; all of its elements are meant.
        element: among those of all inputs (`Space`).
        direction: of the output.
    """

    output: str
    element: int
    direction: Direction

    def wrong(self, changes: Ints) -> Ints:
        """Which changes go the other way."""
        return changes * self.direction.sign < 0

    def holds_in(self, change: Interval) -> Ints:
        """For each box whether every change in it goes the claimed way, or none; shape (boxes,)."""
        right = change.low.integers >= 0 if self.direction.sign > 0 else change.high.integers <= 0
        return np.asarray(right.reshape(len(right), -1).all(axis=1))
