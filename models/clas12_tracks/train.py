"""Trains the autoencoder that restores a segment, then the classifier; of each the float network, then the quantised.

The folder receives the classifier's float.keras, quantised.keras and recorded.npz, the autoencoder's in restore/, in
chain/ the answers of the two one after the other, training.json, and checkpoints/, from which a run that was broken off
goes on. Part of the candidates that the classifier learns from have a segment that the autoencoder restored.
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
from fpgaml_models.common.fitting import Events, predict
from fpgaml_models.common.pairs import Pair, Trained, train_pair

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress, Silent

from . import constants as c
from .data import held_out, training_candidates
from .generate import Candidates
from .networks import (
    CLASSES,
    SCALE,
    NetworkSettings,
    float_autoencoder,
    float_classifier,
    quantised_autoencoder,
    quantised_classifier,
)

RESTORE, CHAIN = "restore", "chain"
RESTORED_SHARE = 3
"""One in so many candidates that the classifier learns from has a restored segment."""
HUBER_WIRES = 2.0
"""Errors of the autoencoder beyond so many wires count linearly."""


@dataclass(frozen=True)
class Settings:
    """One training.

    Args:
        output: where everything is written.
        seed: of the data, the starting weights and the order of candidates.
        data: candidates of your own (see data.read_candidates); else they are generated.
        candidates, validation: generated ones.
        epochs: passes over them, of the float and of the quantised autoencoder, then of the classifiers.
        batch: candidates a step.
        rate: of learning at the start; it falls to 1 % along a half cosine.
        betas: price of a bit operation at the start of the quantised training and from 60 % of it on: of the
            autoencoder, and of the classifier.
        held_out: candidates that answers are recorded for.
        network: widths.
    """

    output: Path
    seed: int = 1
    data: Path | None = None
    candidates: int = 240_000
    validation: int = 20_000
    epochs: tuple[int, int, int, int] = (60, 50, 24, 40)
    batch: int = 1024
    rate: float = 4e-3
    betas: tuple[tuple[float, float], tuple[float, float]] = ((2e-8, 2e-7), (2e-9, 5e-8))
    held_out: int = 5_000
    network: NetworkSettings = field(default_factory=NetworkSettings)

    def __post_init__(self) -> None:
        counts = (self.candidates, self.validation, *self.epochs, self.batch, self.held_out)
        if min(counts) < 1 or self.rate <= 0 or any(not 0 < low <= high for low, high in self.betas):
            raise FpgamlError("clas12_tracks", "needs numbers of at least 1, a rate above 0, and 0 < betas, rising")


def main(settings: Settings, progress: Progress | None = None) -> None:
    """Train, or go on where a run was stopped.

    Raises:
        FpgamlError: the folder holds a training with other settings, or the data cannot be used.
    """
    progress, began = progress or Silent(), time.monotonic()
    parts = training_candidates(settings.data, settings.seed, settings.candidates, settings.validation, progress)
    restoring = _train(_autoencoders(settings), [_corrupted(part) for part in parts], settings, progress)
    floating = restoring.floating
    judging = _train(_classifiers(settings), [_labelled(part, floating) for part in parts], settings, progress)
    _save(restoring, judging, settings)
    result = {
        "data": c.DATA_LABEL if settings.data is None else "a group's own",
        "parameters": {RESTORE: restoring.facts()["parameters"], "classifier": judging.facts()["parameters"]},
        "effective_bit_operations": {
            RESTORE: restoring.facts()["effective_bit_operations"],
            "classifier": judging.facts()["effective_bit_operations"],
        },
        "history": {**restoring.history, **judging.history},
        "seconds": round(time.monotonic() - began, 1),
    }
    saving.save_training(settings.output, "clas12_tracks", settings, result)


def _train(pair: Pair, parts: list[Events], settings: Settings, progress: Progress) -> Trained:
    training, validation = parts
    facts = saving.plain(settings)
    return train_pair(pair, training, validation, settings.output / "checkpoints", progress, settings.seed, facts)


def _autoencoders(settings: Settings) -> Pair:
    return Pair(
        floating=lambda: float_autoencoder(settings.network),
        quantised=lambda: quantised_autoencoder(settings.network, settings.betas[0][0]),
        loss=restoration_loss,
        epochs=settings.epochs[:2],
        batch=settings.batch,
        rate=settings.rate,
        betas=settings.betas[0],
        name=RESTORE,
    )


def _classifiers(settings: Settings) -> Pair:
    return Pair(
        floating=lambda: float_classifier(settings.network),
        quantised=lambda: quantised_classifier(settings.network, settings.betas[1][0]),
        loss=class_loss,
        epochs=settings.epochs[2:],
        batch=settings.batch,
        rate=settings.rate,
        betas=settings.betas[1],
    )


def restoration_loss(truth: Any, answer: Any) -> Any:
    """Huber's loss in wires; what passes unchanged adds nothing, (batch,)."""
    error = keras.ops.abs(answer - truth)
    quadratic = keras.ops.minimum(error, HUBER_WIRES)
    return keras.ops.sum(quadratic * (error - 0.5 * quadratic), axis=-1)


def class_loss(truth: Any, answer: Any) -> Any:
    """Cross-entropy of the scores, (batch,)."""
    return keras.ops.categorical_crossentropy(truth, answer, from_logits=True)


def _corrupted(candidates: Candidates) -> Events:
    """True candidates with a segment missing, and with it."""
    true = candidates.label != c.FALSE
    return candidates.five[true].astype(np.float32), candidates.wires[true].astype(np.float32)


def _labelled(candidates: Candidates, autoencoder: keras.Model) -> Events:
    """Candidates with their classes; in some a segment is what the autoencoder says."""
    restored = np.rint(predict(autoencoder, candidates.five) * c.STEP) / c.STEP
    chosen = (np.arange(len(candidates)) % RESTORED_SHARE == 0)[:, None]
    x = np.where(chosen, np.clip(restored, 0, 2 / SCALE - 1 / c.STEP), candidates.wires)
    return x.astype(np.float32), np.eye(CLASSES, dtype=np.float32)[candidates.label]


def _save(restoring: Trained, judging: Trained, settings: Settings) -> None:
    """All networks, and their answers: one after the other the quantised classifier hears the quantised autoencoder."""
    x = held_out(settings.held_out, settings.seed)
    judging.save(settings.output, x)
    restoring.save(settings.output / RESTORE, x)
    restored = predict(restoring.quantised, x)
    answers = {"restored": restored, "scores": predict(judging.quantised, restored)}
    saving.save_answers(settings.output / CHAIN / saving.RECORDED, x, answers)


def train(folder: Path, seed: int, data: Path | None, progress: Progress) -> None:
    """With the defaults of `Settings`."""
    main(Settings(folder, seed=seed, data=data), progress)


if __name__ == "__main__":
    saving.command_line("Train the networks for CLAS12's track candidates.", train)
