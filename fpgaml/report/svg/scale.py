"""From values to places, and the ticks of an axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, isfinite, isnan, log10

from fpgaml.report.drawing import Axis

STEPS = (1, 2, 5)
MOST_DECADES = 300
_SUPERSCRIPTS = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


@dataclass(frozen=True)
class Scale:
    """Values from low to high lie from start to stop.

    Args:
        low, high: low < high; above zero where log.
        start, stop: places in the drawing.
    """

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value, within what a drawing can hold; on a log axis one of zero or less is at its low end.

        What is no number is at the start.
        """
        if isnan(value):
            return self.start
        low, high = self.low, self.high
        if self.log:
            value, low, high = log10(max(value, self.low)), log10(low), log10(high)
        share = min(max((value - low) / (high - low), -1.0), 2.0)
        return self.start + share * (self.stop - self.start)

    def holds(self, value: float) -> bool:
        """Whether a value is within the ends, but for rounding."""
        slack = 1e-9 * (self.high - self.low)
        return self.low - slack <= value <= self.high + slack


def scale_of(
    axis: Axis,
    values: Iterable[float],
    start: float,
    stop: float,
    ticks: int,
    *,
    zero: bool = False,
    tight: bool = False,
) -> Scale:
    """The scale that shows all values, its ends at ticks where the axis does not give them.

    Args:
        ticks: about as many as there is room for.
        zero: whether zero is to be shown, on a linear axis.
        tight: whether it ends with the values instead.
    """
    found = [value for value in values if isfinite(value) and (value > 0 or not axis.log)]
    found += [0.0] if zero and not axis.log else []
    low, high = (min(found), max(found)) if found else (1.0, 10.0) if axis.log else (0.0, 1.0)
    low, high = low if axis.low is None else axis.low, high if axis.high is None else axis.high
    if axis.log:
        return _log_scale(axis, low, high, start, stop)
    if not low < high:
        low, high = _around(low, high, axis)
    if tight:
        return Scale(low, high, start, stop)
    step = step_of(high - low, ticks)
    if axis.low is None:
        low = floor(low / step + 1e-9) * step
    if axis.high is None:
        high = ceil(high / step - 1e-9) * step
    return Scale(low, high, start, stop)


def _around(low: float, high: float, axis: Axis) -> tuple[float, float]:
    """Ends around a single value."""
    reach = abs(low) or 1.0
    if axis.low is not None:
        return low, low + reach
    return (high - reach, high) if axis.high is not None else (min(low, 0.0), max(low, 0.0) or reach)


def _log_scale(axis: Axis, low: float, high: float, start: float, stop: float) -> Scale:
    low, high = max(low, 1e-300), max(high, 1e-300)
    if axis.low is None or low >= high:
        low = _mantissa(low, down=True)
    if axis.high is None or low >= high:
        high = _mantissa(high, down=False)
    return Scale(low, high if low < high else 10 * low, start, stop, log=True)


def _mantissa(value: float, down: bool) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = floor(log10(value) + 1e-12)
    choices = [float(f"{step}e{power}") for step in (1, 2, 5, 10)]
    if down:
        return max(choice for choice in choices if choice <= value * (1 + 1e-9))
    return min(choice for choice in choices if choice >= value * (1 - 1e-9))


def step_of(span: float, ticks: int) -> float:
    """1, 2 or 5 times a power of ten, of which about `ticks` go into the span and never more."""
    raw = span / max(ticks, 1)
    power = floor(log10(raw))
    return next(
        (each for each in (float(f"{step}e{power}") for step in STEPS) if each >= raw * (1 - 1e-9)), 10.0 ** (power + 1)
    )


def ticks_of(scale: Scale, ticks: int) -> list[float]:
    """Values at which an axis is labelled, from low to high."""
    if scale.log:
        return _log_ticks(scale, ticks)
    step = step_of(scale.high - scale.low, ticks)
    first, last = ceil(scale.low / step - 1e-9), floor(scale.high / step + 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def _log_ticks(scale: Scale, ticks: int) -> list[float]:
    first, last = floor(log10(scale.low) + 1e-9), ceil(log10(scale.high) - 1e-9)
    every = max(1, ceil((last - first) / max(ticks, 1)))
    decades = [float(f"1e{power}") for power in range(ceil(first / every) * every, last + 1, every)]
    decades = [value for value in decades if scale.holds(value)]
    if len(decades) >= 3 or every > 1:
        return decades
    fine = [float(f"{step}e{power}") for power in range(first, last + 1) for step in STEPS]
    fine = [value for value in fine if scale.holds(value)]
    return fine if len(fine) >= len(decades) else decades


def tick_texts(values: Sequence[float], log: bool) -> list[str]:
    """Ticks in words, all of one form."""
    if log:
        plain = all(1e-3 <= value < 1e5 for value in values)
        return [f"{value:,.6g}" if plain else _scientific(value) for value in values]
    largest = max((abs(value) for value in values), default=0.0)
    step = min((b - a for a, b in pairwise(values)), default=largest)
    if not largest or not step:
        return [brief(value) for value in values]
    if largest < 1e-3 or largest >= 1e9:
        return [_scientific(value) for value in values]
    unit, letter = next(((u, letter) for u, letter in ((1e6, "M"), (1e3, "k")) if largest >= 10 * u), (1.0, ""))
    decimals = max(0, -floor(log10(step / unit) + 1e-9))
    return [f"{value / unit:,.{decimals}f}{letter if value else ''}".replace("-", "\u2212") for value in values]


def brief(value: float) -> str:
    """A number to three digits, or whole; nothing is shown as zero that is not."""
    if not isfinite(value):
        return str(value)
    if value == round(value) and abs(value) < 1e7:
        return f"{value:,.0f}"
    return f"{value:.3g}" if 1e-3 <= abs(value) < 1e7 else _scientific(value)


def _scientific(value: float) -> str:
    if not value:
        return "0"
    mantissa, power = f"{value:.2e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".").replace("-", "\u2212")
    raised = f"10{str(int(power)).translate(_SUPERSCRIPTS)}"
    return raised if mantissa == "1" else f"{mantissa}\u00d7{raised}"


def titled(axis: Axis) -> str:
    """An axis' title with its unit."""
    return f"{axis.title} ({axis.unit})" if axis.unit else axis.title
