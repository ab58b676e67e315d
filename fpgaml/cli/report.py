"""`fpgaml report`: what a project is, and what was found out about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.cli.budgets import AcceptOption, BudgetOption
from fpgaml.cli.options import Quiet, Strict

if TYPE_CHECKING:
    from fpgaml.report.section import Subject


def report(
    project: Annotated[Path, typer.Argument(help="The folder that `fpgaml convert` wrote.")],
    json_output: Annotated[bool, typer.Option("--json", help="Print manifest and results as JSON.")] = False,
    budget: BudgetOption = None,
    accept_estimates: AcceptOption = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one page that opens offline.")
    ] = None,
    all_quantizers: Annotated[bool, typer.Option("--all", help="List every quantizer and every message.")] = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Show what a project was made from, what was checked, and whether it is still as generated.

    Nothing is run: `fpgaml verify` runs the checks again. The exit code is 0, or 1 if a check failed or the
    budget is not met: a line of it is met by the kind of number that it asks for, and open without one.
    """
    from fpgaml.cli.budgets import judged, read_named_budget
    from fpgaml.cli.show import end, print_json, show_judgement, show_subject, subject_json
    from fpgaml.errors import FpgamlError
    from fpgaml.report.read import read_project, with_graph

    if accept_estimates and budget is None:
        raise FpgamlError("--accept-estimates", "goes with --budget", "Give --budget")
    asked = read_named_budget(budget) if budget else None
    subject = read_project(project, everything=all_quantizers)
    if asked:
        subject = judged(subject, asked, accept_estimates)
    if html:
        _write_html(with_graph(subject, project), html)
    if json_output:
        print_json(subject_json(subject))
    elif not html:
        show_subject(subject, quiet=quiet)
    else:
        show_judgement(subject, quiet=quiet)
    end(subject, passed=subject.passed, strict=strict)


def _write_html(subject: Subject, path: Path) -> None:
    from fpgaml.files import write_whole
    from fpgaml.report.html.page import html_report

    write_whole(path, html_report(subject))
    typer.echo(f"report: {path}", err=True)
