"""`fpgaml evaluate`: physics in every column: of a task from its baseline to its firmware, or of a user's own model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.cli import complete
from fpgaml.cli.grouped import grouped
from fpgaml.cli.options import (
    CheckOptions,
    ClusterOptions,
    DataOptions,
    FrameworkChoice,
    Quiet,
    ThenOption,
    checking,
    model_and_then,
)
from fpgaml.errors import EXIT_CHECK_FAILED, FpgamlError

if TYPE_CHECKING:
    from fpgaml.tasks.task import Network, Task

TASK, OWN = "A task", "Your own project or model"
"""Panels of the help."""
SCALE, SEED = 1.0, 1


@dataclass(frozen=True)
class TaskOptions:
    """What a task is judged on."""

    weights: Annotated[
        Path | None,
        typer.Option(
            "--weights",
            help="A folder that `fpgaml train` filled, not the task's own networks.",
            rich_help_panel=TASK,
        ),
    ] = None
    scale: Annotated[
        float | None,
        typer.Option(
            "--scale",
            min=0.0005,
            max=100,
            help=f"Part of the full number of test events.  \\[default: {SCALE:g}]",
            rich_help_panel=TASK,
        ),
    ] = None
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, help=f"Of the test events.  \\[default: {SEED}]", rich_help_panel=TASK),
    ] = None
    rtl: Annotated[
        bool | None,
        typer.Option(
            "--rtl/--no-rtl",
            help="Make and simulate RTL too, where it fits.  \\[default: rtl]",
            rich_help_panel=TASK,
            show_default=False,
        ),
    ] = None
    tflite: Annotated[
        bool,
        typer.Option(
            "--tflite",
            help="The float network as int8 too: LiteRT, and firmware from the flatbuffer.",
            rich_help_panel=TASK,
        ),
    ] = False


@dataclass(frozen=True)
class OwnOptions:
    """What a user's own project or model is judged with, beside data and labels."""

    model: Annotated[
        Path | None,
        typer.Option(
            "--model", "-m", help="Of a project: the model file, so that its framework answers.", rich_help_panel=OWN
        ),
    ] = None
    then: ThenOption = None
    input_type: Annotated[
        list[str] | None,
        typer.Option("--input-type", help="Of a model file: as for convert.", rich_help_panel=OWN),
    ] = None
    sim: Annotated[
        bool,
        typer.Option(
            "--sim", help="Of an RTL project: simulate the Verilog itself, with Verilator.", rich_help_panel=OWN
        ),
    ] = False
    background_rate: Annotated[
        str | None,
        typer.Option(
            "--background-rate",
            help="How often background comes, such as 40MHz: false positives are shown as trigger rates.",
            rich_help_panel=OWN,
        ),
    ] = None
    framework: Annotated[
        FrameworkChoice,
        typer.Option("--framework", help="Ask the framework that wrote the model.", rich_help_panel=OWN),
    ] = FrameworkChoice.AUTO


