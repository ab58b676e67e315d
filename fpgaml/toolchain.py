"""What all that run other programs share: the C++ compiler, versions of tools and packages, the cache folder."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fpgaml import __version__

LONGEST = 2.0
"""Seconds that a tool may take to say its version."""
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)*")


def cache_folder() -> Path:
    """Where compiled simulations are kept: FPGAML_CACHE_DIR, else fpgaml in the user's cache folder."""
    if "FPGAML_CACHE_DIR" in os.environ:
        return Path(os.environ["FPGAML_CACHE_DIR"])
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "fpgaml"


def compiler_name() -> str:
    """The C++ compiler's command: FPGAML_CXX, else g++."""
    return os.environ.get("FPGAML_CXX", "g++")


def find_compiler() -> str | None:
    """Path of the C++ compiler; None if it is not on PATH."""
    return shutil.which(compiler_name())


def compiler_version(compiler: str) -> str:
    """A compiler's version line.

    Raises:
        OSError, subprocess.CalledProcessError: it does not run.
    """
    return subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]


def ask_version(path: str, option: str) -> str:
    """The version that a tool prints; empty if it prints none or takes too long."""
    try:
        done = subprocess.run(
            [path, option],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LONGEST,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    found = _VERSION.search(done.stdout + done.stderr)
    return found[0] if found and done.returncode == 0 else ""


def version_numbers(version: str) -> tuple[int, ...]:
    """`0.38` as (0, 38), for comparison; what is not a number is left out."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def first_error(output: str) -> str:
    """The first line of a tool's output that speaks of an error, else the first line; empty if there is none."""
    lines = output.splitlines()
    return next((line.strip() for line in lines if "error" in line.lower()), lines[0].strip() if lines else "")


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Versions of Python, fpgaml and those of the packages that are installed."""
    found = {"python": platform.python_version(), "fpgaml": __version__}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
