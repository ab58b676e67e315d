"""Integer `.tflite` files: LiteRT's reference kernels, operator by operator, in the Graph's exact operations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fpgaml.frontends.frontend import Missing

if TYPE_CHECKING:
    from fpgaml.frontends.frontend import Frontend
    from fpgaml.frontends.model import ParsedModel
    from fpgaml.proof.oracle import Oracle

IDENTIFIER = b"TFL3"
"""At byte 4 of the file, as flatbuffers have it."""


class Tflite:
    """See `Frontend`."""

    name = "tflite"
    reads = "a full-integer .tflite"

    def recognises(self, path: Path, head: bytes) -> bool:
        """A flatbuffer that says of itself that it is TensorFlow Lite's."""
        return head[4:8] == IDENTIFIER

    def parse(self, path: Path) -> ParsedModel:
        """As `fpgaml.frontends.tflite.parsed.parse`."""
        from fpgaml.frontends.tflite.parsed import parse

        return parse(path)

    def missing(self) -> Missing | None:
        """LiteRT, unless a Python that may have it is known."""
        from fpgaml.frontends.framework.litert import litert_python
        from fpgaml.litert import INSTALL

        return Missing("LiteRT is not installed", INSTALL) if litert_python() is None else None

    def oracle(self, path: Path, outputs: tuple[str, ...], layers: bool, limit: int) -> Oracle:
        """LiteRT's reference kernels, in a process of their own."""
        from fpgaml.frontends.tflite.oracle import ReferenceKernels

        return ReferenceKernels(path, outputs, layers, limit)


FRONTEND: Frontend = Tflite()
