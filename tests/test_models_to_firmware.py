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
from tests.hls.harness import combine, differences, settings
from tests.paths import ROOT, needs_compiler

DATA = ROOT / "tests" / "fixtures"
MODELS = sorted(
    path
    for folder in ("keras2", "keras3")
    for path in (DATA / folder).iterdir()
    if path.suffix in (".h5", ".keras") and not path.stem.endswith("_weights")
)
TOGETHER = {
    "keras3": ("normalizations", "embeddings", "activations_with_settings", "prepared_data", "time_distributed"),
    "attention": ("attention_hgq", "operations_exact", "qkeras3_dense", "qkeras3_convolutions"),
}
"""Models that share one compilation, which takes most of the time."""
OF_OTHERS = (
    *("attention_float", "operations_rounded", "convolutions_more", "qkeras3_normalization", "qkeras3_saved_as_h5"),
    *(f"keras2-{name}" for name in ("normalizations", "embeddings", "activations_settings", "prepared_data")),
    *(f"keras2-{name}" for name in ("binarized", "garnet", "hgq1_proxy")),
    *(f"keras2-{name}" for name in ("time_distributed", "attention", "operations", "convolutions_more")),
)
"""Models of layers that others have, in netlists of `tests/rtl/test_lowering.py` alone."""
STREAMED = ("conv1d", "conv2d", "pools", "pools1d", "pools2d", "merges", "shapes", "activations_tables", "softmaxes")

NOT_ALONE = {*OF_OTHERS, *(name for names in TOGETHER.values() for name in names)}
ALONE = [path for path in MODELS if not {path.stem, f"{path.parent.name}-{path.stem}"} & NOT_ALONE]
CASES = [pytest.param(path, IoType.PARALLEL, id=f"{path.parent.name}-{path.stem}") for path in ALONE]
CASES += [
    pytest.param(path, IoType.STREAM, id=f"{path.parent.name}-{path.stem}-stream")
    for path in ALONE
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


@needs_compiler
@pytest.mark.parametrize("group", TOGETHER)
def test_models_in_one_project_equal_their_graphs(group: str, tmp_path: Path) -> None:
    graphs = {}
    for name in TOGETHER[group]:
        path = next(model for model in MODELS if model.parent.name == "keras3" and model.stem == name)
        graphs[name] = settle(path, parse_model(path), ("ap_fixed<8,4>",), None).graph
    assert differences(combine(graphs), settings(), tmp_path, events=64) == []
