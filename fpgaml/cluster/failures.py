"""Pieces that could not be done, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from fpgaml.cluster.job import Piece, S
from fpgaml.cluster.run import Done
from fpgaml.errors import FpgamlError, RunFailedError

SHOWN = 5
"""Pieces, or reasons, that are named."""


def require_all(done: Done[S], where: str) -> None:
    """Refuse what is not whole.

    Raises:
        FpgamlError: every piece was refused, for one reason.
        RunFailedError: pieces failed; says which, and why.
    """
    if done.total is None and done.refused >= done.failed.keys() and len(set(done.failed.values())) == 1:
        raise FpgamlError("", next(iter(done.failed.values())))
    if done.failed:
        count = f"{len(done.failed):,} piece{'s' if len(done.failed) > 1 else ''} could not be done"
        rest = ", the rest was" if done.total is not None else ""
        raise RunFailedError(where, f"{count}{rest}; not all was checked: {told(done.failed)}")


def told(failed: Mapping[Piece, str]) -> str:
    """Which, by their reasons."""
    by_reason: dict[str, list[Piece]] = defaultdict(list)
    for piece, reason in failed.items():
        by_reason[reason].append(piece)
    parts = []
    for reason, pieces in list(by_reason.items())[:SHOWN]:
        more = f" and {len(pieces) - SHOWN} more" if len(pieces) > SHOWN else ""
        parts.append(f"{', '.join(map(str, pieces[:SHOWN]))}{more}: {reason}")
    if len(by_reason) > SHOWN:
        parts.append(f"and for {len(by_reason) - SHOWN} more reasons")
    return "; ".join(parts)
