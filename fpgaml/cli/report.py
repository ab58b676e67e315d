"""`fpgaml report`: what a project is, and what was found out about it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    project: Annotated[Path, typer.Argument(help="The folder that `fpgaml convert` wrote.")],
    json_output: Annotated[bool, typer.Option("--json", help="Print manifest and results as JSON.")] = False,
    all_quantizers: Annotated[bool, typer.Option("--all", help="List every quantizer and every message.")] = False,
) -> None:
    """Show what a project was made from, what was checked, and whether it is still as generated.

    Nothing is run: `fpgaml verify` runs the checks again. The exit code is 0, or 1 if a check failed.
    """
    from fpgaml.errors import EXIT_CHECK_FAILED
    from fpgaml.report.checks import failed
    from fpgaml.report.read import read_project

    found = read_project(project)
    if json_output:
        import json

        content = {"manifest": found.manifest, "results": found.results, "edited": list(found.edited)}
        typer.echo(json.dumps(content, indent=2))
    else:
        from rich.console import Console

        from fpgaml.report.text import print_report

        print_report(Console(), found.manifest, found.results, all_quantizers=all_quantizers, edited=found.edited)
    if failed(found.results):
        raise typer.Exit(EXIT_CHECK_FAILED)
