"""Trains the network, then searches formulas that follow it, and gives them types.

The folder receives float.sympy and quantised.sympy (the formulas), network_float.keras and network.keras (what they
stand for), hall_of_fame_CLASS.csv (what was found at each complexity), recorded.npz (the quantised formulas' values on
the held-out jets), training.json, and checkpoints/, from which a run that was broken off goes on.
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
from fpgaml_models.common.fitting import predict
from fpgaml_models.common.pairs import Pair, train_pair

from fpgaml.errors import FpgamlError
from fpgaml.frontends.symbolic.oracle import values_of
from fpgaml.progress import Progress, Silent

from . import constants as c
from .data import parts_of
from .files import FLOAT, QUANTISED, write_model, write_table
from .formula import Formula, Reals, scores, simplified
from .generate import PROOF, TRAINING, Jets, jets
from .networks import NetworkSettings, float_network, quantised_network
from .quantise import INPUT_INTEGER, chosen, source_of
from .refine import refined
from .search import Effort, search

VALIDATION_SHARE = 8
"""One in so many jets is kept for validation."""
LOGIT_LIMIT = 6.0
"""Scores of the network, their mean taken off, are followed within this: beyond, a class is as good as sure."""
NETWORK = "network"


@dataclass(frozen=True)
class Settings:
    """One training.

    Args:
        output: where everything is written.
        seed: of the data, the starting weights, the order of jets and the search.
        data: jets of your own (see data.read_jets); else they are generated.
        jets: generated ones.
        float_epochs, quantised_epochs, batch, learning_rate, betas: of the networks, as `Pair` has them.
        terms: of the longest formulas, and of those that become the model.
        searched: jets that terms are searched on; effort: for each term.
        refine_steps, refine_rate: of the constants' gradient descent.
        loss: of the accuracy, what types may cost.
        held_out: jets that answers are recorded for; network: sizes.
    """

    output: Path
    seed: int = 1
    data: Path | None = None
    jets: int = 100_000
    float_epochs: int = 12
    quantised_epochs: int = 24
    batch: int = 512
    learning_rate: float = 4e-3
    betas: tuple[float, float] = (3e-7, 1e-5)
    terms: tuple[int, int] = (8, 4)
    searched: int = 6_000
    effort: Effort = field(default_factory=Effort)
    refine_steps: int = 800
    refine_rate: float = 0.02
    loss: float = 0.005
    held_out: int = 10_000
    network: NetworkSettings = field(default_factory=NetworkSettings)

    def __post_init__(self) -> None:
        for name in ("jets", "float_epochs", "quantised_epochs", "batch", "searched", "refine_steps", "held_out"):
            if getattr(self, name) < 1:
                raise FpgamlError(f"jet_symbolic: {name}", "must be at least 1")
        if not 1 <= self.terms[1] <= self.terms[0] <= 32:
            raise FpgamlError("jet_symbolic: terms", "needs 1 <= those of the model <= the longest <= 32")


def main(settings: Settings, progress: Progress | None = None) -> None:
    """Train, or go on where a run was stopped.

    Raises:
        FpgamlError: the folder holds a training with other settings, or the data cannot be used.
    """
    progress, began = progress or Silent(), time.monotonic()
    training, validation = _jets(settings)
    pair = Pair(
        floating=lambda: float_network(settings.network),
        quantised=lambda: quantised_network(settings.network, settings.betas[0]),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        epochs=(settings.float_epochs, settings.quantised_epochs),
        batch=settings.batch,
        rate=settings.learning_rate,
        betas=settings.betas,
    )
    facts = saving.plain(settings)
    seen, held = ((part.x, part.y.astype(np.float32)) for part in (training, validation))
    trained = train_pair(pair, seen, held, settings.output / "checkpoints", progress, settings.seed, facts)
    lengths = _found(settings, training, predict(trained.floating, training.x).astype(np.float64), progress)
    result = {
        "data": c.DATA_LABEL if settings.data is None else "a group's own",
        **trained.facts(),
        **_write(settings, lengths, validation, predict(trained.floating, validation.x).astype(np.float64)),
    }
    folder = settings.output
    saving.save_network(trained.floating, pair.floating, folder / f"{NETWORK}_float.keras")
    saving.save_network(trained.quantised, pair.quantised, folder / f"{NETWORK}.keras")
    saving.save_training(folder, "jet_symbolic", settings, {**result, "seconds": round(time.monotonic() - began, 1)})


def _jets(settings: Settings) -> tuple[Jets, Jets]:
    """For training, and for validation."""
    if settings.data is not None:
        return parts_of(settings.data)[:2]
    made = jets(settings.jets, settings.seed, TRAINING)
    held = max(len(made.x) // VALIDATION_SHARE, 1)
    return Jets(made.x[held:], made.y[held:]), Jets(made.x[:held], made.y[:held])


def _found(settings: Settings, training: Jets, logits: Reals, progress: Progress) -> list[list[Formula]]:
    """By number of terms the classes' formulas, with their constants refined together."""
    x, wanted = features(training.x), logits - logits.mean(axis=1, keepdims=True)
    wanted = np.clip(wanted, -LOGIT_LIMIT, LOGIT_LIMIT)
    soft = np.exp(logits - logits.max(axis=1, keepdims=True))
    soft /= soft.sum(axis=1, keepdims=True)
    by_class = []
    some = slice(0, settings.searched)
    with progress.bar("searching formulas", len(c.CLASSES) * settings.terms[0], "terms") as advance:
        for label in range(len(c.CLASSES)):
            rng = np.random.default_rng((settings.seed, label))
            grown = []
            for formula in search(x[some], wanted[some, label], settings.terms[0], rng, settings.effort):
                grown.append(formula)
                advance(1)
            by_class.append(grown)
    lengths = []
    with progress.bar("refining constants", settings.terms[0], "lengths") as advance:
        for formulas in zip(*by_class, strict=True):
            steps, rate = settings.refine_steps, settings.refine_rate
            first = [simplified(formula) for formula in refined(formulas, x, soft, steps, rate, settings.seed)]
            lengths.append(refined(first, x, soft, max(steps // 4, 1), rate / 4, settings.seed))
            advance(1)
    return lengths


def _write(settings: Settings, lengths: list[list[Formula]], validation: Jets, network: Reals) -> dict[str, Any]:
    """Models, tables and recorded answers; returns what training.json says of the formulas."""
    folder, x = settings.output, features(validation.x)
    model = lengths[settings.terms[1] - 1]
    bits, source = chosen(model, x, validation.y, settings.loss)
    wanted = network - network.mean(axis=1, keepdims=True)
    for label, name in enumerate(c.CLASSES):
        grown = [formulas[label] for formulas in lengths]
        # A class's formula may be off by what is common to all classes: an offset is taken off, and so in the network.
        losses = [float(np.mean((_centred(formulas, x)[:, label] - wanted[:, label]) ** 2)) for formulas in lengths]
        write_table(folder / f"hall_of_fame_{name}.csv", grown, losses)
    write_model(folder / FLOAT, source_of([formula.expression() for formula in model]))
    write_model(folder / QUANTISED, source)
    held = jets(settings.held_out, settings.seed, PROOF).x
    saving.save_answers(folder / saving.RECORDED, held, values_of(source, held.astype(np.float64)).astype(np.float32))
    return {
        "bits": {"feature": bits.feature, "argument": bits.argument, "result": bits.result, "factor": bits.factor},
        "formulas": [
            {
                "terms": len(formulas[0].terms),
                "complexity": [formula.complexity for formula in formulas],
                "accuracy": float((scores(formulas, x).argmax(axis=1) == validation.y).mean()),
                "agreement": float((scores(formulas, x).argmax(axis=1) == network.argmax(axis=1)).mean()),
            }
            for formulas in lengths
        ],
        "network_accuracy": float((network.argmax(axis=1) == validation.y).mean()),
    }


def features(x: Any) -> Reals:
    """What formulas are searched on: features as far as firmware sees them."""
    return np.clip(np.asarray(x, np.float64), -(2.0**INPUT_INTEGER), 2.0**INPUT_INTEGER)


def _centred(formulas: list[Formula], x: Reals) -> Reals:
    every = scores(formulas, x)
    return np.asarray(every - every.mean(axis=1, keepdims=True))


def train(folder: Path, seed: int, data: Path | None, progress: Progress) -> None:
    """With the defaults of `Settings`."""
    main(Settings(folder, seed=seed, data=data), progress)


if __name__ == "__main__":
    saving.command_line("Train the jets' network and search its formulas.", train)
