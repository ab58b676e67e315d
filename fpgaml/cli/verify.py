"""`fpgaml verify`: run the checks of a project again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fpgaml.cli.options import (
    Data,
    DataAxes,
    Events,
    FrameworkChoice,
    FrameworkOption,
    Labels,
    Layers,
    Reference,
    Tolerance,
    parse_axes,
)
from fpgaml.errors import EXIT_CHECK_FAILED


def verify(
    project: Annotated[Path, typer.Argument(help="The folder that `fpgaml convert` wrote.")],
    model: Annotated[
        Path | None, typer.Option("--model", "-m", help="The model file, to compare with its framework again.")
    ] = None,
    data: Data = None,
    data_axes: DataAxes = None,
    events: Events = None,
    reference: Reference = None,
    labels: Labels = None,
    framework: FrameworkOption = FrameworkChoice.AUTO,
    layers: Layers = False,
    tolerance: Tolerance = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Check a project again: golden vectors, C-simulation, and more data if given."""
    from fpgaml.cli.show import show_results
    from fpgaml.conversion import Request
    from fpgaml.progress import choose_progress
    from fpgaml.proof.oracle import FrameworkUse
    from fpgaml.record.files import parse
    from fpgaml.record.results import Results
    from fpgaml.verification import verify as run

    request = Request(
        data=data,
        axes=parse_axes(data_axes),
        limit=events,
        reference=reference,
        labels=labels,
        framework=FrameworkUse(framework),
        layers=layers,
        tolerance_lsb=tolerance,
    )
    verification = run(project, model, request, choose_progress())
    results = parse(Results, "results.json", verification.results.to_json())
    show_results(project, results, verification.edited, json_output)
    if not verification.results.passed:
        raise typer.Exit(EXIT_CHECK_FAILED)
