"""`fpgaml report`: what a project is, and what was found out about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.cli.budgets import AcceptOption, BudgetOption
from fpgaml.cli.options import Quiet, Strict
from fpgaml.cli.project_folder import ProjectArgument, project_here

if TYPE_CHECKING:
    from fpgaml.report.section import Subject

PRINTED = Path("-")
"""In place of a file: the standard output stream."""


def report(
    project: ProjectArgument = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print manifest and results as JSON.")] = False,
    budget: BudgetOption = None,
    accept_estimates: AcceptOption = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the report as one page that opens offline; `-`: print it."),
    ] = None,
    markdown: Annotated[
        Path | None,
        typer.Option("--markdown", metavar="FILE", help="Write the report for a merge request; `-`: print it."),
    ] = None,
    reports: Annotated[
        list[Path] | None,
        typer.Option("--reports", metavar="FOLDER", help="Vendors' reports of it elsewhere; may be given again."),
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option("--junit", metavar="FILE", help="Write checks and budget as JUnit XML, for CI; `-`: print it."),
    ] = None,
    all_quantizers: Annotated[bool, typer.Option("--all", help="List every quantizer and every message.")] = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Show what a project was made from, what was checked, and whether it is still as generated.

    Without PROJECT, fpgaml.yaml in this folder says project and budget. Nothing is run: `fpgaml verify` runs the checks
    again. The exit code is 0, or 1 if a check failed or the budget is not met: a line of it is met by the kind of
    number that it asks for, and open without one.
    """
    from fpgaml.cli.budgets import asked_budget
    from fpgaml.cli.reports_alone import holds_reports_alone, show_reports
    from fpgaml.cli.show import end, print_json, show_judgement, show_subject, subject_json
    from fpgaml.errors import FpgamlError
    from fpgaml.report.read import read_project, with_graph

    if project is None:
        project, file = project_here()
        budget, strict = budget or file.values.get("budget"), strict or file.values.get("strict", False)
        accept_estimates = accept_estimates or file.values.get("accept-estimates", False)
    asked = asked_budget(budget, accept_estimates)
    wanted = {"--json": json_output}
    wanted |= {f"{option} -": path == PRINTED for option, path in _files(html, markdown, junit)}
    printed = [option for option, given in wanted.items() if given]
    if len(printed) > 1:
        raise FpgamlError(" and ".join(printed), "would be printed one into the other", "Give one of them a file")
    missing = [str(each) for each in reports or () if not each.exists()]
    if missing:
        raise FpgamlError(f"--reports {missing[0]}", "there is no such folder or file", "Give the folder of reports")
    if holds_reports_alone(project) and not (budget or html or markdown or junit):
        return show_reports([project, *(reports or ())], json_output=json_output, everything=all_quantizers)
    subject = read_project(project, everything=all_quantizers, reports=reports or ())
    subject = asked.judged(subject) if asked else subject
    if html or markdown or junit:
        _write(with_graph(subject, project), project, html, markdown, junit)
    if json_output:
        print_json(subject_json(subject))
    elif not (html or markdown or printed):
        show_subject(subject, quiet=quiet)
    elif not printed:
        show_judgement(subject, quiet=quiet)
    return end(subject, passed=subject.passed, strict=strict)


def _files(html: Path | None, markdown: Path | None, junit: Path | None) -> tuple[tuple[str, Path | None], ...]:
    return ("--html", html), ("--markdown", markdown), ("--junit", junit)


def _write(subject: Subject, project: Path, html: Path | None, markdown: Path | None, junit: Path | None) -> None:
    """The report as a page, for a merge request, and for a CI system; says where they are."""
    from fpgaml.files import write_whole
    from fpgaml.report.html.page import html_report
    from fpgaml.report.junit import junit_report
    from fpgaml.report.markdown import markdown_report

    def as_junit(subject: Subject) -> str:
        return junit_report({project.resolve().name: subject})

    renderings = (html_report, markdown_report, as_junit)
    for (_, path), rendering in zip(_files(html, markdown, junit), renderings, strict=True):
        if path == PRINTED:
            typer.echo(rendering(subject), nl=False)
        elif path:
            write_whole(path, rendering(subject))
            typer.echo(f"written: {path}", err=True)
