"""Trains the float network and the quantised one that starts from it.

The folder receives float.keras, quantised.keras, recorded.npz (the quantised network's answers to the held-out
windows), training.json, and checkpoints/, from which a run that was broken off goes on.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from fpgaml_models.common import saving
from fpgaml_models.common.pairs import Pair, train_task

from fpgaml.progress import Progress, Silent

from . import constants as c
from . import events
from .data import Windows, parted, read, shipped, to_input
from .networks import float_network, quantised_network
from .settings import Settings


def main(settings: Settings, progress: Progress | None = None) -> None:
    """Train, or go on where a run was stopped.

    Raises:
        FpgamlError: the folder holds a training with other settings, or the data cannot be used.
    """
    progress, began = progress or Silent(), time.monotonic()
    with progress.step("windows"):
        parts = parted(shipped() if settings.data is None else read(settings.data))
        training = _arrays(events.training(parts, settings.events, settings.drawn, settings.seed))
        validation = _arrays(events.watching(parts, settings.validation, settings.seed))
    pair = Pair(
        floating=lambda: float_network(settings.network),
        quantised=lambda: quantised_network(settings.network, settings.betas[0]),
        loss=keras.losses.BinaryCrossentropy(from_logits=True, name="logits"),
        epochs=(settings.float_epochs, settings.quantised_epochs),
        batch=settings.batch,
        rate=settings.learning_rate,
        betas=settings.betas,
    )
    train_task(
        "radio_neutrino",
        pair,
        (training, validation),
        lambda: to_input(events.held_out(settings.held_out, settings.seed).counts),
        settings,
        c.DATA_LABEL,
        began,
        progress,
    )


def _arrays(windows: Windows) -> tuple[np.ndarray, np.ndarray]:
    return to_input(windows.counts), windows.signal.astype(np.float32)[:, None]


def train(folder: Path, seed: int, data: Path | None, progress: Progress) -> None:
    """With the defaults of `Settings`."""
    main(Settings(folder, seed=seed, data=data), progress)


if __name__ == "__main__":
    saving.command_line("Train the neutrino trigger.", train)
