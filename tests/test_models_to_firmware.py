"""Every small model of every frontend, through hls4ml and g++: equal to the interpreter on every bit."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.frontends.registry import parse_model
from fpgaml.graph.interpreter import interpret
from fpgaml.hls.csim import build
from fpgaml.hls.project import write_project
from fpgaml.hls.settings import HlsSettings, IoType
from fpgaml.proof.vectors import corner_vectors
from fpgaml.source import settle
from tests.paths import ROOT, needs_compiler

DATA = ROOT / "tests" / "fixtures"
MODELS = sorted(
    path
    for folder in ("keras2", "keras3")
    for path in (DATA / folder).iterdir()
    if path.suffix in (".h5", ".keras") and not path.stem.endswith("_weights")
)
STREAMED = ("conv1d", "conv2d", "pools", "pools1d", "pools2d", "merges", "shapes", "activations_tables", "softmaxes")

CASES = [pytest.param(path, IoType.PARALLEL, id=f"{path.parent.name}-{path.stem}") for path in MODELS]
CASES += [
    pytest.param(path, IoType.STREAM, id=f"{path.parent.name}-{path.stem}-stream")
    for path in MODELS
    if path.stem in STREAMED
]


@needs_compiler
@pytest.mark.parametrize(("path", "io"), CASES)
def test_firmware_equals_the_graph(path: Path, io: IoType, tmp_path: Path) -> None:
    parsed = parse_model(path)
    graph = settle(path, parsed, ("ap_fixed<8,4>",), None).graph
    hls = write_project(tmp_path, graph, HlsSettings("xcku5p-ffvb676-2-e", 5.0, io_type=io))
    simulation = build(tmp_path, hls.inputs, hls.outputs, "ap")
    values = corner_vectors(graph, 100, seed=7)
    expected, simulated = interpret(graph, values), simulation.run(values)
    assert simulated.keys() == expected.keys()
    for name, value in expected.items():
        assert simulated[name] == value
