"""Makes the small recurrent models of Keras 3 and HGQ2 that test_models.py compares with, and the framework's answers.

Run it in an environment with keras and hgq2: `KERAS_BACKEND=jax python tests/frontends/recurrent/make_keras3.py`.
Each model becomes `<name>.keras` (or `.h5`) and `<name>.npz`: `in/<input>`, `out/<number>` in the order of the model's
outputs, and `layer/<layer>` for layers with one output, float32. All numbers come from one seed.
"""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from hgq import layers as hl
from hgq.config import HardSigmoidConfig, HardTanhConfig, QuantizerConfig, QuantizerConfigScope
from hgq.quantizer.internal import FixedPointQuantizerBase
from keras import layers as kl

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "recurrent"
EVENTS = 12
MODELS: dict[str, Callable[[], keras.Model]] = {}
STEPS, CHANNELS = 5, 3


def model(make: Callable[[], keras.Model]) -> Callable[[], keras.Model]:
    """Register a model under the function's name."""
    MODELS[make.__name__] = make
    return make


def functional(build: Callable[[Any], Any], shape: Sequence[int] = (STEPS, CHANNELS)) -> keras.Model:
    """A model of one input."""
    x = keras.Input(tuple(shape), name="x")
    return keras.Model(x, build(x))


@model
def keras3_simple_rnn() -> keras.Model:
    return functional(kl.SimpleRNN(4, return_sequences=True, dropout=0.2, name="rnn"))


@model
def keras3_simple_rnn_relu() -> keras.Model:
    return functional(kl.SimpleRNN(3, activation="relu", use_bias=False, unroll=True, name="rnn"))


@model
def keras3_gru() -> keras.Model:
    return functional(kl.GRU(4, return_sequences=True, recurrent_dropout=0.1, name="gru"))


@model
def keras3_gru_before() -> keras.Model:
    def build(x: Any) -> Any:
        x = kl.Conv1D(4, 2, padding="causal", activation="relu", name="conv")(x)
        return kl.GRU(3, reset_after=False, recurrent_activation="hard_sigmoid", activation="softsign", name="gru")(x)

    return functional(build)


@model
def keras3_gru_states() -> keras.Model:
    """The last state of one is the first of the other, and leaves the network."""

    def build(x: Any) -> Any:
        sequence, state = kl.GRU(3, return_sequences=True, return_state=True, name="encoder")(x)
        return kl.GRU(3, use_bias=False, name="decoder")(sequence, initial_state=state), state

    return functional(build)


@model
def keras3_lstm() -> keras.Model:
    return functional(kl.LSTM(4, return_sequences=True, name="lstm"))


@model
def keras3_lstm_states() -> keras.Model:
    def build(x: Any) -> Any:
        last, hidden, carry = kl.LSTM(3, return_state=True, go_backwards=True, name="encoder")(x)
        decoded = kl.LSTM(3, return_sequences=True, name="decoder")(x, initial_state=[hidden, carry])
        return last, carry, decoded

    return functional(build)


@model
def keras3_lstm_backwards() -> keras.Model:
    return functional(kl.LSTM(3, return_sequences=True, go_backwards=True, use_bias=False, name="lstm"))


@model
def keras3_bidirectional() -> keras.Model:
    return functional(kl.Bidirectional(kl.LSTM(3, return_sequences=True), name="both"))


@model
def keras3_bidirectional_merges() -> keras.Model:
    def build(x: Any) -> Any:
        merged = [
            kl.Bidirectional(kl.GRU(2, return_sequences=mode != "ave"), merge_mode=mode, name=str(mode))(x)
            for mode in ("sum", "mul", "ave", None)
        ]
        return [*merged[:3], *merged[3]]

    return functional(build)


@model
def keras3_bidirectional_states() -> keras.Model:
    def build(x: Any) -> Any:
        backward = kl.SimpleRNN(2, go_backwards=True, activation="sigmoid", return_state=True)
        forward = kl.SimpleRNN(2, return_state=True)
        return kl.Bidirectional(forward, backward_layer=backward, name="both")(x)

    return functional(build)


@model
def keras3_stacked_cells() -> keras.Model:
    def build(x: Any) -> Any:
        stacked = kl.StackedRNNCells([kl.GRUCell(3), kl.LSTMCell(2), kl.SimpleRNNCell(2)])
        return kl.RNN(stacked, return_sequences=True, name="stack")(x)

    return functional(build)


@model
def keras3_in_h5() -> keras.Model:
    def build(x: Any) -> Any:
        x = kl.Bidirectional(kl.GRU(2, return_sequences=True), name="both")(x)
        return kl.LSTM(2, name="lstm")(x)

    return functional(build)


@model
def hgq2_simple_rnn() -> keras.Model:
    return functional(hl.QSimpleRNN(4, return_sequences=True, name="rnn"))


@model
def hgq2_simple_rnn_state_quantizer() -> keras.Model:
    def build(x: Any) -> Any:
        x = hl.QSimpleRNN(
            3, activation="relu", enable_sq=True, use_bias=False, return_sequences=True, go_backwards=True, name="rnn",
            paq_conf=QuantizerConfig(place="datalane", overflow_mode="SAT"),
        )(x)  # fmt: skip
        return hl.QDense(2, name="dense")(x)

    return functional(build)


