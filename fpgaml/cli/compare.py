"""Several projects beside each other: `fpgaml report A B`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from fpgaml.errors import EXIT_CHECK_FAILED, FpgamlError

if TYPE_CHECKING:
    from fpgaml.cli.budgets import Asked
    from fpgaml.cli.report_files import ReportFiles


def compare(
    projects: Sequence[Path],
    asked: Asked | None,
    files: ReportFiles,
    *,
    json_output: bool,
    everything: bool,
    quiet: bool,
    strict: bool,
) -> None:
    """Show what differs, and leave with 1 if a check or the budget of any project failed.

    Args:
        quiet: the verdicts alone; strict: whether a project that is not proved is a failure too.

    Raises:
        FpgamlError: one is no project, or is given twice.
    """
    from fpgaml.cli.show import print_json, show_section
    from fpgaml.record.verdict import Verdict
    from fpgaml.report.compare.as_json import comparison_json
    from fpgaml.report.compare.sections import comparison
    from fpgaml.report.html.page import html_sections
    from fpgaml.report.junit import junit_report
    from fpgaml.report.markdown import markdown_sections
    from fpgaml.report.read import read_project

    named = dict(zip(short_names(projects), projects, strict=True))
    subjects = {name: read_project(folder, everything=everything) for name, folder in named.items()}
    if asked:
        subjects = {name: asked.judged(subject) for name, subject in subjects.items()}
    title = " and ".join(subjects) if len(subjects) < 3 else f"{len(subjects)} projects"
    found = list(comparison(subjects, everything=everything))
    files.write(
        lambda: html_sections(title, found),
        lambda: markdown_sections(title, found),
        lambda: junit_report(subjects, strict=strict),
    )
    if json_output:
        print_json(comparison_json(subjects))
    elif not (files.whole or files.printed):
        for section in found[:1] if quiet else found:
            show_section(section)
    unproved = strict and any(subject.verdict != Verdict.PROVED for subject in subjects.values())
    if unproved or not all(subject.passed for subject in subjects.values()):
        raise typer.Exit(EXIT_CHECK_FAILED)


def short_names(projects: Sequence[Path]) -> list[str]:
    """A name for each: of its folder, with as many of the folders above it as tell them apart.

    Raises:
        FpgamlError: one is given twice.
    """
    places = [project.resolve() for project in projects]
    twice = [str(given) for given, place in zip(projects, places, strict=True) if places.count(place) > 1]
    if twice:
        raise FpgamlError(twice[0], "is given twice", "Give each project once")
    parts = 1
    while len({place.parts[-parts:] for place in places}) < len(places):
        parts += 1
    return ["/".join(place.parts[-parts:]) for place in places]
