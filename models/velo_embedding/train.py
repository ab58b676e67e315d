"""Trains the float network and the quantised one that starts from it, on pairs of hits.

The folder receives float.keras, quantised.keras, recorded.npz (the quantised network's answers to the held-out hits),
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
from fpgaml_models.common import saving
from fpgaml_models.common.pairs import Pair, train_task

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress, Silent

from . import constants as c
from .blocks import BLOCK, Blocks, blocks_of
from .data import held_out, own_events
from .generate import TRAINING, generate
from .generate import Settings as Generator
from .networks import NetworkSettings, float_network, quantised_network
from .pairs import REACH

VALIDATION_SHARE = 16
"""One in so many training events is kept for validation."""


@dataclass(frozen=True)
class Settings:
    """One training.

    Args:
        output: where everything is written.
        seed: of the data, the starting weights and the order of blocks.
        data: events of your own (see data.read_hits), for training; else they are generated.
        events: generated bunch crossings for training.
        float_epochs, quantised_epochs: passes over the training blocks.
        blocks: of 256 hits, a step.
        learning_rate: at the start; it falls to 1 % along a half cosine.
        betas: price of a bit operation at the start of the quantised training and from 60 % of it on.
        held_out: hits that answers are recorded for.
        network: sizes.
    """

    output: Path
    seed: int = 1
    data: Path | None = None
    events: int = 200
    float_epochs: int = 4
    quantised_epochs: int = 6
    blocks: int = 4
    learning_rate: float = 4e-3
    betas: tuple[float, float] = (1e-7, 1e-6)
    held_out: int = 10_000
    network: NetworkSettings = field(default_factory=NetworkSettings)

    def __post_init__(self) -> None:
        for name in ("events", "float_epochs", "quantised_epochs", "blocks", "held_out"):
            if getattr(self, name) < 1:
                raise FpgamlError(f"velo_embedding: {name}", "must be at least 1")
        if not (self.learning_rate > 0 and 0 < self.betas[0] <= self.betas[1]):
            raise FpgamlError("velo_embedding", "needs learning_rate > 0 and 0 < betas, rising")


def main(settings: Settings, progress: Progress | None = None) -> None:
    """Train, or go on where a run was stopped.

    Raises:
        FpgamlError: the folder holds a training with other settings, or the data cannot be used.
    """
    progress, began = progress or Silent(), time.monotonic()
    with progress.step("events"):
        training, validation = ((part.x, part.y) for part in training_blocks(settings))
    pair = Pair(
        floating=lambda: float_network(settings.network),
        quantised=lambda: quantised_network(settings.network, settings.betas[0]),
        loss=edge_loss,
        epochs=(settings.float_epochs, settings.quantised_epochs),
        batch=settings.blocks * BLOCK,
        rate=settings.learning_rate,
        betas=settings.betas,
        group=BLOCK,
    )
    train_task(
        "velo_embedding",
        pair,
        (training, validation),
        lambda: held_out(settings.held_out, settings.seed),
        settings,
        c.DATA_LABEL,
        began,
        progress,
    )


def training_blocks(settings: Settings) -> tuple[Blocks, Blocks]:
    """Blocks for training and for validation, of different events.

    Raises:
        FpgamlError: too few events.
    """
    if settings.data is not None:
        hits = own_events(settings.data, settings.seed).training
    else:
        hits = generate(Generator(settings.events, settings.seed, TRAINING))
    kept = max(1, hits.events // VALIDATION_SHARE)
    if hits.events <= kept:
        raise FpgamlError("velo_embedding", f"{hits.events} events are too few to train on", "Give more events")
    chosen = hits.event < hits.events - kept
    rest = hits.take(~chosen)
    return blocks_of(hits.take(chosen), settings.seed), blocks_of(rest.renumbered(), settings.seed)


def edge_loss(truth: Any, answer: Any) -> Any:
    """Hinge loss of metric learning, of each block: true pairs are drawn together, others pushed a unit apart.

    The mean of d^2 over pairs of successive hits of a track, and the mean of max(0, 1 - d)^2 over all other pairs that
    are at most REACH planes apart, with the Euclidean distance d [Hadsell, Chopra, LeCun, CVPR 2006].

    Args:
        truth: as in `Blocks`, (batch, 3); answer: places, (batch, outputs); batch is a multiple of BLOCK.

    Returns:
        (blocks,).
    """
    ops = keras.ops
    place = ops.reshape(answer, (-1, BLOCK, answer.shape[-1]))
    plane, number, after = (ops.reshape(truth[:, index], (-1, BLOCK)) for index in range(3))
    step = plane[:, None, :] - plane[:, :, None]
    near = ops.logical_and(step >= 1, step <= REACH)
    true = ops.logical_and(near, after[:, :, None] == number[:, None, :])
    weight = {name: ops.cast(mask, "float32") for name, mask in (("near", near), ("true", true))}
    square = sum((place[:, :, None, index] - place[:, None, :, index]) ** 2 for index in range(place.shape[-1]))
    apart = ops.maximum(1.0 - ops.sqrt(square + 1e-6), 0.0) ** 2
    false = weight["near"] - weight["true"]

    def mean(values: Any, chosen: Any) -> Any:
        return ops.sum(values * chosen, axis=(1, 2)) / ops.maximum(ops.sum(chosen, axis=(1, 2)), 1.0)

    return mean(square, weight["true"]) + mean(apart, false)


def train(folder: Path, seed: int, data: Path | None, progress: Progress) -> None:
    """With the defaults of `Settings`."""
    main(Settings(folder, seed=seed, data=data), progress)


if __name__ == "__main__":
    saving.command_line("Train the networks that embed hits.", train)
