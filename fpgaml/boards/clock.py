"""Read a clock as a user writes it: `5ns`, `200MHz`; a number without a unit could be either, and is refused."""

from __future__ import annotations

import re

from fpgaml.errors import FpgamlError

WHERE = "--clock"
ADVICE = "Write a frequency such as 200MHz or a period such as 5ns"

# MHz per unit for frequencies; for periods, the period in ns per unit.
_FREQUENCY_MHZ = {"khz": 1e-3, "mhz": 1.0, "ghz": 1e3}
_PERIOD_NS = {"ps": 1e-3, "ns": 1.0, "us": 1e3}

LOWEST_MHZ = 1.0
HIGHEST_MHZ = 1500.0
"""Beyond this no FPGA fabric runs: a value outside is a slip in the unit."""

_CLOCK = re.compile(r"(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<unit>[a-z]*)", re.IGNORECASE)


def parse_clock(text: str) -> float:
    """The clock frequency in MHz that `text` stands for.

    Args:
        text: a frequency (`200MHz`, `0.2 GHz`) or a period (`5ns`, `3.125 ns`).

    Returns:
        The frequency in MHz.

    Raises:
        FpgamlError: not a clock, one without a unit, or one that no FPGA fabric runs at.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise FpgamlError(WHERE, f"{text!r} is not a clock", ADVICE)
    return check_clock(_to_mhz(text, float(match["number"]), match["unit"].lower()), text)


def check_clock(clock_mhz: float, text: str = "") -> float:
    """`clock_mhz` itself, if an FPGA fabric can run at it.

    Args:
        clock_mhz: a frequency in MHz.
        text: what the user wrote, for the message.

    Raises:
        FpgamlError: the frequency is out of range or not a number.
    """
    if not LOWEST_MHZ <= clock_mhz <= HIGHEST_MHZ:
        shown = f"{text!r} is {clock_mhz:g} MHz" if text else f"{clock_mhz:g} MHz is"
        joint = ", which is" if text else ""
        reason = f"{shown}{joint} outside {LOWEST_MHZ:g} to {HIGHEST_MHZ:g} MHz"
        raise FpgamlError(WHERE, reason, ADVICE)
    return clock_mhz


def _to_mhz(text: str, number: float, unit: str) -> float:
    if unit in _FREQUENCY_MHZ:
        return number * _FREQUENCY_MHZ[unit]
    if unit in _PERIOD_NS:
        if number == 0:
            raise FpgamlError(WHERE, f"{text!r} is a period of zero", ADVICE)
        return 1e3 / (number * _PERIOD_NS[unit])
    if not unit:
        reason = f"{text!r} has no unit: it could be a frequency in MHz or a period in ns"
        raise FpgamlError(WHERE, reason, f"Write {text.strip()}MHz or {text.strip()}ns")
    known = ", ".join([*_FREQUENCY_MHZ, *_PERIOD_NS])
    raise FpgamlError(WHERE, f"{text!r} has the unknown unit {unit!r}; known are {known}", ADVICE)
