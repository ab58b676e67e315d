"""Exported PyTorch models against what PyTorch's own modules answered in float64; no PyTorch is needed here."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgaml.frontends.model import Built
from fpgaml.frontends.pytorch.parsed import parse
from fpgaml.frontends.registry import find_frontend, parse_model
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.serial import to_json
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.precision.asked import read_precision
from fpgaml.precision.planned import Planned
from tests.paths import ROOT

DATA = ROOT / "tests" / "fixtures" / "pytorch"
MODELS = sorted(DATA.glob("*.pt2"))
INPUT = Quantizer(FixedType(1, 3, 6))
"""The grid that the recorded inputs lie on."""


DEEP = {"autoencoder", "more_norms", "residual", "smooth_activations", "transformer"}
"""Their exact values would be very wide."""
PRECISION = read_precision(["ap_fixed<26,8,RND,SAT>"])
EXACT = {"arithmetic", "messages", "moves"}
"""Those whose constants fit, and which divide by powers of two alone."""
CLOSE = 2e-3
"""Of the largest value: weights keep 16 bits, arguments of tables 14."""


def built(path: Path) -> tuple[Built, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The Graph of a recorded model, what was recorded, and what the Graph computes, each with the axes of the other.

    Returns:
        Arrays by `out/<output>` and `layer/<layer>`, with the Graph's axes.
    """
    model = parse(path)
    assert PRECISION is not None
    made = model.build(dict.fromkeys(model.input_shapes, INPUT), Planned(PRECISION) if path.stem in DEEP else None)
    graph = made.graph
    with np.load(path.with_suffix(".npz")) as arrays:
        recorded = {name: arrays[name].astype(np.float64) for name in arrays}
    inputs = {
        node: ordered(recorded[f"in/{layer}"], model.axes.get(layer)) for layer, node in graph.input_layers.items()
    }
    nodes = {f"layer/{layer}": node for layer, node in graph.layers.items()}
    outputs = [name for name in recorded if name.startswith("out/")]
    nodes |= dict(zip(outputs, graph.outputs, strict=True))
    everything = replace(graph, outputs=tuple(dict.fromkeys(nodes.values())))
    values = interpret(everything, read_inputs(graph, inputs))
    axes = {name: made.axes.get(name if name.startswith("layer/") else node) for name, node in nodes.items()}
    wanted = {name: ordered(recorded[name], axes[name]) for name in nodes if name in recorded}
    return made, wanted, {name: values[node].to_float() for name, node in nodes.items()}


def ordered(array: np.ndarray, axes: tuple[int, ...] | None) -> np.ndarray:
    """Events with the axes of a node."""
    return array if axes is None else array.transpose(0, *(axis + 1 for axis in axes))


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_outputs_and_layers_are_close(path: Path) -> None:
    made, wanted, found = built(path)
    assert any(each.startswith("out/") for each in wanted)
    for each, values in wanted.items():
        size = max(1.0, float(np.abs(values).max()))
        np.testing.assert_allclose(found[each].reshape(values.shape), values, atol=CLOSE * size, rtol=0, err_msg=each)
        assert path.stem not in EXACT or (found[each] == values).all()
    assert (made.approximations == ()) == (path.stem in EXACT)


def test_layers_have_their_modules_names() -> None:
    _, wanted, _ = built(DATA / "shared_layers.pt2")
    assert {"layer/first", "layer/act", "layer/first:1", "layer/act:1", "layer/second"} <= set(wanted)


def test_a_layer_over_several_axes_is_one_layer_with_its_modules_name() -> None:
    graph = built(DATA / "particle_dense.pt2")[0].graph
    assert {node.source for node in graph.nodes} >= {"0", "1", "2", "4"}
    assert not [node.source for node in graph.nodes if node.source.startswith("0_")]


@pytest.mark.parametrize(("name", "shape"), [("fixed_batch_of_one", (2, 10)), ("fixed_batch_of_four", (2, 12))])
def test_a_fixed_batch_is_stripped(name: str, shape: tuple[int, ...]) -> None:
    assert list(parse(DATA / f"{name}.pt2").input_shapes.values()) == [shape]


def test_framework_and_recognition() -> None:
    assert parse(DATA / "mlp.pt2").framework.startswith("PyTorch 2.")
    assert {find_frontend(path).name for path in MODELS} == {"pytorch"}


def test_reading_needs_no_pytorch() -> None:
    code = (
        "import sys; from pathlib import Path; from fpgaml.frontends.registry import parse_model as parse\n"
        f"parse(Path({str(DATA / 'mlp.pt2')!r}))\n"
        "print([m for m in ('torch', 'onnx', 'keras', 'hls4ml') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["cnn", "cnn_1d", "two_inputs"])
def test_the_same_network_exported_to_onnx_is_the_same_graph_up_to_names(name: str) -> None:
    graphs = []
    for path in (DATA / f"{name}.pt2", DATA / f"{name}.onnx"):
        model = parse_model(path)
        graphs.append(model.build(dict.fromkeys(model.input_shapes, INPUT)).graph)
    first, second = graphs
    assert [node.name for node in first.nodes] != [node.name for node in second.nodes]
    assert to_json(nameless(first)) == to_json(nameless(second))


def nameless(graph: Graph) -> Graph:
    """The Graph with numbers for names."""
    names = {node.name: f"n{number}" for number, node in enumerate(graph.nodes)}
    nodes = [Node(names[node.name], node.op, tuple(names[each] for each in node.inputs)) for node in graph.nodes]
    return Graph("graph", tuple(nodes), tuple(names[name] for name in graph.outputs))
