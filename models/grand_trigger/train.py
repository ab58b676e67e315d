"""Train both networks, judge them beside the conventional triggers, and write what `fpgaml convert` wants.

The folder that `main` fills: float.keras, quantised.keras, metrics.json, scores.npz (what each trigger says of all test
events), heldout.npz (`x`, the quantised network's answers `y`, `truth`), and checkpoints/, from which a run that was
broken off goes on.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress, choose_progress

from . import events as source
from .events import Events
from .generate import Stream, to_input
from .judge import judge, scores_of
from .metrics import auc_with_error
from .settings import Settings, as_json

VALIDATION_PART, TEST_PART = 0.1, 0.3  # of a group's own data


def main(settings: Settings) -> dict[str, Any]:
    """Train, judge, write; go on where an earlier run with the same settings stopped.

    Returns:
        What metrics.json holds.

    Raises:
        FpgamlError: the folder holds a run with other settings, or the data cannot be used.
    """
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import keras

    from . import networks

    progress = choose_progress()
    checkpoints = settings.output / "checkpoints"
    checkpoints.mkdir(parents=True, exist_ok=True)
    _same_settings(settings)
    with progress.step("events"):
        train, validation, test = _events(settings)
    trained = {}
    for name, epochs in (("float", settings.float_epochs), ("quantised", settings.quantised_epochs)):
        keras.utils.set_random_seed(settings.seed)
        model = networks.published() if name == "float" else networks.quantised(settings.network)
        trained[name] = _fit(name, model, epochs, train, validation, settings, progress)
        trained[name].save(settings.output / f"{name}.keras")
    return judge(trained, test, settings, progress)


def _events(settings: Settings) -> tuple[Events, Events, Events | None]:
    """Events to train with, to watch training with, and to judge with: None where they are generated in chunks."""
    if settings.data is None:
        train = source.made(settings.seed, Stream.TRAINING, settings.train_each)
        return train, source.made(settings.seed, Stream.VALIDATION, settings.validation_each), None
    own = source.read(settings.data)
    own = own.take(np.random.default_rng(settings.seed).permutation(own.size))
    validation, test = int(own.size * VALIDATION_PART), int(own.size * TEST_PART)
    parts = (
        own.take(slice(validation + test, None)),
        own.take(slice(validation)),
        own.take(slice(validation, validation + test)),
    )
    for part in parts:
        if not 0 < int(part.signal.sum()) < part.size:
            raise FpgamlError(
                str(settings.data), f"{own.size} events are too few of one class", "Give more of both classes"
            )
    return parts


def _fit(
    name: str,
    model: Any,
    epochs: int,
    train: Events,
    validation: Events,
    settings: Settings,
    progress: Progress,
) -> Any:
    """Train one network from its last checkpoint on; a checkpoint is written after every epoch."""
    import keras

    log = settings.output / "checkpoints" / f"{name}.json"
    history: list[dict[str, float]] = []
    if log.is_file():
        noted = json.loads(log.read_text())
        history, model = noted["history"], keras.models.load_model(log.with_name(noted["model"]))
    else:
        optimiser = keras.optimizers.Adam(settings.learning_rate)
        model.compile(optimiser, loss=keras.losses.BinaryCrossentropy(from_logits=True))
    truth = validation.signal == 1
    with progress.bar(f"{name} network, epochs", epochs) as advance:
        advance(len(history))
        for epoch in range(len(history), epochs):
            falling = 0.02 + 0.98 * (1 + np.cos(np.pi * epoch / epochs)) / 2
            model.optimizer.learning_rate = settings.learning_rate * falling
            _seed_dropout(model, settings.seed, epoch)
            loss = _epoch(model, train, np.random.default_rng([settings.seed, epoch]), settings.batch)
            score = scores_of(model, validation.traces)
            history.append({"loss": loss, "validation_auc": auc_with_error(score[truth], score[~truth])[0]})
            _save_checkpoint(model, history, log)
            advance(1)
    return model


def _seed_dropout(model: Any, seed: int, epoch: int) -> None:
    """Give dropout the random numbers of this epoch: a checkpoint does not hold where they stood."""
    for layer in model.layers:
        generator = getattr(layer, "seed_generator", None)
        if generator is not None:
            generator.state.assign(np.array([seed, epoch * len(model.layers) + model.layers.index(layer)], np.uint32))


def _epoch(model: Any, train: Events, rng: np.random.Generator, batch: int) -> float:
    """One pass over the events in a new order; whole batches only, so that one compiled step serves all."""
    order = rng.permutation(train.size)
    slab = batch * 64  # floats are made a slab at a time
    whole = max(order.size // batch, 1) * batch
    losses = []
    for first in range(0, whole, slab):
        chosen = order[first : min(first + slab, whole)]
        x, y = to_input(train.traces[chosen]), train.signal[chosen].astype(np.float32)[:, None]
        history = model.fit(x, y, batch_size=batch, epochs=1, shuffle=False, verbose=0)
        losses.append(history.history["loss"][0] * chosen.size)
    return float(np.sum(losses) / min(whole, order.size))


def _save_checkpoint(model: Any, history: list[dict[str, float]], log: Path) -> None:
    """The model under a new name, then the log that names it, at once, then the old model goes."""
    path = log.with_name(f"{log.stem}_{len(history):04}.keras")
    model.save(path)
    part = log.with_suffix(".part")
    part.write_text(json.dumps({"model": path.name, "history": history}, indent=1))
    part.replace(log)
    for old in log.parent.glob(f"{log.stem}_*.keras"):
        if old != path:
            old.unlink()


def _same_settings(settings: Settings) -> None:
    """Note the settings beside the checkpoints; refuse checkpoints of other settings."""
    path = settings.output / "checkpoints" / "settings.json"
    now = as_json(settings)
    if path.is_file() and json.loads(path.read_text()) != now:
        raise FpgamlError(
            str(settings.output), "holds a run with other settings", "Give another folder, or delete this one"
        )
    path.write_text(json.dumps(now, indent=1))


def command_line() -> None:
    """`python -m models.grand_trigger.train FOLDER`."""
    parser = argparse.ArgumentParser(description="Train the radio trigger.")
    parser.add_argument("folder", type=Path, help="of all that is written")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, help="events of your own, .npz or HDF5")
    given = parser.parse_args()
    try:
        main(Settings(given.folder, seed=given.seed, data=given.data))
    except FpgamlError as error:
        parser.exit(error.exit_code, f"{error}\n")


if __name__ == "__main__":
    command_line()
