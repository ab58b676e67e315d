"""Reads Keras 2 files: the network's description as JSON, the weights as arrays. Runs nothing of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.hdf5 import as_text

MOST_BYTES = 1 << 31
"""Of weights in one file: far more than fits any FPGA."""
_DAMAGED = "The file may be truncated or damaged: copy or save it again"

Weights = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class StoredModel:
    """A file's contents.

    Args:
        description: the network's `class_name` and `config`.
        weights: for each top-level layer its tensors, by their full names; in the file's order.
        version: of the Keras that wrote it.
    """

    description: Mapping[str, Any]
    weights: Mapping[str, Weights]
    version: str


def read(path: Path) -> StoredModel:
    """Read a whole-model `.h5`, or a `.json` with the weights file beside it.

    Raises:
        FpgamlError: not there, not such a file, damaged, or with NaN or infinite weights.
    """
    if not path.is_file():
        raise FpgamlError(str(path), "there is no such file")
    if path.stat().st_size == 0:
        raise FpgamlError(str(path), "the file is empty", _DAMAGED)
    if path.suffix == ".json":
        return _read_pair(path)
    with _open(path) as file, _guarded(path):
        if "model_config" not in file.attrs:
            reason, advice = "the file holds weights only, no network", "Save the whole model with model.save(...)"
            if not file.attrs.keys() & {"layer_names", "keras_version"} and "model_weights" not in file:
                reason, advice = "this HDF5 file is not a Keras model", "Give a file written by model.save(...)"
            raise FpgamlError(str(path), reason, advice)
        text, version = as_text(file.attrs["model_config"]), as_text(file.attrs.get("keras_version", ""))
        return StoredModel(_description(text, path), _weights(file, path), version)


@contextmanager
def _guarded(path: Path) -> Iterator[None]:
    """Turn whatever h5py raises over a damaged file into an FpgamlError."""
    try:
        yield
    except FpgamlError:
        raise
    except Exception as error:  # h5py has no common class for damage
        detail = str(error).strip("'\"").splitlines()[0] if str(error) else type(error).__name__
        raise FpgamlError(str(path), f"the file's contents cannot be read ({detail})", _DAMAGED) from error


def _open(path: Path) -> h5py.File:
    try:
        return h5py.File(path, "r")
    except (OSError, RuntimeError, ValueError) as error:
        detail = str(error).split("(")[-1].rstrip(")")
        raise FpgamlError(str(path), f"not a readable HDF5 file ({detail})", _DAMAGED) from error


def _read_pair(path: Path) -> StoredModel:
    names = [f"{path.stem}_weights.h5", f"{path.stem}.weights.h5", f"{path.stem}.h5"]
    beside = [path.with_name(name) for name in names]
    found = next((p for p in beside if p.is_file()), None)
    if found is None:
        raise FpgamlError(
            str(path),
            f"the weights are missing: none of {', '.join(names)} lies beside it",
            "Write them with model.save_weights(...) under one of these names",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FpgamlError(str(path), f"cannot be read as text ({error})", _DAMAGED) from error
    description = _description(text, path)
    with _open(found) as file, _guarded(found):
        return StoredModel(description, _weights(file, found), str(description.get("keras_version", "")))


def _description(text: str, path: Path) -> Mapping[str, Any]:
    try:
        description = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FpgamlError(str(path), f"the network's description is not JSON ({error})", _DAMAGED) from error
    config = description.get("config") if isinstance(description, dict) else None
    if not isinstance(description, dict) or not isinstance(config, dict | list) or "class_name" not in description:
        raise FpgamlError(str(path), "the description is not one of a Keras network", "Use model.to_json() or save()")
    return description


def _weights(file: h5py.File, path: Path) -> dict[str, Weights]:
    """Every layer's tensors; see `load_weights_from_hdf5_group` in Keras 2, saving/legacy/hdf5_format.py."""
    root = file.get("model_weights", file)
    names = _strings(root.attrs, "layer_names")
    tensors = {name: [(w, root[name][w]) for w in _strings(root[name].attrs, "weight_names")] for name in names}
    size = sum(int(t.size) * t.dtype.itemsize for group in tensors.values() for _, t in group)
    if size > MOST_BYTES:
        raise FpgamlError(str(path), f"{size >> 20} MiB of weights, more than {MOST_BYTES >> 20}")
    return {name: {w: _tensor(name, w, t) for w, t in group} for name, group in tensors.items()}


def _strings(attributes: Any, name: str) -> list[str]:
    """A list of names; Keras splits a long one into name0, name1, ..."""
    if name in attributes:
        return [as_text(value) for value in attributes[name]]
    parts: list[str] = []
    while f"{name}{(count := len(parts))}" in attributes and count < 4096:
        parts.append(f"{name}{count}")
    if not parts:
        raise KeyError(f"attribute {name} is missing")
    return [as_text(value) for part in parts for value in attributes[part]]


def _tensor(layer: str, name: str, dataset: Any) -> NDArray[Any]:
    if dataset.is_virtual or dataset.external:
        raise FpgamlError(layer, f"the weight `{name}` points to another file", "Save the model into one file")
    array = np.asarray(dataset[()])
    if array.dtype.kind not in "fiub":
        raise FpgamlError(layer, f"the weight `{name}` holds no numbers ({array.dtype})", _DAMAGED)
    if not np.isfinite(array).all():
        first = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise FpgamlError(
            layer,
            f"the weight `{name}` holds NaN or infinity, first at {first}",
            "The training diverged: save a checkpoint from before",
        )
    return array
