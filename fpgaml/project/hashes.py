"""The hash of each of a project's files, and what was edited since."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fpgaml.files import file_sha256
from fpgaml.record.files import MANIFEST, RESULTS
from fpgaml.record.manifest import Manifest

UNHASHED = frozenset({MANIFEST, RESULTS, "build_opt.tcl"})
"""Files that say something about the others, and the one that `make` rewrites to tell the vendor's tool what to do."""

BUILT = (
    *("sim/build/", "synth/build/", "sim/__pycache__/", "build_csim/", "soak/"),
    *("build_emulator/", "__pycache__/"),
)
"""What simulation, synthesis, long checks and a project's own Makefile leave in it."""


def is_built(name: str) -> bool:
    """Whether a file, by its path in the project, is what simulation or synthesis left."""
    return name.startswith(BUILT)


def folder_hashes(folder: Path) -> dict[str, str]:
    """sha256 of every file below a folder, by relative path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [(path.relative_to(folder).as_posix(), path) for path in paths]
    kept = ((name, path) for name, path in names if name not in UNHASHED and not is_built(name))
    return {name: file_sha256(path) for name, path in kept}


def edited_files(folder: Path, manifest: Manifest) -> list[str]:
    """Files that changed or vanished since the project was generated, by relative path."""
    recorded = sorted(manifest.files.items())
    return [name for name, digest in recorded if not (folder / name).is_file() or file_sha256(folder / name) != digest]


def content_of(folder: Path, manifest: Manifest) -> str:
    """A hash of a project's manifest and of all files that it names, as they are now; missing ones count too."""
    digest = hashlib.sha256(file_sha256(folder / MANIFEST).encode())
    for name in sorted(manifest.files):
        path = folder / name
        digest.update(f"\0{name}\0{file_sha256(path) if path.is_file() else ''}".encode())
    return digest.hexdigest()
