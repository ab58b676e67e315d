"""Training, in an environment with Keras and HGQ2: it resumes exactly, and what it writes converts exactly."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fpgaml_models.calo_anomaly import constants as calo
from fpgaml_models.grand_trigger import constants as grand

import fpgaml
from fpgaml.frontends.framework import PYTHON_VARIABLE, framework_python
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Quantize
from fpgaml.tasks import find_task
from fpgaml.tasks.columns import read_events
from fpgaml.tasks.events import fingerprint

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(
    not os.environ.get(PYTHON_VARIABLE)
    and (importlib.util.find_spec("keras") is None or importlib.util.find_spec("hgq") is None),
    reason=f"Keras and HGQ2 are not installed, and {PYTHON_VARIABLE} is not set",
)

# The same for every task: train in one go, train in two, refuse another training's folder.
COMMON = """
import contextlib, importlib.util, sys
from pathlib import Path

if importlib.util.find_spec("hgq") is None:
    sys.exit(77)

import numpy as np

from fpgaml.errors import FpgamlError


class Stop:
    'Stops the run after an epoch of a network.'

    def __init__(self, title):
        self.title = title

    def step(self, title):
        return contextlib.nullcontext()

    @contextlib.contextmanager
    def bar(self, title, total, unit=""):
        done = 0

        def advance(count):
            nonlocal done
            done += count
            if title == self.title and done == 1:
                raise KeyboardInterrupt

        yield advance


folder = Path(sys.argv[1])
{imports}


def settings(name, **changed):
    return Settings(folder / name, **(dict({sizes}) | changed))


main(settings("whole"))
try:
    main(settings("stopped"), Stop("{network}"))
except KeyboardInterrupt:
    pass
else:
    raise AssertionError("was not stopped")
assert not list((folder / "stopped").glob("quantised.*"))
main(settings("stopped"))
try:
    main(settings("whole", seed=2))
except FpgamlError as error:
    assert "other settings" in str(error), error
else:
    raise AssertionError("took another training's checkpoints")
{more}
"""

TASKS = {
    "grand_trigger": {
        "imports": "from models.grand_trigger import networks\n"
        "from models.grand_trigger.train import main\nfrom models.grand_trigger.settings import Settings",
        "sizes": "train_each=64, validation_each=32, held_out=20, float_epochs=2, pretraining_epochs=1, "
        "quantised_epochs=2, batch=64",
        "network": "quantised",
        "more": f"assert networks.published().count_params() == {grand.PUBLISHED_PARAMETERS}",
    },
    "calo_anomaly": {
        "imports": "from models.calo_anomaly import networks\nfrom models.calo_anomaly.train import Settings, main",
        "sizes": "background=2000, teacher_epochs=1, float_epochs=1, quantised_epochs=2, batch=128, held_out=25",
        "network": "quantised_dense",
        "more": f"""
assert networks.teacher().count_params() == {calo.TEACHER_PARAMETERS}
for name, weights in {calo.STUDENT_WEIGHTS}.items():
    # Beside its weights a student has a bias for each unit.
    assert networks.FLOAT[name]().count_params() == weights + {calo.HIDDEN} + 1
image = np.zeros((3, 18, 14))
rebuilt = image + np.array([0.5, 4.0, 1e3])[:, None, None]
wanted = [0.0, round(32 * np.log(16) * 256) / 256, 256 - 2**-8]
assert networks.teacher_score(image, rebuilt).tolist() == wanted
""",
    },
    "lar_timing": {
        "imports": "from models.lar_timing.networks import NetworkSettings, float_network\n"
        "from models.lar_timing.train import Settings, main",
        "sizes": "sequences=60, background=0.1, float_epochs=1, quantised_epochs=2, batch=128, held_out=200",
        "network": "quantised",
        "more": "assert float_network(NetworkSettings()).count_params() == 536",
    },
    "jet_symbolic": {
        "imports": "from models.jet_symbolic.networks import NetworkSettings, float_network\n"
        "from models.jet_symbolic.search import Effort\nfrom models.jet_symbolic.train import Settings, main",
        "sizes": "jets=1500, float_epochs=1, quantised_epochs=2, batch=128, terms=(2, 2), searched=400, "
        "effort=Effort(30, 4, 2, 2), refine_steps=5, held_out=200",
        "network": "quantised",
        "more": "assert float_network(NetworkSettings()).count_params() == 16 * 32 + 32 + 32 * 16 + 16 + 16 * 5 + 5",
    },
    "velo_edges": {
        "imports": "from models.velo_edges.networks import NetworkSettings, float_network\n"
        "from models.velo_edges.train import Settings, main",
        "sizes": "crossings=4, float_epochs=1, quantised_epochs=2, batch=64, held_out=20",
        "network": "quantised",
        "more": "assert float_network(NetworkSettings()).count_params() == 56 + 160 + 200 + 9",
    },
    "sensor_compression": {
        "imports": "from models.sensor_compression import constants, decoder, networks\n"
        "from models.sensor_compression.train import Settings, main",
        "sizes": "events=600, float_epochs=1, quantised_epochs=2, decoder_epochs=1, batch=128, held_out=60",
        "network": "quantised",
        "more": """
