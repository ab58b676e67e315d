"""`fpgaml verify`: run the checks of a project again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fpgaml.cli.grouped import grouped
from fpgaml.cli.options import CheckOptions, DataOptions, Quiet, Strict, checking


def _verify(
    project: Annotated[Path, typer.Argument(help="The folder that `fpgaml convert` wrote.")],
    model: Annotated[
        Path | None, typer.Option("--model", "-m", help="The model file, to compare with its framework again.")
    ] = None,
    cosim: Annotated[
        bool, typer.Option("--cosim", help="Simulate the RTL too, as it lies there, with the project's own bench.")
    ] = False,
    data: DataOptions = DataOptions(),
    checks: CheckOptions = CheckOptions(),
    json_output: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Check a project again, as it lies in its folder: golden vectors, C-simulation, and more data if given.

    RTL is simulated with --cosim. The exit code is 0, or 1 if a check failed.
    """
    from fpgaml.cli.show import end, show_results
    from fpgaml.progress import choose_progress
    from fpgaml.verification import verify as run

    verification = run(project, model, checking(data, checks), choose_progress(quiet), cosim=cosim)
    subject = show_results(project, verification.results, verification.edited, json_output=json_output, quiet=quiet)
    if not (json_output or quiet):
        for name, guess in verification.guesses.items():
            typer.echo(f"{name}: {guess}")
    end(subject, passed=verification.passed, strict=strict)


verify = grouped(_verify)
verify.__name__ = "verify"