@model
def hgq2_simple_rnn_no_iq() -> keras.Model:
    def build(x: Any) -> Any:
        x = hl.QSimpleRNN(3, return_sequences=True, return_state=True, name="rnn")(x)
        return x[0], x[1]

    return functional(build)


@model
def hgq2_gru() -> keras.Model:
    return functional(hl.QGRU(4, return_sequences=True, name="gru"))


@model
def hgq2_gru_before() -> keras.Model:
    return functional(hl.QGRU(3, reset_after=False, return_sequences=True, unroll=True, name="gru"))


@model
def hgq2_gru_no_bias() -> keras.Model:
    return functional(hl.QGRU(3, use_bias=False, go_backwards=True, name="gru"))


@model
def hgq2_gru_on_conv() -> keras.Model:
    """What liquid-argon calorimeters try: a causal convolution, a GRU, and its last output."""

    def build(x: Any) -> Any:
        with QuantizerConfigScope(place="datalane", overflow_mode="SAT", round_mode="RND_CONV"):
            one_type = QuantizerConfig(place="datalane", homogeneous_axis=(0, 1))  # of all steps, those padded too
            x = hl.QConv1D(4, 3, padding="causal", activation="relu", iq_conf=one_type, name="conv")(x)
            x = hl.QGRU(
                4, name="gru",
                paq_conf=HardTanhConfig(place="datalane"), praq_conf=HardSigmoidConfig(place="datalane"),
            )(x)  # fmt: skip
            return hl.QDense(1, name="energy")(x)

    return functional(build, (STEPS, 1))


@model
def hgq2_gru_functions() -> keras.Model:
    """Real functions before the quantizers: tables."""

    def build(x: Any) -> Any:
        plain = QuantizerConfig(place="datalane", overflow_mode="SAT")
        return hl.QGRU(
            3, activation="tanh", recurrent_activation="sigmoid", return_sequences=True, name="gru",
            paq_conf=plain, praq_conf=plain,
        )(x)  # fmt: skip

    return functional(build)


@model
def hgq2_bidirectional() -> keras.Model:
    def build(x: Any) -> Any:
        x = kl.Bidirectional(hl.QGRU(2, return_sequences=True), name="both")(x)
        return hl.QSimpleRNN(2, name="last")(x)

    return functional(build)


@model
def keras3_again_in_h5() -> keras.Model:
    """Loaded before it is saved, which changes the names of its arrays."""
    return functional(kl.Bidirectional(kl.LSTM(2, return_sequences=True), name="both"))


def randomise(made: keras.Model, rng: np.random.Generator) -> None:
    """Weights and bit widths as training might leave them."""
    for layer in made._flatten_layers():
        if isinstance(layer, FixedPointQuantizerBase) and layer.built:
            _randomise_quantizer(layer, rng)
            continue
        for variable in layer._trainable_variables + layer._non_trainable_variables:
            if variable.name != "ebops" and not (variable.name == "beta" and hasattr(layer, "enable_ebops")):
                variable.assign(rng.normal(0, 0.7, variable.shape).astype("float32"))


def _randomise_quantizer(layer: Any, rng: np.random.Generator) -> None:
    shape = layer._i.shape
    integer = rng.uniform(-0.4, 2.4, shape)
    width = np.where(rng.random(shape) < 0.08, -1.0, rng.uniform(2.6, 6.4, shape))
    layer._i.assign(integer.astype("float32"))
    if hasattr(layer, "_f"):
        layer._f.assign((width - np.round(integer)).astype("float32"))
    else:
        layer._b.assign(np.maximum(width, 0).astype("float32"))


def answers(made: keras.Model, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The outputs, and every layer's that has one."""
    arrays = {f"in/{name}": value for name, value in inputs.items()}
    tensors: dict[str, Any] = {f"out/{number}": tensor for number, tensor in enumerate(made.outputs)}
    for layer in made.layers:
        if not isinstance(layer, kl.InputLayer) and not isinstance(layer.output, list | tuple):
            tensors[f"layer/{layer.name}"] = layer.output
    names = [tensor._keras_history[0].name for tensor in made.inputs]
    found = keras.Model(made.inputs, tensors).predict([inputs[name] for name in names], verbose=0, batch_size=EVENTS)
    return arrays | {name: np.asarray(value) for name, value in found.items()}


def compress(path: Path) -> None:
    """The same archive with its members deflated, under a fixed date: small, and the same bytes every time."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)


def main(names: Sequence[str]) -> None:
    """Write the models of these names, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for number, (name, make) in enumerate(MODELS.items()):
        if names and name not in names:
            continue
        keras.backend.clear_session()
        keras.utils.set_random_seed(1)
        rng = np.random.default_rng(20261127 + number)
        made = make()
        randomise(made, rng)
        inputs = {
            tensor._keras_history[0].name: (np.round(rng.normal(0, 1.2, (EVENTS, *tensor.shape[1:])) * 64) / 64).astype(
                "float32"
            )
            for tensor in made.inputs
        }
        if "_again_" in name:
            with TemporaryDirectory() as folder:
                made.save(f"{folder}/first.keras")
                made = keras.models.load_model(f"{folder}/first.keras", compile=False)
        path = FOLDER / f"{name}.{'h5' if name.endswith('h5') else 'keras'}"
        made.save(path)
        if path.suffix == ".keras":
            compress(path)
        np.savez_compressed(FOLDER / f"{name}.npz", **answers(made, inputs))


if __name__ == "__main__":
    main(sys.argv[1:])
