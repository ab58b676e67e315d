"""How what a source model keeps in floating point is rounded: weights, results of layers, arguments of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fpgaml.frontends.building.emitter import Emitter
    from fpgaml.graph.values import FixedArray


class Precision(Protocol):
    """What a user, or a calibration on data, says of the numbers that a file leaves in floating point.

    A frontend asks it through its layers (`constants.tensor`, `tables.narrow`, `Emitter.rounded`), in the order in
    which the network computes; without one, weights keep 16 bits, and results are exact.
    """

    def weights(self, layer: Emitter, values: NDArray[np.float64], what: str) -> FixedArray:
        """A constant tensor of a layer.

        Args:
            values: as the file has them; what: `kernel`, `bias`, or another word for the part.
        """

    def result(self, layer: Emitter, node: str, what: str) -> str:
        """The node that carries a layer's result after its rounding; `node` itself where nothing is rounded.

        Args:
            node: the exact result; what: empty for the layer's own result, else a word for the part.
        """

    def argument(self, layer: Emitter, node: str, integer_limit: int) -> str:
        """The node that carries a table's argument, narrow enough for a table.

        Args:
            integer_limit: integer bits beyond which the function does not change.
        """
