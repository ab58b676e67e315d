"""manifest.json: what a project was generated from, and the hash of every file in it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from fpgaml import __version__
from fpgaml.errors import FpgamlError
from fpgaml.files import file_sha256
from fpgaml.project.ports import Port
from fpgaml.record import manifest as record

MANIFEST = "manifest.json"
FORMAT = "fpgaml-manifest"
RESULTS = "results.json"
VERSION = 1
UNHASHED = frozenset({MANIFEST, RESULTS, "build_opt.tcl"})
"""Files that say something about the others, and the one that `make` rewrites to tell the vendor's tool what to do."""

BUILT = ("sim/build/", "synth/build/", "sim/__pycache__/", "build_csim/")
"""What simulation and synthesis leave in a project."""


def is_built(name: str) -> bool:
    """Whether a file, by its path in the project, is what simulation or synthesis left."""
    return name.startswith(BUILT)


def folder_hashes(folder: Path) -> dict[str, str]:
    """sha256 of every file below a folder, by relative path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [(path.relative_to(folder).as_posix(), path) for path in paths]
    kept = ((name, path) for name, path in names if name not in UNHASHED and not is_built(name))
    return {name: file_sha256(path) for name, path in kept}


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Versions of Python, fpgaml and those of the packages that are installed."""
    found = {"python": platform.python_version(), "fpgaml": __version__}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


@dataclass(frozen=True)
class Manifest:
    """The facts of a generation: no measurement is among them.

    Args:
        source: file name, sha256 and framework of the model; board: the board and part chosen, and why.
        settings: of the target: backend, io type, strategy and so on; inputs, outputs: the ports.
        input_types: for each input its type and the reason for it.
        approximations: what the source keeps in floating point and the Graph rounds.
        vectors: seed, number of events and origin of the golden vectors.
        messages: what the target's tools said; packages: those that took part, for the versions.
        codings: for each port that carries integer codes their scale, zero point and bits.
    """

    source: Mapping[str, Any]
    graph_sha256: str
    board: Mapping[str, Any]
    settings: Mapping[str, Any]
    inputs: Sequence[Port]
    outputs: Sequence[Port]
    input_types: Sequence[Mapping[str, Any]]
    approximations: Sequence[Mapping[str, str]]
    vectors: Mapping[str, Any]
    messages: Sequence[str]
    packages: Sequence[str]
    codings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write manifest.json, with the hashes of everything else in the folder."""
        facts = {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.name != "packages"}
        content = {
            "format": FORMAT,
            "version": VERSION,
            "versions": versions(("numpy", "h5py", *self.packages)),
            **facts,
            "inputs": [port.to_row() for port in self.inputs],
            "outputs": [port.to_row() for port in self.outputs],
            "files": folder_hashes(folder),
        }
        (folder / MANIFEST).write_text(json.dumps(content, indent=2, default=list) + "\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """A project's manifest.

    Raises:
        FpgamlError: there is none, it is damaged, or a newer fpgaml wrote it.
    """
    path = folder / MANIFEST
    advice = "Give the folder that `fpgaml convert` wrote"
    if not folder.is_dir():
        raise FpgamlError(str(folder), "is not a folder", advice)
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        raise FpgamlError(str(folder), f"has no {MANIFEST}: fpgaml did not write it", advice) from None
    except (OSError, ValueError) as error:
        raise FpgamlError(str(path), f"cannot be read: {error}", "Convert the model again") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise FpgamlError(str(path), "is not a manifest of fpgaml", advice)
    if content.get("version") != VERSION:
        raise FpgamlError(str(path), f"has version {content.get('version')}", "Use the fpgaml that wrote it")
    return content


def edited_files(folder: Path, manifest: Mapping[str, Any] | record.Manifest) -> list[str]:
    """Files that changed or vanished since the project was generated, by relative path."""
    recorded = manifest.files if isinstance(manifest, record.Manifest) else manifest["files"]
    found = folder_hashes(folder)
    changed = {name for name in recorded.keys() & found.keys() if recorded[name] != found[name]}
    missing = recorded.keys() - found.keys()
    return sorted(changed | missing)
