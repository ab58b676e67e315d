"""Trains the monotone network and a free one of the same size, each in floating point and then quantised.

The folder receives float.keras, quantised.keras and recorded.npz of the monotone network, those of the free one under
free/, training.json, and checkpoints/, from which a run that was broken off goes on.
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
from fpgaml_models.common.fitting import Events, History, Plan, fit, predict

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress, Silent

from . import data
from .networks import Form, plain, trainable

FOLDERS = {True: ".", False: "free"}
"""Of the monotone network and of the free one, below the folder of all."""


@dataclass(frozen=True)
class Settings:
    """One training.

    Args:
        output: where everything is written.
        seed: of the events, the starting weights and the events' order.
        data: events of your own (see `data.from_file`) instead of made ones.
        each: made vertices of signal, and as many of background.
        float_epochs, quantised_epochs: passes over the events.
        batch: events a step; learning_rate: at the start; it falls to 1 % along a half cosine.
        held_out: events that answers are recorded for.
    """

    output: Path
    seed: int = 1
    data: Path | None = None
    each: int = 150_000
    float_epochs: int = 25
    quantised_epochs: int = 15
    batch: int = 1024
    learning_rate: float = 1e-2
    held_out: int = 2000

    def __post_init__(self) -> None:
        for name in ("each", "float_epochs", "quantised_epochs", "batch", "held_out"):
            if getattr(self, name) < 1:
                raise FpgamlError(f"heavy_flavour: {name}", "must be at least 1")
        if not self.learning_rate > 0:
            raise FpgamlError("heavy_flavour: learning_rate", "must be above 0")


def odds_loss(truth: Any, answer: Any) -> Any:
    """Cross entropy of logarithms of odds, (batch,)."""
    return keras.losses.binary_crossentropy(truth, answer, from_logits=True)


def main(settings: Settings, progress: Progress | None = None) -> None:
    """Train, or go on where a run was stopped.

    Raises:
        FpgamlError: the folder holds a training with other settings, or the data cannot be used.
    """
    progress, began = progress or Silent(), time.monotonic()
    with progress.step("events"):
        training, validation = data.lessons(settings.data, settings.each, settings.seed)
    held = data.held_out(settings.held_out, settings.seed)[0]
    histories: dict[str, History] = {}
    for monotone, folder in FOLDERS.items():
        floating = _fitted(Form(monotone), None, settings, training, validation, histories, progress)
        quantised = _fitted(Form(monotone, True), floating, settings, training, validation, histories, progress)
        place = settings.output / folder
        for form, model, file in (
            (Form(monotone), floating, saving.FLOAT),
            (Form(monotone, True), quantised, saving.QUANTISED),
        ):
            final = plain(form, model)
            saving.save_network(final, lambda form=form: plain(form), place / file)  # type: ignore[misc]
        saving.save_answers(place / saving.RECORDED, held, predict(final, held))
    facts = {
        "data": data.label(settings.data),
        "parameters": sum(int(np.prod(each.shape)) for each in floating.trainable_weights),
        "seconds": round(time.monotonic() - began, 1),
        "history": histories,
    }
    saving.save_training(settings.output, "heavy_flavour", settings, facts)


def _fitted(
    form: Form,
    start: keras.Model | None,
    settings: Settings,
    training: Events,
    validation: Events,
    histories: dict[str, History],
    progress: Progress,
) -> keras.Model:
    """A network, from its checkpoint if there is one; it starts from the weights of another."""
    keras.utils.set_random_seed(settings.seed)
    model = trainable(form)
    if start is not None:
        for layer in start.layers:
            if hasattr(layer, "applied"):
                model.get_layer(layer.name).set_weights([np.array(each) for each in layer.get_weights()])
    epochs = settings.quantised_epochs if form.quantised else settings.float_epochs
    plan = Plan(
        form.name.removeprefix("heavy_flavour_"),
        epochs,
        settings.batch,
        odds_loss,
        settings.learning_rate * (0.3 if form.quantised else 1.0),
        settings.seed,
        settings={"data": settings.data, "each": settings.each, "float_epochs": settings.float_epochs},
    )
    histories[plan.name] = fit(model, plan, training, validation, settings.output / "checkpoints", progress)
    return model


def train(folder: Path, seed: int, data: Path | None, progress: Progress) -> None:
    """With the defaults of `Settings`."""
    main(Settings(folder, seed=seed, data=data), progress)


if __name__ == "__main__":
    saving.command_line("Train the heavy-flavour networks.", train)
