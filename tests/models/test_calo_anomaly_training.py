"""Training calo_anomaly, in an environment with Keras and HGQ2: it resumes exactly, and what it writes converts."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fpgaml
from fpgaml.frontends.framework import PYTHON_VARIABLE, framework_python
from fpgaml.graph.interpreter import interpret, read_inputs
from models.calo_anomaly import constants as c
from models.calo_anomaly.data import made

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(
    not os.environ.get(PYTHON_VARIABLE)
    and (importlib.util.find_spec("keras") is None or importlib.util.find_spec("hgq") is None),
    reason=f"Keras and HGQ2 are not installed, and {PYTHON_VARIABLE} is not set",
)

SCRIPT = """
import importlib.util, sys
from pathlib import Path

if importlib.util.find_spec("hgq") is None:
    sys.exit(77)

import numpy as np

from fpgaml.errors import FpgamlError
from models.calo_anomaly import constants, networks
from models.calo_anomaly.fitting import Plan, fit
from models.calo_anomaly.train import Settings, main

folder = Path(sys.argv[1])


def settings(**changed):
    sizes = dict(background=2000, signal=200, rate=2000, teacher_epochs=1, float_epochs=1, quantised_epochs=2)
    return Settings(folder, **(sizes | dict(batch=128, held_out=100) | changed))


assert networks.teacher().count_params() == constants.TEACHER_PARAMETERS
for name, weights in constants.STUDENT_WEIGHTS.items():
    # Beside its weights a student has a bias for each unit.
    assert networks.FLOAT[name]().count_params() == weights + constants.HIDDEN + 1

image = np.zeros((3, 18, 14))
rebuilt = image + np.array([0.5, 4.0, 1e3])[:, None, None]
wanted = [0.0, round(32 * np.log(16) * 256) / 256, 256 - 2**-8]
assert networks.teacher_score(image, rebuilt).tolist() == wanted

main(settings())
try:
    main(settings(seed=2))
except FpgamlError as error:
    assert "other settings" in str(error)
else:
    raise AssertionError("took another training's checkpoints")


class Stopped(Exception):
    pass


def stop(line):
    raise Stopped


def student(where, progress):
    import keras

    keras.utils.set_random_seed(1)
    model = networks.quantised_dense()
    rng = np.random.default_rng(1)
    x = rng.integers(0, 50, (512, 18, 14)).astype(np.float32)
    y = x.mean(axis=(1, 2))[:, None]
    raise_beta = lambda model, done: networks.set_beta(model, 1e-4 * (1 + done))
    plan = Plan("student", 3, 128, "mae", 1e-2, 1, {}, raise_beta)
    fit(model, plan, (x, y), (x[:64], y[:64]), folder / where, progress)
    return model.get_weights()


whole = student("whole", lambda line: None)
for _ in range(2):
    try:
        student("stopped", stop)
    except Stopped:
        continue
    raise AssertionError("was not stopped")
again = student("stopped", lambda line: None)
assert len(whole) == len(again) and all(map(np.array_equal, whole, again))
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny training; the script itself checks networks, scores and resumption."""
    folder = tmp_path_factory.mktemp("calo_anomaly")
    command = [str(framework_python() or sys.executable), "-c", SCRIPT, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("the framework's environment has no HGQ2")
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def recorded(path: Path) -> dict[str, Any]:
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def test_metrics_hold_every_score(trained: Path) -> None:
    metrics = json.loads((trained / "metrics.json").read_text())
    students = [f"{name}_{kind}" for name in ("dense", "conv") for kind in ("float", "quantised")]
    assert list(metrics["scores"]) == ["total_energy", "hottest_region", "teacher", *students]
    assert set(metrics["blind_regions"]) == {"teacher", *students}
    assert "dense_quantised - dense_float" in metrics["resolution"]
    assert "conv_quantised - teacher" in metrics["resolution"]
    assert all(count > 0 for count in metrics["effective_bit_operations"].values())


@pytest.mark.parametrize("student", ["", "conv"])
def test_the_quantised_student_is_read_exactly(trained: Path, student: str) -> None:
    """Hop one: the Graph equals the recorded answers on every event; its ports are the trigger's."""
    data = recorded(trained / student / "held_out.npz")
    assert data["names"].tolist() == ["background", "hard_clusters", "soft_multiplicity", "displaced_region"]
    assert np.bincount(data["kinds"]).tolist() == [100] * 4
    assert np.array_equal(data["labels"], data["kinds"] > 0)
    model = fpgaml.load(trained / student / "quantised.keras")
    (port,) = (model.graph.types[node.name] for node in model.graph.inputs)
    assert (int(port.width.max()), int(port.fractional.max())) == (c.ET_BITS, 0)
    (answer,) = interpret(model.graph, read_inputs(model.graph, {"regions": data["x"]})).values()
    assert not model.approximations
    assert np.array_equal(answer.to_float().astype(np.float32), data["y"])
    assert len(np.unique(data["y"])) > 100


def test_held_out_events_were_not_trained_on(trained: Path) -> None:
    held = recorded(trained / "held_out.npz")["x"][:100]
    events = made(2000, 1, 1, seed=1)
    seen = {image.tobytes() for image in (*events.training, *events.validation)}
    assert not any(image.tobytes() in seen for image in held)
    assert np.array_equal(held, events.test[:100])
