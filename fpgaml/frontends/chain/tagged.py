"""A way of rounding, asked about the layers of a later network by the names that they have in the chain."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.building.precision import Precision
from fpgaml.graph.join import tagged

if TYPE_CHECKING:
    from fpgaml.frontends.building.emitter import Emitter
    from fpgaml.graph.types import FixedType, Quantizer
    from fpgaml.graph.values import FixedArray


@dataclass(frozen=True)
class Tagged:
    """Follows `Precision`.

    Args:
        inner: it; tag: of the network.
    """

    inner: Precision
    tag: str

    def weights(self, layer: Emitter, values: NDArray[np.float64], what: str, channels: int = 1) -> FixedArray:
        return self.inner.weights(self._called(layer), values, what, channels)

    def result(self, layer: Emitter, node: str, what: str) -> str:
        return self.inner.result(self._called(layer), node, what)

    def argument(self, layer: Emitter, node: str, usual: FixedType) -> str:
        return self.inner.argument(self._called(layer), node, usual)

    def entries(self, layer: Emitter, values: NDArray[np.float64], what: str, usual: Quantizer) -> FixedArray:
        return self.inner.entries(self._called(layer), values, what, usual)

    def trial(self) -> Precision:
        return Tagged(self.inner.trial(), self.tag)

    def _called(self, layer: Emitter) -> Emitter:
        """The same layer in the same Graph, under another name."""
        other = copy(layer)
        other.label = tagged(layer.label, self.tag)
        return other
