"""Recurrent models as firmware: the unrolled netlist and the C-simulation against the interpreter, on every bit."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.graph.interpreter import interpret
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.run import NetlistRun
from tests.frontends.recurrent.test_models import MODELS, recorded
from tests.hls.harness import combine, differences, events_for, needs_compiler, settings


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_unrolled_netlist_is_the_graph(path: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    graph = recorded(path)[0].graph
    values = events_for(graph, 12)
    netlist = NetlistRun(to_netlist(graph)).run(values)
    for name, value in interpret(graph, values).items():
        assert netlist[name] == value


@needs_compiler
def test_the_c_simulation_is_the_graph(tmp_path: Path) -> None:
    """All models in one project: compiling it takes seconds, whatever it holds."""
    graphs = {path.stem: recorded(path)[0].graph for path in MODELS}
    assert differences(combine(graphs), settings("vitis", "io_parallel"), tmp_path) == []
