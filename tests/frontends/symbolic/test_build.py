"""Graphs of expressions: exact where the file says the types, within their own approximations elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from fpgaml.api import convert, load
from fpgaml.emulator.engine import choose_engine
from fpgaml.errors import UnsupportedError
from fpgaml.frontends.symbolic.build import Builder
from fpgaml.frontends.symbolic.oracle import values_of
from fpgaml.frontends.symbolic.text import parse_text
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.ops import Lookup, Multiply
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.progress import Silent
from fpgaml.record.verdict import Status
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.run import NetlistRun
from tests.frontends.symbolic.random_expressions import fixed_expression, float_sum
from tests.hls.harness import check, needs_compiler
from tests.hls.harness import settings as hls_settings
from tests.paths import ROOT

SMALL = Quantizer(FixedType(1, 2, 3), Rounding.RND, Overflow.SAT)
"""Values of the inputs: 64 each."""
POINTS = np.random.default_rng(4).integers(-32, 32, (300, 3)) / 8.0

MODEL = (ROOT / "tests" / "fixtures" / "symbolic" / "exact.sympy").read_text()


def built(text: str, quantizer: Quantizer = SMALL) -> Graph:
    """The Graph of expressions of three inputs."""
    return Builder("model", parse_text(text, "here"), quantizer, None).built().graph


def computed(graph: Graph, points: np.ndarray = POINTS) -> np.ndarray:
    (value,) = interpret(graph, read_inputs(graph, {"x": points})).values()
    return value.to_float()


def expected(text: str) -> np.ndarray:
    return values_of(parse_text(text, "here"), POINTS)


@given(fixed_expression())
@settings(max_examples=60, deadline=None)
def test_what_rounds_itself_is_exact(text: str) -> None:
    text = f"inputs: 3\n{text}"
    np.testing.assert_array_equal(computed(built(text)), expected(text))


@given(float_sum())
@settings(max_examples=40, deadline=None)
def test_floats_are_within_the_rounding_of_their_tables(drawn: tuple[str, int]) -> None:
    text, tables = f"inputs: 3\n{drawn[0]}", drawn[1]
    assert np.abs(computed(built(text)) - expected(text)).max() <= tables * 2.0**-17 * (1 + 1e-9)


def test_a_function_of_one_value_is_one_table() -> None:
    graph = built("inputs: 3\n0.3*exp(-(x0 - 0.25)**2)*tanh(x0) + x0**2 + 2*x1 + 0.7")
    tables = [node.op for node in graph.nodes if isinstance(node.op, Lookup)]
    assert len(tables) == 1 and tables[0].table.shape == (64,)
    assert not any(isinstance(node.op, Multiply) for node in graph.nodes)


def test_long_constants_within_a_type_of_the_file_stay_as_they_are() -> None:
    text = "inputs: 3\nap_fixed(0.15509*ap_fixed(x0, 6, 3, RND, SAT) - 0.043923, 9, 2, RND, SAT) + x1"
    source = parse_text(text, "here")
    found = Builder("model", source, SMALL, None).built()
    assert not found.approximations
    np.testing.assert_array_equal(computed(found.graph), expected(text))


def test_what_is_written_twice_is_computed_once() -> None:
    graph = built("inputs: 3\nsin(x0 + x1)*x2\nsin(x0 + x1)*x1\n3*x2*sin(x0 + x1)")
    assert sum(isinstance(node.op, Lookup) for node in graph.nodes) == 1


def test_a_table_with_an_infinite_entry_names_expression_value_and_remedy() -> None:
    with pytest.raises(UnsupportedError) as error:
        built("inputs: 3\nexp(200*x0*x1)\nsin(x0)\nexp(300*(x0 + x1*x2))")
    assert "2 layers are not supported" in str(error.value)
    assert "is not finite where x0*x1 is 3.5" in str(error.value)
    assert "round it to a type" in str(error.value)


def test_netlist_and_emulator_are_the_interpreter() -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    graph = built(MODEL)
    values = read_inputs(graph, {"x": POINTS})
    wanted = interpret(graph, values)["y"]
    engine = choose_engine(graph, 1 << 20, Silent())
    for got in (NetlistRun(to_netlist(graph)).run(values)["y"], engine.run(values)["y"]):
        unit = max(wanted.fractional, got.fractional)
        assert (wanted.at(unit) == got.at(unit)).all()
    np.testing.assert_array_equal(wanted.to_float(), expected(MODEL))


@needs_compiler
def test_c_simulation_is_the_interpreter(tmp_path: Path) -> None:
    check({"model": built(MODEL)}, hls_settings("vitis", "io_parallel"), tmp_path)


def test_types_of_the_file_are_proved_and_given_ones_are_a_distance(tmp_path: Path) -> None:
    path = tmp_path / "model.sympy"
    path.write_text(
        "inputs: 2\nap_fixed(sin(ap_fixed(x0, 8, 3, RND, SAT)), 8, 1, RND, SAT) + 0.3*ap_fixed(x1, 6, 3, RND, SAT)\n"
    )
    points = np.random.default_rng(2).normal(0, 1, (400, 2))
    model = load(path)
    (choice,) = model.inputs
    assert str(choice.quantizer.type) == "per element, 6 to 8 bits within ap_fixed<8,3>"
    exact = convert(path, tmp_path / "exact", target="cpp", data=points, vectors=16)
    assert [check.status for check in exact.results.checks] == [Status.DISTANCE, Status.EXACT]  # 0.3 keeps 18 bits
    path.write_text(path.read_text().replace("0.3", "0.25"))
    exact = convert(path, tmp_path / "exact", target="cpp", data=points, vectors=16)
    assert [check.status for check in exact.results.checks] == [Status.EXACT, Status.EXACT]
    path.write_text("sin(x0) + 0.3*x1*x0\n")
    given_types = convert(
        path,
        tmp_path / "given",
        target="cpp",
        data=points,
        vectors=16,
        precision=["ap_fixed<12,4>", "sin_1.table=ap_fixed<10,2>"],
    )
    assert given_types.results.checks[0].status == Status.DISTANCE
    said = [note.what for note in given_types.model.approximations]
    assert any("sin: a table with entries of ap_fixed<10,2>; in sin(x0)" in each for each in said)
    found = convert(path, tmp_path / "found", target="cpp", data=points, vectors=16, calibrate=True, tolerance=0.02)
    assert found.results.calibration is not None
    values = found.results.checks[0].outputs
    assert max(each.largest for each in values) < 0.05
