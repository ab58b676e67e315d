"""Train both networks, measure them beside the optimal filters, and write what `fpgaml convert` needs.

Everything lies in one folder: float.keras, quantised.keras, metrics.json, held_out.npz (`x`, and `y`: the quantised
network's answers), settings.json. A run that was stopped goes on after the last whole epoch.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress, Silent

from . import constants as c
from .data import read_events
from .evaluation import compare, held_out_sets
from .generate import Settings as DataSettings
from .generate import chunks
from .networks import (
    NetworkSettings,
    bit_operations,
    float_network,
    quantised_network,
    start_from,
)
from .windows import Windows, windows_of

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
HELD_OUT = 10_000
"""Windows recorded with the quantised network's answers."""
HEADLINE_SET = "mu200_crosstalk"
"""The test set of the headline metric and of the recorded windows."""


@dataclass(frozen=True)
class Settings:
    """One training.

    Args:
        folder: where everything is written.
        seed: of the data, the starting weights and the order of windows.
        data: events of your own (see data.read_events), for training; else they are generated.
        sequences: generated sequences of 64 crossings for training.
        test_sequences: the same for each test set.
        background: share of the uninteresting windows that is used for training.
        float_epochs, quantised_epochs: passes over the training windows.
        batch: windows per step.
        learning_rate: at the start; it falls to 1 % along a cosine.
        betas: price of a bit operation at the start and at the end of the quantised training.
        network: sizes.
    """

    folder: Path
    seed: int = 1
    data: Path | None = None
    sequences: int = 30_000
    test_sequences: int = 10_000
    background: float = 0.2
    float_epochs: int = 40
    quantised_epochs: int = 60
    batch: int = 512
    learning_rate: float = 4e-3
    betas: tuple[float, float] = (1e-8, 1e-6)
    network: NetworkSettings = field(default_factory=NetworkSettings)

    def __post_init__(self) -> None:
        for name in ("sequences", "test_sequences", "float_epochs", "quantised_epochs", "batch"):
            if getattr(self, name) < 1:
                raise FpgamlError(f"lar_timing: {name}", "must be at least 1")
        if not (0 <= self.background <= 1 and self.learning_rate > 0 and 0 < self.betas[0] <= self.betas[1]):
            raise FpgamlError("lar_timing", "needs 0 <= background <= 1, learning_rate > 0 and 0 < betas, rising")


def main(settings: Settings, progress: Progress | None = None) -> dict[str, Any]:
    """Train, or go on where a run was stopped.

    Returns:
        What metrics.json holds.

    Raises:
        FpgamlError: the folder holds a training with other settings, or the data cannot be used.
    """
    progress, began = progress or Silent(), time.monotonic()
    _claim(settings)
    sets = _training_windows(settings, progress)
    trained = _train("float", lambda: float_network(settings.network), settings, sets, progress)

    def begin() -> keras.Model:
        quantised = quantised_network(settings.network, settings.betas[0])
        start_from(quantised, trained)
        return quantised

    quantised = _train("quantised", begin, settings, sets, progress)
    result = _measure(settings, trained, quantised, progress)
    result["seconds"] = round(time.monotonic() - began, 1)
    _write_json(settings.folder / "metrics.json", result)
    return result


def _claim(settings: Settings) -> None:
    """Make the folder, or make sure that what lies there belongs to the same settings."""
    wanted = json.loads(json.dumps(asdict(settings), default=str))
    del wanted["folder"]
    path = settings.folder / "settings.json"
    if path.is_file():
        if json.loads(path.read_text(encoding="utf-8")) != wanted:
            raise FpgamlError(str(settings.folder), "holds a training with other settings", "Choose another folder")
        return
    settings.folder.mkdir(parents=True, exist_ok=True)
    _write_json(path, wanted)


def _training_windows(settings: Settings, progress: Progress) -> tuple[Windows, Windows]:
    """Windows for training and for validation."""
    rng = np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=(10,)))
    rings, parts = settings.network.rings, []
    if settings.data is not None:
        parts.append(_choose(windows_of(read_events(settings.data), rings), settings.background, rng))
    else:
        wanted = DataSettings(sequences=settings.sequences, seed=settings.seed)
        with progress.bar("data", settings.sequences) as advance:
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


