"""What parts of a stream come to: sums that do not depend on order, and change with any bit."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port
from fpgaml.soak.tally import Mismatch, Tally, compared, picked

NARROW, WIDE = Port("a", (2, 2), True, 12, 3), Port("b", (1,), True, 70, 0)


def outputs(events: int, seed: int = 1) -> dict[str, FixedArray]:
    generator = np.random.default_rng(seed)
    large = generator.integers(-(1 << 40), 1 << 40, (events, 1)).astype(object) << 29
    return {"a": FixedArray(generator.integers(-2048, 2048, (events, 2, 2)), 3), "b": FixedArray(large, 0)}


def part(values: dict[str, FixedArray], start: int, stop: int) -> dict[str, FixedArray]:
    return {name: FixedArray(value.integers[start:stop], value.fractional) for name, value in values.items()}


def test_the_sum_of_parts_is_the_whole_in_any_order() -> None:
    right, got = outputs(50), outputs(50)
    got["a"].integers[[7, 30], 1, 0] += 1
    ports = (NARROW, WIDE)
    whole = compared(ports, right, got, 1000, 50)
    cuts = [(33, 50), (0, 8), (8, 33)]
    parts = [compared(ports, part(right, a, b), part(got, a, b), 1000 + a, b - a) for a, b in cuts]
    assert parts[0].plus(parts[1]).plus(parts[2]) == whole
    assert parts[2].plus(parts[0].plus(parts[1])) == whole
    assert (whole.events, whole.differing_events, whole.differing_values) == (50, 2, 2)
    expected = int(right["a"].integers[7, 1, 0]) & 0xFFF
    assert whole.first == Mismatch(1007, 0, 2, expected, (expected + 1) & 0xFFF)


@pytest.mark.parametrize(
    "change", [("a", (3, 0, 0), 1 << 11), ("a", (49, 1, 1), 1), ("b", (0, 0), 1 << 69), ("b", (9, 0), 1)]
)
def test_the_checksum_changes_with_any_bit(change: tuple[str, tuple[int, ...], int]) -> None:
    right, got = outputs(50), outputs(50)
    name, place, bit = change
    integers = got[name].integers.astype(object)
    integers[place] ^= bit
    got[name] = FixedArray(integers, got[name].fractional)
    found = compared((NARROW, WIDE), right, got, 0, 50)
    assert found.differing_values == 1
    assert found.checksum != compared((NARROW, WIDE), right, right, 0, 50).checksum


def test_the_checksum_tells_events_apart() -> None:
    values = outputs(50)
    swapped = picked(values, np.array([1, 0, *range(2, 50)]))
    ports = (NARROW, WIDE)
    assert compared(ports, values, values, 0, 50).checksum != compared(ports, swapped, swapped, 0, 50).checksum


def test_nothing_adds_nothing() -> None:
    found = compared((NARROW, WIDE), outputs(3), outputs(3), 0, 3)
    assert Tally().plus(found) == found == found.plus(Tally())