def _evaluate(
    subject: Annotated[
        str,
        typer.Argument(
            autocompletion=complete.networks,
            metavar="TASK|PROJECT|MODEL",
            help="TASK or TASK/NETWORK, as `fpgaml models` lists them; or a project's folder, or a model file.",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The folder to fill.  \\[default: NAME_evaluated]")
    ] = None,
    data: DataOptions = DataOptions(),
    of_task: TaskOptions = TaskOptions(),
    own: OwnOptions = OwnOptions(),
    where: ClusterOptions = ClusterOptions(),
    json_output: Annotated[bool, typer.Option("--json", help="Print what was measured as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Judge source model, Graph and firmware on the same labelled events.

    Of a task: baseline, float network, Graph, C-simulation and RTL simulation, on its own test events; the folder
    receives metrics.json, table.md, figure.png and the projects. Of your own project or model, with --data and
    --labels: the source (recorded answers, or its framework), the Graph, and the firmware; the folder receives
    metrics.json, table.md and figure.png, and the project's report shows it too. Exit code 1: a firmware differs.
    """
    from fpgaml.tasks import find_network, find_task

    found = None if Path(subject).exists() else find_network(subject)
    if found is not None:
        _refuse_own(data, own, where)
        _of_task(*found, subject, output, data, of_task, json_output=json_output, quiet=quiet)
        return
    if not Path(subject).exists():
        find_task(subject)
    _refuse_of_task(of_task)
    _of_own(Path(subject), output, data, own, where, json_output=json_output, quiet=quiet)


def _refuse_own(data: DataOptions, own: OwnOptions, where: ClusterOptions) -> None:
    given = {
        "--data-axes": data.data_axes,
        "--events": data.events,
        "--reference": data.reference,
        "--labels": data.labels,
        "--model": own.model,
        "--then": own.then,
        "--input-type": own.input_type,
        "--sim": own.sim or None,
        "--background-rate": own.background_rate,
        "--cluster": where.cluster,
        "--cluster-config": where.cluster_config,
        "--framework": None if own.framework == FrameworkChoice.AUTO else own.framework,
    }
    _refuse(given, "for a project or model of your own; a task brings its events and networks")


def _refuse_of_task(of_task: TaskOptions) -> None:
    given = {
        "--weights": of_task.weights,
        "--scale": of_task.scale,
        "--seed": of_task.seed,
        "--rtl/--no-rtl": of_task.rtl,
        "--tflite": of_task.tflite or None,
    }
    _refuse(given, "for a task, not for a project or model of your own")


def _refuse(given: Mapping[str, object], reason: str) -> None:
    foreign = [flag for flag, value in given.items() if value is not None]
    if foreign:
        verb, it = ("is", "it") if len(foreign) == 1 else ("are", "them")
        raise FpgamlError(", ".join(foreign), f"{verb} {reason}", f"Leave {it} out")


def _of_task(
    task: Task,
    network: Network,
    named: str,
    output: Path | None,
    data: DataOptions,
    options: TaskOptions,
    *,
    json_output: bool,
    quiet: bool,
) -> None:
    from fpgaml.progress import choose_progress

    progress = choose_progress(quiet)
    with progress.step("starting"):
        from fpgaml.tasks import Sample
        from fpgaml.tasks.evaluation import Settings
        from fpgaml.tasks.evaluation import evaluate as run

    folder = output or Path(f"{named.replace('/', '_')}_evaluated")
    scale, seed = options.scale or SCALE, SEED if options.seed is None else options.seed
    rtl = options.rtl is None or options.rtl
    settings = Settings(folder, options.weights, Sample(scale, seed, data.data), rtl, options.tflite)
    content = run(task, network, settings, progress)
    if json_output:
        import json

        typer.echo(json.dumps(content, indent=1))
        return
    from rich.console import Console

    from fpgaml.tasks.table import print_table

    if not quiet:
        print_table(Console(), task, content)
    typer.echo(f"Written: {folder} (metrics.json, table.md, figure.png, projects)")


def _of_own(
    subject: Path,
    output: Path | None,
    data: DataOptions,
    own: OwnOptions,
    where: ClusterOptions,
    *,
    json_output: bool,
    quiet: bool,
) -> None:
    from fpgaml.cli.show import print_json, show_section
    from fpgaml.progress import choose_progress
    from fpgaml.rtl.dataflow.quantities import parse_rate
    from fpgaml.running import writing
    from fpgaml.running.evaluation import evaluate as run

    folder = output or Path(f"{subject.stem}_evaluated")
    writing.check_folder(folder)
    rate = None if own.background_rate is None else parse_rate(own.background_rate, "--background-rate")
    asked = checking(data, CheckOptions(framework=own.framework))
    found = run(
        subject,
        asked,
        choose_progress(quiet),
        model=model_and_then(own.model, own.then),
        input_types=tuple(own.input_type or ()),
        simulate=own.sim,
        background_hz=rate,
        workers=where.workers() if where.chosen else None,
    )
    written = writing.write(found, asked, folder)
    if json_output:
        print_json(writing.content(found, asked))
    elif not quiet:
        for section in writing.sections_of(found):
            show_section(section)
        typer.echo(f"Written: {folder} ({', '.join(written)})")
        if found.recorded:
            typer.echo(f"Recorded in {subject}: `fpgaml report` shows it")
    if not found.passed:
        typer.echo(f"fpgaml: the firmware differs from the Graph in {found.different:,} events", err=True)
        raise typer.Exit(EXIT_CHECK_FAILED)


evaluate = grouped(_evaluate)
evaluate.__name__ = "evaluate"
