"""Recurrent cells of Keras 2 and QKeras.

Sources: Keras 2, `keras/src/layers/rnn`; QKeras 0.9, `qkeras/qrecurrent.py` (`call` of each cell): the state quantizer
acts on the states before a step, the output is what the activation gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.cell_weights import CellWeights
from fpgaml.frontends.building.cells import Arithmetic
from fpgaml.frontends.building.constants import BIAS_BITS, WEIGHT_BITS
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras.linear import Array, Products, Weights, sum_of_products
from fpgaml.frontends.keras.recurrent import Place, checked_weights, recurrent
from fpgaml.frontends.keras2 import activations
from fpgaml.frontends.keras2.functions import setting
from fpgaml.frontends.keras2.linear import bias_of, weights_of
from fpgaml.graph.ops import Dense
from fpgaml.graph.values import FixedArray


@dataclass(frozen=True)
class _Matrix:
    """A kernel as it is in inference, with what is added."""

    stored: Array
    weights: Weights
    bias: FixedArray | None

    def times(self, layer: KerasLayer, x: str, first: int, last: int, suffix: str) -> str:
        """x times some columns."""
        columns = np.s_[:, first:last]
        values, scale = self.weights.values, self.weights.scale
        kernel = Weights(
            FixedArray(values.integers[columns], values.fractional),
            None if scale is None else np.broadcast_to(scale, self.stored.shape)[columns],
        )
        bias = self.bias and FixedArray(self.bias.integers[first:last], self.bias.fractional)
        products = Products(self.stored[columns], None, Dense, (last - first,))
        return sum_of_products(layer, x, products, kernel, bias, suffix)


class _Cell(Arithmetic):
    """Plain or quantised: what is not quantised is rounded as every float layer's weights and functions are."""

    layer: KerasLayer

    def __init__(self, layer: KerasLayer, place: Place, width: int) -> None:
        kind = f"Q{place.kind}" if place.quantized else place.kind
        super().__init__(replace(layer, config=place.config, kind=kind), place.units)
        found = checked_weights(layer, place, width, _arrays(layer, place))
        first, second = _biases(self.layer, found)
        self._kernel = self._matrix(found.kernel, "kernel", first)
        self._recurrent = self._matrix(found.recurrent, "recurrent", second)

    def _matrix(self, stored: Array, what: str, bias: FixedArray | None) -> _Matrix:
        function = setting(self.layer, f"{what}_quantizer", kernel=True)
        name = what if what == "kernel" else f"{what} kernel"
        return _Matrix(stored, weights_of(self.layer, function, stored, WEIGHT_BITS, name), bias)

    def kernel(self, x: str) -> str:
        return self._kernel.times(self.layer, x, 0, self._kernel.stored.shape[-1], "kernel")

    def recurrent(self, h: str, first: int, last: int) -> str:
        return self._recurrent.times(self.layer, h, first * self.units, last * self.units, "recurrent")

    def gate(self, x: str) -> str:
        return activations.apply(self.layer, x, setting(self.layer, "recurrent_activation"))

    def candidate(self, x: str) -> str:
        return activations.apply(self.layer, x, setting(self.layer, "activation"))

    def state(self, layer: Emitter, x: str, number: int) -> str | None:
        function = setting(self.layer, "state_quantizer")
        return None if function is None else activations.apply(layer, x, function, "state")


def _biases(layer: KerasLayer, found: CellWeights) -> tuple[FixedArray | None, FixedArray | None]:
    """Of the kernel and of the recurrent one; both are quantised as one tensor."""
    if found.bias is None:
        return None, None
    whole = bias_of(layer, setting(layer, "bias_quantizer"), found.bias, BIAS_BITS)
    if found.bias.ndim == 1:
        return whole, None
    first, second = (FixedArray(row, whole.fractional) for row in whole.integers)
    return first, second


def _arrays(layer: KerasLayer, place: Place) -> Mapping[str, Array]:
    """A cell's arrays out of the layer's, which are known by their path in the file, cell after cell."""
    groups: dict[str, dict[str, Array]] = {}
    paths = [name for name in layer.weights if "/" in name] or list(layer.weights)
    for name in paths:
        path, _, last = name.rpartition("/")
        groups.setdefault(path, {})[last] = layer.weights[name]
    direction = place.path.partition("_layer/")[0] if "_layer/" in place.path else ""
    own = [arrays for path, arrays in groups.items() if _of_direction(path, direction)]
    if place.number >= len(own):
        raise FpgamlError(layer.label, f"the file has no weights for `{place.path}`", "Save the model again")
    return own[place.number]


def _of_direction(path: str, direction: str) -> bool:
    return not direction or any(part.startswith(f"{direction}_") for part in path.split("/"))


CONVERTERS = dict.fromkeys(
    ("SimpleRNN", "GRU", "LSTM", "RNN", "Bidirectional", "QSimpleRNN", "QGRU", "QLSTM", "QBidirectional"),
    recurrent(_Cell),
)
"""Converters by class name."""
