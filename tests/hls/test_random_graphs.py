"""Random networks of every operation, rounding and overflow: C-simulation against the interpreter."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import OPERATIONS
from fpgaml.hls.model import to_hls4ml
from fpgaml.hls.settings import HlsSettings
from tests.hls.harness import combine, differences, needs_compiler
from tests.hls.harness import settings as choice
from tests.strategies import graphs

TOGETHER = 12
"""Graphs in one project: compiling one takes seconds, whatever it holds."""

NETWORKS = graphs(max_nodes=6, per_element=True, max_bits=24, ops=sorted(OPERATIONS))


def accepted(network: Graph, chosen: HlsSettings, folder: Path) -> bool:
    """Whether a graph can be lowered; a refusal has to name its cause."""
    try:
        to_hls4ml(network, chosen, folder)
    except FpgamlError as error:
        assert "Report this" not in str(error)
        return False
    return True


@needs_compiler
@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
@settings(max_examples=3, suppress_health_check=list(HealthCheck))
@given(networks=st.lists(NETWORKS, min_size=TOGETHER, max_size=TOGETHER), seed=st.integers(0, 1000))
def test_random_networks(
    io_type: str, networks: list[Graph], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chosen = choice("vitis", io_type)
    folder = tmp_path_factory.mktemp("random")
    kept = {f"g{k}": network for k, network in enumerate(networks) if accepted(network, chosen, folder)}
    assert len(kept) > TOGETHER // 2
    assert differences(combine(kept), chosen, folder, events=32, seed=seed) == []
