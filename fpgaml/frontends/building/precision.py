"""How what a source model keeps in floating point is rounded: weights, results of layers, arguments of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fpgaml.frontends.building.emitter import Emitter
    from fpgaml.graph.types import FixedType, Quantizer
    from fpgaml.graph.values import FixedArray


class Precision(Protocol):
    """What a user, or a calibration on data, says of the numbers that a file leaves in floating point.

    A frontend asks it through its layers (`constants.tensor`, `constants.scaled`, `tables.narrow`, `tables.entries`,
    `Emitter.rounded`), in the order in which the network computes; without one, weights keep 16 bits, and results are
    exact. What a part is called is the name that hls4ml knows it by, where it has one.
    """

    def weights(self, layer: Emitter, values: NDArray[np.float64], what: str, channels: int = 1) -> FixedArray:
        """A constant tensor of a layer.

        Args:
            values: as the file has them; what: `kernel`, `bias`, `scale`, or another word for the part.
            channels: over how many of the last axes the output's channels run.
        """

    def result(self, layer: Emitter, node: str, what: str) -> str:
        """The node that carries a layer's result after its rounding; `node` itself where nothing is rounded.

        Args:
            node: the exact result; what: empty for the layer's own result, else a word for the part, such as `relu`
                for the activation inside of a Dense.
        """

    def argument(self, layer: Emitter, node: str, usual: FixedType) -> str:
        """The node that carries a table's argument, narrow enough for a table.

        Args:
            usual: its type by the frontend's habits: of its sign, and with no more integer bits than matter.
        """

    def entries(self, layer: Emitter, values: NDArray[np.float64], what: str, usual: Quantizer) -> FixedArray:
        """The entries of a table.

        Args:
            values: of the function; what: its name.
            usual: the entries' type by the frontend's habits.
        """

    def trial(self) -> Precision:
        """One that rounds alike and keeps its record apart: for what is built several times, until its types fit."""
