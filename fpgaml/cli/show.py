"""Show a project's report on the standard output stream."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from fpgaml.record.results import Results
    from fpgaml.report.section import Section, Subject


def show_results(folder: Path, results: Results, edited: Sequence[str], json_output: bool) -> None:
    """A report with the results of checks that were made just now.

    Args:
        edited: files that changed since the project was generated, and were checked as they are.
    """
    from fpgaml.record.files import read_manifest
    from fpgaml.report.section import Subject

    subject = Subject(read_manifest(folder), results, edited, made_now=True)
    if json_output:
        print_json(subject_json(subject))
    else:
        show_subject(subject)


def show_subject(subject: Subject) -> None:
    """A report as text."""
    from rich.console import Console

    from fpgaml.report.text import print_report

    print_report(Console(), subject)


def show_section(section: Section) -> None:
    """One section of a report as text."""
    from rich.console import Console

    from fpgaml.report.text import print_sections

    print_sections(Console(), [section])


def subject_json(subject: Subject) -> dict[str, Any]:
    """A report as JSON; its verdict is of the files as they are now."""
    return {
        "verdict": str(subject.verdict),
        "manifest": subject.manifest.to_json(),
        "results": subject.results.to_json(),
        "edited": list(subject.edited),
    }


def print_json(content: Any) -> None:
    """JSON on the standard output stream."""
    typer.echo(json.dumps(content, indent=2))
