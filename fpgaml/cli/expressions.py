"""`fpgaml expressions`: what PySR's tables hold, and a file of the expressions that are chosen from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.errors import FpgamlError

if TYPE_CHECKING:
    from fpgaml.frontends.symbolic.pysr import Row


def expressions(
    tables: Annotated[
        list[Path], typer.Argument(help="PySR's hall_of_fame.csv, one for each output of the model, in order.")
    ],
    complexity: Annotated[
        list[int] | None,
        typer.Option(
            "--complexity", help="Of the row to take: one for all tables, or one for each.  \\[default: PySR's best]"
        ),
    ] = None,
    inputs: Annotated[
        str | None, typer.Option("--inputs", help="How many inputs there are, or their names in order: mass,width.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A .sympy file to write, which `fpgaml convert` reads.")
    ] = None,
) -> None:
    """Show what PySR found, and write the expressions that are chosen as one model file.

    `fpgaml convert hall_of_fame.csv` takes PySR's own choice of one table; other rows, and models of several outputs,
    go through this.
    """
    from fpgaml.files import write_whole
    from fpgaml.frontends.symbolic.choose import chosen_rows, model_text
    from fpgaml.frontends.symbolic.pysr import read_rows

    if output is not None and output.suffix.lower() != ".sympy":
        raise FpgamlError("--output", f"{output} does not end in .sympy", f"Write {output.with_suffix('.sympy')}")
    found = [(table, read_rows(table)) for table in tables]
    rows = chosen_rows(found, complexity or ())
    text = model_text(list(zip(tables, rows, strict=True)), inputs)
    for (table, all_rows), row in zip(found, rows, strict=True):
        _show(table, all_rows, row)
    if output is not None:
        write_whole(output, text)
        typer.echo(f"Written: {output}")


def _show(table: Path, rows: list[Row], chosen: Row) -> None:
    typer.echo(f"{table}\n  {'complexity':>10}  {'loss':>12}  {'score':>8}  equation")
    for row in rows:
        mark = "*" if row is chosen else " "
        typer.echo(f"{mark} {row.complexity:>10}  {row.loss:>12.6g}  {row.score:>8.3f}  {row.equation}")
