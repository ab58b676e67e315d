"""ONNX files, QONNX among them, read with the `onnx` package alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fpgaml.frontends.frontend import Missing

if TYPE_CHECKING:
    from fpgaml.frontends.frontend import Frontend
    from fpgaml.frontends.model import ParsedModel
    from fpgaml.proof.oracle import Oracle

IR_VERSION = 0x08
"""The tag of a ModelProto's first field, a small number."""
NEXT_FIELDS = frozenset((0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72))
"""The tags of the fields that may follow it: producer, domain, version, documentation, graph, operators, metadata."""
NEWEST_IR = 64


class Onnx:
    """See `Frontend`."""

    name = "onnx"
    reads = "an .onnx, plain or QONNX"

    def recognises(self, path: Path, head: bytes) -> bool:
        """A protobuf message that begins as a ModelProto does, or a file of that name."""
        begins = len(head) > 2 and head[0] == IR_VERSION and 0 < head[1] <= NEWEST_IR and head[2] in NEXT_FIELDS
        return begins or path.suffix.lower() == ".onnx"

    def parse(self, path: Path) -> ParsedModel:
        """As `fpgaml.frontends.onnx.parsed.parse`."""
        from fpgaml.frontends.onnx.parsed import parse

        return parse(path)

    def missing(self) -> Missing | None:
        """onnxruntime, unless a Python that may have it is known."""
        from fpgaml.frontends.framework.onnx import INSTALL, PACKAGE
        from fpgaml.frontends.framework.session import framework_python

        return Missing("onnxruntime is not installed", INSTALL) if framework_python(PACKAGE) is None else None

    def oracle(self, path: Path, outputs: tuple[str, ...], layers: bool, limit: int) -> Oracle:
        """qonnx for files with its operators, else onnxruntime, in a process of its own."""
        from fpgaml.frontends.framework.onnx import onnx_session, qonnx_session
        from fpgaml.frontends.framework.oracle import Framework
        from fpgaml.frontends.onnx.file import read
        from fpgaml.frontends.onnx.quantizers.qonnx import OPERATORS

        custom = any(call.kind in OPERATORS for call in read(path).calls)
        return Framework(path, outputs, layers, limit, qonnx_session if custom else onnx_session)


FRONTEND: Frontend = Onnx()
