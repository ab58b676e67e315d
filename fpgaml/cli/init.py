"""`fpgaml init`: the first fpgaml.yaml of a folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.cli import complete
from fpgaml.cli.options import Quiet
from fpgaml.cli.project_folder import folder_name
from fpgaml.cli.target_options import target_help
from fpgaml.errors import FpgamlError
from fpgaml.projectfile.project_file import FILE
from fpgaml.targets import target_class

if TYPE_CHECKING:
    from fpgaml.projectfile.new import New


def init(
    model: Annotated[
        Path | None,
        typer.Argument(help="A model file, or a task of `fpgaml models`.  \\[default: the one in this folder]"),
    ] = None,
    target: Annotated[str, typer.Option("--target", "-t", autocompletion=complete.targets, help=target_help())] = "hls",
    board: Annotated[
        str | None,
        typer.Option(
            "--board", "-b", autocompletion=complete.boards, help="A board of `fpgaml boards`, or your own: FILE.toml."
        ),
    ] = None,
    clock: Annotated[str | None, typer.Option("--clock", help="Another clock than the board's: 5ns, 200MHz.")] = None,
    force: Annotated[bool, typer.Option("--force", help=f"Write over the {FILE} that is here.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Only print the file's JSON Schema, for editors.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write fpgaml.yaml, with which `fpgaml convert` needs no arguments: every option, explained, with its default.

    Events and labels beside the model stand in it where they are the only ones that fit its inputs by shape; what may
    be meant in more than one way stands behind #, with the reasons.
    """
    from fpgaml.boards import find_board
    from fpgaml.cli.convert import convert
    from fpgaml.cli.file_keys import keys_of
    from fpgaml.cli.show import print_json
    from fpgaml.progress import choose_progress
    from fpgaml.projectfile.new import relative, the_model, write_new
    from fpgaml.projectfile.schema import json_schema
    from fpgaml.tasks.sources import ANY_BOARD, name_of

    keys, path, kind = keys_of(convert), Path(FILE), target_class(target.lower())
    if schema:
        print_json(json_schema(keys))
        return
    if path.exists() and not force:
        raise FpgamlError(FILE, "is there already", "Edit it, or give --force to write it anew")
    given = {"board": board, "clock": clock}
    chosen = {name: value for name, value in given.items() if value is not None}
    _check(chosen, target, for_board=kind.for_board)
    found = model or _choose(the_model(Path()))
    named = relative(found, Path())
    stem, own = name_of(Path(named))
    defaults = {"output": folder_name(stem, find_board(board or own or ANY_BOARD).name, kind)}
    new = write_new(path, keys, named, kind, chosen, defaults, choose_progress(quiet))
    if json_output:
        print_json({"file": FILE, "values": new.values, "found": [asdict(each) for each in new.findings]})
    else:
        _say(new, for_board=kind.for_board, quiet=quiet)


def _check(chosen: dict[str, str], target: str, *, for_board: bool) -> None:
    """Refuse a board or a clock that `fpgaml convert` would refuse."""
    from fpgaml.boards import find_board, parse_clock

    if chosen and not for_board:
        flags = ", ".join(f"--{name}" for name in chosen)
        raise FpgamlError(flags, f"not used by --target {target}, which is for no FPGA", "Leave it out")
    if "board" in chosen:
        find_board(chosen["board"])
    if "clock" in chosen:
        parse_clock(chosen["clock"])


def _choose(models: Sequence[Path]) -> Path:
    """The only one; of several the one that the user names, where there is a user to ask.

    Raises:
        FpgamlError: nobody can be asked.
    """
    if len(models) == 1:
        return models[0]
    if not on_terminal():
        names = ", ".join(str(path) for path in models)
        raise FpgamlError("MODEL", f"this folder holds {len(models)} model files: {names}", "Give one of them")
    for number, path in enumerate(models, 1):
        typer.echo(f"{number}  {path}", err=True)

    def numbered(text: str) -> Path:
        if not text.isdecimal() or not 1 <= int(text) <= len(models):
            raise typer.BadParameter(f"give a number from 1 to {len(models)}")
        return models[int(text) - 1]

    chosen: Path = typer.prompt("Which model", value_proc=numbered, err=True)
    return chosen


def on_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _say(new: New, *, for_board: bool, quiet: bool) -> None:
    if not quiet:
        for name, value in new.values.items():
            typer.echo(f"{name + ':':<12} {value}")
        for each in new.findings:
            typer.echo(f"\n{each.key}: {each.why}" if not each.value else f"\n{each.why}")
        if for_board and "board" not in new.values:
            typer.echo(
                "\nNo board is chosen: fpgaml takes its usual one. `fpgaml boards` lists others, for the key board."
            )
    typer.echo(f"Written: {FILE}. `fpgaml convert` needs no arguments now")
