"""Fits a model epoch by epoch, so that a stopped training goes on where it was and ends with the same weights."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress
from fpgaml.tasks.inputs import Inputs, each, in_float32

History = list[dict[str, float]]
"""For each epoch: `loss` and `validation`."""

Events = tuple[Inputs, NDArray[np.float32]]
"""Inputs, of several by name, and targets."""


@dataclass(frozen=True)
class Plan:
    """How a model is fitted.

    Args:
        name: of the checkpoint and in the progress shown.
        epochs: how often all events are seen.
        batch: events a step; a last batch that is not full is left out, in another order each epoch.
        loss: a loss of Keras, or a function (truth, answer) of tensors.
        rate: learning rate of Adam at the start.
        floor: the part of it that a half cosine leaves at the end.
        seed: of the events' order.
        settings: everything else that the result depends on; a checkpoint of other settings is refused.
        before_epoch: called with the model and the part of the training that is done, 0 to below 1.
        group: so many successive events stay together, in their order: for a loss that compares events of a batch.
    """

    name: str
    epochs: int
    batch: int
    loss: Any
    rate: float
    seed: int
    floor: float = 0.01
    settings: Mapping[str, Any] = field(default_factory=dict)
    before_epoch: Callable[[keras.Model, float], None] | None = None
    group: int = 1

    def key(self) -> str:
        """What a checkpoint must have been made with."""
        names = ("epochs", "batch", "rate", "floor", "seed")
        facts = {name: getattr(self, name) for name in names} | {"loss": getattr(self.loss, "__name__", self.loss)}
        return json.dumps({**facts, **self.settings}, sort_keys=True, default=str)


def fit(
    model: keras.Model, plan: Plan, training: Events, validation: Events, folder: Path, progress: Progress
) -> History:
    """Fit a model in place, from its checkpoint in `folder` if there is one.

    Raises:
        FpgamlError: a checkpoint of other settings, or fewer events than a batch.
    """
    x, y = training
    steps = len(y) // plan.batch
    if not steps:
        raise FpgamlError(plan.name, f"{len(y)} events for batches of {plan.batch}", "Train on more events")
    optimizer = keras.optimizers.Adam(plan.rate)
    model.compile(optimizer=optimizer, loss=plan.loss)
    optimizer.build(model.trainable_variables)
    # With the states of random numbers: dropout goes on where it was.
    variables = [*model.variables, *optimizer.variables]
    checkpoint = folder / f"{plan.name}.npz"
    history = _restore(checkpoint, plan, variables)
    with progress.bar(plan.name, plan.epochs, "epochs") as advance:
        advance(len(history))
        for epoch in range(len(history), plan.epochs):
            done = epoch / plan.epochs
            falling = plan.floor + (1 - plan.floor) * 0.5 * (1 + np.cos(np.pi * done))
            optimizer.learning_rate.assign(plan.rate * falling)
            if plan.before_epoch:
                plan.before_epoch(model, done)
            order = _order(plan, epoch, len(y))[: steps * plan.batch]
            chosen = each(x, lambda array: array[order])  # noqa: B023 - used in this turn
            seen = model.fit(chosen, y[order], batch_size=plan.batch, shuffle=False, epochs=1, verbose=0)
            held = model.evaluate(*validation, batch_size=_judged(plan, len(validation[1])), verbose=0)
            history.append({"loss": float(seen.history["loss"][0]), "validation": float(held)})
            _store(checkpoint, plan, history, variables)
            advance(1)
    return history


def _order(plan: Plan, epoch: int, events: int) -> NDArray[np.intp]:
    """Places of the events in the order of an epoch; groups are shuffled whole."""
    groups = np.random.default_rng((plan.seed, epoch)).permutation(events // plan.group)
    return (groups[:, None] * plan.group + np.arange(plan.group)).reshape(-1)


def _judged(plan: Plan, events: int) -> int:
    """Events of a batch of the validation: whole groups."""
    return min(2048 // plan.group, events // plan.group) * plan.group


def _store(path: Path, plan: Plan, history: History, variables: list[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {f"v{index}": np.asarray(variable) for index, variable in enumerate(variables)}
    arrays |= {"history": json.dumps(history), "key": plan.key()}
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **arrays)
    partial.replace(path)


def _restore(path: Path, plan: Plan, variables: list[Any]) -> History:
    """What was done already; empty without a checkpoint."""
    if not path.is_file():
        return []
    with np.load(path, allow_pickle=False) as stored:
        if str(stored["key"]) != plan.key() or f"v{len(variables) - 1}" not in stored.files:
            raise FpgamlError(
                str(path), "this checkpoint belongs to other settings", "Remove it, or choose another output folder"
            )
        for index, variable in enumerate(variables):
            variable.assign(stored[f"v{index}"])
        history: History = json.loads(str(stored["history"]))
        return history


def start_from(quantised: keras.Model, floating: keras.Model) -> None:
    """Give a quantised network the kernels and biases of its float form; layers are matched by name."""
    for layer in floating.layers:
        if layer.weights:
            target = quantised.get_layer(layer.name)
            # Copies: JAX gives the buffers of a model in training to others and deletes them.
            target._kernel.assign(np.array(layer.kernel))
            if layer.use_bias:
                target.bias.assign(np.array(layer.bias))


def set_beta(model: keras.Model, beta: float) -> None:
    """What an effective bit operation costs against the loss, in every layer that counts them."""
    for layer in model.layers:
        if getattr(layer, "_beta", None) is not None:
            layer._beta.assign(beta)


def rising(betas: tuple[float, float], until: float) -> Callable[[keras.Model, float], None]:
    """Raises the cost of a bit operation, evenly in its logarithm, up to a part `until` of the training."""

    def before_epoch(model: keras.Model, done: float) -> None:
        set_beta(model, betas[0] * (betas[1] / betas[0]) ** min(done / until, 1.0))

    return before_epoch


def bit_operations(model: keras.Model) -> int:
    """Effective bit operations (EBOPs), HGQ2's measure of size, as of the last training step."""
    layers = [layer for layer in model.layers if getattr(layer, "enable_ebops", False)]
    return int(sum(np.asarray(keras.ops.convert_to_numpy(layer._ebops)).item() for layer in layers))


def weights(model: keras.Model) -> int:
    """Kernels and biases that a network applies, without the quantizers' own variables."""
    held = (
        variable
        for layer in model.layers
        for variable in (getattr(layer, "_kernel", None), getattr(layer, "bias", None))
    )
    return sum(int(np.prod(variable.shape)) for variable in held if variable is not None)


def predict(model: keras.Model, x: Inputs) -> NDArray[np.float32]:
    """A network's answers, shape (events, ...), float32."""
    return np.asarray(model.predict(in_float32(x), batch_size=2048, verbose=0), np.float32)
