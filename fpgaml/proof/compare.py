"""Are two results equal, bit for bit; and if not, where and by how much."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml.data.axes import plan_layout
from fpgaml.data.stored import require_finite
from fpgaml.errors import CheckFailedError, FpgamlError
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FLOAT64_EXACT, FixedArray, add, magnitude
from fpgaml.proof.spread import Spread, spread


@dataclass(frozen=True)
class Difference:
    """One value that differs.

    Args:
        event: its index among all events; position: in the event's tensor.
        expected, got: in real units.
        expected_raw, got_raw: the integers in units of 2**-fractional; None for a floating-point value.
        fractional: the binary point of both integers.
    """

    event: int
    position: tuple[int, ...]
    expected: float
    got: float
    expected_raw: int | None
    got_raw: int
    fractional: int

    def place(self) -> tuple[int, tuple[int, ...]]:
        """By which the first of several is told."""
        return self.event, self.position

    def __str__(self) -> str:
        position = self.position[0] if len(self.position) == 1 else self.position
        raw = "" if self.expected_raw is None else f" (raw {self.expected_raw})"
        return (
            f"event {self.event}, position {position}: expected {self.expected!r}{raw}, "
            f"got {self.got!r} (raw {self.got_raw}) in units of 2^{-self.fractional}"
        )


@dataclass(frozen=True)
class Comparison:
    """What a comparison found; add those of other events with `+`, in any order.

    Args:
        name: of what was compared.
        events, values: how many were compared.
        differing_events, differing_values: how many differ as exact numbers.
        first: the first difference.
        largest_lsb: the largest |difference| in units of the type's least significant bit.
        largest: the largest |difference| in real units.
        rounded_to: the floating-point format that the expected values were recorded in, where it is one.
        differing_rounded: how many differ after the exact value is rounded to that format.
        spread: the differences, in LSB; None where there are none, or nobody asked.
    """

    name: str
    events: int
    values: int
    differing_events: int = 0
    differing_values: int = 0
    first: Difference | None = None
    largest_lsb: float = 0.0
    largest: float = 0.0
    rounded_to: str = ""
    differing_rounded: int = 0
    spread: Spread | None = None

    @property
    def exact(self) -> bool:
        """Whether every value is equal as an exact number, and there was at least one."""
        return self.values > 0 and not self.differing_values

    @property
    def equal_as_recorded(self) -> bool:
        """Whether the exact values, rounded to the recorded format, give the recorded values."""
        return self.values > 0 and not (self.differing_rounded if self.rounded_to else self.differing_values)

    @property
    def fraction(self) -> float:
        """Of values that differ."""
        return self.differing_values / self.values if self.values else 0.0

    def __add__(self, other: Comparison) -> Comparison:
        return replace(
            self,
            events=self.events + other.events,
            values=self.values + other.values,
            differing_events=self.differing_events + other.differing_events,
            differing_values=self.differing_values + other.differing_values,
            first=min(filter(None, (self.first, other.first)), key=Difference.place, default=None),
            largest_lsb=max(self.largest_lsb, other.largest_lsb),
            largest=max(self.largest, other.largest),
            rounded_to=self.rounded_to or other.rounded_to,
            differing_rounded=self.differing_rounded + other.differing_rounded,
            spread=self.spread + other.spread if self.spread and other.spread else self.spread or other.spread,
        )

    def __str__(self) -> str:
        if not self.values:
            return f"{self.name}: nothing was compared"
        if self.exact:
            return f"{self.name}: all {self.values} values of {self.events} events are equal"
        rounded = f", {self.differing_rounded} after rounding to {self.rounded_to}" if self.rounded_to else ""
        return (
            f"{self.name}: {self.differing_values} of {self.values} values differ ({self.fraction:.3g} of all{rounded})"
            f" in {self.differing_events} of {self.events} events, by at most {self.largest_lsb:.6g} LSB"
            f" ({self.largest:.6g}); first at {self.first}"
        )


def tally(found: dict[str, Comparison], name: str, comparison: Comparison) -> None:
    """Count the comparison of one more chunk."""
    found[name] = found[name] + comparison if name in found else comparison


def compare(
    expected: FixedArray, got: FixedArray, name: str = "output", first_event: int = 0, lsb: ArrayLike | None = None
) -> Comparison:
    """Compare exact numbers, whatever their binary points.

    Args:
        expected, got: shape (events, *shape).
        name: for the message.
        first_event: the index of the chunk's first event.
        lsb: fractional bits of the type, a scalar or per element; those of `expected` by default.

    Raises:
        CheckFailedError: the shapes differ.
    """
    if expected.shape != got.shape:
        raise CheckFailedError(name, f"a result of shape {got.shape}, where {expected.shape} is expected")
    common = max(expected.fractional, got.fractional)
    wanted, given = expected.at(common), got.at(common)
    differs = np.asarray(wanted != given, dtype=bool)
    result = _counted(name, differs)
    if not result.differing_values:
        return result
    differences = FixedArray(add(given, -wanted), common).to_float()
    index = _first(differs)
    first = Difference(
        first_event + index[0],
        index[1:],
        float(expected.to_float()[index]),
        float(got.to_float()[index]),
        int(wanted[index]),
        int(given[index]),
        common,
    )
    return _measured(result, differences, expected.fractional if lsb is None else lsb, first)


def compare_reals(
    values: FixedArray,
    recorded: NDArray[Any],
    name: str = "output",
    first_event: int = 0,
    lsb: ArrayLike | None = None,
    *,
    with_spread: bool = True,
) -> Comparison:
    """Compare a Graph's exact values with what a framework computed in floating point.

    `exact` asks whether the recorded numbers are the exact values; `equal_as_recorded` whether they are the exact
    values rounded to the format they were recorded in, which is all that a float32 can show of a wider result.

    Args:
        values: the Graph's, shape (events, *shape).
        recorded: the framework's, of the same shape up to axes of size 1, or flat.
        name: for the message.
        first_event: the index of the chunk's first event.
        lsb: fractional bits of the Graph's type, a scalar or per element; those of `values` by default.
        with_spread: whether differences are counted by their size.

    Raises:
        FpgamlError: another shape or number of events, or NaN or infinity in the recorded values.
    """
    if len(recorded) != values.shape[0]:
        raise FpgamlError(name, f"{len(recorded)} recorded events for {values.shape[0]} computed ones")
    require_finite(recorded, first_event, name)
    answers = plan_layout(recorded.shape[1:], values.shape[1:], f"{name}, recorded values").apply(recorded)
    exact_answers, computed = answers.astype(np.float64), values.to_float()
    differs = _differs(values, computed, exact_answers)
    result = _counted(name, differs)
    if answers.dtype.kind == "f" and answers.dtype.itemsize < 8:
        with np.errstate(over="ignore"):
            rounded = int(np.count_nonzero(computed.astype(answers.dtype) != answers))
        result = replace(result, rounded_to=answers.dtype.name, differing_rounded=rounded)
    if not result.differing_values:
        return result
    index = _first(differs)
    first = Difference(
        first_event + index[0],
        index[1:],
        float(exact_answers[index]),
        float(computed[index]),
        None,
        int(values.integers[index]),
        values.fractional,
    )
    differences = computed - exact_answers
    return _measured(result, differences, values.fractional if lsb is None else lsb, first, with_spread)


def _differs(values: FixedArray, computed: NDArray[np.float64], recorded: NDArray[np.float64]) -> NDArray[np.bool_]:
    if magnitude(values.integers) <= FLOAT64_EXACT:
        return np.asarray(computed != recorded, dtype=bool)
    # Wider than a float64: only the exact integers tell.
    answers = FixedArray.from_float(recorded)
    common = max(values.fractional, answers.fractional)
    return np.asarray(values.at(common) != answers.at(common), dtype=bool)


def _counted(name: str, differs: NDArray[np.bool_]) -> Comparison:
    events = differs.shape[0]
    by_event = differs.reshape(events, -1).any(axis=1) if differs.size else np.zeros(events, dtype=bool)
    return Comparison(name, events, differs.size, int(np.count_nonzero(by_event)), int(np.count_nonzero(differs)))


def _first(differs: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(differs)), differs.shape))


def _measured(
    result: Comparison, differences: NDArray[np.float64], lsb: ArrayLike, first: Difference, with_spread: bool = True
) -> Comparison:
    bits: Ints = np.asarray(lsb, dtype=np.int64)
    in_lsb = np.ldexp(differences, bits)
    unit = float(np.ldexp(1.0, -int(bits))) if bits.ndim == 0 else None
    return replace(
        result,
        first=first,
        largest_lsb=float(np.abs(in_lsb).max()),
        largest=float(np.abs(differences).max()),
        spread=spread(in_lsb, unit) if with_spread else None,
    )
