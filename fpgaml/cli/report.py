"""`fpgaml report`: what a project is, and what was found out about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.cli.budgets import AcceptOption, BudgetOption
from fpgaml.cli.options import Quiet, Strict

if TYPE_CHECKING:
    from fpgaml.report.section import Subject

PRINTED = Path("-")
"""In place of a file: the standard output stream."""


def report(
    project: Annotated[
        Path, typer.Argument(help="The folder that `fpgaml convert` wrote, or one with vendors' reports alone.")
    ],
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
    all_quantizers: Annotated[bool, typer.Option("--all", help="List every quantizer and every message.")] = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Show what a project was made from, what was checked, and whether it is still as generated.

    Nothing is run: `fpgaml verify` runs the checks again. The exit code is 0, or 1 if a check failed or the
    budget is not met: a line of it is met by the kind of number that it asks for, and open without one.
    """
    from fpgaml.cli.budgets import judged, read_named_budget
    from fpgaml.cli.reports_alone import holds_reports_alone, show_reports
    from fpgaml.cli.show import end, print_json, show_judgement, show_subject, subject_json
    from fpgaml.errors import FpgamlError
    from fpgaml.report.read import read_project, with_graph

    if accept_estimates and budget is None:
        raise FpgamlError("--accept-estimates", "goes with --budget", "Give --budget")
    wanted = {"--json": json_output, "--html -": html == PRINTED, "--markdown -": markdown == PRINTED}
    printed = [option for option, given in wanted.items() if given]
    if len(printed) > 1:
        raise FpgamlError(" and ".join(printed), "would be printed one into the other", "Give one of them a file")
    missing = [str(each) for each in reports or () if not each.exists()]
    if missing:
        raise FpgamlError(f"--reports {missing[0]}", "there is no such folder or file", "Give the folder of reports")
    if holds_reports_alone(project) and not (budget or html or markdown):
        return show_reports([project, *(reports or ())], json_output=json_output, everything=all_quantizers)
    asked = read_named_budget(budget) if budget else None
    subject = read_project(project, everything=all_quantizers, reports=reports or ())
    if asked:
        subject = judged(subject, asked, accept_estimates)
    if html or markdown:
        _write(with_graph(subject, project), html, markdown)
    if json_output:
        print_json(subject_json(subject))
    elif not (html or markdown):
        show_subject(subject, quiet=quiet)
    elif not printed:
        show_judgement(subject, quiet=quiet)
    return end(subject, passed=subject.passed, strict=strict)


def _write(subject: Subject, html: Path | None, markdown: Path | None) -> None:
    """The report as a page, and for a merge request; says where they are."""
    from fpgaml.files import write_whole
    from fpgaml.report.html.page import html_report
    from fpgaml.report.markdown import markdown_report

    for path, rendering in ((html, html_report), (markdown, markdown_report)):
        if path == PRINTED:
            typer.echo(rendering(subject), nl=False)
        elif path:
            write_whole(path, rendering(subject))
            typer.echo(f"written: {path}", err=True)
