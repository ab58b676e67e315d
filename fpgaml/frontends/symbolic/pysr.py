"""PySR's tables `hall_of_fame.csv`: for each complexity the expression with the least loss; one of them is chosen.

Source of the columns and of the criterion: PySR's documentation of `model_selection` (its default, `best`): among the
expressions whose loss is at most 1.5 times the least one, that with the highest score, which is how much the logarithm
of the loss falls per unit of complexity, from the row before.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from math import inf, log
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.frontends.symbolic.expression import Expression
from fpgaml.frontends.symbolic.parse import Parser
from fpgaml.frontends.symbolic.source import Source, inputs_of, refuse, text_of_file
from fpgaml.frontends.symbolic.tokens import tokens_of

COLUMNS = ("complexity", "loss", "equation")
WORST = 1.5
"""Of the least loss, that `best` still looks at."""
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_AGAIN = "Give the hall_of_fame.csv that PySR wrote"


@dataclass(frozen=True)
class Row:
    """An expression of the table.

    Args:
        line: of the file; score: as PySR defines it.
    """

    line: int
    complexity: int
    loss: float
    score: float
    equation: str


def read_table(path: Path) -> Source:
    """The expression that PySR itself would choose; the inputs are those that any row reads.

    Raises:
        FpgamlError: the table is damaged, or the expression names what is not known.
    """
    rows = read_rows(path)
    row = best(rows)
    expressions = {each.line: parse_row(each, str(path)) for each in rows}
    expression = expressions[row.line]
    said = (
        f"PySR's expression of complexity {row.complexity} (loss {row.loss:.6g}), the best of {len(rows)} by its score"
    )
    return Source(inputs_of(list(expressions.values())), (("y0", expression),), said)


def read_rows(path: Path) -> list[Row]:
    """The table, by complexity.

    Raises:
        FpgamlError: it is no such table, or a row has no numbers.
    """
    text = text_of_file(path)
    lines = list(csv.reader(StringIO(text)))
    heads = [head.strip().lower() for head in lines[0]] if lines else []
    heads = ["loss" if head == "mse" else head for head in heads]  # as PySR called it once
    missing = [column for column in COLUMNS if column not in heads]
    if missing:
        raise FpgamlError(str(path), f"has no column {', '.join(missing)}", _AGAIN)
    places = [heads.index(column) for column in COLUMNS]
    rows: list[Row] = []
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        try:
            complexity, loss, equation = (line[place] for place in places)
            found = Row(number, int(float(complexity)), float(loss), 0.0, equation.translate(_SUBSCRIPTS))
        except (IndexError, ValueError, OverflowError):
            raise FpgamlError(f"{path}, line {number}", "is no complexity, loss and equation", _AGAIN) from None
        rows.append(found)
    if not rows:
        raise FpgamlError(str(path), "holds no expression", _AGAIN)
    return _scored(sorted(rows, key=lambda row: row.complexity))


def _scored(rows: list[Row]) -> list[Row]:
    """The rows with their scores; the first has none to fall from, and an expression without any loss is unbeaten."""
    found = []
    before: Row | None = None
    for row in rows:
        score = 0.0
        if before is not None and row.complexity > before.complexity and before.loss > 0:
            score = (
                inf if row.loss <= 0 else max(-log(row.loss / before.loss) / (row.complexity - before.complexity), 0)
            )
        found.append(Row(row.line, row.complexity, row.loss, score, row.equation))
        before = row
    return found


def best(rows: list[Row]) -> Row:
    """The row that PySR chooses by default."""
    most = WORST * min(row.loss for row in rows)
    near = [row for row in rows if row.loss <= most] or rows
    return max(near, key=lambda row: row.score)


def parse_row(row: Row, where: str, names: tuple[str, ...] | None = None) -> Expression:
    """A row's expression.

    Args:
        where: the file, for messages; names: of the inputs in order; None: x0, x1, and so on.

    Raises:
        FpgamlError: it is damaged, or names what is not known.
    """
    known = None if names is None else {name: index for index, name in enumerate(names)}
    parser = Parser(tokens_of(row.equation, where, row.line), where, known)
    expression = parser.comparison()
    if not parser.ended:
        raise parser.wrong("the expression has ended before it")
    refuse(where, list(parser.problems))
    return expression
