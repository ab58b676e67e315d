"""Which frontend reads a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.frontends.model import ParsedModel

ZIP_MAGIC, HDF5_MAGIC, TFLITE_MAGIC = b"PK", b"\x89HDF\r\n\x1a\n", b"TFL3"
KINDS = "a Keras 3 .keras or .h5, a Keras 2 .h5, a Keras 2 .json with its _weights.h5, or an integer .tflite"


def parse_model(path: Path) -> ParsedModel:
    """Read a model file; the kind is told from its content, not its name.

    Raises:
        FpgamlError: no such file, or one that no frontend reads.
        UnsupportedError: layers that cannot be expressed.
    """
    if not path.exists():
        raise FpgamlError(str(path), "does not exist", _nearest(path))
    if path.is_dir():
        raise FpgamlError(str(path), "is a folder, not a model file", f"Give {KINDS}")
    head = _head(path)
    if not head:
        raise FpgamlError(str(path), "is empty", "Save the model again")
    if path.suffix.lower() == ".json":
        from fpgaml.frontends.keras2 import parse

        for weights in path.parent.glob(f"{path.stem}*.h5"):
            _survive(weights)
        return parse(path)
    if head.startswith(ZIP_MAGIC):
        from fpgaml.frontends.keras3 import parse as parse_keras3

        _survive(path)
        return parse_keras3(path)
    if head.startswith(HDF5_MAGIC):
        return _parse_hdf5(path)
    if head[4:8] == TFLITE_MAGIC:
        from fpgaml.frontends.tflite import parse as parse_tflite

        return parse_tflite(path)
    raise FpgamlError(str(path), "is not a model file that fpgaml knows", f"Give {KINDS}")


def is_tflite(path: Path) -> bool:
    """Whether a file says of itself that it is a TensorFlow Lite flatbuffer."""
    return path.is_file() and _head(path)[4:8] == TFLITE_MAGIC


def _parse_hdf5(path: Path) -> ParsedModel:
    from fpgaml.frontends.keras2 import is_keras2_h5
    from fpgaml.frontends.keras2 import parse as parse_keras2
    from fpgaml.frontends.keras3 import parse as parse_keras3

    _survive(path)
    return parse_keras2(path) if is_keras2_h5(path) else parse_keras3(path)


def _survive(path: Path) -> None:
    """Let another process read the file first: the HDF5 library can crash or hang on a damaged one.

    Raises:
        FpgamlError: it did.
    """
    command = [sys.executable, str(Path(__file__).with_name("probe.py")), str(path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    try:
        done = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False, env=environment)
    except subprocess.TimeoutExpired:
        raise FpgamlError(str(path), "is damaged: reading it does not end", "Save the model again") from None
    if done.returncode < 0:
        raise FpgamlError(str(path), "is damaged: the HDF5 library crashes on it", "Save the model again")


PROBE_SECONDS = 120.0


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except OSError as error:
        raise FpgamlError(str(path), f"cannot be read: {error.strerror}") from None


def _nearest(path: Path) -> str:
    from difflib import get_close_matches

    if not path.parent.is_dir():
        return f"There is no folder {path.parent}"
    near = get_close_matches(path.name, [other.name for other in path.parent.iterdir()], n=3)
    return f"Did you mean {' or '.join(near)}?" if near else "Check the path"
