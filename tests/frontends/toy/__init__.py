"""A frontend as another package would bring it: text files of one integer matrix, `TOY1` on their first line.

This module and one line (in `fpgaml.frontends.registry.FRONTENDS`, or an entry point) are all there is to add.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.coding import PortCoding
from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.precision import Precision
from fpgaml.frontends.frontend import Frontend, Missing
from fpgaml.frontends.model import Built, ParsedModel
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Dense, Input, Shape
from fpgaml.graph.types import Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.proof.oracle import Oracle

MAGIC = b"TOY1\n"


@dataclass(frozen=True)
class ToyModel:
    """y = x @ matrix."""

    name: str
    matrix: NDArray[np.int64]

    @property
    def framework(self) -> str:
        return "Toy 1"

    @property
    def input_shapes(self) -> Mapping[str, Shape]:
        return {"x": (len(self.matrix),)}

    @property
    def axes(self) -> Mapping[str, tuple[int, ...]]:
        return {}

    @property
    def codings(self) -> Mapping[str, PortCoding]:
        return {}

    def build(self, input_quantizers: Mapping[str, Quantizer], precision: Precision | None = None) -> Built:
        graph = GraphBuilder(self.name)
        x = graph.add(Input(self.input_shapes["x"], input_quantizers["x"]), name="x", source="x")
        y = graph.add(Dense(FixedArray(self.matrix, 0), None), x, name="y", source="matrix")
        return Built(graph.build([y]))


@dataclass(frozen=True)
class ToyOracle(Oracle):
    """numpy on the file's numbers, read again; `off_by` is what a wrong one would add."""

    path: Path
    outputs: tuple[str, ...]
    off_by: float

    @property
    def title(self) -> str:
        return "toys by numpy"

    def answers(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> dict[str, NDArray[Any]]:
        return {self.outputs[0]: inputs["x"] @ np.loadtxt(self.path, skiprows=1, ndmin=2) + self.off_by}


class Toy:
    """See `Frontend`."""

    name = "toy"
    reads = "a toy's matrix"

    def recognises(self, path: Path, head: bytes) -> bool:
        return head.startswith(MAGIC)

    def parse(self, path: Path) -> ParsedModel:
        try:
            return ToyModel(path.stem, np.loadtxt(path, skiprows=1, dtype=np.int64, ndmin=2))
        except ValueError as error:
            raise FpgamlError(str(path), f"holds no matrix: {error}", "Write rows of integers") from None

    def missing(self) -> Missing | None:
        return None

    def oracle(self, path: Path, outputs: tuple[str, ...], layers: bool, limit: int) -> Oracle:
        return ToyOracle(path, outputs, 1.0 if path.stem == "wrong" else 0.0)


FRONTEND: Frontend = Toy()
