"""Activations: exact where comparisons and constant factors do, else tables.

Source of the definitions and of the defaults of their settings: ONNX, Operators.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from fpgaml.frontends.building.constants import is_power_of_two
from fpgaml.frontends.onnx.elementwise import affine, bounded, exactly
from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.program import Array
from fpgaml.frontends.onnx.quantizers.integers import upright
from fpgaml.frontends.onnx.quantizers.rewrite import CLIPPED
from fpgaml.frontends.onnx.tables import of_function, reciprocal, table
from fpgaml.frontends.onnx.value import Value
from fpgaml.graph.functions import FUNCTIONS, Function, Reals
from fpgaml.graph.ops import Add, LeakyRelu, Maximum, Minimum, Multiply, Relu, uniform_quantize
from fpgaml.graph.types import Rounding


def relu(layer: Layer) -> Value:
    """Relu; a scale above zero may stay behind it. A quantizer that clips at zero does it for codes with a scale."""
    if layer.attribute(CLIPPED, 0) and layer.raw(0).scale is not None:
        return layer.raw(0)
    x = _scalable(layer)
    node = layer.add(Relu(), x.node)
    return replace(x, node=layer.rounded(node) if x.plain else node)


def _scalable(layer: Layer) -> Value:
    """The input, with a scale still to be applied where that is above zero and alone."""
    return upright(layer, layer.as_node(layer.raw(0)))


def leaky_relu(layer: Layer) -> Value:
    """LeakyRelu: a shift for a power of two, else a product."""
    return _sloped(layer, np.asarray(float(np.float32(layer.attribute("alpha", 0.01)))))


def p_relu(layer: Layer) -> Value:
    """PRelu: a slope for each channel, or element."""
    slope = layer.known(1)
    if layer.call.version < 7 and slope.size > 1:
        raise layer.unsupported("PRelu of an operator set before 7 with several slopes", "Export a newer operator set")
    return _sloped(layer, slope.reshape(()) if slope.size == 1 else slope)


def _sloped(layer: Layer, slope: Array) -> Value:
    """x where x >= 0, else slope * x."""
    x = _scalable(layer)
    single = float(slope) if slope.ndim == 0 else None
    if single == 0:
        return replace(x, node=layer.add(Relu(), x.node))
    if single is not None and is_power_of_two(single) and single <= 1:
        node = layer.add(LeakyRelu(1 - int(np.frexp(single)[1])), x.node)
        return replace(x, node=layer.rounded(node) if x.plain else node)
    x = layer.applied(x)
    if (slope <= 1).all() or (slope >= 1).all():
        operation = Maximum() if (slope <= 1).all() else Minimum()
        sloped = affine(layer, x, slope, np.zeros(()), "sloped", "the slope")
        return replace(x, node=layer.rounded(layer.add(operation, x.node, sloped.node)))
    above = layer.add(Relu(), x.node, suffix="above")
    below = layer.add(Minimum(), x.node, layer.constant(0.0, x.node, "zero"), suffix="below")
    sloped = affine(layer, replace(x, node=below), slope, np.zeros(()), "sloped", "the slope")
    return replace(x, node=layer.rounded(layer.add(Add(), above, sloped.node)))


def clip(layer: Layer) -> Value:
    """Clip, with bounds from attributes (operator set 6) or constant inputs."""
    bounds = []
    for position, name in ((1, "min"), (2, "max")):
        given = layer.optional(position)
        value = layer.attribute(name) if given is None else layer.known(position).reshape(-1)[0]
        bounds.append(None if value is None else float(np.float32(value)))
    return clipped(layer, layer.input(0), *bounds)


def clipped(layer: Layer, x: Value, low: float | None, high: float | None) -> Value:
    """x kept within constants."""
    if low == 0:
        x = replace(x, node=layer.add(Relu(), x.node, suffix="" if high is None else "relu"))
        low = None
    x = bounded(layer, x, low, high)
    return replace(x, node=layer.rounded(x.node))


def hard_sigmoid(layer: Layer) -> Value:
    """HardSigmoid: clip(alpha x + beta, 0, 1); exact where alpha is a power of two, else a table."""
    alpha, beta = (float(layer.attribute(name, value)) for name, value in (("alpha", 0.2), ("beta", 0.5)))
    if not is_power_of_two(alpha):
        beyond = int(np.ceil(np.log2(max(abs(beta), abs(1 - beta)) / alpha))) if alpha > 0 else 64
        function = Function(lambda x: np.clip(alpha * x + beta, 0, 1), max(beyond, 1))
        return table(layer, layer.raw(0), function, "hard_sigmoid")
    line = layer.applied(affine(layer, layer.input(0), np.asarray(alpha), np.asarray(beta), "line"))
    return clipped(layer, line, 0.0, 1.0)


def thresholded_relu(layer: Layer) -> Value:
    """ThresholdedRelu: x where x > alpha, else 0; exact."""
    x = layer.input(0)
    fraction = int(layer.uniform(x.node).fractional)
    alpha = float(np.float32(layer.attribute("alpha", 1.0)))
    first = float(np.floor(np.ldexp(alpha, fraction))) + 1  # the smallest value above, in steps of x
    distance = exactly(layer, x, 2.0**fraction, -first, "distance")
    below = layer.add(uniform_quantize(1, 0, 0, Rounding.TRN), distance.node, suffix="below")  # -1 or 0
    above = exactly(layer, replace(x, node=below), 1.0, 1.0, "above")
    return replace(x, node=layer.rounded(layer.add(Multiply(), x.node, above.node)))


def _elu(alpha: float, scale: float = 1.0, gamma: float = 1.0) -> Function:
    """gamma * (x where x > 0, else alpha * (exp(x / scale) - 1))."""

    def real(x: Reals) -> Reals:
        return np.asarray(gamma * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / scale)))

    return Function(real)


def elu(layer: Layer) -> Value:
    """Elu."""
    return table(layer, layer.raw(0), _elu(float(layer.attribute("alpha", 1.0))), "elu")


def celu(layer: Layer) -> Value:
    """Celu: its slope is 1 at zero for any alpha."""
    alpha = float(layer.attribute("alpha", 1.0))
    return table(layer, layer.raw(0), _elu(alpha, alpha), "celu")


def selu(layer: Layer) -> Value:
    """Selu."""
    alpha = float(layer.attribute("alpha", 1.6732632423543772))
    gamma = float(layer.attribute("gamma", 1.0507009873554805))
    return table(layer, layer.raw(0), _elu(alpha, gamma=gamma), "selu")


def gelu(layer: Layer) -> Value:
    """Gelu, by the error function or approximated by a tanh."""
    if str(layer.attribute("approximate", "none")) == "tanh":
        inner = (2 / np.pi) ** 0.5
        function = Function(lambda x: 0.5 * x * (1 + np.tanh(inner * (x + 0.044715 * x**3))))
    else:
        function = FUNCTIONS["gelu"]
    return table(layer, layer.raw(0), function, "gelu")


def swish(layer: Layer) -> Value:
    """Swish: x * sigmoid(alpha x)."""
    alpha = float(layer.attribute("alpha", 1.0))
    return table(layer, layer.raw(0), Function(lambda x: x * FUNCTIONS["sigmoid"](alpha * x)), "swish")


ACTIVATIONS: dict[str, Callable[[Layer], Value]] = {
    "Relu": relu,
    "LeakyRelu": leaky_relu,
    "PRelu": p_relu,
    "Clip": clip,
    "HardSigmoid": hard_sigmoid,
    "HardSwish": of_function(FUNCTIONS["hard_swish"], "hard_swish"),
    "ThresholdedRelu": thresholded_relu,
    "Elu": elu,
    "Celu": celu,
    "Selu": selu,
    "Gelu": gelu,
    "com.microsoft:Gelu": gelu,
    "Swish": swish,
    "Reciprocal": of_function(reciprocal(), "reciprocal"),
    **{
        name: of_function(FUNCTIONS[name.lower()], name.lower())
        for name in ("Erf", "Sigmoid", "Tanh", "Softplus", "Softsign", "Mish", "Exp", "Log", "Sqrt", "Sin", "Cos")
    },
}
"""By the operator's name."""
