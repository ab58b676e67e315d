"""Factors of few bits."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Input, Scale
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.passes.round_factors import RoundFactors, round_bits


@pytest.mark.parametrize(
    ("n", "bits", "rounded"),
    [(0, 3, 0), (5, 1, 4), (6, 1, 8), (-6, 1, -8), (0b10111, 3, 0b11000), (0b10101, 3, 0b10100), (7, 3, 7)],
)
def test_significant_bits(n: int, bits: int, rounded: int) -> None:
    assert round_bits(n, bits) == rounded


def test_only_rescaling_factors_are_rounded_whatever_their_names() -> None:
    factor, offset = FixedArray(np.array([181, 179]), 10), FixedArray(np.array([1, 1]), 4)
    nodes = (
        Node("x", Input((2,), Quantizer(FixedType(1, 7, 0)))),
        Node("dense_scale_2", Scale(factor, offset, rescales=True), ("x",)),
        Node("its_scale", Scale(factor, offset), ("dense_scale_2",)),
    )
    rounded = RoundFactors(1).apply(Graph("g", nodes, ("its_scale",)))
    first, second = rounded["dense_scale_2"].op, rounded["its_scale"].op
    assert isinstance(first, Scale)
    assert isinstance(second, Scale)
    assert first.factor == FixedArray(np.array([128, 128]), 10)
    assert first.offset == offset
    assert first.rescales
    assert second.factor == factor
