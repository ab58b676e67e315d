"""HDF5 files that may be damaged, and which Keras wrote them."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from fpgaml.errors import FpgamlError

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
PROBE = Path(__file__).with_name("probe.py")
PROBE_SECONDS = 120.0


def survive(path: Path) -> None:
    """Let another process read a file first: the HDF5 library can crash or hang on a damaged one.

    Raises:
        FpgamlError: it did.
    """
    status = path.stat()
    _probe(path.resolve(), status.st_size, status.st_mtime_ns)


@lru_cache
def _probe(path: Path, size: int, modified: int) -> None:
    """Once for each file as it is: frontends that recognise and read it need not wait again."""
    command = [sys.executable, str(PROBE), str(path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    try:
        done = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False, env=environment)
    except subprocess.TimeoutExpired:
        raise FpgamlError(str(path), "is damaged: reading it does not end", "Save the model again") from None
    if done.returncode < 0:
        raise FpgamlError(str(path), "is damaged: the HDF5 library crashes on it", "Save the model again")


def keras_version(path: Path) -> str | None:
    """The version of the Keras that wrote a whole-model `.h5`, empty where it does not say; None where it is none.

    Raises:
        FpgamlError: the HDF5 library does not survive the file.
    """
    import h5py

    survive(path)
    try:
        with h5py.File(path, "r") as file:
            return as_text(file.attrs.get("keras_version", "")) if "model_config" in file.attrs else None
    except (OSError, KeyError, RuntimeError, ValueError):
        return None


def as_text(value: Any) -> str:
    """An HDF5 attribute as text, whichever way it is stored."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
