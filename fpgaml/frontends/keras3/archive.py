"""Reading Keras 3 files as data: nothing in them is executed, and sizes are checked before anything is unpacked.

A `.keras` file is a zip archive of `metadata.json`, `config.json` and `model.weights.h5`
(Keras source, `keras/src/saving/saving_lib.py`); a `.h5` file of Keras 3 carries the configuration in the
attribute `model_config` (`keras/src/legacy/saving/legacy_h5_format.py`).
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py

from fpgaml.errors import FpgamlError
from fpgaml.frontends.hdf5 import HDF5_MAGIC, as_text
from fpgaml.frontends.keras3.weights import LegacyWeights, SavedWeights, WeightSource

MAX_MEMBER_BYTES = 2 << 30
MAX_RATIO = 1000
SMALL_BYTES = 1 << 20
"""Members below this size are harmless whatever their ratio."""
DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError, ArithmeticError)
"""What the archive and HDF5 readers raise on damaged files, beside their own errors."""
SAVE_AGAIN = "Save the model again with `model.save('model.keras')` and convert that file"


@dataclass(frozen=True)
class ModelFile:
    """A model file's content.

    Args:
        config: the model's own configuration, as Keras wrote it.
        keras_version: such as `3.15.1`; empty where the file does not say.
        weights: where its arrays are found.
    """

    config: Mapping[str, Any]
    keras_version: str
    weights: WeightSource


def read(path: Path) -> ModelFile:
    """Read a `.keras` or Keras 3 `.h5` file.

    Raises:
        FpgamlError: missing, empty, truncated, another kind of file, or one that unpacks to too much.
    """
    where = path.name
    try:
        with path.open("rb") as file:
            magic = file.read(8)
    except OSError as error:
        raise FpgamlError(where, f"cannot be read ({error.strerror})", "Check the path and its permissions") from None
    if not magic:
        raise FpgamlError(where, "the file is empty", SAVE_AGAIN)
    if magic == HDF5_MAGIC:
        return _read_legacy(path)
    return _read_archive(path)


def _read_archive(path: Path) -> ModelFile:
    where = path.name
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename: info for info in archive.infolist()}
            for info in members.values():
                _check_member(where, info)
            if "config.json" not in members:
                raise FpgamlError(where, "a zip archive without config.json, not a Keras 3 model", SAVE_AGAIN)
            config = _parse_json(where, "config.json", archive.read("config.json"))
            metadata = (
                _parse_json(where, "metadata.json", archive.read("metadata.json")) if "metadata.json" in members else {}
            )
            if "model.weights.h5" not in members:
                raise FpgamlError(where, "the archive holds no model.weights.h5", SAVE_AGAIN)
            content = archive.read("model.weights.h5")
    except (zipfile.BadZipFile, zlib.error, EOFError, *DAMAGE) as error:
        reason = f"not a whole Keras 3 archive ({error})"
        raise FpgamlError(where, reason, f"The file is damaged, cut off, or of another kind. {SAVE_AGAIN}") from None
    version = str(metadata.get("keras_version", ""))
    if version.startswith(("1.", "2.")):
        advice = "Load it in that Keras and save it as `.h5`, which is read directly"
        raise FpgamlError(where, f"a .keras archive written by Keras {version}", advice)
    try:
        with h5py.File(io.BytesIO(content), "r") as store:
            return ModelFile(config, version, SavedWeights.read(where, store))
    except DAMAGE as error:
        raise FpgamlError(where, f"model.weights.h5 is damaged ({error})", SAVE_AGAIN) from None


def _check_member(where: str, info: zipfile.ZipInfo) -> None:
    parts = Path(info.filename.replace("\\", "/")).parts
    if ".." in parts or info.filename.startswith(("/", "\\")):
        raise FpgamlError(where, f"the archive holds the path `{info.filename}`, which leaves its folder", SAVE_AGAIN)
    if info.flag_bits & 1:
        raise FpgamlError(where, f"`{info.filename}` in the archive is encrypted", SAVE_AGAIN)
    ratio = info.file_size / max(info.compress_size, 1)
    if info.file_size > MAX_MEMBER_BYTES or (ratio > MAX_RATIO and info.file_size > SMALL_BYTES):
        reason = f"`{info.filename}` would unpack to {info.file_size} bytes from {info.compress_size}"
        raise FpgamlError(where, reason, "A model that fits an FPGA is far smaller; the file is not unpacked")


def _parse_json(where: str, name: str, content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FpgamlError(where, f"{name} is not valid JSON ({error})", SAVE_AGAIN) from None
    if not isinstance(value, dict):
        raise FpgamlError(where, f"{name} does not hold an object", SAVE_AGAIN)
    return value


def _read_legacy(path: Path) -> ModelFile:
    where = path.name
    try:
        with h5py.File(path, "r") as store:
            if "model_config" not in store.attrs:
                reason = "an HDF5 file without a model configuration"
                raise FpgamlError(where, reason, f"It may hold weights alone. {SAVE_AGAIN}")
            config = _parse_json(where, "model_config", as_text(store.attrs["model_config"]).encode("utf-8", "replace"))
            version = as_text(store.attrs.get("keras_version", ""))
            if "model_weights" not in store:
                raise FpgamlError(where, "the file holds no weights", SAVE_AGAIN)
            return ModelFile(config, version, LegacyWeights.read(where, store["model_weights"]))
    except DAMAGE as error:
        raise FpgamlError(where, f"not a whole HDF5 file ({error})", SAVE_AGAIN) from None
