"""Functions of one value that are layers of Keras, 2 and 3 alike: ReLU and what is like it, ELU, PReLU."""

from __future__ import annotations

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import WEIGHT_BITS, is_power_of_two, scaled, tensor
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.tables import entries, narrow, points
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.graph.functions import Function
from fpgaml.graph.ops import Add, LeakyRelu, Lookup, Maximum, Minimum, Multiply, Quantize, Relu, Scale, Subtract
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray


def leaky(layer: Emitter, x: str, slope: float) -> str:
    """x where x >= 0, else slope * x: a shift where the slope is a power of two, else max(x, slope * x)."""
    if not slope:
        return layer.add(Relu(), x, suffix="relu")
    if is_power_of_two(slope) and slope <= 1:
        return layer.add(LeakyRelu(1 - int(np.frexp(slope)[1])), x, suffix="leaky")
    below = scaled(layer, x, slope, 0.0, "slope", f"the slope {slope:g}")
    return layer.add(Maximum() if slope <= 1 else Minimum(), x, below, suffix="leaky")


def clipped(layer: Emitter, x: str, ceiling: float) -> str:
    """min(x, ceiling)."""
    return layer.add(Minimum(), x, layer.constant(ceiling, x, "ceiling"), suffix="clipped")


def above(layer: Emitter, x: str, threshold: float) -> str:
    """1 where x > threshold, else 0, for a threshold as float32 holds it."""
    step = int(layer.uniform(x).fractional)
    # On the grid of x: x > threshold is x >= first, and x * 2**step - (first - 1) is at least 1 there, else 0 or less.
    first = int(np.floor(np.ldexp(float(np.float32(threshold)), step))) + 1
    ones = (1,) * len(layer.shape(x))
    factor = FixedArray(np.ones(ones, dtype=np.int64), -step)
    offset = FixedArray(np.full(ones, 1 - first, dtype=object), 0)
    distance = layer.add(Scale(factor, offset), x, suffix="distance")
    bit = Quantizer(FixedType(0, 1, 0), Rounding.TRN, Overflow.SAT)
    return layer.add(Quantize(bit), distance, suffix="above")


def bounded_relu(layer: Emitter, x: str, slope: float, threshold: float, ceiling: float | None) -> str:
    """ReLU with its settings: x above the threshold, slope * (x - threshold) below it, at most the ceiling.

    Source: Keras 3, `keras/src/layers/activations/relu.py`.
    """
    if not threshold:
        node = leaky(layer, x, slope)
        return node if ceiling is None else clipped(layer, node, ceiling)
    open_ = above(layer, x, threshold)
    kept = layer.add(Multiply(), x, open_, suffix="kept")
    if ceiling is not None:
        kept = clipped(layer, kept, ceiling)
    if not slope:
        return kept
    zero = layer.constant(0.0, x, "zero")
    under = layer.add(Minimum(), scaled(layer, x, 1.0, -threshold, "under"), zero, suffix="below")
    return layer.add(Add(), kept, scaled(layer, under, slope, 0.0, "slope", f"the slope {slope:g}"), suffix="sum")


def relu(layer: KerasLayer) -> str:
    """ReLU with max_value, negative_slope and threshold."""
    config = layer.config
    slope = config.get("negative_slope")
    slope = config.get("alpha") if slope is None else slope
    ceiling = config.get("max_value")
    node = bounded_relu(
        layer,
        layer.input,
        float(slope or 0.0),
        float(config.get("threshold") or 0.0),
        None if ceiling is None else float(ceiling),
    )
    return layer.rounded(node)


def leaky_relu(layer: KerasLayer) -> str:
    """LeakyReLU; its slope is `alpha` in Keras 2."""
    slope = layer.config.get("negative_slope", layer.config.get("alpha", 0.3))
    return layer.rounded(leaky(layer, layer.input, float(slope)))


def thresholded_relu(layer: KerasLayer) -> str:
    """ThresholdedReLU: x where x > theta, else 0."""
    return layer.rounded(bounded_relu(layer, layer.input, 0.0, float(layer.config.get("theta", 1.0)), None))


def prelu(layer: KerasLayer) -> str:
    """PReLU: max(x, 0) + alpha * min(x, 0), with a slope for each element or for all along the shared axes."""
    x = layer.input
    shape = layer.shape(x)
    alpha = layer.arrays(("alpha",))["alpha"]
    shared = {int(axis) - 1 for axis in layer.config.get("shared_axes") or ()}
    wanted = tuple(1 if axis in shared else size for axis, size in enumerate(shape))
    if alpha.shape != wanted:
        raise FpgamlError(layer.label, f"slopes of shape {alpha.shape}, the layer's settings ask for {wanted}")
    slopes = tensor(layer, alpha, WEIGHT_BITS, "alpha")
    nothing = FixedArray(np.zeros((1,) * len(shape), dtype=np.int64), 0)
    positive = layer.add(Relu(), x, suffix="positive")
    below = layer.add(Minimum(), x, layer.constant(0.0, x, "zero"), suffix="below")
    return layer.rounded(layer.add(Add(), positive, layer.add(Scale(slopes, nothing), below, suffix="slope")))


def elu(layer: KerasLayer) -> str:
    """ELU: x where x > 0, else alpha * (exp(x) - 1), which is a table of what is at most 0."""
    alpha = float(layer.config.get("alpha", 1.0))

    def real(x: np.ndarray) -> np.ndarray:
        return np.asarray(np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))))

    return layer.rounded(table(layer, layer.input, Function(real), "elu"))


def table(layer: Emitter, x: str, function: Function, what: str) -> str:
    """A function of one value as a table over the type of x, narrowed where it is wide."""
    x = narrow(layer, x, function.flat_beyond)
    domain = layer.uniform(x)
    return layer.add(Lookup(domain, entries(layer, function(points(domain)), what)), x, suffix=what)


def absolute(layer: Emitter, x: str) -> str:
    """|x|, exact at any width."""
    zero = layer.constant(0.0, x, "zero")
    return layer.add(Maximum(), x, layer.add(Subtract(), zero, x, suffix="negative"), suffix="absolute")


POINTWISE: dict[str, Converter[KerasLayer, str]] = {
    "ReLU": relu,
    "LeakyReLU": leaky_relu,
    "ThresholdedReLU": thresholded_relu,
    "PReLU": prelu,
    "ELU": elu,
}
"""Converters by class name."""