assert networks.encoder(networks.float_autoencoder()).count_params() == constants.PARAMETERS
values = np.random.default_rng(1).uniform(0, 2, (200, 16)).astype(np.float32)
for name, one in decoder.read_decoders(folder / "whole" / decoder.FILE).items():
    model = networks.decoder()
    model.set_weights([array for pair in one.layers for array in pair])
    assert np.abs(model.predict(values, verbose=0) - one.fractions(values)).max() < 1e-6, name
""",
    },
    "heavy_flavour": {
        "imports": "from models.heavy_flavour.networks import Form, trainable\n"
        "from models.heavy_flavour.train import Settings, main",
        "sizes": "each=600, float_epochs=1, quantised_epochs=2, batch=128, held_out=200",
        "network": "monotone_quantised",
        # 541 parameters are published.
        "more": "assert sum(w.shape[0] * (w.shape[1] if len(w.shape) > 1 else 1) "
        "for w in trainable(Form()).trainable_weights) == 541",
    },
    "velo_embedding": {
        "imports": "from models.velo_embedding.networks import NetworkSettings, float_network\n"
        "from models.velo_embedding.train import Settings, main",
        "sizes": "events=4, float_epochs=1, quantised_epochs=2, blocks=2, held_out=200, "
        "network=NetworkSettings(hidden=(16,))",
        "network": "quantised",
        "more": "assert float_network(NetworkSettings()).count_params() == 30_988",
    },
    "accelerator_fault": {
        "imports": "from models.accelerator_fault.networks import NetworkSettings, float_network\n"
        "from models.accelerator_fault.train import Settings, main",
        "sizes": "pulses=400, float_epochs=1, quantised_epochs=2, batch=64, held_out=40",
        "network": "quantised",
        "more": "assert float_network(NetworkSettings()).count_params() == 9518",
    },
    "clas12_tracks": {
        "imports": "from models.clas12_tracks.networks import NetworkSettings, float_autoencoder, float_classifier\n"
        "from models.clas12_tracks.train import Settings, main",
        "sizes": "candidates=1024, validation=128, epochs=(1, 2, 1, 2), batch=256, held_out=100",
        "network": "quantised",
        "more": """
