"""The netlist against the interpreter: every operation and its tricky settings, and random graphs."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.netlist import Netlist
from fpgaml.rtl.run import NetlistRun
from tests.hls.catalog import GROUPS
from tests.hls.harness import events_for
from tests.strategies import graphs, input_values

pytest.importorskip("alkaid", reason="alkaid is not installed")


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
