"""Trains the float autoencoder and the quantised one that starts from it, on healthy pulses alone.

The folder receives float.keras, quantised.keras, recorded.npz (the quantised network's answers to the held-out pulses),
training.json, and checkpoints/, from which a run that was broken off goes on.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from fpgaml_models.common import saving
from fpgaml_models.common.fitting import Events
from fpgaml_models.common.pairs import Pair, train_task

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress, Silent

from . import constants as c
from .data import read_own
from .generate import HEALTHY, TRAINING, generate
from .generate import Settings as DataSettings
from .networks import NetworkSettings, float_network, quantised_network

VALIDATION_SHARE = 8
"""One in so many pulses is kept for validation."""


@dataclass(frozen=True)
class Settings:
    """One training.

    Args:
        output: where everything is written.
        seed: of the data, the starting weights and the order of pulses.
        data: pulses of your own (see data.read_own); else they are generated.
        pulses: generated ones.
        float_epochs, quantised_epochs: passes over the pulses.
        batch: pulses a step.
        learning_rate: at the start; it falls to 1 % along a half cosine.
        betas: price of a bit operation at the start of the quantised training and from 60 % of it on.
        held_out: pulses that answers are recorded for.
        network: sizes.
    """

    output: Path
    seed: int = 1
    data: Path | None = None
    pulses: int = 60_000
    float_epochs: int = 80
    quantised_epochs: int = 40
    batch: int = 128
    learning_rate: float = 3e-3
    betas: tuple[float, float] = (1e-8, 1e-7)
    held_out: int = 2_000
    network: NetworkSettings = field(default_factory=NetworkSettings)

    def __post_init__(self) -> None:
        for name in ("pulses", "float_epochs", "quantised_epochs", "batch", "held_out"):
            if getattr(self, name) < 1:
                raise FpgamlError(f"accelerator_fault: {name}", "must be at least 1")
        if not (self.learning_rate > 0 and 0 < self.betas[0] <= self.betas[1]):
            raise FpgamlError("accelerator_fault", "needs learning_rate > 0 and 0 < betas, rising")


def main(settings: Settings, progress: Progress | None = None) -> None:
    """Train, or go on where a run was stopped.

    Raises:
        FpgamlError: the folder holds a training with other settings, or the data cannot be used.
    """
    from .task import TASK

    progress, began = progress or Silent(), time.monotonic()
    training, validation = training_pulses(settings)
    pair = Pair(
        floating=lambda: float_network(settings.network),
        quantised=lambda: quantised_network(settings.network, settings.betas[0]),
        loss=score_loss,
        epochs=(settings.float_epochs, settings.quantised_epochs),
        batch=settings.batch,
        rate=settings.learning_rate,
        betas=settings.betas,
    )
    train_task(
        "accelerator_fault",
        pair,
        (training, validation),
        lambda: TASK.held_out(settings.held_out, settings.seed).x,
        settings,
        c.DATA_LABEL,
        began,
        progress,
    )


def training_pulses(settings: Settings) -> tuple[Events, Events]:
    """Healthy pulses for training and for validation; the targets, noughts, are what a score should be."""
    if settings.data is not None:
        counts = read_own(settings.data, settings.seed).training
    else:
        counts = generate(DataSettings(settings.pulses, HEALTHY, settings.seed, TRAINING)).counts
    held = len(counts) // VALIDATION_SHARE
    if held == 0:
        raise FpgamlError("accelerator_fault", f"{len(counts)} healthy pulses are too few to train on", "Give more")
    x, wanted = counts.astype(np.float32), np.zeros((len(counts), 1), np.float32)
    return (x[held:], wanted[held:]), (x[:held], wanted[:held])


def score_loss(truth: Any, answer: Any) -> Any:
    """ln(1 + score), (batch,): the score itself, with pulses that are hard to restore counted no more than others."""
    return keras.ops.mean(keras.ops.log1p(answer - truth), axis=-1)


def train(folder: Path, seed: int, data: Path | None, progress: Progress) -> None:
    """With the defaults of `Settings`."""
    main(Settings(folder, seed=seed, data=data), progress)


if __name__ == "__main__":
    saving.command_line("Train the modulators' autoencoders.", train)
