"""Show a project's report on the standard output stream."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from fpgaml.project.manifest import RESULTS, read_manifest


def show_project(folder: Path, json_output: bool) -> None:
    """The report of what convert wrote."""
    results = json.loads((folder / RESULTS).read_text())
    show_results(folder, results, (), json_output)
    if not json_output:
        typer.echo(f"Project: {folder}")


def show_results(folder: Path, results: Mapping[str, Any], edited: Sequence[str], json_output: bool) -> None:
    """A report with the results of checks that were made just now.

    Args:
        edited: files that changed since the project was generated, and were checked as they are.
    """
    manifest = read_manifest(folder)
    if json_output:
        typer.echo(json.dumps(report_json(manifest, results, edited, made_now=True), indent=2))
        return
    from rich.console import Console

    from fpgaml.report.text import print_report

    print_report(Console(), manifest, results, edited=edited, made_now=True)


def report_json(
    manifest: Mapping[str, Any], results: Mapping[str, Any], edited: Sequence[str], *, made_now: bool = False
) -> dict[str, Any]:
    """The report as JSON; its verdict is of the files as they are now.

    Args:
        made_now: whether the checks are of these files, the edited ones too.
    """
    from fpgaml.report.checks import verdict

    return {
        "verdict": str(verdict(results, () if made_now else edited)),
        "manifest": manifest,
        "results": results,
        "edited": list(edited),
    }
