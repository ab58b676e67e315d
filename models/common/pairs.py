"""A float network and the quantised one that starts from its weights: how most tasks train, and what they leave."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras

from fpgaml.progress import Progress
from fpgaml.tasks.inputs import Inputs

from . import saving
from .fitting import Events, History, Plan, bit_operations, fit, predict, rising, start_from, weights


@dataclass(frozen=True)
class Pair:
    """Two networks of the same layers, by name, and how they are trained.

    Args:
        floating, quantised: make them, untrained.
        loss: a loss of Keras, or a function (truth, answer) of tensors.
        epochs: passes over the events, of the float and of the quantised network.
        batch: events a step; rate: of Adam at the start; floor: the part of it that is left at the end.
        betas: price of an effective bit operation in units of the loss, at the start of the quantised training and
            from `risen` of it on; it rises evenly in its logarithm in between.
        name: of the pair among several of one training; empty for the only one.
        group: so many successive events stay together in a batch, for a loss that compares them.
    """

    floating: Callable[[], keras.Model]
    quantised: Callable[[], keras.Model]
    loss: Any
    epochs: tuple[int, int]
    batch: int
    rate: float
    betas: tuple[float, float]
    floor: float = 0.01
    risen: float = 0.6
    name: str = ""
    group: int = 1


@dataclass(frozen=True)
class Trained:
    """Both networks, and how their losses fell."""

    pair: Pair
    floating: keras.Model
    quantised: keras.Model
    history: Mapping[str, History] = field(default_factory=dict)

    def save(self, folder: Path, held_out: Inputs) -> None:
        """Write float.keras, quantised.keras, and the quantised network's answers to the held-out events."""
        saving.save_network(self.floating, self.pair.floating, folder / saving.FLOAT)
        saving.save_network(self.quantised, self.pair.quantised, folder / saving.QUANTISED)
        saving.save_answers(folder / saving.RECORDED, held_out, predict(self.quantised, held_out))

    def facts(self) -> dict[str, Any]:
        """What training.json says of them."""
        return {
            "parameters": {"float": self.floating.count_params(), "quantised": weights(self.quantised)},
            "effective_bit_operations": bit_operations(self.quantised),
            "history": dict(self.history),
        }


def train_pair(
    pair: Pair,
    training: Events,
    validation: Events,
    checkpoints: Path,
    progress: Progress,
    seed: int,
    settings: Mapping[str, Any],
) -> Trained:
    """Train the float network, then the quantised one from its weights; go on from checkpoints if there are any.

    Args:
        training, validation: inputs and targets.
        seed: of starting weights and the events' order.
        settings: everything else that the weights depend on; checkpoints of other settings are refused.

    Raises:
        FpgamlError: a checkpoint of other settings, or fewer events than a batch.
    """
    history: dict[str, History] = {}

    def trained(form: str, epochs: int, model: keras.Model, **hooks: Any) -> keras.Model:
        name = "_".join(part for part in (pair.name, form) if part)
        hooks["group"] = pair.group
        plan = Plan(name, epochs, pair.batch, pair.loss, pair.rate, seed, pair.floor, settings, **hooks)
        history[name] = fit(model, plan, training, validation, checkpoints, progress)
        return model

    keras.utils.set_random_seed(seed)
    floating = trained("float", pair.epochs[0], pair.floating())
    keras.utils.set_random_seed(seed)
    quantised = pair.quantised()
    start_from(quantised, floating)
    trained("quantised", pair.epochs[1], quantised, before_epoch=rising(pair.betas, pair.risen))
    return Trained(pair, floating, quantised, history)


def train_task(
    task: str,
    pair: Pair,
    events: tuple[Events, Events],
    held_out: Callable[[], Inputs],
    settings: Any,
    label: str,
    began: float,
    progress: Progress,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Train the only pair of a task, and write all that a training leaves: networks, answers, training.json.

    Args:
        task: its name.
        events: for training and for validation.
        held_out: makes the events that answers are recorded for.
        settings: a dataclass with output, seed, data and whatever else the weights depend on.
        label: of the task's own data; a group's own are called so.
        began: when the work began, by time.monotonic().
        more: further facts for training.json.

    Raises:
        FpgamlError: as for `train_pair`.
    """
    checkpoints, facts = settings.output / "checkpoints", saving.plain(settings)
    trained = train_pair(pair, *events, checkpoints, progress, settings.seed, facts)
    trained.save(settings.output, held_out())
    result = {
        "data": label if settings.data is None else "a group's own",
        **(more or {}),
        **trained.facts(),
        "seconds": round(time.monotonic() - began, 1),
    }
    saving.save_training(settings.output, task, settings, result)