def _train(
    name: str,
    begin: Callable[[], keras.Model],
    settings: Settings,
    sets: tuple[Windows, Windows],
    progress: Progress,
) -> keras.Model:
    """Train one network, epoch by epoch, with a checkpoint after each; the finished one is NAME.keras."""
    training, validation = sets
    epochs = settings.float_epochs if name == "float" else settings.quantised_epochs
    keras.utils.set_random_seed(settings.seed)
    model = begin()
    steps = -(-len(training) // settings.batch)
    rate = keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps * epochs, alpha=0.01)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=pulse_loss)
    model.optimizer.build(model.trainable_variables)
    checkpoint = settings.folder / f"{name}.weights.h5"
    state = settings.folder / f"{name}.epochs.json"
    history: list[dict[str, float]] = json.loads(state.read_text(encoding="utf-8")) if state.is_file() else []
    if history:
        model.load_weights(checkpoint)
    with progress.bar(f"{name} network", epochs) as advance:
        advance(len(history))
        for epoch in range(len(history), epochs):
            _set_beta(model, settings.betas, epoch / max(epochs - 1, 1))
            order = np.random.default_rng((settings.seed, epoch)).permutation(len(training))
            logs = model.fit(
                training.x[order],
                training.target[order],
                batch_size=settings.batch,
                shuffle=False,
                validation_data=(validation.x, validation.target),
                verbose=0,
            ).history
            history.append({key: float(values[-1]) for key, values in logs.items()})
            # The epochs' file comes last: a run killed in between repeats one epoch.
            _replace(checkpoint, model.save_weights)
            _write_json(state, history)
            advance(1)
    model.save(settings.folder / f"{name}.keras", include_optimizer=False)
    return model


def _set_beta(model: keras.Model, betas: tuple[float, float], done: float) -> None:
    """The price of a bit operation rises from the first to the second beta, evenly in its logarithm."""
    for layer in model.layers:
        if getattr(layer, "_beta", None) is not None:
            layer._beta.assign(betas[0] * (betas[1] / betas[0]) ** done)


def _measure(settings: Settings, trained: keras.Model, quantised: keras.Model, progress: Progress) -> dict[str, Any]:
    """Metrics of every algorithm on every test set; writes the held-out data with the quantised network's answers."""
    with progress.step("test data"):
        sets = held_out_sets(settings.test_sequences, settings.seed, settings.network.rings)
    tables: dict[str, Any] = {}
    with progress.bar("metrics", len(sets)) as advance:
        for name, windows in sets.items():
            answers = {
                "float": _answers(trained, windows.x),
                "quantised": _answers(quantised, windows.x),
            }
            tables[name] = compare(windows, answers)
            if name == HEADLINE_SET:
                _record(settings.folder / "held_out.npz", windows, answers["quantised"])
            advance(1)
    return {
        "task": "lar_timing",
        "data": c.DATA_LABEL if settings.data is None else "training: given; tests: " + c.DATA_LABEL,
        "assumptions": list(c.ASSUMPTIONS),
        "headline": {"set": HEADLINE_SET, "metric": "headline_energy_resolution_gev", "better": "lower"},
        "parameters": int(trained.count_params()),
        "effective_bit_operations": bit_operations(quantised),
        "sets": tables,
    }


def _answers(model: keras.Model, x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(model.predict(x, batch_size=16_384, verbose=0), np.float32)


def _record(path: Path, windows: Windows, answers: NDArray[np.float32]) -> None:
    """Data for `fpgaml convert --data`: x, the answers y, and the truth under names of its own."""
    kept = windows.take(np.arange(min(HELD_OUT, len(windows))))
    arrays = {name: getattr(kept, name) for name in Windows.__annotations__}
    np.savez_compressed(path, **arrays, y=answers[: len(kept)])


def _replace(path: Path, write: Callable[[Path], Any]) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f"new_{path.name}")
    write(draft)
    draft.replace(path)


def _write_json(path: Path, value: Any) -> None:
    # Lists of numbers, such as [value, error], stay on one line.
    text = re.sub(r"\[[^][{}]*\]", lambda found: " ".join(found[0].split()), json.dumps(value, indent=1)) + "\n"
    _replace(path, lambda draft: draft.write_text(text, encoding="utf-8"))


def command_line() -> None:
    """`python -m models.lar_timing.train FOLDER`."""
    from fpgaml.progress import choose_progress

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, help="events of your own, .npz or HDF5")
    given = parser.parse_args()
    try:
        main(Settings(given.folder, seed=given.seed, data=given.data), choose_progress())
    except FpgamlError as error:
        parser.exit(error.exit_code, f"{error}\n")


if __name__ == "__main__":
    command_line()
