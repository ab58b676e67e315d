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
    """A report with these results.

    Args:
        edited: files that changed since the project was generated.
    """
    manifest = read_manifest(folder)
    if json_output:
        content = {"manifest": manifest, "results": results, "edited": list(edited)}
        typer.echo(json.dumps(content, indent=2))
        return
    from rich.console import Console

    from fpgaml.report.text import print_report

    print_report(Console(), manifest, results, edited=edited)
