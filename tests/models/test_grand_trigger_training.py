"""Training grand_trigger, in an environment with Keras and HGQ2: it resumes exactly, and what it writes converts."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fpgaml
from fpgaml.frontends.framework import PYTHON_VARIABLE, framework_python
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.ops import Quantize
from fpgaml.proof.labels import read_labels
from models.grand_trigger import constants

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(
    not os.environ.get(PYTHON_VARIABLE)
    and (importlib.util.find_spec("keras") is None or importlib.util.find_spec("hgq") is None),
    reason=f"Keras and HGQ2 are not installed, and {PYTHON_VARIABLE} is not set",
)

SCRIPT = """
import importlib.util, os, sys
from pathlib import Path

if importlib.util.find_spec("hgq") is None:
    sys.exit(77)
os.environ.setdefault("KERAS_BACKEND", "jax")

import numpy as np

from fpgaml.errors import FpgamlError
from models.grand_trigger import constants, networks, train
from models.grand_trigger.settings import Settings


def settings(folder, **changed):
    sizes = dict(train_each=64, validation_each=32, test_signal=100, test_background=200, heldout=20)
    sizes |= dict(float_epochs=2, quantised_epochs=1, batch=64)
    return Settings(Path(sys.argv[1]) / folder, **(sizes | changed))


assert networks.published().count_params() == constants.PUBLISHED_PARAMETERS
train.main(settings("whole"))
try:
    train.main(settings("whole", seed=2))
except FpgamlError as error:
    assert "other settings" in str(error)
else:
    raise AssertionError("took another training's checkpoints")


class Stopped(Exception):
    pass


def save_and_stop(model, history, log):
    save(model, history, log)
    raise Stopped


save, train._save_checkpoint = train._save_checkpoint, save_and_stop
try:
    train.main(settings("stopped"))
except Stopped:
    train._save_checkpoint = save
else:
    raise AssertionError("was not stopped")
train.main(settings("stopped"))
whole, again = (np.load(Path(sys.argv[1]) / name / "scores.npz") for name in ("whole", "stopped"))
assert set(whole.files) == set(again.files)
assert all(np.array_equal(whole[name], again[name], equal_nan=True) for name in whole.files)
assert np.ptp(whole["signal_float"]) > 0
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny training; the script itself checks that one that was broken off gives the same."""
    folder = tmp_path_factory.mktemp("grand_trigger")
    command = [str(framework_python() or sys.executable), "-c", SCRIPT, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("the framework's environment has no HGQ2")
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "whole"


def test_metrics_hold_every_trigger_and_where_the_data_are_from(trained: Path) -> None:
    metrics = json.loads((trained / "metrics.json").read_text())
    assert set(metrics["triggers"]) == {"float", "quantised", "peak_over_rms", "level1"}
    assert (metrics["data"], metrics["assumptions"]) == (constants.DATA_LABEL, list(constants.ASSUMPTIONS))
    assert metrics["parameters"]["float"] == constants.PUBLISHED_PARAMETERS
    assert metrics["parameters"]["quantised"] < constants.PUBLISHED_PARAMETERS / 9


def test_the_quantised_network_is_read_exactly(trained: Path) -> None:
    """The Graph equals the recorded answers on every event; its port holds the bits that the first quantizer keeps."""
    model = fpgaml.load(trained / "quantised.keras")
    heldout = np.load(trained / "heldout.npz")
    assert heldout["x"].shape == (20, constants.SAMPLES, constants.POLARISATIONS)
    port = model.graph.types["traces"]
    assert (int(port.width.max()), int(port.fractional.max())) == (6, 3)
    (answer,) = interpret(model.graph, read_inputs(model.graph, {"traces": heldout["x"]})).values()
    assert not model.approximations
    assert np.array_equal(answer.to_float().astype(np.float32), heldout["y"])
    assert len(np.unique(heldout["y"])) > 5
    assert read_labels(trained / "heldout.npz", 20).sum() == 10


def test_it_streams(trained: Path) -> None:
    """Every tensor has one type: a stream carries one element after the other through the same wires."""
    graph = fpgaml.load(trained / "quantised.keras").graph
    quantised = [node for node in graph.nodes if isinstance(node.op, Quantize)]
    assert len(quantised) > 4
    assert all(graph.types[node.name].width.size == 1 for node in quantised)
