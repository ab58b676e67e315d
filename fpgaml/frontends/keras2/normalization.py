"""BatchNormalization and QBatchNormalization as one multiplication and one addition per channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.keras2.emit import Emitter, Layer, only_input
from fpgaml.frontends.keras2.forward import quantize_constant
from fpgaml.frontends.keras2.linear import setting

_TRAINABLE = ("gamma", "variance")  # the quantizers that QBatchNormalization sets to auto_po2


def batch_normalization(layer: Layer, out: Emitter) -> str:
    """gamma / sqrt(variance + epsilon) * x + (beta - mean * factor), with the moving statistics.

    Source: `tf.nn.batch_normalization`; the statistics are quantised first in QBatchNormalization
    (qkeras/qnormalization.py, `call`). The constants are computed in float64 and then rounded.
    """
    x = only_input(layer)
    shape = out.shape(x)
    axis = _axis(layer, len(shape))
    size = shape[axis]
    gamma = _statistic(layer, "gamma", "gamma", size, bool(layer.config.get("scale", True)), 1.0)
    beta = _statistic(layer, "beta", "beta", size, bool(layer.config.get("center", True)), 0.0)
    mean = _statistic(layer, "moving_mean", "mean", size, True, 0.0)
    variance = _statistic(layer, "moving_variance", "variance", size, True, 1.0)
    epsilon = float(layer.config.get("epsilon", 1e-3))
    if (variance + epsilon <= 0).any():
        raise FpgamlError(layer.name, "a moving variance plus epsilon is not above zero", "The statistics are broken")
    factor = gamma / np.sqrt(variance + epsilon)
    offset = beta - mean * factor
    ones = [1] * len(shape)
    ones[axis] = size
    return out.scale(x, factor.reshape(ones), offset.reshape(ones), "", "BatchNormalization")


def _axis(layer: Layer, rank: int) -> int:
    given = layer.config.get("axis", -1)
    axes = list(given) if isinstance(given, list | tuple) else [given]
    if len(axes) != 1:
        raise FpgamlError(layer.name, f"normalizes over axes {axes}", "Use one axis")
    axis = int(axes[0])
    axis = axis if axis < 0 else axis - 1 - rank  # Keras counts the batch
    if not -rank <= axis < 0:
        raise FpgamlError(layer.name, f"normalizes over axis {axes[0]} of a tensor with {rank} axes and the batch")
    return axis


def _statistic(layer: Layer, name: str, short: str, size: int, used: bool, default: float) -> NDArray[np.float64]:
    if not used:
        return np.full(size, default)
    raw = layer.weight(name, size)
    function = setting(layer, f"{short}_quantizer", short in _TRAINABLE)
    return (raw if function is None else quantize_constant(function, raw).values).astype(np.float64)
