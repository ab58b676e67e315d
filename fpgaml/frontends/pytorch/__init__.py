"""Programs that PyTorch exported (`.pt2` of `torch.export.save`), read without PyTorch; pickles are refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fpgaml.frontends.frontend import Missing

if TYPE_CHECKING:
    from fpgaml.frontends.frontend import Frontend
    from fpgaml.frontends.model import ParsedModel
    from fpgaml.proof.oracle import Oracle


class PyTorch:
    """See `Frontend`."""

    name = "pytorch"
    reads = "a .pt2 of torch.export.save"

    def recognises(self, path: Path, head: bytes) -> bool:
        """What PyTorch writes, pickles among it, which `parse` refuses; told from Keras's archives by their names."""
        from fpgaml.frontends.pytorch.kinds import kind_of

        return kind_of(path, head) is not None or path.suffix.lower() in (".pt2", ".pt", ".pth")

    def parse(self, path: Path) -> ParsedModel:
        """As `fpgaml.frontends.pytorch.parsed.parse`."""
        from fpgaml.frontends.pytorch.parsed import parse

        return parse(path)

    def missing(self) -> Missing | None:
        """PyTorch, unless a Python that may have it is known."""
        from fpgaml.frontends.framework.pytorch import INSTALL, PACKAGE
        from fpgaml.frontends.framework.session import framework_python

        return Missing("PyTorch is not installed", INSTALL) if framework_python(PACKAGE) is None else None

    def oracle(self, path: Path, outputs: tuple[str, ...], layers: bool, limit: int) -> Oracle:
        """PyTorch's own functions, in a process of their own."""
        from fpgaml.frontends.framework.oracle import Framework
        from fpgaml.frontends.framework.pytorch import pytorch_session

        return Framework(path, outputs, layers, limit, pytorch_session)


FRONTEND: Frontend = PyTorch()
