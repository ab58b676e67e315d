"""Training lar_timing, in an environment with Keras and HGQ2: it resumes exactly, and what it writes converts."""

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

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(
    not os.environ.get(PYTHON_VARIABLE)
    and (importlib.util.find_spec("keras") is None or importlib.util.find_spec("hgq") is None),
    reason=f"Keras and HGQ2 are not installed, and {PYTHON_VARIABLE} is not set",
)

SCRIPT = """
import contextlib, importlib.util, sys
from pathlib import Path

if importlib.util.find_spec("hgq") is None:
    sys.exit(77)

from fpgaml.errors import FpgamlError
from models.lar_timing.networks import NetworkSettings, float_network
from models.lar_timing.train import Settings, main


class Stop:
    'Stops the run at the given epoch of the given network.'

    def __init__(self, title, after):
        self.title, self.after = title, after

    def step(self, title):
        return contextlib.nullcontext()

    @contextlib.contextmanager
    def bar(self, title, total):
        done = 0

        def advance(count):
            nonlocal done
            done += count
            if title == self.title and done >= self.after:
                raise KeyboardInterrupt

        yield advance


def settings(name, **changed):
    sizes = dict(sequences=60, test_sequences=20, background=0.1, float_epochs=1, quantised_epochs=2, batch=128)
    return Settings(Path(sys.argv[1]) / name, **(sizes | changed))


assert float_network(NetworkSettings()).count_params() == 536
main(settings("whole"))
try:
    main(settings("stopped"), Stop("quantised network", 1))
except KeyboardInterrupt:
    pass
else:
    raise AssertionError("was not stopped")
main(settings("stopped"))
try:
    main(settings("whole", seed=2))
except FpgamlError as error:
    assert "other settings" in str(error)
else:
    raise AssertionError("took another training's checkpoints")
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `whole`, trained in one go, and `stopped`, trained in two."""
    folder = tmp_path_factory.mktemp("lar_timing")
    command = [str(framework_python() or sys.executable), "-c", SCRIPT, str(folder)]
    # Most of the time is XLA's: what the first run compiled, the others take from a cache.
    cache = {
        "JAX_COMPILATION_CACHE_DIR": str(folder / "cache"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    environment = {**os.environ, **cache, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("the framework's environment has no HGQ2")
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def recorded(folder: Path) -> dict[str, Any]:
    with np.load(folder / "held_out.npz") as file:
        return {name: file[name] for name in file.files}


def test_a_stopped_training_ends_like_an_unbroken_one(trained: Path) -> None:
    whole, stopped = recorded(trained / "whole"), recorded(trained / "stopped")
    assert whole["y"].any()
    for name, array in whole.items():
        assert np.array_equal(array, stopped[name]), name
    first, second = (json.loads((trained / name / "metrics.json").read_text()) for name in ("whole", "stopped"))
    assert first["sets"] == second["sets"]
    assert first["effective_bit_operations"] == second["effective_bit_operations"] > 0
    losses = [epoch["loss"] for epoch in json.loads((trained / "whole" / "quantised.epochs.json").read_text())]
    assert len(losses) == 2 and losses[1] < losses[0]


def test_metrics_cover_every_algorithm_and_set(trained: Path) -> None:
    metrics = json.loads((trained / "whole" / "metrics.json").read_text())
    assert metrics["data"] == "synthetic, assumed" and len(metrics["assumptions"]) > 5
    assert set(metrics["sets"]) == {f"mu{mu}_{xt}" for mu in (140, 200) for xt in ("crosstalk", "no_crosstalk")}
    for table in metrics["sets"].values():
        assert list(table) == ["of_published", "of_4", "of_12", "float", "quantised"]
        assert all(len(entry[metrics["headline"]["metric"]]) == 2 for entry in table.values())


def test_the_quantised_network_is_read_exactly(trained: Path) -> None:
    """Hop one: the Graph equals the recorded answers on every event."""
    data = recorded(trained / "whole")
    model = fpgaml.load(trained / "whole" / "quantised.keras")
    (answer,) = interpret(model.graph, read_inputs(model.graph, {"samples": data["x"]})).values()
    assert not model.approximations
    assert np.array_equal(answer.to_float().astype(np.float32), data["y"])
