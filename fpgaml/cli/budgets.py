"""Budgets on the command line: found by file or by task, read before any long work, judged at its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.errors import FpgamlError
from fpgaml.projectfile.project_file import Table

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


@dataclass(frozen=True)
class Asked:
    """A budget, and whether numbers of another kind than it asks for decide where there is no better one."""

    budget: Budget
    accept_estimates: bool = False

    def judged(self, subject: Subject) -> Subject:
        """The subject with how it stands, for every rendering of it."""
        from fpgaml.budget.judge import judge

        edited = () if subject.made_now else subject.edited
        judgement = judge(
            self.budget, subject.manifest, subject.results, edited=edited, accept_estimates=self.accept_estimates
        )
        return replace(subject, judgement=judgement)


def asked_budget(name: str | Table | None, accept_estimates: bool = False) -> Asked | None:
    """The budget of a file or a task, or a table in fpgaml.yaml; None where none is asked for.

    To be read before any long work.

    Raises:
        FpgamlError: it cannot be read, or is no budget; or estimates are accepted for none.
    """
    from fpgaml.budget.read import budget_of, read_budget
    from fpgaml.tasks import find_network

    if name is None:
        if accept_estimates:
            raise FpgamlError("--accept-estimates", "goes with --budget", "Give --budget")
        return None
    if isinstance(name, Table):
        return Asked(budget_of(name.content, name.folder, name.where), accept_estimates)
    named = find_network(name)
    return Asked(read_budget(named[0].folder / "budget.toml" if named else Path(name)), accept_estimates)
