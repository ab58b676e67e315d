"""PySR's tables: which row is taken, and a model file of several."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from fpgaml.cli.expressions import expressions
from fpgaml.errors import FpgamlError
from fpgaml.frontends.registry import parse_model
from fpgaml.frontends.symbolic.oracle import values_of
from fpgaml.frontends.symbolic.parsed import read_source
from fpgaml.frontends.symbolic.pysr import best, read_rows
from tests.paths import ROOT

TABLE = ROOT / "tests" / "fixtures" / "symbolic" / "hall_of_fame.csv"
app = typer.Typer()
app.command()(expressions)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "hall_of_fame.csv"
    path.write_bytes(TABLE.read_bytes())
    return path


def test_the_best_row_is_pysrs_own_choice(table: Path) -> None:
    # Losses up to 1.5 * 0.21 = 0.315 count: of their scores log(0.9 / 0.3) / 2, log(0.3 / 0.25) / 2 and
    # log(0.25 / 0.21) / 5 the first is the highest.
    rows = read_rows(table)
    assert [round(row.score, 4) for row in rows] == [0.0, 0.0527, 0.5493, 0.0912, 0.0349]
    assert best(rows).complexity == 5
    model = parse_model(table)
    assert model.input_shapes == {"x": (3,)}  # some row reads x2
    assert "complexity 5 (loss 0.3), the best of 5 by its score" in model.framework


def test_rows_of_several_tables_become_one_file(table: Path, tmp_path: Path) -> None:
    output = tmp_path / "model.sympy"
    arguments = [table, table, "--complexity", 12, "--complexity", 7, "--inputs", "4", "-o", output]
    run = CliRunner().invoke(app, [str(each) for each in arguments])
    assert run.exit_code == 0, run.output
    assert run.output.count("\n* ") == 2
    source = read_source(output)
    assert source.inputs == ("x0", "x1", "x2", "x3")
    values = values_of(source, np.array([[0.5, 0.25, 3.0, 9.0]]))
    np.testing.assert_allclose(values, [[np.sin(0.75) ** 2 * 3, -2.25]], rtol=1e-15)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Complexity,Loss,Formula\n1,2,x0\n", "has no column equation"),
        ("Complexity,Loss,Equation\n", "holds no expression"),
        ("Complexity,Loss,Equation\n1,low,x0\n", "line 2: is no complexity, loss and equation"),
        ("Complexity,Loss,Equation\n1,0.5,x0\n2,0.1,mass\n", "`mass` at line 3, column 1: is neither an input"),
    ],
)
def test_tables_that_are_refused(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "hall_of_fame.csv"
    path.write_text(content)
    with pytest.raises(FpgamlError, match=said):
        parse_model(path)


def test_a_complexity_that_is_not_there_is_an_error(table: Path) -> None:
    run = CliRunner().invoke(app, [str(table), "--complexity", "4"])
    assert "has no expression of complexity 4. It has 1, 3, 5, 7, 12" in str(run.exception)
