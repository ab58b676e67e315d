"""Designs are made again by their files, to the bit; and what is asked that cannot be is said."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import fpgaml as fpgaml_package
from fpgaml.budget.read import budget_of
from fpgaml.errors import EXIT_CHECK_FAILED, FpgamlError
from fpgaml.explore.events import Part
from fpgaml.explore.exploration import NoDesignError, explore
from fpgaml.explore.objectives import read_objectives
from fpgaml.explore.search import Effort
from fpgaml.explore.subject import QuantisedSubject
from fpgaml.record.files import read_manifest
from fpgaml.source import load_model
from tests.explore.searches import FLOAT, QUANTISED, events, request
from tests.paths import fpgaml, needs_compiler


@pytest.mark.parametrize(("model", "elements"), [(FLOAT, 8), (QUANTISED, 6)])
def test_a_design_of_the_front_converts_to_the_network_that_was_judged(
    tmp_path: Path, model: Path, elements: int
) -> None:
    folder = tmp_path / "explored"
    data = events(tmp_path, elements)
    done = fpgaml("explore", model, "--data", data, "--trials", 20, "--finish", 0, "-o", folder, "--clock", "150MHz")
    assert done.returncode == 0, done.stderr
    content = json.loads((folder / "front.json").read_text())
    fewest = min(content["front"], key=lambda each: each["estimate"]["lut"])
    config = folder / "designs" / f"{fewest['design']:03d}" / "fpgaml.yaml"
    made = fpgaml("convert", "--config", config, "-o", tmp_path / "project", "-q")
    assert made.returncode == 0, made.stderr
    manifest = read_manifest(tmp_path / "project")
    assert manifest.graph_sha256 == fewest["graph_sha256"]
    assert manifest.precision is not None
    assert abs(1e3 / manifest.board.clock_ns - 150) < 1e-9
    page = (folder / "report.html").read_text()
    assert "<svg" in page and "http://" not in page.replace("http://www.w3.org/", "")
    with (folder / "front.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["graph_sha256"] for row in rows] == [each["graph_sha256"] for each in content["front"]]
    assert float(rows[0]["distance_held_out"]) == content["front"][0]["held_out"]["distance"][0]


def test_no_design_keeps_to_the_budget_and_the_nearest_is_named(tmp_path: Path) -> None:
    content = {"limit": [{"what": "lut", "limit": 5, "met_by": ["estimate"]}]}
    budget = budget_of(content, tmp_path, "budget")
    with pytest.raises(NoDesignError, match=r"none of 20 designs .* nearest is design \d+ .*LUT at most 5") as error:
        explore(FLOAT, replace(request(tmp_path, 20), budget=budget))
    assert error.value.exit_code == EXIT_CHECK_FAILED


def test_designs_that_break_the_budget_cost_no_physics_and_are_not_on_the_front(tmp_path: Path) -> None:
    limit = 2_000
    content = {"limit": [{"what": "lut", "limit": limit}, {"what": "fmax", "limit": 100}]}
    found = explore(FLOAT, replace(request(tmp_path, 20), budget=budget_of(content, tmp_path, "budget")))
    broken = [each for each in found.designs if not each.outcome.feasible]
    assert broken and all(not each.outcome.physics for each in broken)
    assert found.front and not {each.number for each in found.front} & {each.number for each in broken}
    assert any("Fmax" in note for note in found.notes)


def test_a_budget_without_a_number_that_a_search_can_keep_to(tmp_path: Path) -> None:
    budget = budget_of({"limit": [{"what": "exactness", "limit": "proved"}]}, tmp_path, "budget")
    with pytest.raises(FpgamlError, match="has no number that a search can keep to: exactness"):
        explore(FLOAT, replace(request(tmp_path, 2), budget=budget))


def test_unknown_tensors_and_objectives_are_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match=r"`dense_9\.\*` fits no tensor. There are: dense_0.weight, dense_0.result"):
        explore(FLOAT, replace(request(tmp_path, 2), vary=("dense_9.*",)))
    with pytest.raises(FpgamlError, match="Did you mean lut"):
        read_objectives(["luts"])
    with pytest.raises(FpgamlError, match="needs to know the truth"):
        explore(FLOAT, replace(request(tmp_path, 2), objectives=read_objectives(["auc", "lut"])))


def test_bits_of_a_quantised_network_fall_only_where_the_user_allows() -> None:
    subject = QuantisedSubject.of(load_model(QUANTISED)).varied(["second.*"])
    assert {each.name.partition(".")[0] for each in subject.tensors} == {"second"}
    least = {each.name: each.low for each in subject.tensors}
    changed = subject.graph(least)
    for node in subject.whole.nodes:
        same = node.op is changed[node.name].op
        assert same == (node.name != "second")
    assert subject.graph({}) is subject.whole
    assert QuantisedSubject.of(load_model(QUANTISED)).varied(["none"]).tensors == ()


def test_a_folder_of_something_else_and_a_time_that_is_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    data = events(tmp_path)
    done = fpgaml("explore", FLOAT, "--data", data, "-o", tmp_path)
    assert done.returncode == 2 and "no exploration wrote it" in done.stderr
    done = fpgaml("explore", FLOAT, "--data", data, "-o", tmp_path / "new", "--time-limit", "soon")
    assert done.returncode == 2 and "`soon` is no time" in done.stderr


def test_from_python_with_arrays_twice(tmp_path: Path) -> None:
    """The function and the package have one name: it works before and after the package was imported."""
    arrays = np.load(events(tmp_path))
    for _ in range(2):
        found = fpgaml_package.explore(FLOAT, tmp_path / "explored", data=arrays, trials=3, vary="*.weight")
        assert len(found.designs) == 3 and found.front
    design = tmp_path / "explored" / "designs" / f"{found.front[0].number:03d}"
    assert "data:" not in (design / "fpgaml.yaml").read_text()


def test_events_beyond_what_memory_is_given_to_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fpgaml.explore.events.MOST_VALUES", 8 * 60)
    found = explore(FLOAT, request(tmp_path, 2))
    assert any(note.startswith("the first 60 of 200 events are looked at") for note in found.notes)
    assert found.trials.judge.events(Part.HELD_OUT) == 30


def test_no_time_for_a_single_design_is_said(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match="--time-limit: ended before a design was looked at") as error:
        explore(FLOAT, replace(request(tmp_path), effort=Effort(40, seconds=1e-9)))
    assert error.value.exit_code == 2


def test_without_optuna_the_extra_is_named_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "optuna.py").write_text("raise ImportError")
    done = fpgaml("explore", "no-such-model.keras", "-o", tmp_path / "out", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2 and "pip install 'fpgaml[explore]'" in done.stderr
    assert not (tmp_path / "out").exists()


@needs_compiler
def test_hls_of_several_boards_is_made_and_an_open_budget_is_not_met(tmp_path: Path) -> None:
    """The C-simulation is EXACT; a latency that only the vendor's synthesis decides is open, and so is not met."""
    limit = '[[limit]]\nwhat = "latency"\nlimit = 900\nunit = "ns"\nmet_by = ["hls-csynth"]\n'
    (tmp_path / "budget.toml").write_text(limit)
    asked = ["--reuse", 1, "--reuse", 4, "--board", "alveo", "--board", "kcu116", "--trials", 3, "--finish", 1]
    where = ["--data", events(tmp_path, 6), "-o", tmp_path / "out", "--budget", tmp_path / "budget.toml"]
    done = fpgaml("explore", QUANTISED, "--target", "hls", *asked, *where)
    assert done.returncode == 1, done.stderr
    content = json.loads((tmp_path / "out" / "front.json").read_text())
    (made,) = content["made"]["designs"]
    assert f"fpgaml: design {made['design']}: budget open" in done.stderr
    assert made["checks"]["Graph = C-simulation"] == "exact" and "no open tool synthesises" in made["not_measured"]
    assert {"board", "reuse"} <= content["front"][0]["values"].keys() and "--board" in done.stdout
