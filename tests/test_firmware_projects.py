"""The recorded firmware projects can be written again, byte for byte."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from firmware_projects import build
from fpgaml.tasks import find_network, task_names
from tests.paths import needs_compiler

CASES = [(name, project) for name in build.recipe_names() for project in build.projects(name)]


def test_every_task_has_a_recipe() -> None:
    assert build.recipe_names() == task_names()
    for name in build.recipe_names():
        made = {command[1] for command in build.projects(name).values()}
        task, _ = find_network(name) or pytest.fail(f"{name} is no task")
        assert made == {f"{name}/{network.name}" if network.name else name for network in task.networks}


@needs_compiler
@pytest.mark.parametrize(("name", "project"), CASES)
def test_projects_are_written_again_byte_for_byte(name: str, project: str, tmp_path: Path) -> None:
    manifest, _ = build.recorded(name)
    wanted = manifest["projects"][project]
    assert wanted["command"] == shlex.join(["fpgaml", *build.projects(name)[project]])
    assert len(wanted["files"]) > 10
    folder = build.build(name, project, tmp_path)
    found = build.facts(folder)
    assert found["graph_sha256"] == wanted["graph_sha256"]
    if found["versions"] != wanted["versions"]:
        pytest.skip(
            f"written by {found['versions']}, recorded with {wanted['versions']}, and other versions write other text. "
            f"To record it anew: `python -m firmware_projects.build --record {name}`, then look at what differs"
        )
    assert build.differences(name, project, folder) == []


def test_a_changed_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a record with one wrong hash and one wrong golden vector."""
    name, project = "lar_timing", "rtl"
    folder = build.build(name, project, tmp_path)
    manifest, vectors = build.recorded(name)
    manifest["projects"][project]["versions"] = build.facts(folder)["versions"]
    file = sorted(manifest["projects"][project]["files"])[0]
    manifest["projects"][project]["files"][file] = "0" * 64
    own = f"{manifest['projects'][project]['golden']}/output/"
    key = next(key for key in vectors if key.startswith(own) and not key.endswith("fractional"))
    vectors[key] = vectors[key] + 1
    monkeypatch.setattr(build, "recorded", lambda _: (manifest, vectors))
    found = build.differences(name, project, folder)
    assert file in found and "golden vectors" in found
