"""The command line: `fpgaml COMMAND`. One module a command; errors become one line and an exit code."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from fpgaml import __version__
from fpgaml.cli.boards import boards
from fpgaml.cli.convert import convert
from fpgaml.cli.cosim import cosim
from fpgaml.cli.doctor import doctor
from fpgaml.cli.evaluate import evaluate
from fpgaml.cli.models import models
from fpgaml.cli.report import report
from fpgaml.cli.synth import synth
from fpgaml.cli.train import train
from fpgaml.cli.verify import verify
from fpgaml.errors import FpgamlError, UnsupportedError

app = typer.Typer(
    name="fpgaml",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From a trained, quantised network to FPGA firmware that is proved equal to it, bit for bit.",
    epilog="Exit codes: 0 all proved, 1 a check failed, 2 bad input or usage.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fpgaml {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options of fpgaml itself."""


for command in (convert, verify, cosim, synth, report, models, evaluate, train, boards, doctor):
    app.command()(command)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except UnsupportedError as error:
        count = "1 layer is" if len(error.problems) == 1 else f"{len(error.problems)} layers are"
        listing = "".join(f"\n  {problem}" for problem in error.problems)
        _stop(f"{error.where}: {count} not supported:{listing}", error.exit_code)
    except FpgamlError as error:
        _stop(str(error), error.exit_code)
    except KeyboardInterrupt:
        _stop("interrupted; nothing was left behind", 130)


def _stop(message: str, code: int) -> None:
    typer.echo(f"fpgaml: {message}", err=True)
    sys.exit(code)
