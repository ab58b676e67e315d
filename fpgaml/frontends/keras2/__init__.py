"""Keras 2 files (`.h5`, or `.json` with its weights), plain or QKeras 0.9, read with h5py and json alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fpgaml.frontends import keras
from fpgaml.frontends.hdf5 import HDF5_MAGIC, keras_version, survive

if TYPE_CHECKING:
    from fpgaml.frontends.frontend import Frontend
    from fpgaml.frontends.model import ParsedModel


class Keras2:
    """See `Frontend`."""

    name = "keras2"
    reads = "a Keras 2 .h5, plain or QKeras, or a Keras 2 .json with its _weights.h5 beside it"
    missing = staticmethod(keras.missing)
    oracle = staticmethod(keras.oracle)

    def recognises(self, path: Path, head: bytes) -> bool:
        """A `.json`, or an HDF5 file that Keras 2 (or tf.keras 2.x) wrote."""
        if path.suffix.lower() == ".json":
            return True
        return head.startswith(HDF5_MAGIC) and (keras_version(path) or "").startswith("2")

    def parse(self, path: Path) -> ParsedModel:
        """As `fpgaml.frontends.keras2.parsed.parse`, of a file that may be damaged in any way."""
        from fpgaml.frontends.keras2.parsed import parse

        for stored in path.parent.glob(f"{path.stem}*.h5"):
            survive(stored)
        return parse(path)


FRONTEND: Frontend = Keras2()
