"""Show a project's report on the standard output stream."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from fpgaml.errors import EXIT_CHECK_FAILED
from fpgaml.record.verdict import Verdict

if TYPE_CHECKING:
    from fpgaml.cli.budgets import Asked
    from fpgaml.record.results import Results
    from fpgaml.report.section import Section, Subject


def show_results(
    folder: Path,
    results: Results,
    edited: Sequence[str],
    *,
    json_output: bool,
    quiet: bool,
    budget: Asked | None = None,
) -> Subject:
    """A report with the results of checks that were made just now.

    Args:
        edited: files that changed since the project was generated, and were checked as they are.
        quiet: the verdict alone; budget: to judge them by.
    """
    from fpgaml.record.files import read_manifest
    from fpgaml.report.section import Subject

    subject = Subject(read_manifest(folder), results, edited, made_now=True)
    subject = budget.judged(subject) if budget else subject
    if json_output:
        print_json(subject_json(subject))
    else:
        show_subject(subject, quiet=quiet)
    return subject


def show_subject(subject: Subject, *, quiet: bool = False) -> None:
    """A report as text; quiet: its verdict alone."""
    from rich.console import Console

    from fpgaml.report.sections import verdict
    from fpgaml.report.text import print_report

    if quiet:
        for section in verdict.sections(subject):
            show_section(section, quiet=True)
        show_judgement(subject, quiet=True)
    else:
        print_report(Console(), subject)


def show_judgement(subject: Subject, *, quiet: bool = False) -> None:
    """How a subject stands against its budget, where it has one; quiet: in one line."""
    from fpgaml.report.sections.budget import sections

    for section in sections(subject):
        show_section(section, quiet=quiet)


def show_section(section: Section, *, quiet: bool = False) -> None:
    """One section of a report as text; quiet: its last line alone, the verdict."""
    from rich.console import Console

    from fpgaml.report.section import Line, Section
    from fpgaml.report.text import print_sections

    if quiet:
        lines = [replace(part, indented=False) for part in section.parts if isinstance(part, Line)]
        section = Section("", lines[-1:])
    print_sections(Console(), [section])


def end(subject: Subject, *, passed: bool, strict: bool) -> None:
    """Leave with the exit code that a project's checks come to.

    Args:
        passed: whether nothing failed; strict: whether that is not enough.
    """
    proved = subject.verdict == Verdict.PROVED
    if strict and passed and not proved:
        typer.echo(f"fpgaml: --strict: {subject.verdict}", err=True)
    if not passed or (strict and not proved):
        raise typer.Exit(EXIT_CHECK_FAILED)


def subject_json(subject: Subject) -> dict[str, Any]:
    """A report as JSON; its verdict is of the files as they are now."""
    content: dict[str, Any] = {
        "verdict": str(subject.verdict),
        "manifest": subject.manifest.to_json(),
        "results": subject.results.to_json(),
        "edited": list(subject.edited),
    }
    if subject.unused_reports:
        content["unused_reports"] = [each.to_json() for each in subject.unused_reports]
    return content | ({"budget": subject.judgement.to_json()} if subject.judgement else {})


def print_json(content: Any) -> None:
    """JSON on the standard output stream."""
    typer.echo(json.dumps(content, indent=2))
