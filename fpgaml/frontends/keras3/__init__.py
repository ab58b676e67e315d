"""Keras 3 and HGQ2 model files, read without Keras."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fpgaml.frontends import keras
from fpgaml.frontends.archives import ZIP_MAGIC, first_member
from fpgaml.frontends.hdf5 import HDF5_MAGIC, keras_version, survive

if TYPE_CHECKING:
    from fpgaml.frontends.frontend import Frontend
    from fpgaml.frontends.model import ParsedModel


class Keras3:
    """See `Frontend`."""

    name = "keras3"
    reads = "a Keras 3 .keras or .h5, plain or HGQ2"
    missing = staticmethod(keras.missing)
    oracle = staticmethod(keras.oracle)

    def recognises(self, path: Path, head: bytes) -> bool:
        """A `.keras` archive, or an HDF5 file that no Keras 2 wrote: reading it says what is wrong with it.

        Keras's archives begin with a file; those in which everything lies in one folder are PyTorch's.
        """
        if head.startswith(HDF5_MAGIC):
            return not (keras_version(path) or "").startswith("2")
        return head.startswith(ZIP_MAGIC) and "/" not in first_member(path)

    def parse(self, path: Path) -> ParsedModel:
        """As `fpgaml.frontends.keras3.parsed.parse`, of a file that may be damaged in any way."""
        from fpgaml.frontends.keras3.parsed import parse

        survive(path)
        return parse(path)


FRONTEND: Frontend = Keras3()
