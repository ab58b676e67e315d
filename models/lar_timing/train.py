"""Trains the float network and the quantised one that starts from it.

The folder receives float.keras, quantised.keras, recorded.npz (the quantised network's answers to the held-out
windows), training.json, and checkpoints/, from which a run that was broken off goes on.
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
from fpgaml_models.common.pairs import Pair, train_task

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress, Silent

from . import constants as c
from .data import read_events
from .generate import Settings as DataSettings
from .generate import chunks
from .networks import NetworkSettings, float_network, quantised_network
from .windows import TRAINING, WITHOUT_CROSSTALK, Windows, held_out, windows_of

VALIDATION_SHARE = 8
"""One in so many training windows is kept for validation."""
INTERESTING_GEV = 0.25
"""Windows with at least so much energy, or a shower, are all used for training; of the others a part."""
ENERGY_SIGMA_GEV = 0.08
"""What a deviation is divided by in the loss: hypot(this, 1 % of the energy)."""
TIME_SIGMA = 0.14
"""The same for energy times time, in 16 GeV ns: hypot(this, 1 % of the energy)."""
RELATIVE_SIGMA = 0.01
HUBER = 4.0
"""Deviations beyond so many sigma count linearly."""


@dataclass(frozen=True)
class Settings:
    """One training.

    Args:
        output: where everything is written.
        seed: of the data, the starting weights and the order of windows.
        data: events of your own (see data.read_events), for training; else they are generated.
        sequences: generated sequences of 64 crossings for training.
        without_crosstalk: share of them that has none, so that a network does not take crosstalk for granted.
        background: share of the uninteresting windows that is used for training.
        float_epochs, quantised_epochs: passes over the training windows.
        batch: windows per step.
        learning_rate: at the start; it falls to 1 % along a half cosine.
        betas: price of a bit operation at the start of the quantised training and from 60 % of it on.
        held_out: windows that answers are recorded for.
        network: sizes.
    """

    output: Path
    seed: int = 1
    data: Path | None = None
    sequences: int = 30_000
    without_crosstalk: float = 0.2
    background: float = 0.2
    float_epochs: int = 60
    quantised_epochs: int = 50
    batch: int = 512
    learning_rate: float = 4e-3
    betas: tuple[float, float] = (3e-7, 6e-6)
    held_out: int = 10_000
    network: NetworkSettings = field(default_factory=NetworkSettings)

    def __post_init__(self) -> None:
        for name in ("sequences", "float_epochs", "quantised_epochs", "batch", "held_out"):
            if getattr(self, name) < 1:
                raise FpgamlError(f"lar_timing: {name}", "must be at least 1")
        shares = (self.background, self.without_crosstalk)
        if not (
            all(0 <= share <= 1 for share in shares) and self.learning_rate > 0 and 0 < self.betas[0] <= self.betas[1]
        ):
            raise FpgamlError("lar_timing", "needs shares from 0 to 1, learning_rate > 0 and 0 < betas, rising")


def main(settings: Settings, progress: Progress | None = None) -> None:
    """Train, or go on where a run was stopped.

    Raises:
        FpgamlError: the folder holds a training with other settings, or the data cannot be used.
    """
    progress, began = progress or Silent(), time.monotonic()
    training, validation = ((part.x, part.target) for part in training_windows(settings, progress))
    pair = Pair(
        floating=lambda: float_network(settings.network),
        quantised=lambda: quantised_network(settings.network, settings.betas[0]),
        loss=pulse_loss,
        epochs=(settings.float_epochs, settings.quantised_epochs),
        batch=settings.batch,
        rate=settings.learning_rate,
        betas=settings.betas,
    )
    train_task(
        "lar_timing",
        pair,
        (training, validation),
        lambda: held_out(settings.held_out, settings.seed, settings.network.rings).x,
        settings,
        c.DATA_LABEL,
        began,
        progress,
    )


def training_windows(settings: Settings, progress: Progress) -> tuple[Windows, Windows]:
    """Windows for training and for validation."""
    rng = np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=(10,)))
    rings, parts = settings.network.rings, []
    if settings.data is not None:
        parts.append(_choose(windows_of(read_events(settings.data), rings), settings.background, rng))
    else:
        without = round(settings.sequences * settings.without_crosstalk)
        with progress.bar("data", settings.sequences, "sequences") as advance:
            for stream, sequences in ((TRAINING, settings.sequences - without), (WITHOUT_CROSSTALK, without)):
                if not sequences:
                    continue
                wanted = DataSettings(sequences, seed=settings.seed, stream=stream, crosstalk=stream == TRAINING)
                for events in chunks(wanted):
                    parts.append(_choose(windows_of(events, rings), settings.background, rng))
                    advance(len(events))
    every = Windows(*(np.concatenate([getattr(part, name) for part in parts]) for name in Windows.__annotations__))
    order = rng.permutation(len(every))
    held = len(every) // VALIDATION_SHARE
    if held == 0:
        raise FpgamlError("lar_timing", f"{len(every)} windows are too few to train on", "Give more events")
    return every.take(order[held:]), every.take(order[:held])


def _choose(windows: Windows, background: float, rng: np.random.Generator) -> Windows:
    interesting = windows.shower | (windows.target[:, 0] >= INTERESTING_GEV)
    return windows.take(interesting | (rng.random(len(windows)) < background))


def pulse_loss(truth: Any, answer: Any) -> Any:
    """Huber's loss of energy and energy times time, each in units of what can be hoped for; (batch,)."""
    floor = keras.ops.convert_to_tensor([ENERGY_SIGMA_GEV, TIME_SIGMA])
    sigma = keras.ops.sqrt(floor**2 + (RELATIVE_SIGMA * truth[:, :1]) ** 2)
    pull = keras.ops.abs((answer - truth) / sigma)
    quadratic = keras.ops.minimum(pull, HUBER)
    return keras.ops.mean(quadratic * (pull - 0.5 * quadratic), axis=-1)


def train(folder: Path, seed: int, data: Path | None, progress: Progress) -> None:
    """With the defaults of `Settings`."""
    main(Settings(folder, seed=seed, data=data), progress)


if __name__ == "__main__":
    saving.command_line("Train the liquid-argon networks.", train)
