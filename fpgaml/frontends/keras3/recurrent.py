"""Recurrent cells of Keras 3, whose rounding is made explicit, and of HGQ2, exact.

Sources: Keras 3, `keras/src/layers/rnn/{simple_rnn,gru,lstm}.py`; HGQ2 0.2, `hgq/layers/rnn/{simple_rnn,gru}.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fpgaml.frontends.building.cell_weights import CellWeights, FixedWeights
from fpgaml.frontends.building.cells import Arithmetic
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras.recurrent import Place, checked_weights, recurrent
from fpgaml.frontends.keras3.functions import activate, function_name
from fpgaml.frontends.keras3.layer import Layer


class PlainCell(Arithmetic):
    """Float weights, functions as tables."""

    layer: Layer

    def __init__(self, layer: Layer, place: Place, width: int) -> None:
        super().__init__(replace(layer, quantized_next=False), place.units)
        self._config = place.config
        self._weights = FixedWeights.of_float(layer, _weights(layer, place, width))

    def kernel(self, x: str) -> str:
        return self._weights.times_step(self.layer, x)

    def recurrent(self, h: str, first: int, last: int) -> str:
        return self._weights.times_state(self.layer, h, first * self.units, last * self.units)

    def gate(self, x: str) -> str:
        return activate(self.layer, x, self._config.get("recurrent_activation", "sigmoid"))

    def candidate(self, x: str) -> str:
        return activate(self.layer, x, self._config.get("activation", "tanh"))


class HgqCell(Arithmetic):
    """Trained quantizers at every place; a cell of HGQ2 has no output quantizer."""

    layer: Layer

    def __init__(self, layer: Layer, place: Place, width: int) -> None:
        config, variables = place.config, layer.variables.inside(place.path)
        super().__init__(replace(layer, config=config, variables=variables), place.units)
        self._kind = place.kind
        weights = _weights(layer, place, width)
        bias = None
        if weights.bias is not None:
            bias = self.layer.quantizer("bq").constant(weights.bias, layer.label)
        first = bias if bias is None or len(bias.shape) == 1 else replace(bias, integers=bias.integers[0])
        second = None if bias is None or len(bias.shape) == 1 else replace(bias, integers=bias.integers[1])
        self._weights = FixedWeights(
            self.layer.quantizer("kq").constant(weights.kernel, layer.label),
            self.layer.quantizer("rkq").constant(weights.recurrent, layer.label),
            first,
            second,
        )

    def kernel(self, x: str) -> str:
        return self._weights.times_step(self.layer, self.layer.quantized_input(x))

    def recurrent(self, h: str, first: int, last: int) -> str:
        return self._weights.times_state(self.layer, h, first * self.units, last * self.units)

    def gate(self, x: str) -> str:
        return self._activated(x, "recurrent_activation", "praq")

    def candidate(self, x: str) -> str:
        if self._kind == "GRU":
            return self._activated(x, "activation", "paq")
        x = self.layer.quantize(x, self.layer.quantizer("paq"), "paq")
        inner = replace(self.layer, quantized_next=self.layer.quantized_next and self._has_state_quantizer)
        return activate(inner, x, self.layer.config.get("activation"))

    def reset(self, x: str) -> str:
        return self.layer.quantize(x, self.layer.quantizer("rhq"), "rhq")

    def state(self, layer: Layer, x: str, number: int) -> str | None:  # type: ignore[override]
        if not self._has_state_quantizer:
            return None
        return layer.quantize(x, self.layer.quantizer("sq"), "sq")

    @property
    def _has_state_quantizer(self) -> bool:
        # Its own loader leaves a QSimpleRNN's out, which HGQ2 trained and saved.
        return self._kind == "GRU" or self.layer.config.get("sq_conf") is not None

    def _activated(self, x: str, activation: str, part: str) -> str:
        quantizer, function = self.layer.quantizer(part), self.layer.config.get(activation)
        if function_name(function) == "linear":
            return self.layer.quantize(x, quantizer, part)
        return activate(self.layer, x, function, quantizer)


def _weights(layer: Layer, place: Place, width: int) -> CellWeights:
    names = ["kernel", "recurrent_kernel", *(["bias"] if place.config.get("use_bias", True) else [])]
    return checked_weights(layer, place, width, layer.variables.inside(place.path).take(names))


def _cell(layer: Layer, place: Place, width: int) -> Arithmetic:
    return (HgqCell if place.quantized else PlainCell)(layer, place, width)


_convert = recurrent(_cell)
KERAS: dict[str, Converter[Layer, Sequence[str]]] = dict.fromkeys(
    ("SimpleRNN", "GRU", "LSTM", "RNN", "Bidirectional"), _convert
)
HGQ: dict[str, Converter[Layer, Sequence[str]]] = dict.fromkeys(("QSimpleRNN", "QGRU"), _convert)
