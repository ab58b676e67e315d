"""How far two networks' outputs are apart, and how many codes two sets of kernels disagree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.record.integer_network import KernelDifference, NetworkDistance

Reals = NDArray[np.float64]


@dataclass
class Distance:
    """Real outputs against others, over all events that were added.

    Args:
        output: its name; step: of the integer network's codes, in output units.
        values: how many; beyond: how many are more than one step apart.
        largest, total: the largest |difference| and the sum of all, in output units.
        low, high: the span of the values that the others are compared with.
    """

    output: str
    step: float
    values: int = 0
    beyond: int = 0
    largest: float = 0.0
    total: float = 0.0
    low: float = np.inf
    high: float = -np.inf

    def add(self, expected: Reals, got: Reals) -> None:
        """Count some events, both of shape (events, *shape)."""
        difference = np.abs(np.asarray(got, np.float64) - expected)
        self.values += difference.size
        self.beyond += int(np.count_nonzero(difference > self.step * (1 + 1e-6)))
        self.largest = max(self.largest, float(difference.max(initial=0.0)))
        self.total += float(difference.sum())
        self.low = min(self.low, float(expected.min(initial=np.inf)))
        self.high = max(self.high, float(expected.max(initial=-np.inf)))

    def facts(self, pair: str) -> NetworkDistance:
        """For results.json; pair: of networks that were compared."""
        span = self.high - self.low
        return NetworkDistance(
            pair=pair,
            output=self.output,
            values=self.values,
            largest=self.largest,
            mean=self.total / self.values if self.values else 0.0,
            largest_of_span=self.largest / span if span > 0 else 0.0,
            beyond_one_step=self.beyond,
        )


@dataclass
class CodeDifference:
    """Codes of some kernels against those of the reference kernels.

    Args:
        output: its name; kernels: which; values: how many; differing: how many differ; largest: by how many LSB.
    """

    output: str
    kernels: str
    values: int = 0
    differing: int = 0
    largest: int = 0

    def add(self, reference: NDArray[Any], codes: NDArray[Any]) -> None:
        """Count some events."""
        difference = np.abs(codes.astype(np.int64) - reference.astype(np.int64))
        self.values += difference.size
        self.differing += int(np.count_nonzero(difference))
        self.largest = max(self.largest, int(difference.max(initial=0)))

    def facts(self) -> KernelDifference:
        """For results.json."""
        return KernelDifference(
            output=self.output,
            kernels=str(self.kernels),
            values=self.values,
            differing=self.differing,
            largest_lsb=self.largest,
        )
