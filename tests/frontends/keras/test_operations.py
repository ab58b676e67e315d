"""Arithmetic on tensors, by what files may hold of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from fpgaml.errors import FpgamlError
from fpgaml.frontends.keras.arguments import Arguments
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras.operations.arithmetic import add, choice, multiply, subtract
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Maximum


@pytest.mark.parametrize("operation", [add, subtract, multiply, partial(choice, op=Maximum())])
def test_two_constants_are_an_error_that_names_the_layer(operation: Callable[[KerasLayer], str]) -> None:
    layer = KerasLayer(GraphBuilder("g"), "sum", kind="Add", config={}, inputs=(), arguments=Arguments((1.0, 2.0)))
    with pytest.raises(FpgamlError, match="sum: none of its operands is a tensor"):
        operation(layer)
