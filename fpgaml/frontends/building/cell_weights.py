"""A recurrent cell's weights: as files have them, and as exact numbers in products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.building.constants import BIAS_BITS, WEIGHT_BITS, tensor
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.graph.ops import Dense
from fpgaml.graph.values import FixedArray


@dataclass(frozen=True)
class CellWeights:
    """A cell's weights as the file has them, float32.

    Args:
        kernel: (width, gates * units); recurrent: (units, gates * units).
        bias: (gates * units,), or (2, gates * units) for a GRU whose reset gate comes after; None without one.
    """

    kernel: NDArray[np.float32]
    recurrent: NDArray[np.float32]
    bias: NDArray[np.float32] | None

    def biases(self) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]:
        """Of the step's kernel, and of the recurrent one."""
        if self.bias is None or self.bias.ndim == 1:
            return self.bias, None
        return self.bias[0], self.bias[1]


@dataclass(frozen=True)
class FixedWeights:
    """The same as exact numbers."""

    kernel: FixedArray
    recurrent: FixedArray
    bias: FixedArray | None
    recurrent_bias: FixedArray | None

    @classmethod
    def of_float(cls, layer: Emitter, weights: CellWeights) -> FixedWeights:
        """Rounded as every float layer's weights are."""
        first, second = weights.biases()
        return cls(
            tensor(layer, weights.kernel, WEIGHT_BITS, "kernel"),
            tensor(layer, weights.recurrent, WEIGHT_BITS, "recurrent kernel"),
            None if first is None else tensor(layer, first, BIAS_BITS, "bias"),
            None if second is None else tensor(layer, second, BIAS_BITS, "recurrent bias"),
        )

    def times_step(self, layer: Emitter, x: str) -> str:
        """A step times the kernel of all gates."""
        return layer.add(Dense(self.kernel, self.bias), x, suffix="kernel")

    def times_state(self, layer: Emitter, h: str, first: int, last: int) -> str:
        """A state times the recurrent kernel, columns from `first` on before `last`."""
        kernel = FixedArray(self.recurrent.integers[:, first:last], self.recurrent.fractional)
        bias = self.recurrent_bias
        if bias is not None:
            bias = FixedArray(bias.integers[first:last], bias.fractional)
        return layer.add(Dense(kernel, bias), h, suffix="recurrent")
