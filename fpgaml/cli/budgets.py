"""Budgets on the command line: found by file or by task, read before any long work, judged at its end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fpgaml.budget.budget import Budget
    from fpgaml.report.section import Subject

BudgetOption = Annotated[
    str | None,
    typer.Option("--budget", help="A budget.toml, or a task's name: judge the results by it, and fail unless met."),
]
AcceptOption = Annotated[
    bool,
    typer.Option("--accept-estimates", help="With --budget: an estimate decides where there is no better number."),
]


def read_named_budget(name: str) -> Budget:
    """The budget of a file, or of a task.

    Raises:
        FpgamlError: it cannot be read, or is no budget.
    """
    from fpgaml.budget.read import read_budget
    from fpgaml.tasks import find_network

    named = find_network(name)
    return read_budget(named[0].folder / "budget.toml" if named else Path(name))


def judged(subject: Subject, budget: Budget, accept_estimates: bool = False) -> Subject:
    """The subject with how it stands against a budget, for every rendering of it."""
    from fpgaml.budget.judge import judge

    edited = () if subject.made_now else subject.edited
    judgement = judge(budget, subject.manifest, subject.results, edited=edited, accept_estimates=accept_estimates)
    return replace(subject, judgement=judgement)
