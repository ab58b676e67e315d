"""What PyTorch models become in hardware: netlists of all, C-simulation and a simulator on some."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.graph.graph import Graph
from fpgaml.precision.asked import read_precision
from fpgaml.precision.by_plan import ByPlan
from fpgaml.source import load_with_data
from tests.cosim.running import failures
from tests.cosim.together import run_together
from tests.frontends.pytorch.test_models import DATA, MODELS
from tests.hls.harness import check as check_hls
from tests.hls.harness import events_for, needs_compiler, settings
from tests.rtl.test_lowering import check

PRECISION = "ap_fixed<10,4,RND,SAT>"
SIMULATED = ("mlp", "two_inputs", "branches", "cnn_1d", "deep_sets", "moves", "pools", "arithmetic", "normalisations")


def graph_of(name: str) -> Graph:
    """A model as targets get it, with numbers of ten bits."""
    asked = read_precision([PRECISION])
    assert asked is not None
    return load_with_data(DATA / f"{name}.pt2", [], lambda _: None, ByPlan(asked))[0].graph


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_netlists_are_equal(path: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    graph = graph_of(path.stem)
    check(graph, events_for(graph, 12))


@needs_compiler
def test_c_simulation_is_equal(tmp_path: Path) -> None:
    check_hls({name: graph_of(name) for name in SIMULATED}, settings(), tmp_path)


@pytest.mark.parametrize("simulator", ["icarus"])
def test_simulated_hdl_is_equal(simulator: str, tmp_path: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    outcome = run_together({name: graph_of(name) for name in SIMULATED}, simulator, tmp_path / "p")
    assert failures(outcome) == {}
