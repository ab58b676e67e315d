"""How far off estimates are, in words: for every output that shows one."""

from __future__ import annotations

from collections.abc import Mapping

from fpgaml.boards import Board
from fpgaml.cost.calibration.fit import MOST, Fit, fit_of
from fpgaml.cost.calibration.pairs import RESOURCES, Estimator
from fpgaml.cost.resources import Estimate

TITLES = {name: name.upper() for name in RESOURCES}
NEVER = "never checked: yosys does not map to"


def fits_of(board: Board, estimator: Estimator) -> Mapping[str, Fit | None]:
    """By resource what is known of estimates for a board's family."""
    yosys = board.family.yosys
    return {name: fit_of(yosys.name, name, estimator) if yosys else None for name in RESOURCES}


def counted_note(estimate: Estimate, board: Board) -> str:
    """What synthesis made of numbers that were counted on netlists, and what that comes to here."""
    used = {name: getattr(estimate, name) for name in RESOURCES}
    found = fits_of(board, Estimator.COUNTED)
    known = [
        f"{TITLES[name]} {fit.factor:.2f} times as counted, {_error(fit)}: about {_round(fit.expected(used[name])):,}"
        for name, fit in found.items()
        if fit is not None and used[name]
    ]
    return _said(board, known, [name for name, fit in found.items() if fit is None and used[name]])


def expected_note(board: Board) -> str:
    """How far off the numbers are that an exploration expects synthesis to find."""
    found = fits_of(board, Estimator.SKETCHED)
    known = [f"{TITLES[name]} {_error(fit)}" for name, fit in found.items() if fit is not None]
    return _said(board, known, [name for name, fit in found.items() if fit is None])


def _said(board: Board, known: list[str], unknown: list[str]) -> str:
    if board.family.yosys is None:
        return f"{NEVER} {board.family}"
    tools = {fit.tool for fit in fits_of(board, Estimator.COUNTED).values() if fit is not None}
    title = f"{' and '.join(sorted(tools)) or 'yosys'} for {board.family.yosys.title}"
    missing = (
        f"{', '.join(TITLES[name] for name in unknown)}: too few designs were synthesised to say" if unknown else ""
    )
    parts = [*known, *([missing] if missing else [])]
    return f"{title}: {'; '.join(parts)} (docs/estimates.md)" if parts else ""


def _error(fit: Fit) -> str:
    return f"within {fit.most:.2g} times for {MOST:.0%} of {fit.designs} designs"


def _round(value: float) -> int:
    """To three digits."""
    return int(float(f"{value:.3g}"))
