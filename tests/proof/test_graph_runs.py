"""Of many events the emulator runs those that statistics and golden vectors do without; records say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fpgaml
from fpgaml.emulator.engine import Interpreter
from fpgaml.graph.ops import Dense
from fpgaml.progress import Silent
from fpgaml.proof import graph_runs
from fpgaml.proof.checks import Batch, Proof
from fpgaml.proof.hops import Simulated
from fpgaml.proof.vectors import corner_vectors
from fpgaml.record.files import read_results
from fpgaml.record.physics import ColumnRole, Physics
from fpgaml.record.verdict import Status
from tests.graph.build import fixed, graph_of
from tests.paths import ROOT, needs_compiler
from tests.paths import fpgaml as command_line

MODEL = ROOT / "tests" / "fixtures" / "keras3" / "dense_default.keras"
EVENTS = 5000

pytestmark = needs_compiler


@pytest.fixture
def emulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever events are left for it."""
    monkeypatch.setenv("FPGAML_ENGINE", "emulator")
    monkeypatch.setattr(graph_runs, "LEAST_COUNTED", 100)
    monkeypatch.setattr(graph_runs, "COUNTED_VALUES", 0)
    monkeypatch.setattr("fpgaml.proof.checks.chunk_events", lambda graph: 500)


def test_a_conversion_says_who_computed_the_graph(emulated: None, tmp_path: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    x = np.random.default_rng(3).uniform(-2, 2, (EVENTS, 6)).round(3)
    labels = np.arange(EVENTS) % 2
    settings: dict[str, Any] = {"target": "rtl", "board": "kcu116", "framework": "never", "vectors": 16, "golden": 700}
    project = tmp_path / "p"
    made = fpgaml.convert(MODEL, project, data=x, labels=labels, **settings)
    assert made.passed
    # Chunks of 500 events: the first two hold the 700 golden ones; of the other 4000 a sample of each doubling.
    results = read_results(project)
    assert results.counted_events == 1000
    by = "the exact emulator, equal to the integer interpreter on 1,128 of 5,000 events"
    assert results.graph_by == by
    (check,) = [each for each in results.checks if each.status == Status.EXACT]
    assert check.oracle == f"{by}; the integer interpreter on the other {sum(results.events.values()) - EVENTS}"
    assert check.on_bits and check.outputs[0].events == sum(results.events.values())
    physics = results.physics
    assert isinstance(physics, Physics)
    column = physics.of_role(ColumnRole.FIXED)
    assert column is not None and column.tool == by
    said = command_line("report", project, "--all").stdout
    assert "on the first 1,000 of 5,000 events of the data" in " ".join(said.split())
    assert by in " ".join(said.split())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FPGAML_ENGINE", "interpreter")
        other = tmp_path / "q"
        fpgaml.convert(MODEL, other, data=x, labels=labels, **settings)
    assert read_results(other).graph_by == ""
    assert read_results(other).counted_events is None
    golden = {path.name: path.read_bytes() for path in (project / "tb_data").iterdir()}
    assert golden == {path.name: path.read_bytes() for path in (other / "tb_data").iterdir()}


def test_the_emulator_is_no_measure_of_itself(emulated: None, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of(Dense(fixed([[1], [2]]), None), (2,))
    titles = []
    for is_emulator in (False, True):
        proof = Proof(
            graph=graph,
            hops=[Simulated("Graph = firmware", Interpreter(graph).run, is_emulator=is_emulator)],
            oracle=None,
            model_rounds=True,
            counted="data",
        )
        proof.runs.expect(1000, Silent())
        for start in (0, 500):
            proof.run(Batch(corner_vectors(graph, 500, 1 + start), None, "data", start))
        titles.append([check.oracle for check in proof.firmware_checks()])
        assert proof.quantizers() == ()
    emulator = "the exact emulator, equal to the integer interpreter on 564 of 1,000 events"
    assert titles == [[emulator], ["the integer interpreter"]]
