"""Softmax by tables, against floating point."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.softmax import softmax
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.ops import Input
from fpgaml.graph.types import FixedType, Quantizer


@pytest.mark.parametrize("classes", [1, 2, 5, 12, 60, 255])
def test_softmax_stays_within_its_bound(classes: int) -> None:
    layer = Emitter(GraphBuilder("network"), "p")
    logits = layer.graph.add(Input((classes,), Quantizer(FixedType(1, 5, 12))), name="x")
    last = softmax(layer, logits)
    graph = layer.graph.build([last])
    rng = np.random.default_rng(classes)
    spread = np.array([0.01, 0.5, 1, 3, 8, 30])[rng.integers(0, 6, 4000)][:, None]
    values = read_inputs(graph, {"x": rng.normal(0, 1, (4000, classes)) * spread})
    x = values["x"].to_float()
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    wanted = powers / powers.sum(axis=1, keepdims=True)
    assert np.abs(interpret(graph, values)[last].to_float() - wanted).max() < 2**-8
    assert last == "p_softmax"
    assert [note.layer for note in layer.notes] == ["p"]


def test_softmax_over_too_many_classes() -> None:
    layer = Emitter(GraphBuilder("network"), "p")
    logits = layer.graph.add(Input((256,), Quantizer(FixedType(1, 3, 4))), name="x")
    with pytest.raises(FpgamlError, match="256 classes"):
        softmax(layer, logits)
