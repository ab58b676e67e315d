"""Trains teacher and students, measures them, and leaves what `fpgaml convert` takes.

    python -m models.calo_anomaly.train --output FOLDER [--seed N] [--data EVENTS.npz]

Stopped and started again with the same settings, it goes on after the last finished epoch.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import data, networks
from .evaluate import Score, evaluate, write_metrics
from .fitting import Arrays, Plan, Progress, fit
from .generate import Images, exposed

STUDENTS = ("dense", "conv")


@dataclass(frozen=True)
class Settings:
    """What a training depends on; the defaults keep it under 15 minutes on two CPU cores.

    Args:
        output: folder of all that is written.
        seed: of events, weights and their order.
        data: an .npz or HDF5 file of a group's own events (`data.from_file`) instead of made ones.
        background: made background events, half of them for training.
        exposure: heated images for each background image that students train on.
        signal: made events of each signal.
        rate: made background events that trigger rates are measured on.
        teacher_epochs, float_epochs, quantised_epochs: epochs of each network.
        batch: events a step.
        learning_rate: of Adam (CICADA's 1e-3).
        betas: cost of an effective bit operation in units of the score, at the start and from 60 % of the epochs on;
            it grows exponentially in between.
        held_out: events of each kind in the file for `fpgaml convert --data`.
    """

    output: Path
    seed: int = 1
    data: Path | None = None
    background: int = 200_000
    exposure: float = 0.5
    signal: int = 20_000
    rate: int = 2_000_000
    teacher_epochs: int = 6
    float_epochs: int = 20
    quantised_epochs: int = 40
    batch: int = 256
    learning_rate: float = 1e-3
    betas: tuple[float, float] = (1e-6, 1e-4)
    held_out: int = 2_000

    def __post_init__(self) -> None:
        for name in ("background", "signal", "rate", "batch", "held_out", "learning_rate"):
            if not getattr(self, name) > 0:
                raise FpgamlError("calo_anomaly", f"{name} is {getattr(self, name)}", "Give a number above 0")
        if not (0 <= self.exposure <= 1 and 0 < self.betas[0] <= self.betas[1]):
            raise FpgamlError(
                "calo_anomaly",
                f"exposure is {self.exposure}, betas are {self.betas}",
                "Give an exposure from 0 to 1 and rising betas above 0",
            )

    def facts(self, *names: str) -> dict[str, Any]:
        """What a network's weights depend on beside its own plan: the events, and the settings named."""
        return {name: getattr(self, name) for name in ("data", "background", *names)}


def main(settings: Settings, progress: Progress | None = None) -> dict[str, Any]:
    """Train, measure and save; what is there from an earlier run with the same settings is used.

    In the output folder: `teacher.keras`; `float.keras`, `quantised.keras` and `held_out.npz` of the dense student,
    and of the convolutional one under `conv/`; `metrics.json`; `checkpoints/`.

    Args:
        progress: called with a line for each epoch and step; else they go to stderr.

    Returns:
        What `metrics.json` holds.

    Raises:
        FpgamlError: data that cannot be used, or checkpoints of other settings.
    """
    report = progress or _to_stderr
    report("events")
    if settings.data is not None:
        events = data.from_file(settings.data)
    else:
        events = data.made(settings.background, settings.signal, settings.rate, settings.seed)
    checkpoints = settings.output / "checkpoints"
    teacher = _teacher(settings, events, checkpoints, report)
    _save(teacher, networks.teacher, settings.output / "teacher.keras")
    training = _lesson(settings, teacher, events.training, settings.seed)
    validation = _lesson(settings, teacher, events.validation, settings.seed + 1)
    scores: dict[str, Score] = {"teacher": partial(teacher_scores, teacher)}
    students: dict[str, keras.Model] = {}
    for name in STUDENTS:
        floating, quantised = _student(name, settings, training, validation, checkpoints, report)
        folder = settings.output if name == STUDENTS[0] else settings.output / name
        _save(floating, networks.FLOAT[name], folder / "float.keras")
        _save(quantised, networks.QUANTISED[name], folder / "quantised.keras")
        _save_held_out(quantised, events, settings.held_out, folder / "held_out.npz")
        scores[f"{name}_float"] = partial(_predict, floating)
        scores[f"{name}_quantised"] = partial(_predict, quantised)
        students[name] = quantised
    metrics = evaluate(scores, events, report)
    metrics["effective_bit_operations"] = {name: networks.ebops(model) for name, model in students.items()}
    metrics["seed"] = settings.seed
    path = settings.output / "metrics.json"
    write_metrics(path, metrics)
    report(f"written: {path}")
    return metrics


def teacher_scores(model: keras.Model, images: Images) -> NDArray[np.float64]:
    """The target of the students for images of shape (events, 18, 14)."""
    parts = [
        networks.teacher_score(part, model.predict(part.astype(np.float32), batch_size=1000, verbose=0))
        for part in np.array_split(images, max(1, len(images) // 20_000))
    ]
    return np.concatenate(parts)


def _teacher(settings: Settings, events: data.Events, checkpoints: Path, report: Progress) -> keras.Model:
    keras.utils.set_random_seed(settings.seed)
    model = networks.teacher()
    plan = Plan(
        "teacher",
        settings.teacher_epochs,
        settings.batch,
        "mse",
        settings.learning_rate,
        settings.seed,
        settings.facts(),
    )
    training, validation = (images.astype(np.float32) for images in (events.training, events.validation))
    fit(model, plan, (training, training), (validation, validation), checkpoints, report)
    return model


def _lesson(settings: Settings, teacher: keras.Model, images: Images, seed: int) -> Arrays:
    """What students learn from: background and heated images, with the teacher's scores."""
    heated = exposed(images[: round(settings.exposure * len(images))], seed)
    both = np.concatenate([images, heated])
    return both.astype(np.float32), teacher_scores(teacher, both).astype(np.float32)[:, None]


def _student(
    name: str, settings: Settings, training: Arrays, validation: Arrays, checkpoints: Path, report: Progress
) -> tuple[keras.Model, keras.Model]:
    """The float student, and the quantised one that starts from it; new betas train the latter alone again."""
    keras.utils.set_random_seed(settings.seed)
    floating, quantised = networks.FLOAT[name](), networks.QUANTISED[name]()
    common = (settings.batch, "mae", settings.learning_rate, settings.seed)
    taught = ("exposure", "teacher_epochs")
    plan = Plan(floating.name, settings.float_epochs, *common, settings.facts(*taught))
    fit(floating, plan, training, validation, checkpoints, report)
    networks.start_from(quantised, floating)
    plan = Plan(
        quantised.name,
        settings.quantised_epochs,
        *common,
        settings.facts(*taught, "float_epochs", "betas"),
        before_epoch=partial(_raise_beta, settings.betas),
        note=lambda model: f"{networks.ebops(model):,.0f} bit operations",
    )
    fit(quantised, plan, training, validation, checkpoints, report)
    return floating, quantised


def _raise_beta(betas: tuple[float, float], model: keras.Model, done: float) -> None:
    first, last = betas
    networks.set_beta(model, first * (last / first) ** min(done / 0.6, 1.0))


def _save(model: keras.Model, make: Callable[[], keras.Model], path: Path) -> None:
    """The model without its optimiser's state, which Keras would put into the file of a compiled one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bare = make()
    bare.set_weights(model.get_weights())
    bare.save(path)


def _save_held_out(model: keras.Model, events: data.Events, count: int, path: Path) -> None:
    """Images that nothing was trained on, the model's answers, and what each image is.

    `x`: (events, 18, 14) counts; `y`: (events, 1) scores; `labels`: 0 background, 1 signal; `kinds`: index of the
    kind, 0 background, then the signals in the order of `names`.
    """
    parts = [events.test[:count], *(images[:count] for images in events.signals.values())]
    x = np.concatenate(parts)
    kinds = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    y = model.predict(x.astype(np.float32), batch_size=1000, verbose=0)
    np.savez_compressed(
        path, x=x, y=y, labels=(kinds > 0).astype(np.uint8), kinds=kinds, names=["background", *events.signals]
    )


def _predict(model: keras.Model, images: Images) -> NDArray[np.float64]:
    scores = model.predict(images.astype(np.float32), batch_size=5000, verbose=0)
    return np.asarray(scores, np.float64)[:, 0]


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")


def _arguments() -> Settings:
    parser = argparse.ArgumentParser(description="Train the calorimeter anomaly trigger.")
    parser.add_argument("folder", type=Path, help="of all that is written")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, help="own events, .npz or HDF5, instead of made ones")
    given = parser.parse_args()
    return Settings(output=given.folder, seed=given.seed, data=given.data)


if __name__ == "__main__":
    try:
        main(_arguments())
    except FpgamlError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
