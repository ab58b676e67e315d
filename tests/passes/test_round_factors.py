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


def test_only_rescaling_factors_are_rounded() -> None:
    factor, offset = FixedArray(np.array([181, 179]), 10), FixedArray(np.array([1, 1]), 4)
    nodes = (
        Node("x", Input((2,), Quantizer(FixedType(1, 7, 0)))),
        Node("dense_scale", Scale(factor, offset), ("x",)),
        Node("dense_offset", Scale(factor, offset), ("dense_scale",)),
    )
    rounded = RoundFactors(1).apply(Graph("g", nodes, ("dense_offset",)))
    first, second = rounded["dense_scale"].op, rounded["dense_offset"].op
    assert isinstance(first, Scale)
    assert isinstance(second, Scale)
    assert first.factor == FixedArray(np.array([128, 128]), 10)
    assert first.offset == offset
    assert second.factor == factor
