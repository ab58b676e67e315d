"""Random QONNX networks against float64."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnx
from hypothesis import given, settings

from fpgaml.frontends.onnx.parsed import parse
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.types import FixedType, Quantizer
from tests.frontends.onnx.quantizers.chains import Chain, chains


def computed(chain: Chain, x: np.ndarray) -> np.ndarray:
    """What the converted network gives."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain.onnx"
        onnx.save(chain.model(), path)
        graph = parse(path).build({"x": Quantizer(FixedType(1, 5, 8))}).graph
    (values,) = interpret(graph, read_inputs(graph, {"x": x})).values()
    return values.to_float().reshape(chain.values.shape)


@given(chains(exact=True))
@settings(max_examples=60, deadline=None)
def test_powers_of_two_are_exact(drawn: tuple[Chain, np.ndarray]) -> None:
    chain, x = drawn
    np.testing.assert_array_equal(computed(chain, x), chain.values)


@given(chains(exact=False))
@settings(max_examples=60, deadline=None)
def test_other_scales_give_the_same_codes_unless_a_rounding_is_close(drawn: tuple[Chain, np.ndarray]) -> None:
    chain, x = drawn
    sure = ~chain.unsure
    np.testing.assert_allclose(computed(chain, x)[sure], chain.values[sure], rtol=2**-15, atol=2**-12)
