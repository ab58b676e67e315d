"""BatchNormalization of Keras, 2 and 3 alike, as one multiplication and one addition per channel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import scaled
from fpgaml.frontends.keras.layer import KerasLayer

Quantised = Callable[[str, NDArray[np.float32]], NDArray[np.float32]]
"""What a statistic (`gamma`, `beta`, `mean` or `variance`) is in inference."""


def batch_normalization(
    layer: KerasLayer, quantised: Quantised = lambda _, stored: stored, trained: bool = True
) -> str:
    """gamma / sqrt(variance + epsilon) * x + (beta - mean * factor), with the moving statistics.

    Source: `tf.nn.batch_normalization`. The constants are computed in float64 and then rounded.

    Args:
        trained: whether the statistics are float numbers, which a precision rounds.
    """
    x = layer.input
    shape = layer.shape(x)
    axis = _axis(layer, len(shape))
    size = shape[axis]

    def statistic(name: str, short: str, used: bool, default: float) -> NDArray[np.float64]:
        if not used:
            return np.full(size, default)
        return quantised(short, layer.weight(name, size)).astype(np.float64)

    gamma = statistic("gamma", "gamma", bool(layer.config.get("scale", True)), 1.0)
    beta = statistic("beta", "beta", bool(layer.config.get("center", True)), 0.0)
    mean = statistic("moving_mean", "mean", True, 0.0)
    variance = statistic("moving_variance", "variance", True, 1.0)
    epsilon = float(layer.config.get("epsilon", 1e-3))
    if (variance + epsilon <= 0).any():
        raise FpgamlError(layer.label, "a moving variance plus epsilon is not above zero", "The statistics are broken")
    factor = gamma / np.sqrt(variance + epsilon)
    offset = beta - mean * factor
    ones = [1] * len(shape)
    ones[axis] = size
    node = scaled(layer, x, factor.reshape(ones), offset.reshape(ones), "", "BatchNormalization", trained)
    return layer.rounded(node) if trained else node


def _axis(layer: KerasLayer, rank: int) -> int:
    given = layer.config.get("axis", -1)
    axes = list(given) if isinstance(given, list | tuple) else [given]
    if len(axes) != 1:
        raise FpgamlError(layer.label, f"normalizes over axes {axes}", "Use one axis")
    axis = int(axes[0])
    axis = axis if axis < 0 else axis - 1 - rank  # Keras counts the batch
    if not -rank <= axis < 0:
        raise FpgamlError(layer.label, f"normalizes over axis {axes[0]} of a tensor with {rank} axes and the batch")
    return axis
