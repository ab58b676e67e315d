"""What a part of a stream came to: a sum that is the same in whatever order its parts are added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port
from fpgaml.project.words import to_bits, to_words

MODULUS = 1 << 64
_ODD = 0x9E3779B97F4A7C15
"""2**64 over the golden ratio, as in SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), whose finaliser is used too."""


@dataclass(frozen=True, order=True)
class Mismatch:
    """One element that differs, or an event that firmware did not come through.

    Args:
        event: of the stream; output: index of the port, -1 where nothing came that could be compared.
        element: in C order; expected, got: raw bits as unsigned integers.
        problem: what happened in place of a result; empty where values differ.
    """

    event: int
    output: int
    element: int
    expected: int
    got: int
    problem: str = ""


@dataclass(frozen=True)
class Tally:
    """A part of a stream, compared; follows `fpgaml.cluster.job.Sum`.

    Args:
        events: compared; differing_events, differing_values: of which so many differ.
        first: the smallest difference by event, output, element.
        checksum: of all that the firmware gave, modulo 2**64; see `checksum_of`.
        sampled: events of which the interpreter gave what was expected.
    """

    events: int = 0
    differing_events: int = 0
    differing_values: int = 0
    first: Mismatch | None = None
    checksum: int = 0
    sampled: int = 0

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        firsts = [each.first for each in (self, other) if each.first is not None]
        return Tally(
            self.events + other.events,
            self.differing_events + other.differing_events,
            self.differing_values + other.differing_values,
            min(firsts, default=None),
            (self.checksum + other.checksum) % MODULUS,
            self.sampled + other.sampled,
        )


Values = Mapping[str, FixedArray]
"""By node or port, each of shape (events, *shape)."""


def part_of(values: Values, start: int, stop: int) -> dict[str, FixedArray]:
    """Events start to stop - 1."""
    return {name: FixedArray(value.integers[start:stop], value.fractional) for name, value in values.items()}


def picked(values: Values, chosen: NDArray[np.int64]) -> dict[str, FixedArray]:
    """Some events."""
    return {name: FixedArray(value.integers[chosen], value.fractional) for name, value in values.items()}


def joined(parts: Sequence[Values]) -> Values:
    """Consecutive events together."""
    if len(parts) == 1:
        return parts[0]
    found = {}
    for name in parts[0]:
        fractional = max(part[name].fractional for part in parts)
        found[name] = FixedArray(np.concatenate([part[name].at(fractional) for part in parts]), fractional)
    return found


def compared(ports: Sequence[Port], expected: Values, got: Values, first_event: int, events: int) -> Tally:
    """Outputs of consecutive events, every bit.

    Args:
        expected, got: by port, of shape (events or more, *shape); first_event: of the stream.
        events: so many of them count.
    """
    wrong = np.zeros(events, bool)
    values, firsts = 0, []
    for index, port in enumerate(ports):
        wanted, given = (each[port.name].at(port.fractional)[:events].reshape(events, -1) for each in (expected, got))
        different = np.asarray(wanted != given, bool)
        if different.any():
            values += int(np.count_nonzero(different))
            wrong |= different.any(axis=1)
            row, element = divmod(int(np.argmax(different)), port.size)
            right, found = (int(to_bits(each[port.name], port)[row, element]) for each in (expected, got))
            firsts.append(Mismatch(first_event + row, index, element, right, found))
    total = checksum_of(ports, got, first_event, events)
    return Tally(events, int(np.count_nonzero(wrong)), values, min(firsts, default=None), total)


def checksum_of(ports: Sequence[Port], values: Values, first_event: int, events: int) -> int:
    """A number that changes with any bit of any output of any event, and does not depend on order.

    For each event its number and the 64-bit words of all its outputs, in the ports' order, are weighted with odd
    constants, added, and mixed by SplitMix64's finaliser; the checksum is the sum over events modulo 2**64.
    """
    numbers = np.arange(first_event, first_event + events, dtype=np.uint64)
    sums = numbers * np.uint64(_ODD)
    place = 0
    for port in ports:
        words = to_words(values[port.name], port)[:events].reshape(events, -1)
        sums += (words * _weights(place, words.shape[1])).sum(axis=1, dtype=np.uint64)
        place += words.shape[1]
    return int(_mixed(sums).sum(dtype=np.uint64))


def _weights(first: int, count: int) -> NDArray[Any]:
    """Odd constants, one a word."""
    numbers = np.arange(first + 1, first + count + 1, dtype=np.uint64)
    return _mixed(numbers * np.uint64(_ODD)) | np.uint64(1)


def _mixed(numbers: NDArray[Any]) -> NDArray[Any]:
    """SplitMix64's finaliser: a bijection in which every bit of the input reaches every bit of the output."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(numbers ^ (numbers >> np.uint64(31)))
