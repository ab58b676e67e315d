"""The compiled emulator against the interpreter: random networks of many operations, in one library."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgaml.emulator.bodies import BODIES
from fpgaml.emulator.compiled import compile_emulator
from fpgaml.errors import FpgamlError, UnsupportedError
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Input, Relu
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Silent
from tests.hls.harness import combine, events_for
from tests.strategies import graphs

needs_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not on PATH")
TOGETHER = 15
"""Graphs in one library: compiling one takes a second, whatever it holds."""
KNOWN = sorted({"Input", "Constant", "Reshape"} | {kind.__name__ for kind in BODIES})


@needs_compiler
@settings(max_examples=1, suppress_health_check=list(HealthCheck))
@given(
    networks=st.lists(graphs(max_nodes=6, max_bits=16, ops=KNOWN), min_size=TOGETHER, max_size=TOGETHER),
    seed=st.integers(0, 1000),
)
def test_random_networks(networks: list[Graph], seed: int) -> None:
    network = combine({f"g{k}": network for k, network in enumerate(networks)})
    values = events_for(network, events=70, seed=seed)
    assert compile_emulator(network, Silent()).run(values) == interpret(network, values)


def test_unknown_operations_are_named() -> None:
    class Unheard(Relu):
        pass

    builder = GraphBuilder("net")
    x = builder.add(Input((4,), Quantizer(FixedType(1, 3, 4))), name="x")
    first = builder.add(Unheard(), x, name="first", source="layer one")
    network = builder.build([builder.add(Unheard(), first, name="second")])
    with pytest.raises(UnsupportedError, match=r"layer one: the emulator has no Unheard.*second: the emulator"):
        compile_emulator(network, Silent())


@needs_compiler
def test_values_outside_of_the_input_are_refused() -> None:
    builder = GraphBuilder("net")
    x = builder.add(Input((2,), Quantizer(FixedType(0, [3, 1], [1, 0]))), name="x")  # halves to 7.5, and 0 or 1
    network = builder.build([builder.add(Relu(), x, name="y")])
    emulator = compile_emulator(network, Silent())
    good = np.array([[15, 2], [1, 0]], dtype=np.int8)  # in halves
    assert emulator.integers({"x": good})["y"].tolist() == good.tolist()
    for bad in ([16, 0], [-1, 0], [0, 1], [0, 4]):
        with pytest.raises(FpgamlError, match="none of its input's type"):
            emulator.integers({"x": np.array([bad], dtype=np.int8)})
    with pytest.raises(FpgamlError, match="NaN"):
        emulator.reals({"x": np.array([[0.0, np.nan]])})
    assert emulator.run({"x": FixedArray(np.array([[3, 1]]), 0)})["y"] == FixedArray(np.array([[3, 1]]), 0)
