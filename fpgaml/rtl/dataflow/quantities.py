"""Read rates and times as a user writes them: `1kHz`, `250/s`, `400ns`, `80` cycles."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from fpgaml.errors import FpgamlError

_PER_SECOND = {"/s": 1.0, "hz": 1.0, "khz": 1e3, "mhz": 1e6, "ghz": 1e9}
_NANOSECONDS = {"ps": 1e-3, "ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
_QUANTITY = re.compile(r"(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<unit>/?[a-z]*)", re.IGNORECASE)
SLACK = 1e-9
"""A quotient this close to a whole number is one: 200 MHz / 1 kHz is 200,000 cycles, whatever the floats say."""


@dataclass(frozen=True)
class Span:
    """A time as it was given: in cycles of whatever clock, or in ns; the other is None."""

    cycles: int | None = None
    ns: float | None = None

    def at(self, clock_ns: float) -> int:
        """Whole cycles within it.

        Args:
            clock_ns: the clock's period.
        """
        return self.cycles if self.cycles is not None else whole((self.ns or 0.0) / clock_ns)

    def __str__(self) -> str:
        return f"{self.cycles} cycles" if self.cycles is not None else f"{self.ns:g} ns"


def parse_rate(text: str, option: str = "--rate") -> float:
    """A rate in 1/s.

    Args:
        text: such as `1kHz`, `250/s`, `40 MHz`; option: that it was given with.

    Raises:
        FpgamlError: not a rate, or one without a unit.
    """
    advice = "Write how many per second, such as 1kHz or 250/s"
    number, unit = _read(option, text, advice)
    if unit not in _PER_SECOND:
        if not unit:
            plain = text.strip()
            raise FpgamlError(option, f"`{plain}` has no unit", f"Write {plain}/s, or for example {plain}kHz")
        raise FpgamlError(option, f"`{text}` has the unknown unit `{unit}`", advice)
    return check_rate(number * _PER_SECOND[unit])


def check_rate(rate: float) -> float:
    """The rate itself, in 1/s.

    Raises:
        FpgamlError: it is no number above zero.
    """
    if not (math.isfinite(rate) and rate > 0):
        raise FpgamlError("--rate", f"{rate:g} frames a second are no rate", "Give a number above zero")
    return rate


def parse_span(text: str) -> Span:
    """A latency.

    Args:
        text: `80` cycles, or a time such as `400ns` or `0.4us`.

    Raises:
        FpgamlError: not a time, or zero.
    """
    advice = "Write cycles, such as 80, or a time, such as 400ns"
    number, unit = _read("--max-latency", text, advice)
    if unit in _NANOSECONDS:
        return Span(ns=number * _NANOSECONDS[unit])
    if unit or not number.is_integer():
        raise FpgamlError("--max-latency", f"`{text}` is neither cycles nor a time", advice)
    return Span(cycles=int(number))


def whole(quotient: float) -> int:
    """The whole number below a quotient that floats have rounded."""
    return math.floor(quotient * (1 + SLACK))


def _read(where: str, text: str, advice: str) -> tuple[float, str]:
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise FpgamlError(where, f"`{text}` cannot be read", advice)
    number = float(match["number"])
    if number == 0:
        raise FpgamlError(where, f"`{text}` is zero", advice)
    return number, match["unit"].lower()
