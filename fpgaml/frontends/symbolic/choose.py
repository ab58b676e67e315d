"""Rows of PySR's tables as one file of expressions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.frontends.symbolic.pysr import Row, best, parse_row
from fpgaml.frontends.symbolic.render import text_of
from fpgaml.frontends.symbolic.source import inputs_of
from fpgaml.frontends.symbolic.text import parse_text

OPTION = "--complexity"


def chosen_rows(tables: Sequence[tuple[Path, list[Row]]], complexities: Sequence[int]) -> list[Row]:
    """A row of each table: PySR's own choice, or that of a complexity.

    Args:
        complexities: none, one for all tables, or one for each.

    Raises:
        FpgamlError: a table has no such row, or there are too few numbers or too many.
    """
    if not complexities:
        return [best(rows) for _, rows in tables]
    if len(complexities) not in (1, len(tables)):
        reason = f"{len(complexities)} numbers for {len(tables)} tables"
        raise FpgamlError(OPTION, reason, "Give one for all, or one for each")
    wanted = list(complexities) * (len(tables) if len(complexities) == 1 else 1)
    return [_row_of(path, rows, number) for (path, rows), number in zip(tables, wanted, strict=True)]


def _row_of(path: Path, rows: list[Row], complexity: int) -> Row:
    found = next((row for row in rows if row.complexity == complexity), None)
    if found is None:
        there = ", ".join(str(row.complexity) for row in rows)
        raise FpgamlError(OPTION, f"{path} has no expression of complexity {complexity}", f"It has {there}")
    return found


def model_text(rows: Sequence[tuple[Path, Row]], inputs: str | None) -> str:
    """The file of some rows' expressions, y0, y1 and so on.

    Args:
        inputs: how many there are, or their names, apart by commas; None: as many as the expressions read.

    Raises:
        FpgamlError: an expression is damaged, or names what is not known.
    """
    if inputs is not None:
        names: tuple[str, ...] | None = parse_text(f"inputs: {inputs}\n0", "--inputs").inputs
    else:
        names = None
    expressions = [parse_row(row, str(path), names) for path, row in rows]
    lines = [f"inputs: {', '.join(names or inputs_of(expressions))}"]
    for number, ((path, row), expression) in enumerate(zip(rows, expressions, strict=True)):
        lines.append(f"# {path.name}: complexity {row.complexity}, loss {row.loss:.6g}")
        lines.append(f"y{number} = {text_of(expression)}")
    return "\n".join(lines) + "\n"
