"""Makes the small recurrent models of Keras 2 and QKeras that test_models.py compares with, and their answers.

Run where Keras 2.14, TensorFlow 2.14 and QKeras 0.9.0 are installed: `python tests/frontends/recurrent/make_keras2.py`.
Each model becomes `<name>.h5` and `<name>.npz`: `in/<input>`, `out/<number>`, and `layer/<layer>` for layers with one
output, float32. All numbers come from one seed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from qkeras import QGRU, QLSTM, QBidirectional, QDense, QSimpleRNN, quantized_bits
from tensorflow.keras import Model, layers
from tensorflow.python.ops import array_ops
from tensorflow.python.util import nest

# QKeras 0.9 calls both by the names that TensorFlow had for them before 2.13.
nest.is_sequence = nest.is_nested
array_ops.unstack = tf.unstack

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "recurrent"
EVENTS, STEPS, CHANNELS = 12, 5, 3
MODELS: dict[str, Callable[[], Model]] = {}


def model(make: Callable[[], Model]) -> Callable[[], Model]:
    """Register a model under the function's name."""
    MODELS[make.__name__] = make
    return make


def functional(build: Callable[[Any], Any]) -> Model:
    """A model of one input."""
    x = layers.Input((STEPS, CHANNELS), name="x")
    return Model(x, build(x))


def weights(bits: int = 5, **more: Any) -> dict[str, Any]:
    """Quantizers of fixed scale for everything that is stored."""
    return {
        "kernel_quantizer": quantized_bits(bits, 1, 1, alpha=1),
        "recurrent_quantizer": quantized_bits(bits, 0, 1, alpha=1),
        "bias_quantizer": quantized_bits(bits, 1, 1, alpha=1),
        **more,
    }


@model
def keras2_simple_rnn() -> Model:
    return functional(layers.SimpleRNN(4, return_sequences=True, go_backwards=True, name="rnn"))


@model
def keras2_gru() -> Model:
    return functional(layers.GRU(3, return_sequences=True, dropout=0.3, name="gru"))


@model
def keras2_gru_before() -> Model:
    return functional(layers.GRU(3, reset_after=False, recurrent_activation="hard_sigmoid", name="gru"))


@model
def keras2_lstm_states() -> Model:
    def build(x: Any) -> Any:
        last, hidden, carry = layers.LSTM(3, return_state=True, name="encoder")(x)
        decoded = layers.LSTM(3, return_sequences=True, use_bias=False, name="decoder")(
            x, initial_state=[hidden, carry]
        )
        return last, carry, decoded

    return functional(build)


@model
def keras2_bidirectional() -> Model:
    def build(x: Any) -> Any:
        merged = layers.Bidirectional(layers.GRU(2, return_sequences=True), merge_mode="ave", name="first")(x)
        return layers.Bidirectional(layers.LSTM(2), name="second")(merged)

    return functional(build)


@model
def keras2_stacked_cells() -> Model:
    return functional(layers.RNN([layers.GRUCell(3), layers.LSTMCell(2)], return_sequences=True, name="stack"))


@model
def qkeras_simple_rnn() -> Model:
    state = quantized_bits(6, 1, 1, alpha=1)
    return functional(
        QSimpleRNN(4, activation="quantized_relu(7,2)", state_quantizer=state, return_sequences=True, name="rnn",
                   **weights())
    )  # fmt: skip


@model
def qkeras_simple_rnn_no_state_quantizer() -> Model:
    return functional(QSimpleRNN(3, activation="quantized_tanh(6)", return_sequences=True, name="rnn", **weights()))


@model
def qkeras_lstm() -> Model:
    state = quantized_bits(7, 2, 1, alpha=1)
    return functional(
        QLSTM(3, activation="quantized_tanh(5)", recurrent_activation="quantized_sigmoid(5)", state_quantizer=state,
              return_sequences=True, name="lstm", **weights())
    )  # fmt: skip


@model
def qkeras_lstm_real() -> Model:
    """The real functions, rounded."""

    def build(x: Any) -> Any:
        state = quantized_bits(7, 2, 1, alpha=1)
        x = QLSTM(
            3, activation="quantized_tanh(6,use_real_tanh=True)",
            recurrent_activation="quantized_sigmoid(6,use_real_sigmoid=True)", state_quantizer=state, name="lstm",
            **weights(kernel_quantizer="quantized_bits(5,0)"),
        )(x)  # fmt: skip
        return QDense(
            2, kernel_quantizer=quantized_bits(4, 0, 1, alpha=1), bias_quantizer=quantized_bits(4), name="fc"
        )(x)

    return functional(build)


@model
def qkeras_gru() -> Model:
    """The defaults: the reset gate before, a hard sigmoid."""
    state = quantized_bits(6, 0, 1, alpha=1)
    return functional(
        QGRU(3, activation="quantized_tanh(5)", state_quantizer=state, return_sequences=True, name="gru", **weights())
    )


@model
def qkeras_gru_after() -> Model:
    state = quantized_bits(6, 0, 1, alpha=1)
    return functional(
        QGRU(3, activation="quantized_tanh(5,1)", recurrent_activation="quantized_sigmoid(4)", reset_after=True,
             state_quantizer=state, return_state=True, go_backwards=True, name="gru", **weights(6))
    )  # fmt: skip


@model
def qkeras_bidirectional() -> Model:
    state = quantized_bits(6, 0, 1, alpha=1)
    gru = QGRU(2, activation="quantized_tanh(5)", recurrent_activation="quantized_sigmoid(5)", state_quantizer=state,
               return_sequences=True, **weights())  # fmt: skip
    return functional(QBidirectional(gru, merge_mode="sum", name="both"))


def randomise(network: Model, rng: np.random.Generator) -> None:
    """Weights that use the quantizers' whole range, some of them on rounding ties."""
    for layer in network.layers:
        new = []
        for variable in layer.get_weights():
            values = rng.normal(0, 0.6, variable.shape)
            ties = rng.random(variable.shape) < 0.2
            new.append(np.where(ties, (np.rint(values * 16) + 0.5) / 32, values).astype(np.float32))
        if new:
            layer.set_weights(new)


def main(names: Sequence[str]) -> None:
    """Write the models of these names, or all."""
    for number, (name, make) in enumerate(MODELS.items()):
        if names and name not in names:
            continue
        tf.keras.backend.clear_session()
        tf.keras.utils.set_random_seed(number)
        rng = np.random.default_rng(3000 + number)
        network = make()
        randomise(network, rng)
        x = (np.round(rng.normal(0, 1.2, (EVENTS, STEPS, CHANNELS)) * 64) / 64).astype("float32")
        tensors = {f"out/{index}": tensor for index, tensor in enumerate(network.outputs)}
        for layer in network.layers:
            if not isinstance(layer, layers.InputLayer) and not isinstance(layer.output, (list, tuple)):
                tensors[f"layer/{layer.name}"] = layer.output
        found = Model(network.inputs, list(tensors.values()))(x, training=False)
        found = found if isinstance(found, (list, tuple)) else [found]
        arrays = {key: np.asarray(value) for key, value in zip(tensors, found, strict=True)}
        network.save(FOLDER / f"{name}.h5", include_optimizer=False)
        np.savez_compressed(FOLDER / f"{name}.npz", **({"in/x": x} | arrays))


if __name__ == "__main__":
    main(sys.argv[1:])
