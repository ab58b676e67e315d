"""Float networks as firmware, with types asked for and with calibrated ones: equal to the Graph on every bit.

FPGAML_ALL_FLOAT=1 takes all models, both ways.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from fpgaml.data.dataset import open_data
from fpgaml.frontends.registry import parse_model
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.values import FixedArray
from fpgaml.hls.csim import build
from fpgaml.hls.project import write_project
from fpgaml.hls.settings import HlsSettings, IoType
from fpgaml.precision.choose import choose_numbers
from fpgaml.proof.vectors import corner_vectors
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.run import NetlistRun
from fpgaml.source import settle
from tests.paths import needs_compiler
from tests.precision.test_by_plan import FLOAT, MODELS

ALL = bool(os.environ.get("FPGAML_ALL_FLOAT"))
CASES = [(path, calibrate) for path in MODELS for calibrate in (False, True)]
FEW = [(FLOAT / "keras3" / "mlp_softmax.keras", True), (FLOAT / "keras2" / "norm.h5", False)]


def loaded(path: Path, calibrate: bool) -> tuple[Graph, dict[str, FixedArray], float]:
    """The Graph, its inputs for made-up vectors and the recorded events, and the distance on these."""
    parsed = parse_model(path)
    data = open_data(path.with_suffix(".npz"), parsed.input_shapes)
    numbers = choose_numbers(() if calibrate else ["ap_fixed<16,6>"], calibrate=calibrate)
    graph = settle(path, parsed, (), data, numbers).graph
    events = next(data.chunks())
    values = read_inputs(graph, {node: events[layer] for layer, node in graph.input_layers.items()})
    with np.load(path.with_suffix(".npz")) as arrays:
        apart = np.abs(interpret(graph, values)[graph.outputs[0]].to_float() - arrays["y"]).max()
    for name, corners in corner_vectors(graph, 40, seed=3).items():
        unit = max(corners.fractional, values[name].fractional)
        values[name] = FixedArray(np.concatenate([corners.at(unit), values[name].at(unit)]), unit)
    return graph, values, float(apart)


@needs_compiler
@pytest.mark.parametrize(
    ("path", "calibrate"),
    CASES if ALL else FEW,
    ids=lambda value: f"{value.parent.name}-{value.stem}" if isinstance(value, Path) else f"calibrate-{value}",
)
def test_firmware_equals_the_graph(path: Path, calibrate: bool, tmp_path: Path) -> None:
    graph, values, apart = loaded(path, calibrate)
    assert apart < 0.05
    expected = interpret(graph, values)
    hls = write_project(tmp_path, graph, HlsSettings("xcku5p-ffvb676-2-e", 5.0, io_type=IoType.PARALLEL))
    simulated = build(tmp_path, hls.inputs, hls.outputs, "ap").run(values)
    netlist = NetlistRun(to_netlist(graph)).run(
        {name: FixedArray(v.integers[:8], v.fractional) for name, v in values.items()}
    )
    for name, value in expected.items():
        assert simulated[name] == value
        assert netlist[name] == FixedArray(value.integers[:8], value.fractional)
    if ALL:
        print(f"{path.parent.name}/{path.stem} {'--calibrate' if calibrate else 'ap_fixed<16,6>'}: {apart:.5f}")  # noqa: T201
