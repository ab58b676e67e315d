"""`fpgaml evaluate`: a task's physics in every column, from the baseline to the firmware."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fpgaml.cli import complete
from fpgaml.cli.options import Quiet


def evaluate(
    task: Annotated[
        str, typer.Argument(autocompletion=complete.networks, help="TASK or TASK/NETWORK; `fpgaml models` lists them.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The folder to fill.  \\[default: TASK_evaluated]")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option("--weights", help="A folder that `fpgaml train` filled, not the task's own networks.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Test events of your own: .npz, HDF5 or ROOT, as the task's page says."),
    ] = None,
    scale: Annotated[
        float, typer.Option("--scale", min=0.0005, max=100, help="Part of the full number of test events.")
    ] = 1.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the test events.")] = 1,
    rtl: Annotated[bool, typer.Option("--rtl/--no-rtl", help="Make and simulate RTL too, where it fits.")] = True,
    tflite: Annotated[
        bool, typer.Option("--tflite", help="The float network as int8 too: LiteRT, and firmware from the flatbuffer.")
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print what was measured as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Measure baseline, float network, Graph, C-simulation and RTL simulation on the same test events.

    The folder receives metrics.json, table.md, figure.png and the projects. Exit code 1: a firmware differs somewhere.
    """
    from fpgaml.errors import FpgamlError
    from fpgaml.progress import choose_progress
    from fpgaml.tasks import Sample, find_network, find_task
    from fpgaml.tasks.evaluation import Settings
    from fpgaml.tasks.evaluation import evaluate as run

    found = find_network(task)
    if found is None:
        find_task(task)
        raise FpgamlError(task, "is a file, not a task", "Leave the folder that holds it")
    chosen, network = found
    folder = output or Path(f"{task.replace('/', '_')}_evaluated")
    settings = Settings(folder, weights, Sample(scale, seed, data), rtl, tflite)
    content = run(chosen, network, settings, choose_progress(quiet))
    if json_output:
        import json

        typer.echo(json.dumps(content, indent=1))
        return
    from rich.console import Console

    from fpgaml.tasks.table import print_table

    if not quiet:
        print_table(Console(), chosen, content)
    typer.echo(f"Written: {folder} (metrics.json, table.md, figure.png, projects)")
