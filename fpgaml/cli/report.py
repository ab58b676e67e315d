"""`fpgaml report`: what a project is, and what was found out about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.cli.options import Quiet, Strict

if TYPE_CHECKING:
    from fpgaml.budget.judge import Judgement
    from fpgaml.report.section import Subject


def report(
    project: Annotated[Path, typer.Argument(help="The folder that `fpgaml convert` wrote.")],
    json_output: Annotated[bool, typer.Option("--json", help="Print manifest and results as JSON.")] = False,
    budget: Annotated[
        str | None,
        typer.Option("--budget", help="A budget.toml, or a task's name: judge the results by it, and fail unless met."),
    ] = None,
    accept_estimates: Annotated[
        bool,
        typer.Option("--accept-estimates", help="With --budget: an estimate decides where there is no better number."),
    ] = False,
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
    from fpgaml.cli.show import end, print_json, show_subject, subject_json
    from fpgaml.errors import FpgamlError
    from fpgaml.report.read import read_project, with_graph

    if accept_estimates and budget is None:
        raise FpgamlError("--accept-estimates", "goes with --budget", "Give --budget")
    subject = read_project(project, everything=all_quantizers)
    judgement = _judge(budget, subject, accept_estimates) if budget else None
    if html:
        _write_html(replace(with_graph(subject, project), judgement=judgement), html)
    if json_output:
        print_json(subject_json(subject) | ({"budget": judgement.to_json()} if judgement else {}))
    elif not html:
        show_subject(subject, quiet=quiet)
    if judgement and not json_output:
        _show(judgement, quiet=quiet)
    met = judgement is None or judgement.standing == "met"
    end(subject, passed=subject.results.passed and met, strict=strict)


def _judge(budget: str, subject: Subject, accept_estimates: bool) -> Judgement:
    from fpgaml.budget.judge import judge, read_budget
    from fpgaml.tasks import find_network

    named = find_network(budget)
    path = named[0].folder / "budget.toml" if named else Path(budget)
    return judge(
        read_budget(path),
        subject.manifest,
        subject.results,
        edited=() if subject.made_now else subject.edited,
        accept_estimates=accept_estimates,
    )


def _write_html(subject: Subject, path: Path) -> None:
    from fpgaml.files import write_whole
    from fpgaml.report.html.page import html_report

    write_whole(path, html_report(subject))
    typer.echo(f"report: {path}", err=True)


def _show(judgement: Judgement, *, quiet: bool) -> None:
    for line in () if quiet else judgement.lines:
        typer.echo(f"budget: {line.text}")
    typer.echo(f"budget: {judgement.standing}")
