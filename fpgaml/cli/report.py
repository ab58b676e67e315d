"""`fpgaml report`: what a project is, and what was found out about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.cli.budgets import AcceptOption, BudgetOption
from fpgaml.cli.options import Quiet, Strict
from fpgaml.cli.project_folder import project_here
from fpgaml.cli.report_files import ReportFiles

if TYPE_CHECKING:
    from fpgaml.report.section import Subject


def report(
    projects: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PROJECT...",
            help="The folder that `fpgaml convert` wrote, or one with vendors' reports alone; several: compare them.  "
            "\\[default: that of fpgaml.yaml in this folder]",
            show_default=False,
        ),
    ] = None,
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
    """Show what a project was made from, what was checked, and whether it is still as generated; or compare several.

    Without PROJECT, fpgaml.yaml in this folder says project and budget. Nothing is run: `fpgaml verify` runs the checks
    again. The exit code is 0, or 1 if a check failed or the budget is not met: a line of it is met by the kind of
    number that it asks for, and open without one.
    """
    from fpgaml.cli.budgets import asked_budget
    from fpgaml.cli.compare import compare
    from fpgaml.cli.reports_alone import holds_reports_alone, show_reports
    from fpgaml.cli.show import end, print_json, show_judgement, show_subject, subject_json
    from fpgaml.errors import FpgamlError
    from fpgaml.report.read import read_project

    if not projects:
        here, file = project_here()
        projects = [here]
        budget, strict = budget or file.values.get("budget"), strict or file.values.get("strict", False)
        accept_estimates = accept_estimates or file.values.get("accept-estimates", False)
    asked, files = asked_budget(budget, accept_estimates), ReportFiles(html, markdown, junit)
    files.check(json_output)
    missing = [str(each) for each in reports or () if not each.exists()]
    if missing:
        raise FpgamlError(f"--reports {missing[0]}", "there is no such folder or file", "Give the folder of reports")
    if len(projects) > 1:
        if reports:
            raise FpgamlError("--reports", "goes with one project", "Put the reports into the projects' folders")
        how = {"json_output": json_output, "everything": all_quantizers, "quiet": quiet, "strict": strict}
        return compare(projects, asked, files, **how)
    (project,) = projects
    if holds_reports_alone(project) and not (budget or junit):
        places = [project, *(reports or ())]
        return show_reports(places, files, json_output=json_output, everything=all_quantizers)
    subject = read_project(project, everything=all_quantizers, reports=reports or ())
    subject = asked.judged(subject) if asked else subject
    _write(subject, project, files, strict=strict)
    if json_output:
        print_json(subject_json(subject))
    elif not (files.whole or files.printed):
        show_subject(subject, quiet=quiet)
    elif not files.printed:
        show_judgement(subject, quiet=quiet)
    return end(subject, passed=subject.passed, strict=strict)


def _write(subject: Subject, project: Path, files: ReportFiles, *, strict: bool) -> None:
    """The report as a page, for a merge request, and for a CI system."""
    from fpgaml.report.html.page import html_report
    from fpgaml.report.junit import junit_report
    from fpgaml.report.markdown import markdown_report
    from fpgaml.report.read import with_graph

    drawn = with_graph(subject, project) if files.whole else subject
    files.write(
        lambda: html_report(drawn),
        lambda: markdown_report(drawn),
        lambda: junit_report({project.resolve().name: subject}, strict=strict),
    )
