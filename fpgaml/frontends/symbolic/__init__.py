"""Files of expressions: `.sympy` text, and the tables of PySR."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fpgaml.frontends.frontend import Frontend, Missing
    from fpgaml.frontends.model import ParsedModel
    from fpgaml.proof.oracle import Oracle

HEADS = (b"complexity,loss,", b"complexity,mse,")
"""How PySR's tables begin, in small letters."""


class Symbolic:
    """See `Frontend`."""

    name = "symbolic"
    reads = "expressions as .sympy text, or PySR's hall_of_fame.csv"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Text of that name, or a table that begins as PySR's do."""
        return path.suffix.lower() == ".sympy" or head.lower().startswith(HEADS)

    def parse(self, path: Path) -> ParsedModel:
        """As `fpgaml.frontends.symbolic.parsed.parse`."""
        from fpgaml.frontends.symbolic.parsed import parse

        return parse(path)

    def missing(self) -> Missing | None:
        """Nothing: numpy evaluates expressions."""
        return None

    def oracle(self, path: Path, outputs: tuple[str, ...], layers: bool, limit: int) -> Oracle:
        """numpy in float64."""
        from fpgaml.frontends.symbolic.oracle import Float64
        from fpgaml.frontends.symbolic.parsed import read_source

        return Float64(path, read_source(path), outputs[0], layers, limit)


FRONTEND: Frontend = Symbolic()
