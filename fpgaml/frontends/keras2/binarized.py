"""BinaryDense and TernaryDense with their activations, as hls4ml's example models have them.

Source: Ding Ke, nn_playground, `binarynet/binary_ops.py` and `ternarynet/ternary_ops.py` (after Hubara et al.,
arXiv:1602.02830). Their constraint, `Clip`, acts in training alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import BIAS_BITS, scaled, tensor
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.keras import linear
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras.linear import Array, Weights, sum_of_products
from fpgaml.frontends.keras.pointwise import above
from fpgaml.graph.ops import Add
from fpgaml.graph.values import FixedArray


def binary(values: Array, size: np.float32) -> Array:
    """size * (2 * round(clip(0.5 * w / size + 0.5, 0, 1)) - 1), ties to even, in float32: zero becomes -size."""
    half = np.clip(np.float32(0.5) * (values / size) + np.float32(0.5), np.float32(0), np.float32(1))
    return np.asarray(size * (np.float32(2) * np.rint(half) - np.float32(1)), dtype=np.float32)


def ternary(values: Array, size: np.float32) -> Array:
    """size where w / size > 1/2, -size where it is -1/2 or less, else 0."""
    share = values / size
    signs = np.where(share > np.float32(0.5), 1, np.where(share <= np.float32(-0.5), -1, 0))
    return np.asarray(size * signs.astype(np.float32), dtype=np.float32)


def dense(layer: KerasLayer) -> str:
    """BinaryDense and TernaryDense, before their activation."""
    products = linear.dense(layer)
    given = layer.config.get("H", 1.0)
    inputs, units = products.kernel.shape
    size = np.float32(np.sqrt(1.5 / (inputs + units)) if given == "Glorot" else given)
    if not size > 0:
        raise FpgamlError(layer.label, f"H is {given}", "It is a size above zero, or 'Glorot'")
    weigh = binary if layer.kind == "BinaryDense" else ternary
    kernel = FixedArray.from_float(weigh(products.kernel, np.float32(1) if size == 1 else size))
    bias = None if products.bias is None else tensor(layer, products.bias, BIAS_BITS, "bias")
    return sum_of_products(layer, layer.input, replace(products, bias=None), Weights(kernel), bias)


def ternary_tanh(layer: Emitter, x: str) -> str:
    """1 where x > 1/2, -1 where x <= -1/2, else 0: the sum of two comparisons."""
    upper = above(layer, x, 0.5)
    lower = scaled(layer, above(layer, x, -0.5), 1.0, -1.0, "at_most_minus_half")
    return layer.add(Add(), upper, lower, suffix="ternary_tanh")
