"""Fits a model epoch by epoch, so that a stopped training goes on where it was and ends with the same weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How a model is fitted.

    Args:
        name: of the checkpoint and in the progress lines.
        epochs: how often all events are seen.
        batch: events a step; a last batch that is not full is left out, in another order each epoch.
        loss: a loss of Keras.
        rate: learning rate of Adam at the start; it falls along a cosine to a hundredth.
        seed: of the events' order.
        settings: everything else that the result depends on; a checkpoint of other settings is refused.
        before_epoch: called with the model and the part of the training that is done, 0 to 1.
        note: adds to a progress line.
    """

    name: str
    epochs: int
    batch: int
    loss: str
    rate: float
    seed: int
    settings: Mapping[str, Any]
    before_epoch: Callable[[keras.Model, float], None] | None = None
    note: Callable[[keras.Model], str] | None = None


Arrays = tuple[NDArray[np.float32], NDArray[np.float32]]


def fit(model: keras.Model, plan: Plan, training: Arrays, validation: Arrays, folder: Path, progress: Progress) -> None:
    """Fit a model in place, from its checkpoint in `folder` if there is one.

    Args:
        training, validation: inputs and targets.

    Raises:
        FpgamlError: a checkpoint of other settings, or fewer events than a batch.
    """
    x, y = training
    steps = len(x) // plan.batch
    if not steps:
        raise FpgamlError("calo_anomaly", f"{len(x)} events for batches of {plan.batch}", "Train on more events")
    optimizer = keras.optimizers.Adam(plan.rate)
    model.compile(optimizer=optimizer, loss=plan.loss)
    optimizer.build(model.trainable_variables)
    variables = [*model.variables, *optimizer.variables]
    first = _restore(folder / f"{plan.name}.npz", plan, variables)
    for epoch in range(first, plan.epochs):
        done = epoch / plan.epochs
        optimizer.learning_rate.assign(plan.rate * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * done))))
        if plan.before_epoch:
            plan.before_epoch(model, done)
        order = np.random.default_rng((plan.seed, epoch)).permutation(len(x))[: steps * plan.batch]
        history = model.fit(x[order], y[order], batch_size=plan.batch, shuffle=False, epochs=1, verbose=0)
        held = model.evaluate(*validation, batch_size=4096, verbose=0)
        _store(folder / f"{plan.name}.npz", plan, epoch + 1, variables)
        note = f", {plan.note(model)}" if plan.note else ""
        loss = history.history["loss"][0]
        progress(f"{plan.name}: epoch {epoch + 1}/{plan.epochs}, loss {loss:.4g}, validation {held:.4g}{note}")


def _key(plan: Plan) -> str:
    facts = {"epochs": plan.epochs, "batch": plan.batch, "loss": plan.loss, "rate": plan.rate, "seed": plan.seed}
    return json.dumps({**facts, **plan.settings}, sort_keys=True, default=str)


def _store(path: Path, plan: Plan, epoch: int, variables: list[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {f"v{index}": np.asarray(variable) for index, variable in enumerate(variables)}
    arrays |= {"epoch": epoch, "key": _key(plan)}
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **arrays)
    partial.replace(path)


def _restore(path: Path, plan: Plan, variables: list[Any]) -> int:
    """The epoch to go on with; 0 without a checkpoint."""
    if not path.is_file():
        return 0
    with np.load(path, allow_pickle=False) as stored:
        if str(stored["key"]) != _key(plan) or f"v{len(variables) - 1}" not in stored.files:
            raise FpgamlError(
                str(path), "this checkpoint belongs to other settings", "Remove it, or choose another output folder"
            )
        for index, variable in enumerate(variables):
            variable.assign(stored[f"v{index}"])
        return int(stored["epoch"])
