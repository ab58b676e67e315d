"""The keyword spotter of the test data is a real one: of its size, and right on sounds that it never heard."""

from __future__ import annotations

import numpy as np

from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Conv2D, Dense
from fpgaml.graph.values import FixedArray
from fpgaml.source import load_model
from tests.frontends.tflite.make_keywords import SEED, sounds
from tests.paths import ROOT

MODEL = load_model(ROOT / "tests" / "fixtures" / "tflite" / "keywords_int8.tflite")


def test_it_is_depthwise_separable() -> None:
    layers = [node.op for node in MODEL.graph.nodes if isinstance(node.op, Conv2D | Dense)]
    depthwise = [op for op in layers if isinstance(op, Conv2D) and op.groups > 1]
    assert (len(layers), len(depthwise)) == (10, 4)
    assert sum(op.kernel.integers.size for op in layers) == 10 * 4 * 64 + 4 * (9 * 64 + 64 * 64) + 64 * 12


def test_the_graph_knows_the_words() -> None:
    x, kinds = sounds(200, SEED + 3)
    coding = MODEL.codings["spectrogram"]
    codes = np.clip(np.rint(x / coding.scale) + coding.zero_point, -128, 127).astype(np.int64)
    found = interpret(MODEL.graph, {"spectrogram": FixedArray(codes, 0)})["output_0"]
    assert (found.integers.argmax(axis=1) == kinds).mean() > 0.97
