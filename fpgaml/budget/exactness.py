"""Limits that ask for a proof, or for no failed check: they are judged by the checks themselves."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from fpgaml.budget.advice import next_step
from fpgaml.budget.budget import Limit
from fpgaml.budget.finding import Finding, Standing
from fpgaml.budget.measures import Demand
from fpgaml.record.checks import Check
from fpgaml.record.monotonicity import Monotonicity
from fpgaml.record.results import Results
from fpgaml.record.verdict import Status


def demanded(limit: Limit, demand: Demand, results: Results, edited: Sequence[str]) -> Finding:
    """How a project's checks stand against what is asked of them; checks of files that changed since show nothing.

    A proof needs every check made, and exact. Where one is only close, it is missed; where one was not made, open.
    """
    checks = [check for check in results.judged if limit.of in ("", check.name)]
    step = next_step(limit)
    failed = _names(checks, Status.FAILED)
    if failed:
        return Finding(limit, None, Standing.MISSED, f"failed: {failed}")
    if not checks:
        return Finding(limit, None, Standing.OPEN, _none(limit, results.judged), step)
    if edited:
        why = f"files were edited since: {edited[0]}{f' and {len(edited) - 1} more' if len(edited) > 1 else ''}"
        return Finding(limit, None, Standing.OPEN, why, step)
    made = [check for check in checks if check.status != Status.NOT_CHECKED]
    exact = [check for check in made if check.status == Status.EXACT]
    if demand == Demand.PASSED:
        if not made:
            return Finding(limit, None, Standing.OPEN, "no check was made", step)
        return Finding(limit, None, Standing.MET, f"{_count(len(made), len(checks))} made")
    if len(exact) < len(made):
        apart = "; ".join(f"{check.name}: {check.status}" for check in made if check.status != Status.EXACT)
        return Finding(limit, None, Standing.MISSED, apart)
    if len(made) < len(checks):
        return Finding(limit, None, Standing.OPEN, f"not checked: {_names(checks, Status.NOT_CHECKED)}", step)
    return Finding(limit, None, Standing.MET, "; ".join(check.name for check in exact))


def _names(checks: Sequence[Check | Monotonicity], status: Status) -> str:
    return ", ".join(check.name for check in checks if check.status == status)


def _count(part: int, whole: int) -> str:
    return f"{part} of {whole} {'check' if whole == 1 else 'checks'}"


def _none(limit: Limit, checks: Sequence[Check | Monotonicity]) -> str:
    if not limit.of:
        return "no check was made"
    names = [check.name for check in checks]
    near = difflib.get_close_matches(limit.of, names, n=1)
    others = f"nearest: {near[0]}" if near else f"there are: {', '.join(names)}"
    return f"no check is called {limit.of}; {others}"
