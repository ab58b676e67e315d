"""Expressions that were read, on their way to a Graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fpgaml.data.coding import PortCoding
from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.precision import Precision
from fpgaml.frontends.building.reading import guarded
from fpgaml.frontends.model import Built
from fpgaml.frontends.symbolic.build import INPUT, Builder
from fpgaml.frontends.symbolic.pysr import read_table
from fpgaml.frontends.symbolic.source import Source
from fpgaml.frontends.symbolic.text import read_text
from fpgaml.graph.graph import identifier
from fpgaml.graph.ops import Shape
from fpgaml.graph.types import Quantizer

TEXT_SUFFIX = ".sympy"


@dataclass(frozen=True)
class SymbolicModel:
    """Follows `ParsedModel`."""

    where: str
    name: str
    source: Source

    @property
    def framework(self) -> str:
        """What wrote the file, and what was chosen in it."""
        return self.source.framework

    @property
    def input_shapes(self) -> Mapping[str, Shape]:
        """One vector, of all inputs in order."""
        return {INPUT: (len(self.source.inputs),)}

    @property
    def axes(self) -> Mapping[str, tuple[int, ...]]:
        """None: vectors have one axis."""
        return {}

    @property
    def codings(self) -> Mapping[str, PortCoding]:
        """None: ports carry numbers as they are."""
        return {}

    def build(self, input_quantizers: Mapping[str, Quantizer], precision: Precision | None = None) -> Built:
        """As in `ParsedModel`."""
        if INPUT not in input_quantizers:
            raise FpgamlError(INPUT, "no type is given for this input", "Give one such as ap_fixed<14,4>")
        with guarded(self.where, "Write expressions as sympy prints them"):
            return Builder(self.name, self.source, input_quantizers[INPUT], precision).built()


def read_source(path: Path) -> Source:
    """What a file of expressions says.

    Raises:
        FpgamlError: it is damaged, or names what is not known.
    """
    return read_text(path) if path.suffix.lower() == TEXT_SUFFIX else read_table(path)


def parse(path: Path) -> SymbolicModel:
    """Read a file of expressions; nothing of it is evaluated as code.

    Raises:
        FpgamlError: as for `read_source`.
    """
    return SymbolicModel(str(path), identifier(path.stem), read_source(path))
