"""What keeps a program from being one answer for each event, and calls that write into tensors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fpgaml.errors import UnsupportedError
from fpgaml.frontends.pytorch.exported import read
from fpgaml.frontends.pytorch.inplace import spoilt
from fpgaml.frontends.pytorch.schema import Call, Program, Ref
from fpgaml.frontends.pytorch.sizes import evaluated
from fpgaml.frontends.pytorch.translate import batch_axis, translated
from tests.frontends.pytorch.test_files import DATA, changed


def refusal(tmp_path: Path, name: str, change: Callable[[Any], None]) -> str:
    """What is said of a model that was changed."""
    with pytest.raises(UnsupportedError) as raised:
        translated(read(changed(tmp_path, change, DATA / f"{name}.pt2")), name)
    return str(raised.value)


def test_a_mean_over_the_events_is_refused(tmp_path: Path) -> None:
    def change(tree: Any) -> None:
        (mean,) = (node for node in tree["graph_module"]["graph"]["nodes"] if node["name"] == "mean")
        mean["inputs"][1]["arg"] = {"as_ints": [0]}

    assert "mean: aten.mean.dim works along the batch" in refusal(tmp_path, "autoencoder", change)


def test_an_output_that_joins_events_is_refused(tmp_path: Path) -> None:
    def change(tree: Any) -> None:
        graph = tree["graph_module"]["graph"]
        batch = graph["tensor_values"]["input"]["sizes"][0]["as_expr"]["expr_str"]
        joined = {"as_expr": {"expr_str": f"Mul(Integer(3), {batch})", "hint": None}}
        graph["tensor_values"][graph["outputs"][0]["as_tensor"]["name"]]["sizes"] = [joined]

    assert "linear_2: this output has the shape (?), which is not one answer" in refusal(tmp_path, "mlp", change)


def test_models_in_training_are_refused(tmp_path: Path) -> None:
    def change(tree: Any) -> None:
        for node in tree["graph_module"]["graph"]["nodes"]:
            for given in node["inputs"]:
                if given["name"] == "training":
                    given["arg"] = {"as_bool": True}

    said = refusal(tmp_path, "normalisations", change)
    assert "1: aten.batch_norm.default normalises with the statistics of the batch" in said
    assert "4: aten.batch_norm.default" in said


def test_the_batch_may_lie_anywhere() -> None:
    program = read(DATA / "gru.pt2").program
    assert [batch_axis(program, name) for name in ("x", "getitem", "getitem_1", "zeros")] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Symbol('s77', positive=True, integer=True)", 1),
        ("Mul(Integer(5), Symbol('s77', positive=True, integer=True))", 5),
        ("FloorDiv(Add(Symbol('s0', integer=True), Integer(8)), Integer(2))", 4),
    ],
)
def test_open_sizes_are_of_one_event(text: str, value: int) -> None:
    assert evaluated(text) == value


@pytest.mark.parametrize("text", ["open('x')", "Symbol", "2 ** 99", "Integer('3')", "(" * 400, "[1][0]", ""])
def test_other_texts_are_no_sizes(text: str) -> None:
    with pytest.raises(ValueError, match="the size"):
        evaluated(text)


def program_of(*calls: tuple[str, str, str], outputs: tuple[str, ...]) -> Program:
    """A program of calls of one tensor: function, argument, result."""
    made = (Call(f"aten.{kind}.default", {"self": Ref(given)}, (found,), found) for kind, given, found in calls)
    return Program(tuple(made), {}, ("x",), (), outputs, (), "")


def test_writing_is_refused_where_another_view_is_read_later() -> None:
    harmless = program_of(("neg", "x", "a"), ("view", "a", "b"), ("relu_", "b", "c"), outputs=("c",))
    by_name = program_of(("neg", "x", "a"), ("relu_", "a", "b"), ("neg", "a", "c"), outputs=("b", "c"))
    before = program_of(("neg", "x", "a"), ("view", "a", "b"), ("relu_", "b", "c"), outputs=("c", "a"))
    after = program_of(("neg", "x", "a"), ("view", "a", "b"), ("relu_", "a", "c"), ("neg", "b", "d"), outputs=("d",))
    assert [sorted(spoilt(each)) for each in (harmless, by_name, before, after)] == [[], [], [2], [2]]
