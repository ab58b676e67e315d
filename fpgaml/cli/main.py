"""The command line: `fpgaml COMMAND`. One module a command; errors become one line and an exit code."""

from __future__ import annotations

import sys
from typing import Annotated, Any, NoReturn

import typer

from fpgaml import __version__
from fpgaml.cli.boards import boards
from fpgaml.cli.build import build
from fpgaml.cli.convert import convert
from fpgaml.cli.cosim import cosim
from fpgaml.cli.doctor import doctor
from fpgaml.cli.evaluate import evaluate
from fpgaml.cli.explore import explore
from fpgaml.cli.expressions import expressions
from fpgaml.cli.failure import (
    INTERRUPTED,
    UsageError,
    error_json,
    error_text,
    interrupted_json,
    print_error,
    usage_json,
)
from fpgaml.cli.init import init
from fpgaml.cli.models import models
from fpgaml.cli.predict import predict
from fpgaml.cli.report import report
from fpgaml.cli.synth import synth
from fpgaml.cli.train import train
from fpgaml.cli.vectors import vectors
from fpgaml.cli.verify import verify
from fpgaml.errors import FpgamlError

app = typer.Typer(
    name="fpgaml",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    help="From a trained, quantised network to FPGA firmware that is proved equal to it, bit for bit.",
    epilog="Exit codes: 0 no check failed (--strict: all proved), 1 a check failed, 2 bad input or usage.",
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


COMMANDS = (
    *(init, convert, verify, cosim, synth, build, report, models, predict, evaluate, explore, vectors),
    *(train, expressions, boards, doctor),
)
for command in COMMANDS:
    app.command()(command)


def main() -> None:
    """Run the command line."""
    arguments = sys.argv[1:]
    wants_json = "--json" in (arguments[: arguments.index("--")] if "--" in arguments else arguments)
    try:
        sys.exit(app(standalone_mode=False) or 0) if wants_json else app()
    except FpgamlError as error:
        _stop(error_text(error), error.exit_code, error_json(error) if wants_json else None)
    except KeyboardInterrupt as error:
        said = str(error) or "interrupted; nothing was left behind"
        _stop(said, INTERRUPTED, interrupted_json(said) if wants_json else None)
    except UsageError as error:  # only with --json: typer shows it otherwise, and ends
        content = usage_json(error)
        _stop("", content["exit_code"], content)


def _stop(message: str, code: int, content: dict[str, Any] | None) -> NoReturn:
    if content is None:
        typer.echo(f"fpgaml: {message}", err=True)
    else:
        print_error(content)
    sys.exit(code)
