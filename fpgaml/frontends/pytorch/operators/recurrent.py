"""Recurrent layers: stacks of one or two directions, each a GRU, LSTM or RNN of ONNX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.pytorch.site import Site, Translator


@dataclass(frozen=True)
class Cell:
    """A kind of cell.

    Args:
        kind: ONNX's operator.
        gates: for each of ONNX's gates the place that it has among PyTorch's (ONNX: GRU z r h, LSTM i o f c; PyTorch:
            r z n, i f g o).
        states: how many states it has.
        attributes: of ONNX's operator; activations once for each direction.
    """

    kind: str
    gates: tuple[int, ...]
    states: int = 1
    linear_before_reset: bool = False
    activation: str = ""


GRU = Cell("GRU", (1, 0, 2), linear_before_reset=True)
LSTM = Cell("LSTM", (0, 3, 1, 2), states=2)
RNN_TANH, RNN_RELU = Cell("RNN", (0,), activation="Tanh"), Cell("RNN", (0,), activation="Relu")


def recurrent(cell: Cell) -> Translator:
    """All layers of `torch.nn.GRU`, `LSTM` or `RNN`."""

    def translate(site: Site) -> None:
        _stack(site, cell)

    return translate


def _stack(site: Site, cell: Cell) -> None:
    if len(site.shape("input")) != 3:
        raise site.unsupported("has an input without a batch axis", "Export the model with a batch of events")
    if site.flag("train") and site.real("dropout", 0.0):
        raise site.unsupported("drops values by chance", "Call `model.eval()` before `torch.export.export`")
    directions = 2 if site.flag("bidirectional") else 1
    layers = site.whole_number("num_layers")
    weights = _Weights(site, cell, directions)
    states = _states(site, cell)
    first = site.flag("batch_first")
    tensor = (
        site.emit("Transpose", site.tensor("input"), suffix="steps", perm=[1, 0, 2]) if first else site.tensor("input")
    )
    last: list[list[str]] = []
    for layer in range(layers):
        initial = [_initial(site, state, layer, directions) for state in states]
        sequence, *ends = _layer(site, cell, tensor, weights.of(layer), initial, directions, f"layer_{layer}")
        last.append(ends)
        tensor = _joined(site, sequence, first and layer == layers - 1, f"layer_{layer}", final=layer == layers - 1)
    for state in range(cell.states):
        if site.output(1 + state):
            site.give("Concat", *(each[state] for each in last), outputs=[site.output(1 + state)], axis=0)


def _layer(
    site: Site,
    cell: Cell,
    tensor: str,
    weights: Sequence[str],
    initial: Sequence[str],
    directions: int,
    suffix: str,
) -> list[str]:
    """One layer's sequence of shape (steps, directions, batch, units), and its last states."""
    units = site.shape("hx")[-1] if cell.states == 1 else site.whole.shape(site.tensors("hx")[0])[-1]
    attributes: dict[str, Any] = {"hidden_size": units, "direction": "bidirectional" if directions == 2 else "forward"}
    if cell.linear_before_reset:
        attributes["linear_before_reset"] = 1
    if cell.activation:
        attributes["activations"] = [cell.activation] * directions
    names = [f"{site.call.name}.{suffix}", *(f"{site.call.name}.{suffix}_state_{n}" for n in range(cell.states))]
    states = list(initial) if any(initial) else []
    given = [tensor, *weights, *([""] if states else []), *states]
    site.emit_named(cell.kind, given, names, suffix, attributes)
    return names


def _joined(site: Site, sequence: str, batch_first: bool, suffix: str, *, final: bool) -> str:
    """A sequence as PyTorch has it: the directions' units one behind the other."""
    order = [2, 0, 1, 3] if batch_first else [0, 2, 1, 3]
    turned = site.emit("Transpose", sequence, suffix=f"{suffix}_turned", perm=order)
    if final:
        site.give_reshaped(turned)
        return site.output()
    return site.reshaped(turned, _shape(site), f"{suffix}_joined")


def _shape(site: Site) -> list[int]:
    """Of every layer's sequence: that of the last one, the steps in front."""
    shape = list(site.out_shape)
    return [shape[1], shape[0], shape[2]] if site.flag("batch_first") else shape


def _states(site: Site, cell: Cell) -> list[tuple[str, NDArray[np.float64] | None]]:
    """The initial states, each with its values where it is constant."""
    names = [site.tensor("hx")] if cell.states == 1 else list(site.tensors("hx"))
    return [(name, site.whole.constants.get(name)) for name in names]


def _initial(site: Site, state: tuple[str, NDArray[np.float64] | None], layer: int, directions: int) -> str:
    """A layer's part of an initial state; empty where it is zero."""
    name, values = state
    start, end = layer * directions, (layer + 1) * directions
    if values is not None:
        own = values[start:end]
        return site.constant(own, f"{name}_{layer}") if own.any() else ""
    named = [
        site.constant(np.array([number]), f"{name}_{layer}_{word}")
        for number, word in ((start, "start"), (end, "end"), (0, "axis"))
    ]
    return site.emit("Slice", name, *named, suffix=f"{name}_{layer}")


class _Weights:
    """The weights of all layers and directions, in ONNX's order of gates."""

    def __init__(self, site: Site, cell: Cell, directions: int) -> None:
        self._site, self._cell, self._directions = site, cell, directions
        arrays = [site.whole.constants.get(name) for name in site.tensors("params")]
        self._arrays = [array for array in arrays if array is not None]
        self._each = 4 if site.flag("has_biases") else 2
        if len(self._arrays) != len(arrays) or len(arrays) != self._each * directions * site.whole_number("num_layers"):
            raise site.unsupported("has weights that are computed, or projects its states")

    def of(self, layer: int) -> list[str]:
        """A layer's W, R and B, each with an axis for the directions in front; B is left out where there is none."""
        first = layer * self._directions
        parts = [self._arrays[self._each * (first + d) : self._each * (first + d + 1)] for d in range(self._directions)]
        kernels = [np.stack([self._ordered(part[which]) for part in parts]) for which in (0, 1)]
        named = [self._site.constant(kernel, f"{word}_{layer}") for kernel, word in zip(kernels, "WR", strict=True)]
        if self._each == 2:
            return named
        bias = np.stack([np.concatenate([self._ordered(part[2]), self._ordered(part[3])]) for part in parts])
        return [*named, self._site.constant(bias, f"B_{layer}")]

    def _ordered(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        gates = np.split(weights, len(self._cell.gates))
        return np.concatenate([gates[place] for place in self._cell.gates])


TRANSLATORS: Mapping[str, Translator] = {
    "aten.gru.input": recurrent(GRU),
    "aten.lstm.input": recurrent(LSTM),
    "aten.rnn_tanh.input": recurrent(RNN_TANH),
    "aten.rnn_relu.input": recurrent(RNN_RELU),
}
