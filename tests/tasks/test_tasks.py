"""Tasks by name: what there is, what a conversion takes from one, and whether its committed networks are proved."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fpgaml.cli.main import app
from fpgaml.errors import FpgamlError
from fpgaml.frontends.chain.files import files_of
from fpgaml.graph.interpreter import interpret
from fpgaml.progress import Silent
from fpgaml.record.manifest import ChosenBy
from fpgaml.source import load_model
from fpgaml.tasks import Network, Task, find_network, find_task, task_names
from fpgaml.tasks.columns import read_events
from fpgaml.tasks.evaluation import METRICS, read_metrics
from fpgaml.tasks.events import fingerprint, write_events
from fpgaml.tasks.inputs import each, events_in
from fpgaml.tasks.sources import sources
from fpgaml.tasks.table import markdown
from tests.paths import needs_compiler

MODELS = Path(__file__).resolve().parents[2] / "models"
NETWORKS = [(find_task(name), network) for name in task_names() for network in find_task(name).networks]
IDS = [f"{task.name}-{network.name}" for task, network in NETWORKS]
WORSE = {("radio_neutrino", "arianna"): "a published network, trained for pulses at one place of the window"}
"""Networks that are shown for comparison, and are worse than the baseline on what their task is judged by."""


def test_tasks_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert task_names() == sorted(path.parent.name for path in MODELS.glob("*/task.py"))
    task, network = find_network("calo_anomaly/conv") or pytest.fail("not found")
    assert (task.name, network.name) == ("calo_anomaly", "conv")
    assert find_network("model.keras") is None
    with pytest.raises(FpgamlError, match=r"has no network `deep`\. Known: calo_anomaly, calo_anomaly/conv"):
        find_network("calo_anomaly/deep")
    with pytest.raises(FpgamlError, match="Did you mean lar_timing"):
        find_task("lar_time")
    monkeypatch.chdir(tmp_path)
    Path("lar_timing").write_text("a file of this name is meant")
    assert find_network("lar_timing") is None


def test_help_loads_no_task() -> None:
    code = "import sys\nfrom fpgaml.cli.main import app\nprint([m for m in sys.modules if m.startswith('models')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("task", "network"), NETWORKS, ids=IDS)
def test_committed_networks_are_what_was_recorded(task: Task, network: Network, tmp_path: Path) -> None:
    """Without Keras: the Graph gives the network's own recorded answers on every held-out event."""
    files = write_events(task, network, tmp_path)
    assert files.recorded, "this numpy makes other events than those that answers were recorded for"
    model = load_model(network.quantised_model(task.weights))
    inputs = {"x", *(model.graph.input_layers if len(model.graph.inputs) > 1 else ())}
    with np.load(files.data) as stored:
        x = {name: stored[name] for name in stored.files if name in inputs}
        answers = np.concatenate([stored[name] for name in stored.files if name not in inputs], axis=-1)
    assert events_in(x) == len(answers) == task.held_out_events
    assert not model.approximations
    found = interpret(model.graph, read_events(model.graph, each(x, lambda array: array[:500])))
    answer = np.concatenate([value.to_float() for value in found.values()], axis=-1)
    assert np.array_equal(answer.astype(np.float32), answers[:500])


@pytest.mark.parametrize(("task", "network"), NETWORKS, ids=IDS)
def test_pages_show_what_was_measured(task: Task, network: Network) -> None:
    """The table of the page is that of the committed metrics; firmware equals the Graph on every event there."""
    content = read_metrics(task.weights / network.folder / METRICS)
    assert content["task"] == task.name and not content["missing"]
    rtl = set() if network.folds else {"graph = rtl"}  # a window takes tens of thousands of cycles to simulate
    assert {"graph = csim"} | rtl <= set(content["equal"])
    assert all(found["different"] == 0 and found["events"] >= 100_000 for found in content["equal"].values())
    assert markdown(task, content) in (task.folder / "README.md").read_text()
    (headline,) = (row for row in task.rows(content["columns"]) if row.headline)
    values = {name: value.value for name, value in headline.values.items()}
    better, worse = ("graph", task.baseline) if task.larger_is_better else (task.baseline, "graph")
    assert ((values[better] or 0) > (values[worse] or 0)) == ((task.name, network.name) not in WORSE)


@pytest.mark.parametrize(("task", "network"), NETWORKS, ids=IDS)
def test_metrics_belong_to_the_committed_networks(task: Task, network: Network) -> None:
    from fpgaml.files import file_sha256

    content = read_metrics(task.weights / network.folder / METRICS)
    for path in (*files_of(network.quantised_model(task.weights)), *files_of(network.float_model(task.weights))):
        name = path.relative_to(task.weights).as_posix() if network.chain else path.name
        assert content["models"][name] == file_sha256(path)


