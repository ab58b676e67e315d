"""The one definition of `proved`: for text, JSON, exit status and the Python API alike."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Status(StrEnum):
    """What a check came to."""

    EXACT = "exact"
    WITHIN = "within tolerance"
    WITHIN_FLOAT32 = "equal within the framework's float32"  # it cannot hold the exact values; not a proof
    DISTANCE = "distance reported"  # the source is not fixed point: there is nothing to be equal to
    FAILED = "failed"
    NOT_CHECKED = "not checked"


class Verdict(StrEnum):
    """What all checks of a project came to together."""

    PROVED = "proved"
    NOT_FULLY_PROVED = "not fully proved"
    FAILED = "failed"


def verdict_of(statuses: Iterable[str], *, edited: bool = False) -> Verdict:
    """The verdict: proved only where there is a check, and every check was made and is exact.

    Args:
        statuses: of all checks, values of `Status`.
        edited: whether files have changed since the checks were made. What was found of other files proves nothing
            of these; a failure stays one.
    """
    found = list(statuses)
    if Status.FAILED in found:
        return Verdict.FAILED
    exact = bool(found) and all(status == Status.EXACT for status in found)
    return Verdict.PROVED if exact and not edited else Verdict.NOT_FULLY_PROVED
