"""The unrolled core: what a shell and a project need to know of a network."""

from __future__ import annotations

import pytest

from fpgaml.boards import find_board
from fpgaml.graph.interpreter import interpret
from fpgaml.progress import Silent
from fpgaml.proof.vectors import corner_vectors
from fpgaml.rtl.core import Core
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.unrolled import unrolled_core
from tests.rtl.small import small_graph

pytest.importorskip("alkaid", reason="alkaid is not installed")


def _core(hdl: Hdl = Hdl.VERILOG) -> Core:
    board = find_board("alveo-u250", clock_mhz=300.0)
    return unrolled_core(small_graph(), board, "net", hdl, Silent())


@pytest.mark.parametrize("hdl", list(Hdl))
def test_a_core_is_all_that_a_project_is_written_from(hdl: Hdl) -> None:
    core = _core(hdl)
    boundary = core.boundary
    assert (boundary.name, boundary.hdl, boundary.interval) == ("net_core", hdl, 1)
    assert [(port.name, port.size, port.width) for port in boundary.inputs] == [("x", 6, 6)]
    assert [port.shape for port in boundary.outputs] == [(3,)]
    assert list(core.sources)[-1] == f"net_core{hdl.suffix}"
    assert f"{boundary.latency} register ranks lie between x and y" in core.sources[f"net_core{hdl.suffix}"]
    assert {f"{table.name}{hdl.suffix}" for table in core.tables} < core.sources.keys()
    values = corner_vectors(small_graph(), 100, 1)
    assert core.run(values) == interpret(small_graph(), values)


def test_layers_come_in_order_each_in_its_stages() -> None:
    core = _core()
    assert [layer.name for layer in core.layers] == ["first", "relu", "second", "tanh"]
    assert core.estimate.layers.keys() == {layer.name for layer in core.layers}
    firsts = [layer.first for layer in core.layers]
    assert firsts[0] == 0 and firsts == sorted(firsts)
    for layer in core.layers:
        assert layer.first <= layer.last < core.boundary.latency
        assert f"// Stage {layer.last}" in core.sources[f"net_{layer.name}.v"]
    assert core.pipeline is not None and core.pipeline.latency == core.boundary.latency
    for layer, stages in zip(core.layers, core.pipeline.layers, strict=True):
        assert (stages.name, stages.first) == (layer.name, layer.first)
        assert layer.last <= stages.last < core.boundary.latency
    assert core.pipeline.layers[-1].last == core.boundary.latency - 1