def test_a_task_brings_board_clock_and_events() -> None:
    with sources(Path("lar_timing"), None, None, False, Silent()) as found:
        assert found.place(None, None) == ("agilex7-f-dk", 400.0)
        assert found.place("agilex7-f-dk", 200.0) == ("agilex7-f-dk", 200.0)
        assert (found.chosen_by(None), found.chosen_by("kcu116")) == (ChosenBy.TASK, None)
        assert found.place("kcu116", None) == ("kcu116", None)
        assert found.data is not None and found.data.is_file() and found.labels is None
        assert found.model.name == "quantised.keras" and found.stem == "lar_timing"
        data = found.data
    assert not data.exists()
    with sources(Path("calo_anomaly/conv"), Path("own.npz"), None, True, Silent()) as found:
        assert (found.data, found.labels, found.stem) == (Path("own.npz"), None, "calo_anomaly_conv")
        assert found.model.name == "float.keras"
    with sources(Path("some/model.h5"), None, None, False, Silent()) as found:
        assert found.chosen_by(None) == ChosenBy.DEFAULT
        assert (found.model, found.place(None, None)) == (Path("some/model.h5"), ("alveo", None))


def test_a_task_brings_the_pace_of_its_budget() -> None:
    """200,000 cycles of 200 MHz are a window a millisecond, whatever the clock; the command line's words come first."""
    with sources(Path("grand_trigger"), None, None, False, Silent()) as found:
        assert found.settings("rtl") == {"rate": 1000.0}
        assert "output_ranges" in found.settings("tflite")
    with sources(Path("lar_timing"), None, None, False, Silent()) as found:
        assert found.settings("rtl") == {}


def test_answers_to_other_events_are_left_out(tmp_path: Path) -> None:
    task, network = NETWORKS[-1]
    folder = tmp_path / "weights"
    folder.mkdir()
    x = task.held_out(task.held_out_events).x
    for x_sha256, recorded in ((fingerprint(x), True), (fingerprint(x + 1), False)):
        np.savez(folder / "recorded.npz", y=np.zeros((len(x), 2), np.float32), x_sha256=np.array(x_sha256))
        files = write_events(task, network, tmp_path / "events", folder)
        assert files.recorded == recorded
        with np.load(files.data) as stored:
            assert ("y" in stored.files) == recorded


@needs_compiler
def test_convert_by_name(tmp_path: Path) -> None:
    output = tmp_path / "project"
    command = ["convert", "lar_timing", "--target", "rtl", "--shell", "native", "--output", str(output), "--json"]
    done = CliRunner().invoke(app, [*command, "--framework", "never"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.output)
    assert report["manifest"]["board"]["name"] == "agilex7-f-dk" and report["manifest"]["board"]["clock_ns"] == 2.5
    source = next(check for check in report["results"]["checks"] if check["name"] == "source model = Graph")
    assert source["status"] == "exact"
    done = CliRunner().invoke(app, ["report", str(output), "--budget", "lar_timing"])
    assert done.exit_code == 1 and re.search(r"OPEN +latency at most 125 ns +needs simulated", done.output)
    budget = tmp_path / "budget.toml"
    for limit, code, said in ((125, 0, "by an estimate alone"), (1, 1, "MISSED")):
        budget.write_text(
            'board = "agilex7-f-dk"\nclock_mhz = 400\n[[limit]]\nwhat = "latency"\n'
            f'limit = {limit}\nunit = "ns"\nmet_by = ["simulated"]\nwhy = "a test"\n'
        )
        done = CliRunner().invoke(app, ["report", str(output), "--accept-estimates", "--budget", str(budget)])
        assert done.exit_code == code and said in done.output


def test_models_lists_what_was_measured() -> None:
    done = CliRunner().invoke(app, ["models", "--json"])
    assert done.exit_code == 0, done.output
    rows = json.loads(done.output)
    assert [row["name"] for row in rows] == task_names()
    assert all(network["trained"] and network["measured"] for row in rows for network in row["networks"])
    assert "grand_trigger" in CliRunner().invoke(app, ["models"]).output


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["evaluate", "nothing"], "no task has this name"),
        (["train", "grand_triger"], "Did you mean grand_trigger"),
        (["train", "grand_trigger", "--data", "none.npz"], "none.npz: no such file"),
        (["convert", "calo_anomaly/deep"], "has no network `deep`"),
    ],
)
def test_bad_names(command: list[str], says: str) -> None:
    done = CliRunner().invoke(app, command)
    assert isinstance(done.exception, FpgamlError) and says in str(done.exception)
