"""Trains the float autoencoder, the quantised one that starts from it, and a decoder for each number of bits sent.

The folder receives float.keras and quantised.keras (encoders), decoders.npz, recorded.npz (the quantised encoder's
answers to the held-out events), training.json, and checkpoints/, from which a run that was broken off goes on.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from fpgaml_models.common import saving
from fpgaml_models.common.fitting import Events, Plan, bit_operations, fit, predict, weights
from fpgaml_models.common.pairs import Pair, train_pair

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress, Silent

from . import constants as c
from .data import read_charges, training_part
from .decoder import FILE, FLOAT, LAYERS, cut
from .generate import HELD_OUT, TRAINING, generate
from .generate import Settings as DataSettings
from .geometry import BLOCK, RHOMBI, square_weights, squares
from .networks import decoder, encoder, float_autoencoder, quantised_autoencoder
from .normalise import fractions, to_input

VALIDATION_SHARE = 8
"""One in so many events is kept for validation."""
LOSS_SCALE = 1000.0
"""Brings the loss near one."""


@dataclass(frozen=True)
class Settings:
    """One training.

    Args:
        output: where everything is written.
        seed: of the data, the starting weights and the order of events.
        data: charges of your own (see data.read_charges); else they are generated.
        events: generated ones.
        float_epochs, quantised_epochs, decoder_epochs: passes over the events.
        batch: events a step.
        learning_rate: at the start; it falls to 1 % along a half cosine.
        noise: standard deviation added to latent values, which run from 0 to 2, in training.
        betas: price of a bit operation at the start of the quantised training and from 60 % of it on.
        held_out: events that answers are recorded for.
    """

    output: Path
    seed: int = 1
    data: Path | None = None
    events: int = 120_000
    float_epochs: int = 40
    quantised_epochs: int = 40
    decoder_epochs: int = 10
    batch: int = 512
    learning_rate: float = 2e-3
    noise: float = 0.03
    betas: tuple[float, float] = (1e-6, 1e-5)
    held_out: int = 2_000

    def __post_init__(self) -> None:
        for name in ("events", "float_epochs", "quantised_epochs", "decoder_epochs", "batch", "held_out"):
            if getattr(self, name) < 1:
                raise FpgamlError(f"sensor_compression: {name}", "must be at least 1")
        if not (self.learning_rate > 0 and self.noise >= 0 and 0 < self.betas[0] <= self.betas[1]):
            raise FpgamlError("sensor_compression", "needs learning_rate > 0, noise >= 0 and 0 < betas, rising")


def main(settings: Settings, progress: Progress | None = None) -> None:
    """Train, or go on where a run was stopped.

    Raises:
        FpgamlError: the folder holds a training with other settings, or the data cannot be used.
    """
    progress, began = progress or Silent(), time.monotonic()
    training, validation = training_events(settings)
    pair = Pair(
        floating=lambda: float_autoencoder(settings.noise),
        quantised=lambda: quantised_autoencoder(settings.noise, settings.betas[0]),
        loss=telescope_loss,
        epochs=(settings.float_epochs, settings.quantised_epochs),
        batch=settings.batch,
        rate=settings.learning_rate,
        betas=settings.betas,
    )
    facts, checkpoints = saving.plain(settings), settings.output / "checkpoints"
    trained = train_pair(pair, training, validation, checkpoints, progress, settings.seed, facts)
    floating, quantised = encoder(trained.floating), encoder(trained.quantised)
    saving.save_network(floating, lambda: encoder(pair.floating()), settings.output / saving.FLOAT)
    saving.save_network(quantised, lambda: encoder(pair.quantised()), settings.output / saving.QUANTISED)
    held = to_input(generate(DataSettings(settings.held_out, settings.seed, HELD_OUT)))
    saving.save_answers(settings.output / saving.RECORDED, held, predict(quantised, held))
    latent = tuple(predict(quantised, part) for part in (training[0], validation[0]))
    decoders, history = {FLOAT: _arrays(trained.floating)}, dict(trained.history)
    for width in c.LATENT_WIDTHS.values():
        model = decoder()
        model.set_weights([np.array(one) for layer in LAYERS for one in trained.quantised.get_layer(layer).weights])
        name = f"decoder_{width}"
        rate = settings.learning_rate / 2
        plan = Plan(name, settings.decoder_epochs, settings.batch, telescope_loss, rate, settings.seed, settings=facts)
        received, checked = (cut(part, width).astype(np.float32) for part in latent)
        history[name] = fit(model, plan, (received, training[1]), (checked, validation[1]), checkpoints, progress)
        decoders[str(width)] = _arrays(model)
    _save(settings.output / FILE, decoders)
    result = {
        "data": c.DATA_LABEL if settings.data is None else "a group's own",
        "parameters": {"float": floating.count_params(), "quantised": weights(quantised)},
        "effective_bit_operations": bit_operations(trained.quantised),
        "history": history,
        "seconds": round(time.monotonic() - began, 1),
    }
    saving.save_training(settings.output, "sensor_compression", settings, result)


def training_events(settings: Settings) -> tuple[Events, Events]:
    """Images and fractions of charge, for training and for validation; events without charge are left out."""
    if settings.data is not None:
        charges = training_part(read_charges(settings.data), settings.seed)
    else:
        charges = generate(DataSettings(settings.events, settings.seed, TRAINING))
    charges = charges[charges.sum(axis=1) > 0]
    held = len(charges) // VALIDATION_SHARE
    if held == 0:
        raise FpgamlError("sensor_compression", f"{len(charges)} events are too few to train on", "Give more events")
    x, y = to_input(charges), fractions(charges).astype(np.float32)
    return (x[held:], y[held:]), (x[:held], y[:held])


def telescope_loss(truth: Any, answer: Any) -> Any:
    """`metrics.telescope` in units of a thousandth, of tensors; (batch,)."""
    ops = keras.ops
    members = ops.convert_to_tensor(squares())
    weight = ops.convert_to_tensor(square_weights().astype(np.float32))

    def term(a: Any, b: Any) -> Any:
        return ops.square(a - b) * ops.maximum(a, b)

    def in_squares(one: Any) -> Any:
        return ops.sum(ops.take(one, members, axis=1), axis=-1)

    def in_rhombi(one: Any) -> Any:
        return ops.sum(ops.reshape(one, (-1, RHOMBI, BLOCK)), axis=-1)

    cells = ops.mean(term(truth, answer), axis=-1)
    near = ops.mean(term(in_squares(truth), in_squares(answer)) * weight, axis=-1)
    far = ops.mean(term(in_rhombi(truth), in_rhombi(answer)), axis=-1)
    return LOSS_SCALE * (4 * cells + 2 * near + far)


def _arrays(model: keras.Model) -> dict[str, Any]:
    """Weights of the decoder's layers, by name, in half precision: software rounds them so, and files stay small."""
    layers = {name: model.get_layer(name) for name in LAYERS}
    kernels = {f"{name}/kernel": np.array(layer.kernel, np.float16) for name, layer in layers.items()}
    return kernels | {f"{name}/bias": np.array(layer.bias, np.float16) for name, layer in layers.items()}


def _save(path: Path, decoders: dict[str, dict[str, Any]]) -> None:
    draft = path.with_name(f"new_{path.name}")
    flat = {f"{name}/{part}": array for name, arrays in decoders.items() for part, array in arrays.items()}
    np.savez_compressed(draft, **flat)
    draft.replace(path)


def train(folder: Path, seed: int, data: Path | None, progress: Progress) -> None:
    """With the defaults of `Settings`."""
    main(Settings(folder, seed=seed, data=data), progress)


if __name__ == "__main__":
    saving.command_line("Train the sensor compression networks.", train)
