"""The netlist against the interpreter: every operation and its tricky settings, and random graphs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Add, Concatenate, Constant, Dense, Input, uniform_quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.proof.vectors import corner_vectors
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.netlist import Netlist
from fpgaml.rtl.run import NetlistRun
from fpgaml.source import load_model
from tests.hls.catalog import GROUPS
from tests.hls.harness import events_for
from tests.paths import ROOT
from tests.strategies import graphs, input_values

pytest.importorskip("alkaid", reason="alkaid is not installed")

DATA = ROOT / "tests" / "fixtures"
MODELS = sorted([*(DATA / "keras2").glob("*.h5"), *(DATA / "keras3").glob("*.keras")])
TOO_LARGE = ("plain_layers", "plain_float", "pair_weights")
"""Unrolled, these take minutes; the last one holds weights alone."""


def check(graph: Graph, values: dict[str, FixedArray]) -> Netlist:
    """Every bit of every output must be the interpreter's; every wire must lie within its range."""
    netlist = to_netlist(graph)
    expected, got = interpret(graph, values), NetlistRun(netlist).run(values)
    for name, value in expected.items():
        unit = max(value.fractional, got[name].fractional)
        assert (value.at(unit) == got[name].at(unit)).all(), name
    return netlist


@pytest.mark.parametrize("group", list(GROUPS))
def test_every_operation(group: str) -> None:
    for name, graph in GROUPS[group]().items():
        try:
            check(graph, events_for(graph, 24))
        except AssertionError as error:
            raise AssertionError(f"{group}/{name}: {error}") from error


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_random_graphs(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    check(graph, data.draw(input_values(graph)))


@pytest.mark.parametrize("model", [path for path in MODELS if path.stem not in TOO_LARGE], ids=lambda path: path.name)
def test_real_models(model: Path) -> None:
    """Files of Keras 2, QKeras, Keras 3 and HGQ2; an input that the model does not quantise gets 8 bits."""
    try:
        graph = load_model(model, ()).graph
    except FpgamlError as error:
        assert "--input-type" in error.advice
        graph = load_model(model, ("ap_fixed<8,4>",)).graph
    check(graph, corner_vectors(graph, 16, 1))


def test_a_rounded_constant_keeps_its_binary_point() -> None:
    """Values whose floor is always 16 and that round up to 17: the 16 is held as 1 * 2^4, the carry is not."""
    builder = GraphBuilder("g")
    x = builder.add(Input((1,), Quantizer(FixedType(0, 0, 3))), name="x")
    high = builder.add(Constant(FixedArray(np.array([16]), 0)), name="high")
    total = builder.add(Add(), x, high, name="sum")
    graph = builder.build([builder.add(uniform_quantize(0, 6, 0, Rounding.RND, Overflow.WRAP), total, name="y")])
    values = {"x": FixedArray(np.arange(8).reshape(8, 1), 3)}
    (got,) = NetlistRun(to_netlist(graph)).run(values).values()
    assert got.integers.reshape(-1).tolist() == [16, 16, 16, 16, 17, 17, 17, 17]


def test_constants_among_the_terms_of_a_sum() -> None:
    """5 * 3 + x * 2 + 2.5 * -7, and a sum of constants alone."""
    builder = GraphBuilder("g")
    x = builder.add(Input((1,), Quantizer(FixedType(1, 3, 2))), name="x")
    known = builder.add(Constant(FixedArray(np.array([10, 5]), 1)), name="known")
    kernel = FixedArray(np.array([[3, 3], [-7, 1], [2, 0]]), 0)
    terms = builder.add(Concatenate(0), known, x, name="terms")
    graph = builder.build([builder.add(Dense(kernel, None), terms, name="y")])
    check(graph, {"x": FixedArray(np.arange(-32, 32).reshape(64, 1), 2)})
