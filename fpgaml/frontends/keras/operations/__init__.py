"""Arithmetic on tensors in a functional model: `keras.ops` of Keras 3, TensorFlow's functions in files of Keras 2.

A converter finds the call's operands in `arguments`, its settings there too or in the layer's own configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras.operations.arithmetic import ARITHMETIC
from fpgaml.frontends.keras.operations.contractions import CONTRACTIONS
from fpgaml.frontends.keras.operations.indexed import INDEXED
from fpgaml.frontends.keras.operations.moves import MOVES
from fpgaml.frontends.keras.operations.operands import node_of

Activate = Callable[[KerasLayer, str, str], str]
"""A frontend's activation by name."""


def by_name(names: Sequence[str], activate: Activate) -> dict[str, Converter[KerasLayer, str]]:
    """Functions of one value that a frontend has as activations."""

    def make(name: str) -> Converter[KerasLayer, str]:
        return lambda layer: activate(layer, node_of(layer, 0, "x", "features"), name)

    return {name: make(name) for name in names}


OPERATIONS: dict[str, Converter[KerasLayer, str]] = {**ARITHMETIC, **CONTRACTIONS, **INDEXED, **MOVES}
"""Converters by the function's name in small letters, without underscores."""


def canonical(function: str) -> str:
    """A function's name as OPERATIONS has it: `math.reduce_mean` and `ReduceMean` are `reducemean`."""
    return function.rpartition(".")[2].replace("_", "").lower()
