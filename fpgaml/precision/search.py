"""The fewest bits that meet a goal: for the whole model by bisection, then tensor by tensor downwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fpgaml.errors import FpgamlError
from fpgaml.precision.calibrated import Bits
from fpgaml.precision.places import Place

FEWEST, MOST = 3, 24
"""Bits that are tried for the whole model."""
STEPS = (2, 1)
"""How many bits a tensor gives up at a time."""
MOST_TRIES = 300
"""Networks that are built and run in all while single tensors are tried."""

Used = Callable[[Bits], float]
"""How much of what is allowed a network with these bits uses up: at most 1 where it meets the goal."""


@dataclass(frozen=True)
class Found:
    """What a search came to.

    Args:
        everywhere: the fewest bits for the whole model; bits: with single tensors lowered.
        tries: how many networks were run; all_tried: whether every tensor was tried.
    """

    everywhere: int
    bits: Bits
    tries: int
    all_tried: bool


def search(used: Used, tensors: Callable[[Bits], Sequence[Place]], advice: str) -> Found:
    """The fewest bits.

    Args:
        tensors: that have a number of bits of their own, in the order in which they are lowered.
        advice: what helps where even the most bits do not meet the goal.

    Raises:
        FpgamlError: even the most bits do not meet the goal.
    """
    everywhere, tries = fewest_everywhere(used, advice)
    bits, order = Bits(everywhere), tensors(Bits(everywhere))
    for number, place in enumerate(order):
        if tries >= MOST_TRIES:
            return Found(everywhere, bits, tries, number == len(order))
        for step in STEPS:
            lower = bits.changed(place, -step)
            if lower.of(place) < 1:
                continue
            tries += 1
            if used(lower) <= 1:
                bits = lower
    return Found(everywhere, bits, tries, True)


def fewest_everywhere(used: Used, advice: str) -> tuple[int, int]:
    """The fewest bits for the whole model, and how many networks were run; errors as for `search`."""
    least = used(Bits(MOST))
    if least > 1:
        reason = f"{MOST} bits for every number still leave {least:.3g} times the distance allowed"
        raise FpgamlError("--calibrate", reason, advice)
    low, high, tries = FEWEST, MOST, 1
    while low < high:
        middle = (low + high) // 2
        tries += 1
        low, high = (low, middle) if used(Bits(middle)) <= 1 else (middle + 1, high)
    return high, tries


def layers_of(places: Iterable[Place]) -> dict[str, list[Place]]:
    """Tensors by layer."""
    found: dict[str, list[Place]] = {}
    for place in places:
        found.setdefault(place.layer, []).append(place)
    return found
