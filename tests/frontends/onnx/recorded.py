"""The small ONNX models with onnxruntime's recorded answers (make_models.py, make_exported.py), in the Graph's axes."""

from __future__ import annotations

from functools import cache

import numpy as np

from fpgaml.data.file_axes import to_graph
from fpgaml.frontends.building.precision import Precision
from fpgaml.frontends.model import Built
from fpgaml.frontends.onnx.parsed import parse
from fpgaml.graph.functions import Reals
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import read_inputs
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from tests.graph.build import layer_outputs
from tests.paths import ROOT

FOLDER = ROOT / "tests" / "fixtures" / "onnx"
NAMES = sorted(path.stem for path in FOLDER.glob("*.onnx"))
INPUT = Quantizer(FixedType.parse("ap_fixed<8,4>"), Rounding.RND, Overflow.SAT)
"""Which all recorded inputs are in."""


@cache
def _answers() -> dict[str, Reals]:
    with np.load(FOLDER / "answers.npz") as stored:
        return dict(stored)


def of(name: str, part: str) -> dict[str, Reals]:
    """Recorded arrays of a model by name: `x` for its inputs, `y` for outputs, `layer` for nodes."""
    start = f"{name}/{part}/"
    return {key.removeprefix(start): array for key, array in _answers().items() if key.startswith(start)}


def built(name: str, precision: Precision | None = None) -> Built:
    """A model's Graph."""
    model = parse(FOLDER / f"{name}.onnx")
    return model.build(dict.fromkeys(model.input_shapes, INPUT), precision)


def inputs_of(name: str, graph: Graph) -> dict[str, FixedArray]:
    """The recorded inputs, as the Graph takes them."""
    axes = parse(FOLDER / f"{name}.onnx").axes
    recorded = of(name, "x")
    reals = {
        node: to_graph(recorded[layer], axes.get(layer), graph.shapes[node], layer)
        for layer, node in graph.input_layers.items()
    }
    return read_inputs(graph, {node: array.reshape(len(array), *graph.shapes[node]) for node, array in reals.items()})


def distances(name: str, precision: Precision | None = None) -> dict[str, float]:
    """How far each recorded output and layer is away from the Graph's; outputs by name, layers by `layer/<name>`."""
    made = built(name, precision)
    graph = made.graph
    outputs = dict(zip(of(name, "y"), graph.outputs, strict=True))
    layers = {f"layer/{label}": node for label, node in graph.layers.items()}
    wanted = of(name, "y") | {f"layer/{label}": array for label, array in of(name, "layer").items()}
    asked = Graph(graph.name, graph.nodes, graph.outputs, dict(outputs) | layers)
    got = layer_outputs(asked, inputs_of(name, graph))
    found = {}
    for key, array in wanted.items():
        if key in got:
            node = asked.layers[key]
            order = made.axes.get(key if key.startswith("layer/") else node)
            answer = to_graph(array, order, graph.shapes[node], key)
            found[key] = float(np.abs(got[key].to_float().reshape(answer.shape) - answer.astype(np.float64)).max())
    return found
