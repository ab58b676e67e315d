"""Windows that slide, beat by beat against the interpreter on whole tensors."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Conv1D, Input, MaxPool
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.proof.vectors import corner_vectors
from fpgaml.rtl.dataflow.assemble import assemble
from fpgaml.rtl.delays import DelayModel


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pads", "samples", "interval"),
    [(8, 3, 2, (0, 1), 1, 8), (13, 4, 3, (1, 2), 4, 4), (10, 3, 2, (0, 1), 3, 4), (16, 5, 2, (0, 0), 4, 4)],
)
def test_a_last_window_may_reach_beyond_the_newest_word(
    size: int, kernel: int, stride: int, pads: tuple[int, int], samples: int, interval: int
) -> None:
    """Padding behind, or a last beat with fewer positions than lanes, that its own word completes."""
    rng, builder = np.random.default_rng(1), GraphBuilder("net")
    x = builder.add(Input((size, 2), Quantizer(FixedType(1, 3, 2))), name="x")
    weights = FixedArray(rng.integers(-7, 8, (kernel, 2, 3)), 3)
    y = builder.add(Conv1D(weights, None, strides=(stride,), pads=(pads,), dilation=(1,)), x, name="y")
    graph = builder.build([y])
    values = corner_vectors(graph, 50, 1)
    dataflow = assemble(graph, DelayModel.of_part("xcku5p-ffvb676-2-e", 5.0), samples, interval)
    assert [stage.engine for stage in dataflow.stages] == ["sliding"]
    assert np.array_equal(dataflow.run(values)["y"].at(5), interpret(graph, values)["y"].at(5))


def test_padding_never_wins_a_maximum() -> None:
    """Nor where the window ends before it."""
    builder = GraphBuilder("net")
    x = builder.add(Input((2, 1), Quantizer(FixedType(1, 3, 0))), name="x")
    y = builder.add(MaxPool((3,), (3,), ((0, 1),)), x, name="y")
    dataflow = assemble(builder.build([y]), DelayModel.of_part("xcku5p-ffvb676-2-e", 5.0), 1, 2)
    values = {"x": FixedArray(np.array([[[-5], [-3]]]), 0)}
    assert [stage.engine for stage in dataflow.stages] == ["sliding"]
    assert dataflow.run(values)["y"].at(0).tolist() == [[[-3]]]
