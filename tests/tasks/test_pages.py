"""What every task's page, constants and evaluation must have."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from firmware_projects import build, measure
from fpgaml.budget.read import read_budget
from fpgaml.tasks import Network, Task, find_task, task_names
from fpgaml.tasks.evaluation import METRICS, read_metrics

ROOT = Path(__file__).resolve().parents[2]
TASKS = [find_task(name) for name in task_names()]
NETWORKS = [(task, network) for task in TASKS for network in task.networks]
IDS = [f"{task.name}-{network.name}" for task, network in NETWORKS]
LABELS = ("real", "synthetic, sourced", "synthetic, assumed")
EVENTS = 100_000
"""Test events that firmware must have answered as the Graph does."""


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_says_where_its_data_are_from(task: Task) -> None:
    constants = importlib.import_module(f"{type(task).__module__.rpartition('.')[0]}.constants")
    assert task.data_label in LABELS and task.data_label == constants.DATA_LABEL
    assert task.experiment and task.title
    assumed = constants.ASSUMPTIONS
    assert isinstance(assumed, tuple) and assumed and all(len(sentence.split()) > 3 for sentence in assumed)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_page_answers_what_a_stranger_asks(task: Task) -> None:
    page = (task.folder / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    for needed in ("Data", "Baseline", "Network", "Budget", "Your own data"):
        assert any(heading.startswith(needed) for heading in headings), f"{needed}: {headings}"
    assert f"`{task.data_label}`" in page and "(weights/" in page and "figure.png)" in page
    for command in ("convert", "evaluate", "train"):
        assert f"fpgaml {command} {task.name}" in page
    for line in re.findall(r"\]\((?!http|#)([^)#]+)[^)]*\)", page):
        assert (task.folder / line).exists(), f"{line} is not there"
    budget = page.partition("## Budget")[2].partition("\n## ")[0]
    kinds = ("simulated", "post-synthesis", "estimate")
    assert any(kind in budget for kind in kinds) and read_budget(task.folder / "budget.toml").limits


@pytest.mark.parametrize(("task", "network"), NETWORKS, ids=IDS)
def test_firmware_was_compared_on_many_events(task: Task, network: Network) -> None:
    content = read_metrics(task.weights / network.folder / METRICS)
    equal = content["equal"]
    assert equal and all(found["events"] >= EVENTS and not found["different"] for found in equal.values())
    recorded = network.answers_file(task.weights)
    with np.load(recorded, allow_pickle=False) as stored:
        answers = [stored[name] for name in stored.files if name != "x_sha256"]
    assert answers and all(len(one) == task.held_out_events and len(np.unique(one)) > 1 for one in answers)
    facts = json.loads((task.weights / "training.json").read_text(encoding="utf-8"))
    assert facts["task"] == task.name and facts["settings"]["seed"] >= 0 and facts["seconds"] > 0


def test_measured_numbers_are_of_the_recorded_networks() -> None:
    for name in build.recipe_names():
        manifest, _ = build.recorded(name)
        for project, entry in measure.stored(name).items():
            assert entry["graph_sha256"] == manifest["projects"][project]["graph_sha256"], f"{name}/{project}"
            assert all(number["kind"] in ("simulated", "post-synthesis") for number in entry["numbers"])


def test_the_table_of_all_tasks_is_what_was_measured() -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "tools" / "tasks_table.py"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    page = (ROOT / "docs" / "tasks.md").read_text(encoding="utf-8")
    assert made.stdout in page, "make it again: python tools/tasks_table.py --write"
    assert all(f"[`{name}`]" in made.stdout or f"[`{name}/" in made.stdout for name in task_names())
