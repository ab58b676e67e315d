"""Real numbers at the inputs: every rounding and overflow, ties, ends, and numbers as small or large as there are."""

from __future__ import annotations

import itertools
import shutil

import numpy as np
import pytest

from fpgaml.emulator.compiled import compile_emulator
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Input
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import quantize_reals
from fpgaml.progress import Silent

TYPES = (
    FixedType(1, 3, 2),
    FixedType([1, 0, 1, 1, 0], [3, 2, 0, -2, 4], [2, 4, 0, 6, -1]),  # one of them is a single signed bit
    FixedType(1, 12, 20),  # too wide for what is computed side by side, and for float
)
ELEMENTS = 5


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not on PATH")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_reals_are_rounded_as_the_quantizer_does_it(dtype: type) -> None:
    builder = GraphBuilder("net")
    for number, modes in enumerate(itertools.product(TYPES, Rounding, Overflow)):
        builder.add(Input((ELEMENTS,), Quantizer(*modes)), name=f"x{number}")
    network = builder.build([node.name for node in builder.nodes])
    emulator = compile_emulator(network, Silent())
    info = np.finfo(dtype)
    ends = [info.max, -info.max, info.tiny, -info.tiny, info.smallest_subnormal, -info.smallest_subnormal, 0.0, -0.0]
    near = np.nextafter(dtype(0.125), dtype(0))  # below the tie of a step of a quarter
    ties = np.arange(-320, 320) / 32
    numbers = np.array([*ends, near, -near, *ties, *(ties * 2.0**-17), *(ties * 2.0**33), 1e19, -1e19], dtype=dtype)
    events = np.stack([np.roll(numbers, k) for k in range(ELEMENTS)], axis=1)
    found = emulator.reals({node.name: events for node in network.inputs})
    for node in network.inputs:
        expected = quantize_reals(events, node.op.quantizer).to_float()
        assert np.array_equal(found[node.name], expected.astype(dtype)), str(node.op.quantizer)
