"""Which events set the scales: all, or those whose outputs lie where decisions are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

Reals = NDArray[np.float64]
Ranges = Mapping[str, tuple[float, float]]
OPTION = "--output-range"
INT8_STEPS = 255
FEWEST_STEPS = 32
"""An int8 output whose middle 90% of values share fewer codes than that has lost most of its resolution."""


def parse_ranges(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    """`-20,20` or `NAME=-20,20` as limits by output; the name is empty where none is given.

    Raises:
        FpgamlError: anything else, limits in the wrong order, or an output that is named twice.
    """
    found: dict[str, tuple[float, float]] = {}
    for text in texts:
        name, _, numbers = text.rpartition("=")
        try:
            low, high = (float(part) for part in numbers.split(","))
        except ValueError:
            raise FpgamlError(OPTION, f"`{text}` is not two numbers", "Write for example -20,20") from None
        if not (np.isfinite([low, high]).all() and low < high):
            raise FpgamlError(OPTION, f"`{text}` is not a range", "Write the lower limit first, such as -20,20")
        if name in found:
            raise FpgamlError(OPTION, f"`{text}`: this output has a range already", "Give one range an output")
        found[name] = (low, high)
    return found


def limits_of(name: str, ranges: Ranges) -> tuple[float, float] | None:
    """An output's range, None if it has none; the empty name stands for every output that is not named."""
    return ranges.get(name, ranges.get(""))


def within(name: str, values: Reals, ranges: Ranges) -> Reals:
    """An output's values with those beyond its range at the range's end."""
    limits = limits_of(name, ranges)
    return values if limits is None else np.clip(values, *limits)


def inside(outputs: Mapping[str, Reals], ranges: Ranges) -> NDArray[np.bool_]:
    """The events whose outputs all lie within their ranges.

    Args:
        outputs: by the Graph's name, shape (events, *shape).

    Raises:
        FpgamlError: a range for an output that does not exist, or that no event lies in.
    """
    unknown = [name for name in ranges if name and name not in outputs]
    if unknown:
        raise FpgamlError(OPTION, f"the network has no output `{unknown[0]}`", f"Its outputs: {', '.join(outputs)}")
    chosen = np.ones(len(next(iter(outputs.values()))), bool)
    for name, values in outputs.items():
        limits = limits_of(name, ranges)
        if limits is not None:
            flat = values.reshape(len(values), -1)
            chosen &= ((flat >= limits[0]) & (flat <= limits[1])).all(axis=1)
    if not chosen.any():
        raise FpgamlError(OPTION, "no event has its outputs within the range", "Give a wider one, or more events")
    return chosen


def coarse_outputs(outputs: Mapping[str, NDArray[np.float32]]) -> tuple[str, ...]:
    """A sentence for each int8 output whose extremes leave few codes for most of its values.

    Args:
        outputs: of the float network on the calibration data, shape (events, *shape).
    """
    found = []
    for name, values in outputs.items():
        low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
        middle = np.percentile(values, (5, 95))
        if high <= low:
            continue
        codes = float(middle[1] - middle[0]) / (high - low) * INT8_STEPS
        if codes < FEWEST_STEPS:
            found.append(
                f"warning: {name}: the middle 90% of its values, {middle[0]:.4g} to {middle[1]:.4g}, share "
                f"{max(codes, 1):.0f} of 256 codes, since others reach from {low:.4g} to {high:.4g}. {OPTION} "
                "keeps the resolution where decisions are made (a sigmoid at the end does, too)"
            )
    return tuple(found)
