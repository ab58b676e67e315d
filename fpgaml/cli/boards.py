"""`fpgaml boards`: the boards that firmware can be made for."""

from __future__ import annotations

from typing import Annotated

import typer

from fpgaml.cli import complete


def boards(
    name: Annotated[
        str | None,
        typer.Argument(
            autocompletion=complete.boards,
            help="A board, one of its other names, or a file FILE.toml; all boards without it.",
        ),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the boards with part, clock and capacity, or show one of them with its sources."""
    from fpgaml.boards import find_board, load_aliases, load_boards
    from fpgaml.report.boards import board_json, boards_json, print_board, print_boards

    board = find_board(name) if name is not None else None
    if json_output:
        import json

        content = board_json(board) if board else boards_json(load_boards(), load_aliases())
        typer.echo(json.dumps(content, indent=2))
        return
    from rich.console import Console

    if board:
        print_board(Console(), board, load_aliases().values())
    else:
        print_boards(Console(), load_boards().values(), load_aliases().values())
