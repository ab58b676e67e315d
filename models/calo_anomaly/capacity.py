"""Why students fall short of their teacher at low rates: float students of several widths on the teacher's scores.

`python -m fpgaml_models.calo_anomaly.capacity FOLDER` trains them on the committed teacher, with the lesson that the
task's students have and with one that has many more hard jets, and measures them on background and signals of their
own (no test event). FOLDER receives capacity.json, from which the page's table is.
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
from fpgaml_models.common.fitting import Plan, fit, predict
from fpgaml_models.common.statistics import bootstrap, rms
from keras import layers as kl
from numpy.typing import NDArray

from fpgaml.progress import Progress, Silent
from fpgaml.tasks.evaluation import write_json

from . import constants as c
from . import networks
from .generate import BACKGROUND, DISPLACED, HARD, Crossing, Images, exposed, generate
from .metrics import efficiencies
from .train import teacher_scores

WEIGHTS = Path(__file__).parent / "weights"
HARD_JETS = Crossing(jet_pair_probability=0.02, jet_power=1.0)
"""About a pair of jets in each crossing, whose energies fall as E^-1 where nature's fall as E^-4."""
STREAM = 7
"""Random streams from here on: no other events of the task have them."""
TAIL = (120.0, 170.0)
"""Scores of the teacher around its thresholds for 10 kHz to 1 kHz."""
RATES_HZ = (100e3, 10e3, 4e3)
WIDTHS = (c.HIDDEN, 64, 256)


@dataclass(frozen=True)
class Settings:
    """The study; the defaults take about ten minutes on two CPU cores.

    Args:
        output: folder of capacity.json and the checkpoints.
        seed: of events and weights.
        background, hard: events to learn from; measured, signal: events to measure with.
        epochs, batch: of each student.
    """

    output: Path
    seed: int = 1
    background: int = 100_000
    hard: int = 60_000
    measured: int = 200_000
    signal: int = 5_000
    epochs: int = 10
    batch: int = 256


Scored = tuple[Images, NDArray[np.float64]]
"""Images and the teacher's scores of them."""


def main(settings: Settings, progress: Progress | None = None) -> None:
    """Train, measure, write; go on where an earlier run with the same settings stopped."""
    progress, began = progress or Silent(), time.monotonic()
    model = keras.models.load_model(WEIGHTS / "teacher.keras", compile=False, safe_mode=True)
    with progress.step("events and the teacher's scores"):
        lessons, tests = _lessons(settings, model), _tests(settings, model)
    found: dict[str, Any] = {"teacher": _judged({name: scores for name, (_, scores) in tests.items()}, tests)}
    for lesson, (images, scores) in lessons.items():
        for hidden in WIDTHS:
            name = f"{lesson}_{hidden}"
            keras.utils.set_random_seed(settings.seed)
            network = student(hidden)
            facts = {"background": settings.background, "hard": settings.hard}
            plan = Plan(name, settings.epochs, settings.batch, "mae", 1e-3, settings.seed, settings=facts)
            both = images.astype(np.float32), scores.astype(np.float32)[:, None]
            held = both[0][: settings.batch], both[1][: settings.batch]
            fit(network, plan, both, held, settings.output / "checkpoints", progress)
            answers = {name: predict(network, part)[:, 0].astype(np.float64) for name, (part, _) in tests.items()}
            found[name] = _judged(answers, tests)
    seconds = round(time.monotonic() - began, 1)
    write_json(settings.output / "capacity.json", {"settings": saving.plain(settings), "seconds": seconds, **found})


def student(hidden: int) -> keras.Model:
    """The dense student with so many hidden units."""
    x = keras.Input(networks.IMAGE, name="regions")
    return keras.Model(x, networks.float_head(kl.Flatten(name="flat")(x), hidden), name=f"dense_{hidden}")


def _lessons(settings: Settings, model: keras.Model) -> dict[str, Scored]:
    background = generate(BACKGROUND, settings.background, STREAM + 10 * settings.seed).images
    heated = exposed(background[: settings.background // 2], settings.seed)
    hard = generate(BACKGROUND, settings.hard, STREAM + 1 + 10 * settings.seed, crossing=HARD_JETS).images
    taught, harder = (_scored(model, images) for images in (np.concatenate([background, heated]), hard))
    return {
        "taught": taught,
        "hard_jets": (np.concatenate([taught[0], harder[0]]), np.concatenate([taught[1], harder[1]])),
    }


def _tests(settings: Settings, model: keras.Model) -> dict[str, Scored]:
    wanted = {BACKGROUND: settings.measured, HARD: settings.signal, DISPLACED: settings.signal}
    seed = STREAM + 2 + 10 * settings.seed
    return {name: _scored(model, generate(name, events, seed).images) for name, events in wanted.items()}


def _scored(model: keras.Model, images: Images) -> Scored:
    return images, teacher_scores(model, images)


def _judged(answers: dict[str, NDArray[np.float64]], tests: dict[str, Scored]) -> dict[str, Any]:
    """Efficiencies at rates, and the spread about the teacher where its score lies in TAIL."""
    found: dict[str, Any] = {}
    for name in (HARD, DISPLACED):
        points = efficiencies(answers[BACKGROUND], answers[name], RATES_HZ)
        found[name] = [[point.value.value, max(point.value.error, point.high - point.value.value)] for point in points]
    found["thresholds"] = [point.threshold.score for point in points]
    for name, (_, scores) in tests.items():
        tail = (scores >= TAIL[0]) & (scores < TAIL[1])
        found[f"spread_{name}"] = bootstrap(rms, (answers[name] - scores)[tail]).as_json()
    return found


def train(folder: Path, seed: int, data: Path | None, progress: Progress) -> None:
    """With the defaults of `Settings`; events are made."""
    main(Settings(folder, seed=seed), progress)


if __name__ == "__main__":
    saving.command_line("Train students of several widths.", train)
