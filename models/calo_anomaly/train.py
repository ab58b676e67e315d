"""Trains teacher and students.

The folder receives teacher.keras; float.keras, quantised.keras and recorded.npz (the quantised student's answers to the
held-out events) of the dense student, and those of the convolutional one under conv/; training.json; and checkpoints/,
from which a run that was broken off goes on.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from fpgaml_models.common import saving
from fpgaml_models.common.fitting import (
    Events,
    History,
    Plan,
    bit_operations,
    fit,
    predict,
    rising,
    start_from,
    weights,
)
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress, Silent

from . import data, networks
from .generate import Images, exposed

STUDENTS = ("dense", "conv")
BETA_RISES_UNTIL = 0.6
"""The part of the quantised training after which the cost of a bit operation stays."""


@dataclass(frozen=True)
class Settings:
    """What a training depends on; the defaults keep it under 15 minutes on two CPU cores.

    Args:
        output: folder of all that is written.
        seed: of events, weights and their order.
        data: a file of a group's own events (`data.from_file`) instead of made ones.
        background: made background events, half of them for training.
        exposure: heated images for each background image that students train on.
        teacher_epochs, float_epochs, quantised_epochs: epochs of each network.
        batch: events a step.
        learning_rate: of Adam (CICADA's 1e-3).
        betas: cost of an effective bit operation in units of the score, at the start and from 60 % of the epochs on;
            it grows exponentially in between.
        held_out: events of each kind that answers are recorded for.
    """

    output: Path
    seed: int = 1
    data: Path | None = None
    background: int = 200_000
    exposure: float = 0.5
    teacher_epochs: int = 6
    float_epochs: int = 20
    quantised_epochs: int = 40
    batch: int = 256
    learning_rate: float = 1e-3
    betas: tuple[float, float] = (1e-6, 3e-5)
    held_out: int = 500

    def __post_init__(self) -> None:
        for name in ("background", "batch", "held_out", "learning_rate"):
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


def main(settings: Settings, progress: Progress | None = None) -> None:
    """Train and write; go on where an earlier run with the same settings stopped.

    Raises:
        FpgamlError: data that cannot be used, or checkpoints of other settings.
    """
    progress, began = progress or Silent(), time.monotonic()
    with progress.step("events"):
        if settings.data is not None:
            events = data.from_file(settings.data)
        else:
            events = data.made(settings.background, settings.seed)
    histories: dict[str, History] = {}
    teacher = _teacher(settings, events, histories, progress)
    saving.save_network(teacher, networks.teacher, settings.output / "teacher.keras")
    with progress.step("scores of the teacher"):
        training = _lesson(settings, teacher, events.training, settings.seed)
        validation = _lesson(settings, teacher, events.validation, settings.seed + 1)
    students: dict[str, keras.Model] = {}
    x = data.held_out(settings.held_out, settings.seed).images
    for name in STUDENTS:
        floating, quantised = _student(name, settings, training, validation, histories, progress)
        folder = settings.output if name == STUDENTS[0] else settings.output / name
        saving.save_network(floating, networks.FLOAT[name], folder / saving.FLOAT)
        saving.save_network(quantised, networks.QUANTISED[name], folder / saving.QUANTISED)
        saving.save_answers(folder / saving.RECORDED, x, predict(quantised, x))
        students[name] = quantised
    facts = {
        "data": events.label,
        "parameters": {"teacher": teacher.count_params()} | {name: weights(model) for name, model in students.items()},
        "effective_bit_operations": {name: bit_operations(model) for name, model in students.items()},
        "seconds": round(time.monotonic() - began, 1),
        "history": histories,
    }
    saving.save_training(settings.output, "calo_anomaly", settings, facts)


def teacher_scores(model: keras.Model, images: Images) -> NDArray[np.float64]:
    """The target of the students for images of shape (events, 18, 14)."""
    parts = np.array_split(images, max(1, len(images) // 20_000))
    return np.concatenate([networks.teacher_score(part, predict(model, part)) for part in parts])


def _teacher(settings: Settings, events: data.Events, histories: dict[str, History], progress: Progress) -> keras.Model:
    keras.utils.set_random_seed(settings.seed)
    model = networks.teacher()
    plan = Plan(
        "teacher",
        settings.teacher_epochs,
        settings.batch,
        "mse",
        settings.learning_rate,
        settings.seed,
        settings=settings.facts(),
    )
    training, validation = (images.astype(np.float32) for images in (events.training, events.validation))
    checkpoints = settings.output / "checkpoints"
    histories["teacher"] = fit(model, plan, (training, training), (validation, validation), checkpoints, progress)
    return model


def _lesson(settings: Settings, teacher: keras.Model, images: Images, seed: int) -> Events:
    """What students learn from: background and heated images, with the teacher's scores."""
    heated = exposed(images[: round(settings.exposure * len(images))], seed)
    both = np.concatenate([images, heated])
    return both.astype(np.float32), teacher_scores(teacher, both).astype(np.float32)[:, None]


def _student(
    name: str,
    settings: Settings,
    training: Events,
    validation: Events,
    histories: dict[str, History],
    progress: Progress,
) -> tuple[keras.Model, keras.Model]:
    """The float student, and the quantised one that starts from it; new betas train the latter alone again."""
    keras.utils.set_random_seed(settings.seed)
    floating, quantised = networks.FLOAT[name](), networks.QUANTISED[name]()
    common = (settings.batch, "mae", settings.learning_rate, settings.seed)
    taught = ("exposure", "teacher_epochs")
    checkpoints = settings.output / "checkpoints"
    plan = Plan(floating.name, settings.float_epochs, *common, settings=settings.facts(*taught))
    histories[floating.name] = fit(floating, plan, training, validation, checkpoints, progress)
    start_from(quantised, floating)
    plan = Plan(
        quantised.name,
        settings.quantised_epochs,
        *common,
        settings=settings.facts(*taught, "float_epochs", "betas"),
        before_epoch=rising(settings.betas, BETA_RISES_UNTIL),
    )
    histories[quantised.name] = fit(quantised, plan, training, validation, checkpoints, progress)
    return floating, quantised


def train(folder: Path, seed: int, data: Path | None, progress: Progress) -> None:
    """With the defaults of `Settings`."""
    main(Settings(folder, seed=seed, data=data), progress)


if __name__ == "__main__":
    saving.command_line("Train the calorimeter anomaly trigger.", train)
