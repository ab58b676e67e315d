"""`fpgaml synth`: what a generated RTL project costs, and how fast it is, with open tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fpgaml.cli import complete
from fpgaml.cli.options import Quiet
from fpgaml.cli.project_folder import ProjectArgument, project_folder
from fpgaml.cli.show import print_json, show_section


def synth(
    project: ProjectArgument = None,
    family: Annotated[
        list[str] | None,
        typer.Option(
            "--family",
            "-f",
            help="xcup, xcu, xc7, intel or ecp5; may be given again.  \\[default: that of the project's board]",
        ),
    ] = None,
    board: Annotated[
        str | None,
        typer.Option(
            "--board",
            "-b",
            autocompletion=complete.boards,
            help="Compare with another board than the project's, of `fpgaml boards` or FILE.toml.",
        ),
    ] = None,
    modules: Annotated[
        bool, typer.Option("--modules", help="Count module by module: nothing is optimised across their borders.")
    ] = False,
    route: Annotated[bool, typer.Option("--route", help="Place and route too, for the real clock: ECP5.")] = False,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Keep scripts, logs and netlists in this new folder.")
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Synthesise an RTL project with yosys, and compare with what the board holds.

    With --route, nextpnr places and routes it. The results go into the project's results.json. The exit code is 1 if
    the design does not fit, or misses the clock of its own board.
    """
    from fpgaml.errors import EXIT_CHECK_FAILED
    from fpgaml.progress import choose_progress
    from fpgaml.synth.run import Request, synthesise

    request = Request(tuple(family or ()), board, modules, route, keep)
    found = synthesise(project_folder(project), request, choose_progress(quiet))
    if json_output:
        print_json({"synthesis": [synthesis.to_json() for synthesis in found]})
    else:
        from fpgaml.report.sections.synthesis import synthesis_section

        for synthesis in found:
            show_section(synthesis_section(synthesis), quiet=quiet)
    if not all(synthesis.passed for synthesis in found):
        raise typer.Exit(EXIT_CHECK_FAILED)
