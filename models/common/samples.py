"""Test sets in seeded parts, and a group's own events cut into training, validation and test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.tasks import Sample

Places = NDArray[np.int64]

VALIDATION, TEST = 0.1, 0.3
"""Of a group's own events: what watches the training, and what judges."""


def sizes(sample: Sample, full: Mapping[str, int], fewest: int = 1) -> dict[str, int]:
    """How many events of each test set a sample has: its scale of the full number, `fewest` at least."""
    return {name: max(fewest, round(events * sample.scale)) for name, events in full.items()}


def pieces(events: int, size: int) -> Iterator[slice]:
    """`events` in order, `size` at a time, so that no set need be in memory whole."""
    for first in range(0, events, size):
        yield slice(first, min(first + size, events))


@dataclass(frozen=True)
class Split:
    """Where the events of a file belong, each index once."""

    training: Places
    validation: Places
    test: Places


def split(events: int, seed: int, validation: float = VALIDATION, test: float = TEST) -> Split:
    """Cut a file's events at random, the same for the same seed: whoever trains and whoever judges agree.

    Args:
        validation, test: parts of all events.
    """
    order = np.random.default_rng(seed).permutation(events)
    held, judged = int(events * validation), int(events * test)
    return Split(order[held + judged :], order[:held], order[held : held + judged])


def require_both_classes(path: Path, labels: NDArray[np.generic], use: str) -> None:
    """Make sure that there are events with label 1 and with another.

    Args:
        labels: (events,); use: what they are for, as in "to judge with".

    Raises:
        FpgamlError: there is one class alone, or nothing.
    """
    signal = int(np.count_nonzero(np.asarray(labels) == 1))
    if not 0 < signal < len(labels):
        reason = f"too few events of one class {use}: {signal} of {len(labels)} are signal"
        raise FpgamlError(str(path), reason, "Give more of both classes")
