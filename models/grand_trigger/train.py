"""Trains the published network and the quantised one.

The folder receives float.keras, quantised.keras, recorded.npz (the quantised network's answers to the held-out events),
training.json, and checkpoints/, from which a run that was broken off goes on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from fpgaml_models.common import saving
from fpgaml_models.common.fitting import History, Plan, bit_operations, fit, predict, start_from, weights

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress, Silent

from . import constants as c
from . import events as source
from . import networks
from .events import Events, held_out
from .generate import Stream, to_input
from .settings import Settings

FLOOR = 0.02
"""The part of the learning rate that is left at the end."""
COOLED_FROM = 0.8
"""The part of the published network's training after which its rate is a tenth."""

Arrays = tuple[np.ndarray[Any, np.dtype[np.float32]], np.ndarray[Any, np.dtype[np.float32]]]


def main(settings: Settings, progress: Progress | None = None) -> None:
    """Train and write; go on where an earlier run with the same settings stopped.

    Raises:
        FpgamlError: the folder holds a run with other settings, or the data cannot be used.
    """
    progress, began = progress or Silent(), time.monotonic()
    with progress.step("events"):
        training, validation = (_arrays(part) for part in _events(settings))
    checkpoints, facts = settings.output / "checkpoints", saving.plain(settings)
    loss = keras.losses.BinaryCrossentropy(from_logits=True, name="logits")
    histories: dict[str, History] = {}

    def trained(name: str, epochs: int, model: keras.Model, arrays: Sequence[Arrays], **other: Any) -> keras.Model:
        usual = {"batch": settings.batch, "rate": settings.learning_rate, "floor": FLOOR}
        plan = Plan(name, epochs, loss=loss, seed=settings.seed, settings=facts, **(usual | other))
        histories[name] = fit(model, plan, arrays[0], arrays[1], checkpoints, progress)
        return model

    keras.utils.set_random_seed(settings.seed)
    as_published = {"batch": c.PUBLISHED_BATCH, "rate": c.PUBLISHED_LEARNING_RATE, "floor": 1.0}
    published = trained(
        "float",
        settings.float_epochs,
        networks.published(),
        (training, validation),
        before_epoch=cooled,
        **as_published,
    )
    saving.save_network(published, networks.published, settings.output / saving.FLOAT)
    keras.utils.set_random_seed(settings.seed)
    network = settings.network
    first = [(networks.first_bits(x, network), y) for x, y in (training, validation)]
    unquantised = trained("unquantised", settings.pretraining_epochs, networks.unquantised(network), first)
    keras.utils.set_random_seed(settings.seed)
    quantised = networks.quantised(network)
    start_from(quantised, unquantised)
    trained("quantised", settings.quantised_epochs, quantised, (training, validation))
    saving.save_network(quantised, lambda: networks.quantised(network), settings.output / saving.QUANTISED)
    x = to_input(held_out(settings.held_out, settings.seed).traces)
    saving.save_answers(settings.output / saving.RECORDED, x, predict(quantised, x))
    result = {
        "data": c.DATA_LABEL if settings.data is None else "a group's own",
        "parameters": {"float": weights(published), "quantised": weights(quantised)},
        "effective_bit_operations": bit_operations(quantised),
        "seconds": round(time.monotonic() - began, 1),
        "history": histories,
    }
    saving.save_training(settings.output, "grand_trigger", settings, result)


def cooled(model: keras.Model, done: float) -> None:
    """The published rate, and a tenth of it at the end: what a constant rate still jumps about settles."""
    if done >= COOLED_FROM:
        model.optimizer.learning_rate.assign(c.PUBLISHED_LEARNING_RATE / 10)


def _events(settings: Settings) -> tuple[Events, Events]:
    """Events to train with, and to watch training with."""
    if settings.data is None:
        train = source.made(settings.seed, Stream.TRAINING, settings.train_each)
        return train, source.made(settings.seed, Stream.VALIDATION, settings.validation_each)
    train, validation, _ = source.parted(settings.data, settings.seed)
    for part in (train, validation):
        if not 0 < int(part.signal.sum()) < part.size:
            raise FpgamlError(str(settings.data), "too few events of one class", "Give more of both classes")
    return train, validation


def _arrays(events: Events) -> Arrays:
    return to_input(events.traces), events.signal.astype(np.float32)[:, None]


def train(folder: Path, seed: int, data: Path | None, progress: Progress) -> None:
    """With the defaults of `Settings`."""
    main(Settings(folder, seed=seed, data=data), progress)


if __name__ == "__main__":
    saving.command_line("Train the radio trigger.", train)
