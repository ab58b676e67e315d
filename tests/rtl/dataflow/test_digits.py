"""Digits: every digit width gives the interpreter's sums, and the accumulators see the digits in order."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Dense, Input, Relu, uniform_quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer
from fpgaml.graph.values import FixedArray, quantize
from fpgaml.rtl.dataflow.beats import stream
from fpgaml.rtl.dataflow.calendar import make_calendar
from fpgaml.rtl.dataflow.stages.digits import Digits
from fpgaml.rtl.delays import DelayModel

DELAYS = DelayModel("test", 1.0, 5.0)


def dense(kind: FixedType, bias: bool) -> Graph:
    """Seven inputs, three sums, and what follows them."""
    rng = np.random.default_rng(3)
    builder = GraphBuilder("dense")
    x = builder.add(Input((7,), Quantizer(kind)), name="x")
    weights = FixedArray(rng.integers(-12, 13, (7, 3)), 2)
    offset = FixedArray(rng.integers(-40, 41, (3,)), 3) if bias else None
    y = builder.add(Dense(weights, offset), x, name="y")
    y = builder.add(Relu(), y, name="z")
    return builder.build([builder.add(uniform_quantize(0, 5, 1), y, name="q")])


MIXED = FixedType(np.array([1, 0, 1, 0, 0, 1, 1]), np.array([2, 3, 0, 4, 1, 2, 3]), np.array([3, 1, 2, 0, 4, -1, 2]))


@pytest.mark.parametrize("kind", [FixedType(1, 3, 2), FixedType(0, 4, 2), MIXED], ids=["signed", "unsigned", "mixed"])
@pytest.mark.parametrize("phases", [2, 3, 6, 8])
def test_sums_digit_by_digit_are_the_interpreters(kind: FixedType, phases: int) -> None:
    graph = dense(kind, bias=phases != 3)
    source, output = stream(graph, "x", 7), stream(graph, "q", 3)
    stage = Digits("y", graph, graph.nodes[1:], source, output, phases, DELAYS)
    assert stage.digit * phases >= source.port.width
    quantizer = Quantizer(kind, overflow=Overflow.SAT)
    values = quantize(FixedArray(np.random.default_rng(1).integers(-300, 301, (200, 7)), 3), quantizer)
    expected = interpret(graph, {"x": values})["q"]
    assert output.tensor(stage.run([source.codes(values)])) == expected
    found = make_calendar({"x": np.array([0])}, [stage], 1, 1)
    assert found.interval == phases
    assert found.first["q"][0] == 1 + phases + stage.products.latency + 1 + stage.after.latency


def test_the_adder_graph_is_as_narrow_as_a_digit() -> None:
    graph = dense(FixedType(1, 7, 0), bias=True)
    source, output = stream(graph, "x", 7), stream(graph, "q", 3)
    luts = [
        Digits("y", graph, graph.nodes[1:], source, output, phases, DELAYS).products.estimate.lut
        for phases in (2, 4, 8)
    ]
    assert luts[0] > luts[1] > luts[2]
