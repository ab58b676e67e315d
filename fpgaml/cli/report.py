"""`fpgaml report`: what a project is, and what was found out about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from fpgaml.tasks.budget import Finding


def report(
    project: Annotated[Path, typer.Argument(help="The folder that `fpgaml convert` wrote.")],
    json_output: Annotated[bool, typer.Option("--json", help="Print manifest and results as JSON.")] = False,
    budget: Annotated[
        str | None,
        typer.Option(
            "--budget", help="A budget.toml, or a task's name: judge the results by it, and fail if one is missed."
        ),
    ] = None,
    all_quantizers: Annotated[bool, typer.Option("--all", help="List every quantizer and every message.")] = False,
) -> None:
    """Show what a project was made from, what was checked, and whether it is still as generated.

    Nothing is run: `fpgaml verify` runs the checks again. The exit code is 0, or 1 if a check failed or the
    budget is missed.
    """
    from fpgaml.cli.show import report_json
    from fpgaml.errors import EXIT_CHECK_FAILED
    from fpgaml.record.verdict import Verdict
    from fpgaml.report.checks import verdict
    from fpgaml.report.read import read_project

    found = read_project(project)
    findings = _judge(budget, found.manifest, found.results) if budget else []
    if json_output:
        import json
        from dataclasses import asdict

        content = report_json(found.manifest, found.results, found.edited)
        if budget:
            content["budget"] = [asdict(finding) for finding in findings]
        typer.echo(json.dumps(content, indent=2))
    else:
        from rich.console import Console

        from fpgaml.report.text import print_report

        print_report(Console(), found.manifest, found.results, all_quantizers=all_quantizers, edited=found.edited)
        for finding in findings:
            typer.echo(f"budget: {finding.text}")
    if verdict(found.results) == Verdict.FAILED or any(finding.verdict == "missed" for finding in findings):
        raise typer.Exit(EXIT_CHECK_FAILED)


def _judge(budget: str, manifest: dict[str, Any], results: dict[str, Any]) -> list[Finding]:
    from fpgaml.tasks import find_network
    from fpgaml.tasks.budget import judge, read_budget

    named = find_network(budget)
    path = named[0].folder / "budget.toml" if named else Path(budget)
    return judge(read_budget(path), manifest, results)
