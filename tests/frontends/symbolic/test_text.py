"""Text of expressions: what it means, as sympy says it, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.frontends.registry import parse_model
from fpgaml.frontends.symbolic.oracle import values_of
from fpgaml.frontends.symbolic.render import text_of
from fpgaml.frontends.symbolic.text import parse_text
from tests.paths import ROOT

RECORDED = json.loads((ROOT / "tests" / "fixtures" / "symbolic" / "recorded.json").read_text())
EXPRESSIONS = RECORDED["expressions"]


@pytest.mark.parametrize("row", EXPRESSIONS, ids=[row["text"] for row in EXPRESSIONS])
def test_values_are_those_of_sympy(row: dict[str, list[float]]) -> None:
    source = parse_text(f"inputs: 3\n{row['text']}", "here")
    values = values_of(source, np.array(RECORDED["points"]))
    np.testing.assert_allclose(values[:, 0], row["values"], rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("row", EXPRESSIONS, ids=[row["text"] for row in EXPRESSIONS])
def test_what_is_written_is_read_back_as_the_same(row: dict[str, str]) -> None:
    ((_, expression),) = parse_text(f"inputs: 3\n{row['text']}", "here").outputs
    assert parse_text(f"inputs: 3\n{text_of(expression)}", "there").outputs == (("y0", expression),)


def test_a_list_lines_names_and_comments_say_the_same() -> None:
    one = parse_text("[x0 + x1,\n x1*2]  # two", "here")
    other = parse_text("inputs: a, b\n# a comment\nfirst = (a +\n  b)\n\nsecond = 2*b\n", "here")
    assert [each for _, each in one.outputs] == [each for _, each in other.outputs]
    assert [name for name, _ in one.outputs] == ["y0", "y1"]
    assert [name for name, _ in other.outputs] == ["first", "second"]
    assert (one.inputs, other.inputs) == (("x0", "x1"), ("a", "b"))


def test_outside_of_their_domains_functions_mean_one_thing() -> None:
    texts = ("log(x0)", "sqrt(x0)", "1/x0", "x0**0.5", "x0**-0.5", "asin(x0)", "acosh(x0)", "log1p(x0)")
    source = parse_text("\n".join(texts), "here")
    values = values_of(source, np.array([[-3.0], [0.0]]))
    least = np.log(2.0**-16)
    expected = [[least, 0, -1 / 3, 0, 0, -np.pi / 2, 0, least], [least, 0, 0, 0, 0, 0, 0, 0]]
    np.testing.assert_array_equal(values, expected)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no expression"),
        ("x0 +", "the end at line 1, column 5: a number, a name"),
        ("x0 x1", "`x1` at line 1, column 4: the expression has ended"),
        ("2 $ 3", r"`\$` at line 1, column 3 belongs to no expression"),
        ("__import__('os').system('true')", "`'` at line 1, column 12 belongs to no expression"),
        ("x0.__class__", r"`\.` at line 1, column 3 belongs to no expression"),
        ("lambda x0: x0", "`x0` at line 1, column 8: the expression has ended"),
        ("(" * 500 + "x0" + ")" * 500, "lies within more than 100 brackets"),
        ("-" * 5000 + "x0", "lies within more than 100 brackets or signs"),
        ("a" * 100, "has 100 characters"),
        ("x99999999", "an input has at most 4,096 elements"),
        ("inputs: 99999999\nx0", "`99999999` at line 1, column 9 is no number of inputs"),
        ("9e999", "`9e999` at line 1, column 1 is beyond float64"),
        ("+".join(["x0"] * 20_001), "has more than 20,000 numbers and names"),
        ("sin(x0, x1)", r"`sin` at line 1, column 1 has 2 arguments\. It takes 1 argument"),
        ("Piecewise((x0, x1 > 1))", "says nothing of the other cases"),
        ("y = x0\ny = x1", "`y` at line 2, column 1 is the name of something before it"),
        ("x0\ninputs: a", "inputs are named before the first expression"),
        ("inputs: a, a\na", "`a` is named twice"),
        ("inputs: sin\nsin", "`sin` at line 1, column 9 is a function"),
        ("ap_fixed(x0, 900, 2)", "has 900 bits, more than 64"),
        ("ap_fixed(x0, q, 2)", "has a part that is not a whole number"),
    ],
)
def test_text_that_is_refused(text: str, said: str) -> None:
    with pytest.raises(FpgamlError, match=said):
        parse_text(text, "here")


def test_all_unknown_names_are_said_at_once_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "wrong.sympy"
    path.write_text("inputs: mass, width\nsinn(mass) + bessel(width)\nmas*width + gamma0\n")
    with pytest.raises(FpgamlError) as error:
        parse_model(path)
    assert "4 problems" in str(error.value)
    for name, hint in (("sinn", "Did you mean sin?"), ("bessel", "no function"), ("mas", "Did you mean mass?")):
        assert any(f"`{name}`" in line and hint in line for line in str(error.value).splitlines())
    assert "`gamma0` at line 3, column 13: is neither an input nor a constant" in str(error.value)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "model.sympy"
    path.write_bytes(b"x0 + \xff\xfe")
    with pytest.raises(FpgamlError, match="is no text in UTF-8"):
        parse_model(path)
    path.write_bytes(b"x0 + 1" + b" " * (1 << 20))
    with pytest.raises(FpgamlError, match="more than 1,048,576"):
        parse_model(path)
