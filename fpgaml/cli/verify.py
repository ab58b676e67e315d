"""`fpgaml verify`: run the checks of a project again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from fpgaml.cli.depth import DepthOptions
from fpgaml.cli.grouped import grouped
from fpgaml.cli.options import (
    CheckOptions,
    ClaimOptions,
    ClusterOptions,
    DataOptions,
    Quiet,
    Strict,
    ThenOption,
    checking,
    model_and_then,
)
from fpgaml.cli.project_folder import ProjectArgument, project_here
from fpgaml.frontends.chain.files import ModelFile, chained
from fpgaml.projectfile.project_file import ProjectFile

Options = TypeVar("Options", DataOptions, CheckOptions, ClaimOptions)


def _verify(
    project: ProjectArgument = None,
    model: Annotated[
        Path | None, typer.Option("--model", "-m", help="The model file, to compare with its framework again.")
    ] = None,
    then: ThenOption = None,
    cosim: Annotated[
        bool, typer.Option("--cosim", help="Simulate the RTL too, as it lies there, with the project's own bench.")
    ] = False,
    depth: DepthOptions = DepthOptions(),
    where: ClusterOptions = ClusterOptions(),
    data: DataOptions = DataOptions(),
    checks: CheckOptions = CheckOptions(),
    claims: ClaimOptions = ClaimOptions(),
    json_output: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Check a project again, as it lies in its folder: golden vectors, C-simulation, and more data if given.

    Without PROJECT, fpgaml.yaml in this folder says project, model, data and how they are compared. RTL is simulated
    with --cosim, or with --random. The exit code is 0, or 1 if a check failed.
    """
    from fpgaml.progress import choose_progress

    random, workers = depth.request(where), where.workers() if where.chosen else None
    progress = choose_progress(quiet)
    with progress.step("starting"):
        from fpgaml.cli.show import end, show_results
        from fpgaml.verification import verify as run

    source = model_and_then(model, then)
    if project is None:
        project, file = project_here()
        source, data, checks = filled(file, source, data, checks)
        claims = claimed(file, claims)
        strict = strict or file.values.get("strict", False)
    verification = run(
        project,
        source,
        checking(data, checks),
        progress,
        cosim=cosim,
        random=random,
        monotone=tuple(claims.monotone or ()),
        effort=claims.effort(),
        workers=workers,
    )
    subject = show_results(project, verification.results, verification.edited, json_output=json_output, quiet=quiet)
    if not (json_output or quiet):
        for name, guess in verification.guesses.items():
            typer.echo(f"{name}: {guess}")
    for note in verification.notes:
        typer.echo(f"fpgaml: {note}", err=True)
    end(subject, passed=verification.passed, strict=strict)


def filled(
    file: ProjectFile, model: ModelFile | None, data: DataOptions, checks: CheckOptions
) -> tuple[ModelFile | None, DataOptions, CheckOptions]:
    """What the command line leaves open as a file says it; what that says of its data is of no other data."""
    values = {name.replace("-", "_"): value for name, value in file.values.items()}
    if values.get("calibrate"):
        values.pop("tolerance", None)  # of the calibration, not of a comparison
    if data.data is not None:
        values = {name: value for name, value in values.items() if name not in ("data_axes", "reference", "labels")}
    named: Path | None = values.get("model")
    then: list[Path] = values.get("then", [])
    if model is None and named is not None and all(path.is_file() for path in (named, *then)):
        model = chained(named, then)
    return model, _open(data, values), _open(checks, values)


def claimed(file: ProjectFile, claims: ClaimOptions) -> ClaimOptions:
    """Claims as a file makes them, where the command line makes none."""
    values = {name.replace("-", "_"): value for name, value in file.values.items()}
    return claims if claims.monotone else _open(claims, values)


def _open(options: Options, values: Mapping[str, Any]) -> Options:
    """Options, of which those that stand at their defaults are taken from the values."""
    at_default = {each.name for each in fields(options) if getattr(options, each.name) == each.default}
    return replace(options, **{name: value for name, value in values.items() if name in at_default})


verify = grouped(_verify)
verify.__name__ = "verify"
