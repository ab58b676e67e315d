"""Which frontend reads a file."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.frontends.model import ParsedModel

ZIP_MAGIC, HDF5_MAGIC, TFLITE_MAGIC = b"PK", b"\x89HDF\r\n\x1a\n", b"TFL3"
KINDS = "a Keras 3 .keras or .h5, a Keras 2 .h5, or a Keras 2 .json with its _weights.h5"


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
        from fpgaml.frontends.keras2 import parse  # noqa: PLC0415

        return _guarded(parse, path)
    if head.startswith(ZIP_MAGIC):
        from fpgaml.frontends.keras3 import parse as parse_keras3  # noqa: PLC0415

        return _guarded(parse_keras3, path)
    if head.startswith(HDF5_MAGIC):
        return _parse_hdf5(path)
    if head[4:8] == TFLITE_MAGIC:
        raise FpgamlError(str(path), "is a TFLite file, which this version does not read", f"Give {KINDS}")
    raise FpgamlError(str(path), "is not a model file that fpgaml knows", f"Give {KINDS}")


def _parse_hdf5(path: Path) -> ParsedModel:
    from fpgaml.frontends.keras2 import is_keras2_h5  # noqa: PLC0415
    from fpgaml.frontends.keras2 import parse as parse_keras2  # noqa: PLC0415
    from fpgaml.frontends.keras3 import parse as parse_keras3  # noqa: PLC0415

    def parse(path: Path) -> ParsedModel:
        return parse_keras2(path) if is_keras2_h5(path) else parse_keras3(path)

    return _guarded(parse, path)


def _guarded(parse: Callable[[Path], ParsedModel], path: Path) -> ParsedModel:
    """Parse in a child process first: the HDF5 library can crash or hang on a damaged file.

    Raises:
        FpgamlError: it did; or whatever `parse` raises.
    """
    child = os.fork()
    if child == 0:  # nothing of this process may be touched: leave at once, whatever happens
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            parse(path)
        except BaseException:  # noqa: BLE001
            pass
        finally:
            os._exit(0)
    deadline = time.monotonic() + PARSE_SECONDS
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise FpgamlError(str(path), "is damaged: reading it does not end", "Save the model again")
        time.sleep(0.002)
    if os.WIFSIGNALED(status):
        raise FpgamlError(str(path), "is damaged: the HDF5 library crashes on it", "Save the model again")
    return parse(path)


PARSE_SECONDS = 120.0


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except OSError as error:
        raise FpgamlError(str(path), f"cannot be read: {error.strerror}") from None


def _nearest(path: Path) -> str:
    from difflib import get_close_matches  # noqa: PLC0415

    if not path.parent.is_dir():
        return f"There is no folder {path.parent}"
    near = get_close_matches(path.name, [other.name for other in path.parent.iterdir()], n=3)
    return f"Did you mean {' or '.join(near)}?" if near else "Check the path"
