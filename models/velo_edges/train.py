"""Trains the float network and the quantised one that starts from it.

The folder receives float.keras, quantised.keras, recorded.npz (the quantised network's answers to the held-out graphs),
training.json, and checkpoints/, from which a run that was broken off goes on.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import numpy as np
from fpgaml_models.common import saving
from fpgaml_models.common.pairs import Pair, train_task
from fpgaml_models.velo_embedding.generate import TRAINING
from keras import ops

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress, Silent

from . import constants as c
from .data import own_graphs
from .graphs import FALSE, PADDING, Graphs
from .networks import NetworkSettings, float_network, quantised_network
from .sets import generated, held_out_graphs

VALIDATION_SHARE = 8
"""One in so many training graphs is kept for validation."""


@dataclass(frozen=True)
class Settings:
    """One training.

    Args:
        output: where everything is written.
        seed: of the data, the starting weights and the order of graphs.
        data: hits of your own (see data.read_hits); else they are generated.
        crossings: generated for training.
        float_epochs, quantised_epochs: passes over the training graphs.
        batch: graphs per step.
        learning_rate: at the start; it falls to 1 % along a half cosine.
        betas: price of a bit operation at the start of the quantised training and from 60 % of it on.
        held_out: graphs that answers are recorded for.
        network: sizes.
    """

    output: Path
    seed: int = 1
    data: Path | None = None
    crossings: int = 200
    float_epochs: int = 60
    quantised_epochs: int = 30
    batch: int = 128
    learning_rate: float = 4e-3
    betas: tuple[float, float] = (1e-9, 2e-8)
    held_out: int = 2000
    network: NetworkSettings = field(default_factory=NetworkSettings)

    def __post_init__(self) -> None:
        for name in ("crossings", "float_epochs", "quantised_epochs", "batch", "held_out"):
            if getattr(self, name) < 1:
                raise FpgamlError(f"velo_edges: {name}", "must be at least 1")
        if not (self.learning_rate > 0 and 0 < self.betas[0] <= self.betas[1]):
            raise FpgamlError("velo_edges", "needs learning_rate > 0 and 0 < betas, rising")


def main(settings: Settings, progress: Progress | None = None) -> None:
    """Train, or go on where a run was stopped.

    Raises:
        FpgamlError: the folder holds a training with other settings, or the data cannot be used.
    """
    progress, began = progress or Silent(), time.monotonic()
    training, validation = training_graphs(settings, progress)
    pair = Pair(
        floating=lambda: float_network(settings.network),
        quantised=lambda: quantised_network(settings.network, settings.betas[0]),
        loss=edge_loss,
        epochs=(settings.float_epochs, settings.quantised_epochs),
        batch=settings.batch,
        rate=settings.learning_rate,
        betas=settings.betas,
    )
    seen, held = ((graphs.inputs, graphs.label.astype(np.float32)) for graphs in (training, validation))
    sizes = {"graphs": {"training": len(training), "validation": len(validation)}}
    train_task(
        "velo_edges",
        pair,
        (seen, held),
        lambda: held_out_graphs(settings.held_out, settings.seed).inputs,
        settings,
        c.DATA_LABEL,
        began,
        progress,
        sizes,
    )


def training_graphs(settings: Settings, progress: Progress) -> tuple[Graphs, Graphs]:
    """Graphs for training and for validation."""
    if settings.data is not None:
        graphs = own_graphs(settings.data, settings.seed, judges=False)
    else:
        with progress.bar("data", settings.crossings, "crossings") as advance:
            graphs = generated(settings.crossings, settings.seed, TRAINING, advance)
    order = np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=(10,))).permutation(len(graphs))
    held = len(graphs) // VALIDATION_SHARE
    if held == 0:
        raise FpgamlError("velo_edges", f"{len(graphs)} graphs are too few to train on", "Give more crossings")
    return graphs.take(order[held:]), graphs.take(order[:held])


def edge_loss(truth: Any, answer: Any) -> Any:
    """Cross-entropy of the edges that are there, the mean over each graph's; (batch,)."""
    there = ops.cast(ops.not_equal(truth, PADDING), "float32")
    label = ops.maximum(truth, FALSE)
    losses = ops.maximum(answer, 0.0) - answer * label + ops.log1p(ops.exp(-ops.abs(answer)))
    return ops.sum(losses * there, axis=-1) / ops.maximum(ops.sum(there, axis=-1), 1.0)


def train(folder: Path, seed: int, data: Path | None, progress: Progress) -> None:
    """With the defaults of `Settings`."""
    main(Settings(folder, seed=seed, data=data), progress)


if __name__ == "__main__":
    saving.command_line("Train the edge classifier.", train)
