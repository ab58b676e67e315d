"""What range an integer output covers: all that the calibration data reach, or one that the user gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.graph.values import FixedArray
from fpgaml.tflite.network import FloatNetwork, Step

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


def limits_of(name: str, ranges: Mapping[str, tuple[float, float]]) -> tuple[float, float] | None:
    """An output's range, None if it has none; the empty name stands for every output that is not named."""
    return ranges.get(name, ranges.get(""))


def within(values: FixedArray, limits: tuple[float, float] | None) -> FixedArray:
    """Exact values kept within an output's range, to their own step."""
    if limits is None:
        return values
    low, high = (Fraction(end) * Fraction(2) ** values.fractional for end in limits)
    return FixedArray(np.clip(values.integers, ceil(low), floor(high)), values.fractional)


def limited(network: FloatNetwork, outputs: Sequence[str], ranges: Mapping[str, tuple[float, float]]) -> FloatNetwork:
    """The network with its outputs kept within ranges, which the converter then takes for their scales.

    Args:
        outputs: the Graph's names of the network's outputs, in order.
        ranges: by the Graph's name, as for `limits_of`.

    Raises:
        FpgamlError: a range for an output that does not exist.
    """
    unknown = [name for name in ranges if name and name not in outputs]
    if unknown:
        raise FpgamlError(OPTION, f"the network has no output `{unknown[0]}`", f"Its outputs: {', '.join(outputs)}")
    steps, ends, clips = list(network.steps), list(network.outputs), list(network.clips)
    shapes = {**network.inputs, **{step.name: step.shape for step in steps}}
    for place, name in enumerate(outputs):
        limits = limits_of(name, ranges)
        if limits is None:
            continue
        before = ends[place]
        axes = (1,) * (1 + len(shapes[before]))
        bounds = {key: np.full(axes, end, np.float32) for key, end in zip(("low", "high"), limits, strict=True)}
        ends[place] = f"{name}_within_range_{place}"
        steps.append(Step(ends[place], "clip", (before,), shapes[before], arrays=bounds))
        clips.append(f"{name}: {limits[0]:g} to {limits[1]:g}, as {OPTION} says")
    return replace(network, steps=tuple(steps), outputs=tuple(ends), clips=tuple(clips))


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
