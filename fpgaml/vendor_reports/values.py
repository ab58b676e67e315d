"""Numbers in reports: what is none, negative or beyond all sense is no number."""

from __future__ import annotations

import math
import re

from fpgaml.vendor_reports.source import UnusableError, shown

_COUNT = re.compile(r"\d{1,3}(?:,\d{3}){1,4}|\d{1,15}")
_REAL = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,12})?(?:[eE][+-]?\d{1,2})?")
UNKNOWN = frozenset({"", "-", "?", "NA", "N/A", "n/a", "undef", "none", "x"})
"""What tools write for a number that they do not know."""


def count(text: str, what: str) -> int:
    """Zero or more, with or without commas between thousands.

    Args:
        what: it is of, for the reason.

    Raises:
        UnusableError: it is none.
    """
    if not _COUNT.fullmatch(text.strip()):
        raise UnusableError(f"says {shown(text)[:40]!r} for {what}, which is no count")
    return int(text.strip().replace(",", ""))


def count_or_none(text: str | None, what: str) -> int | None:
    """As `count`; None for what is not known."""
    return None if text is None or text.strip() in UNKNOWN else count(text, what)


def real(text: str, what: str) -> float:
    """A finite number of ordinary size.

    Raises:
        UnusableError: it is none.
    """
    if not _REAL.fullmatch(text.strip()) or not math.isfinite(float(text)):
        raise UnusableError(f"says {shown(text)[:40]!r} for {what}, which is no finite number")
    return float(text)


def real_or_none(text: str | None, what: str) -> float | None:
    """As `real`; None for what is not known, and for the `inf` of a check that has no path."""
    return None if text is None or text.strip() in UNKNOWN | {"inf"} else real(text, what)


def at_least_zero(text: str, what: str) -> float:
    """A number that cannot be below zero.

    Raises:
        UnusableError: it is none.
    """
    value = real(text, what)
    if value < 0:
        raise UnusableError(f"says {value:g} for {what}, which cannot be below zero")
    return value


def above_zero(text: str, what: str) -> float:
    """A period or a frequency.

    Raises:
        UnusableError: it is none.
    """
    value = real(text, what)
    if value <= 0:
        raise UnusableError(f"says {value:g} for {what}, which must be above zero")
    return value


def tiles_as_halves(text: str, what: str) -> int:
    """AMD's block RAM tiles in blocks of 18 kbit: 6.5 tiles are 13.

    Raises:
        UnusableError: it is no number of halves.
    """
    twice = 2 * at_least_zero(text, what)
    if twice != int(twice):
        raise UnusableError(f"says {shown(text)[:40]!r} for {what}, which is no whole number of halves")
    return int(twice)
