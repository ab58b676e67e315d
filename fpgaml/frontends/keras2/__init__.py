"""Keras 2 files (`.h5`, or `.json` with its weights), plain or QKeras 0.9, read with h5py and json alone."""

from __future__ import annotations

from pathlib import Path

from fpgaml.frontends.keras2.model import Keras2Model, parse
from fpgaml.frontends.keras2.storage import keras_version

__all__ = ["Keras2Model", "is_keras2_h5", "parse"]


def is_keras2_h5(path: Path) -> bool:
    """Whether a file is a whole model that Keras 2 (or tf.keras 2.x) wrote as HDF5."""
    version = keras_version(Path(path))
    return version is not None and version.startswith("2")