pair = [make(NetworkSettings()) for make in (float_classifier, float_autoencoder)]
assert [model.count_params() for model in pair] == [803, 814]
x = np.array([[3, 0, 5, 6, 7, 8], [3, 4, 5, 6, 7, 8]], np.float32)
assert (pair[1].predict(x, verbose=0)[x > 0] == x[x > 0]).all(), "what is there passes unchanged"
""",
    },
    "radio_neutrino": {
        "imports": "from models.radio_neutrino.settings import NetworkSettings, Settings\n"
        "from models.radio_neutrino.train import main",
        "sizes": "events=256, validation=64, held_out=40, float_epochs=1, quantised_epochs=2, batch=128",
        "network": "quantised",
        "more": "",
    },
}
NETWORKS = [
    ("grand_trigger", "."),
    ("calo_anomaly", "."),
    ("calo_anomaly", "conv"),
    ("lar_timing", "."),
    ("velo_edges", "."),
    ("sensor_compression", "."),
    ("heavy_flavour", "."),
    ("heavy_flavour", "free"),
    ("velo_embedding", "."),
    ("accelerator_fault", "."),
    ("clas12_tracks", "."),
    ("clas12_tracks", "restore"),
    ("radio_neutrino", "."),
]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """By task a folder with `whole`, trained in one go, and `stopped`, trained in two."""
    # Most of the time is XLA's: what one run compiled, the others take from a cache.
    base = tmp_path_factory.mktemp("trained")
    cache = {
        "JAX_COMPILATION_CACHE_DIR": str(base / "cache"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    environment = {**os.environ, **cache, "PYTHONPATH": str(ROOT)}
    found = {}
    for name, parts in TASKS.items():
        folder = base / name
        script = COMMON
        for key, text in parts.items():
            script = script.replace("{" + key + "}", text)
        command = [str(framework_python() or sys.executable), "-c", script, str(folder)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 77:
            pytest.skip("the framework's environment has no HGQ2")
        assert done.returncode == 0, f"{name}: {done.stderr[-3000:]}"
        found[name] = folder
    return found


@pytest.mark.parametrize(("task", "network"), NETWORKS)
def test_a_stopped_training_ends_like_an_unbroken_one(trained: dict[str, Path], task: str, network: str) -> None:
    whole, stopped = (np.load(trained[task] / run / network / "recorded.npz") for run in ("whole", "stopped"))
    assert np.ptp(whole["y"]) > 0
    assert np.array_equal(whole["y"], stopped["y"])
    # Squares of numbers that nothing rounds are too wide for a Graph: such a float network is not converted.
    for name in ("quantised",) if task == "accelerator_fault" else ("float", "quantised"):
        files = [next((trained[task] / run / network).glob(f"{name}.*")) for run in RUNS]
        graphs = [fpgaml.load(file, **_input(task, name)) for file in files]
        assert graphs[0].graph == graphs[1].graph or name == "float"


RUNS = ("whole", "stopped")


def _input(task: str, name: str) -> dict[str, str | list[str]]:
    """Float networks do not say what their inputs are."""
    types: dict[str, str | list[str]] = {
        "grand_trigger": "ap_fixed<14,9>",
        "calo_anomaly": "ap_uint<10>",
        "lar_timing": "ap_fixed<18,10>",
        "velo_edges": ["hits=ap_fixed<14,2>", "edges=ap_uint<6>"],
        "sensor_compression": "ap_ufixed<10,1>",
        "heavy_flavour": "ap_ufixed<16,3>",
        "velo_embedding": "ap_fixed<12,2>",
        "clas12_tracks": "ap_ufixed<11,7>",
        "accelerator_fault": "ap_int<9>",
        "radio_neutrino": "ap_fixed<9,4>",
    }
    return {"input_type": types[task]} if name == "float" else {}


@pytest.mark.parametrize(("task", "network"), NETWORKS)
def test_the_quantised_network_is_read_exactly(trained: dict[str, Path], task: str, network: str) -> None:
    """Hop one: the Graph equals the recorded answers on every event, and the events can be made again."""
    folder = trained[task] / "whole" / network
    model = fpgaml.load(next(folder.glob("quantised.*")))
    stored = np.load(folder / "recorded.npz")
    x = find_task(task).held_out(len(stored["y"])).x
    assert str(stored["x_sha256"]) == fingerprint(x)
    (answer,) = interpret(model.graph, read_events(model.graph, x)).values()
    assert not model.approximations
    assert np.array_equal(answer.to_float().astype(np.float32), stored["y"])
    assert len(np.unique(stored["y"])) > 5


@pytest.mark.parametrize("task", TASKS)
def test_a_training_says_how_it_was_made(trained: dict[str, Path], task: str) -> None:
    facts = json.loads((trained[task] / "whole" / "training.json").read_text())
    assert (facts["task"], facts["data"], facts["settings"]["seed"]) == (task, find_task(task).data_label, 1)
    assert set(facts["versions"]) == {"keras", "hgq2", "jax", "numpy"}
    assert all(len(epochs) in (1, 2) and epochs[-1]["loss"] > 0 for epochs in facts["history"].values())
    operations = facts.get("effective_bit_operations", 1)  # counted where HGQ2 trains the widths
    assert all(count > 0 for count in (operations.values() if isinstance(operations, dict) else [operations]))


def test_grand_streams(trained: dict[str, Path]) -> None:
    """Every tensor has one type: a stream carries one element after the other through the same wires."""
    graph = fpgaml.load(trained["grand_trigger"] / "whole" / "quantised.keras").graph
    quantised = [node for node in graph.nodes if isinstance(node.op, Quantize)]
    assert len(quantised) > 4
    assert all(graph.types[node.name].width.size == 1 for node in quantised)


@pytest.mark.parametrize("network", [".", "conv"])
def test_the_calorimeters_port_is_the_triggers(trained: dict[str, Path], network: str) -> None:
    graph = fpgaml.load(trained["calo_anomaly"] / "whole" / network / "quantised.keras").graph
    (port,) = (graph.types[node.name] for node in graph.inputs)
    assert (int(port.width.max()), int(port.fractional.max())) == (calo.ET_BITS, 0)
