"""Writes the firmware projects of the trigger tasks again: `python -m firmware_projects.build [TASK ...]`.

Each task's recipe.toml holds commands of `fpgaml convert`. The projects land beside the recipe, untracked; their files
must have the hashes that the task's manifest.json records, and their golden vectors must be those of golden.npz.
`--record` writes both anew, after a network or a generator was changed on purpose.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.graph.values import FixedArray
from fpgaml.project.golden import read_golden
from fpgaml.project.ports import Port
from fpgaml.record.files import read_manifest

HERE = Path(__file__).resolve().parent
MANIFEST, GOLDEN, RECIPE = "manifest.json", "golden.npz", "recipe.toml"
GENERATORS = ("hls4ml", "alkaid", "da4ml", "fpgaml")
"""Packages whose text the projects carry: other versions of them write other files."""


def recipe_names() -> list[str]:
    """Every task that has a recipe."""
    return sorted(path.parent.name for path in HERE.glob(f"*/{RECIPE}"))


def projects(name: str) -> dict[str, list[str]]:
    """The commands of a recipe, by project, without `fpgaml`."""
    content = tomllib.loads((HERE / name / RECIPE).read_text(encoding="utf-8"))
    return {project: shlex.split(command)[1:] for project, command in content["projects"].items()}


def build(name: str, project: str, into: Path) -> Path:
    """Write and prove one project; returns its folder.

    Raises:
        FpgamlError: the conversion failed; it has said why.
    """
    folder = into / name / project
    folder.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "fpgaml", *projects(name)[project], "--output", str(folder), "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise FpgamlError(f"{name}/{project}", f"`{shlex.join(command)}` ended with code {done.returncode}")
    return folder


def facts(folder: Path) -> dict[str, Any]:
    """What is recorded about a project."""
    manifest = read_manifest(folder)
    versions = {package: version for package, version in manifest.versions.items() if package in GENERATORS}
    return {"versions": versions, "graph_sha256": manifest.graph_sha256, "files": dict(manifest.files)}


def golden(folder: Path) -> dict[str, Any]:
    """A project's golden vectors: integers and binary point of each port, (events, *shape)."""
    manifest = read_manifest(folder)
    arrays: dict[str, Any] = {}
    for direction, entries in (("input", manifest.inputs), ("output", manifest.outputs)):
        for entry in entries:
            port = Port.from_row(entry.to_json())
            value: FixedArray = read_golden(folder, port, direction)
            arrays[f"{direction}/{port.name}"] = value.integers.astype(np.int32)
            arrays[f"{direction}/{port.name}/fractional"] = np.array(value.fractional)
    return arrays


def recorded(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What manifest.json and golden.npz of a task say."""
    manifest: dict[str, Any] = json.loads((HERE / name / MANIFEST).read_text(encoding="utf-8"))
    with np.load(HERE / name / GOLDEN, allow_pickle=False) as stored:
        return manifest, {key: stored[key] for key in stored.files}


def differences(name: str, project: str, folder: Path) -> list[str]:
    """What of a project is not as recorded: file names, `golden vectors`, or the version that explains it."""
    manifest, vectors = recorded(name)
    wanted, found = manifest["projects"][project], facts(folder)
    if wanted["versions"] != found["versions"]:
        return [f"written by {found['versions']}, recorded with {wanted['versions']}"]
    files = {*wanted["files"], *found["files"]}
    wrong = sorted(file for file in files if wanted["files"].get(file) != found["files"].get(file))
    if wanted["graph_sha256"] != found["graph_sha256"]:
        wrong.append("graph_sha256")
    new, network = golden(folder), manifest["projects"][project]["golden"]
    old = {key.removeprefix(f"{network}/"): value for key, value in vectors.items() if key.startswith(f"{network}/")}
    if old.keys() != new.keys() or not all(np.array_equal(old[key], new[key]) for key in old):
        wrong.append("golden vectors")
    return wrong


def record(name: str, folders: dict[str, Path]) -> None:
    """Write manifest.json and golden.npz from projects; of one network, those with the same vectors share them."""
    vectors: dict[str, Any] = {}
    entries: dict[str, Any] = {}
    for project, folder in folders.items():
        command = projects(name)[project]
        network = command[1].replace("/", "_")
        new = golden(folder)
        if any(not np.array_equal(vectors.get(f"{network}/{key}", value), value) for key, value in new.items()):
            network = f"{network}_{project}"
        vectors |= {f"{network}/{key}": value for key, value in new.items()}
        entries[project] = {"command": shlex.join(["fpgaml", *command]), "golden": network, **facts(folder)}
    np.savez_compressed(HERE / name / GOLDEN, **vectors)
    content = {"task": name, "projects": entries}
    (HERE / name / MANIFEST).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Build what is asked for, and say what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", help="all that have a recipe, if none is named")
    parser.add_argument("--into", type=Path, default=HERE, help="another folder for the projects")
    parser.add_argument("--record", action="store_true", help="write manifest.json and golden.npz anew")
    given = parser.parse_args()
    wrong = 0
    try:
        for name in given.tasks or recipe_names():
            folders = {}
            for project in projects(name):
                folders[project] = build(name, project, given.into)
                found = [] if given.record else differences(name, project, folders[project])
                wrong += bool(found)
                state = f"differs from what is recorded: {', '.join(found[:5])}" if found else "as recorded"
                sys.stdout.write(f"{folders[project]}: {'written' if given.record else state}\n")
            if given.record:
                record(name, folders)
    except FpgamlError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
