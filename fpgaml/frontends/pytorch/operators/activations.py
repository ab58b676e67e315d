"""Functions of one value, and softmax."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, isfinite
from typing import Any

import numpy as np

from fpgaml.frontends.pytorch.site import Site, Translator


def plain(kind: str, **attributes: Any) -> Translator:
    """A function that ONNX has under the name `kind`."""

    def translate(site: Site) -> None:
        site.give(kind, site.tensor(), **attributes)

    return translate


def clip(low: str, high: str, lowest: float = -inf, highest: float = inf) -> Translator:
    """x within two bounds: arguments of these names, and what they are where they are left out."""

    def translate(site: Site) -> None:
        bounds = []
        for name, otherwise, word in ((low, lowest, "low"), (high, highest, "high")):
            bound = site.real(name) if site.has(name) else otherwise
            bounds.append(site.constant(np.float64(bound), word) if isfinite(bound) else "")
        if bounds == ["", ""]:
            site.give("Identity", site.tensor())
        else:
            site.give("Clip", site.tensor(), *bounds)

    return translate


def leaky_relu(site: Site) -> None:
    """x, times a slope where it is negative."""
    site.give("LeakyRelu", site.tensor(), alpha=site.real("negative_slope", 0.01))


def prelu(site: Site) -> None:
    """The same with learnt slopes, one for all or one for each channel."""
    slopes, rank = site.shape("weight"), len(site.shape())
    weight = site.tensor("weight")
    if len(slopes) == 1 and slopes != (1,) and rank > 2:
        weight = site.reshaped(weight, [slopes[0], *[1] * (rank - 2)], "slopes")
    site.give("PRelu", site.tensor(), weight)


def elu(site: Site) -> None:
    """x, alpha (exp(x) - 1) where it is negative."""
    if site.real("scale", 1.0) != 1.0 or site.real("input_scale", 1.0) != 1.0:
        raise site.unsupported("has a scale of its own")
    site.give("Elu", site.tensor(), alpha=site.real("alpha", 1.0))


def celu(site: Site) -> None:
    """x, alpha (exp(x / alpha) - 1) where it is negative."""
    site.give("Celu", site.tensor(), alpha=site.real("alpha", 1.0))


def gelu(site: Site) -> None:
    """x times the probability of a smaller normal deviate, or its approximation by tanh."""
    found = site.value("approximate", "none")
    site.give("Gelu", site.tensor(), approximate=str(found))


def softplus(site: Site) -> None:
    """log(1 + exp(x)); a threshold beyond which it is x changes less than exp(-threshold)."""
    if site.real("beta", 1.0) != 1.0 or site.real("threshold", 20.0) < 10.0:
        raise site.unsupported("has another beta than 1, or a low threshold")
    site.give("Softplus", site.tensor())


def softmax(site: Site) -> None:
    """Softmax along one axis."""
    site.give("Softmax", site.tensor(), axis=site.inner(site.axis()))


def log_sigmoid(site: Site) -> None:
    """log(1 / (1 + exp(-x))), which is minus the softplus of -x."""
    site.give("Neg", site.emit("Softplus", site.emit("Neg", site.tensor(), suffix="negative"), suffix="softplus"))


def rsqrt(site: Site) -> None:
    """1 / sqrt(x)."""
    site.give("Reciprocal", site.emit("Sqrt", site.tensor(), suffix="root"))


def glu(site: Site) -> None:
    """The first half along an axis, times the sigmoid of the second."""
    axis = site.inner(site.axis("dim", -1))
    half = site.constant(np.array([site.shape()[axis] // 2] * 2, np.int64), "halves")
    names = [f"{site.call.name}.first", f"{site.call.name}.second"]
    site.emit_named("Split", [site.tensor(), half], names, "split", {"axis": axis})
    site.give("Mul", names[0], site.emit("Sigmoid", names[1], suffix="gate"))


def threshold(site: Site) -> None:
    """x where it is larger than a threshold, else 0."""
    if site.real("value") != 0.0:
        raise site.unsupported("puts another value than 0 below its threshold")
    site.give("ThresholdedRelu", site.tensor(), alpha=site.real("threshold"))


FUNCTIONS: Mapping[str, Translator] = {
    "relu": plain("Relu"),
    "selu": plain("Selu"),
    "silu": plain("Swish"),
    "mish": plain("Mish"),
    "sigmoid": plain("Sigmoid"),
    "tanh": plain("Tanh"),
    "hardsigmoid": plain("HardSigmoid", alpha=1 / 6, beta=0.5),
    "hardswish": plain("HardSwish"),
    "exp": plain("Exp"),
    "log": plain("Log"),
    "sqrt": plain("Sqrt"),
    "sin": plain("Sin"),
    "cos": plain("Cos"),
    "abs": plain("Abs"),
    "neg": plain("Neg"),
    "erf": plain("Erf"),
    "reciprocal": plain("Reciprocal"),
    "log_sigmoid": log_sigmoid,
    "rsqrt": rsqrt,
    "glu": glu,
    "relu6": clip("", "", 0.0, 6.0),
    "hardtanh": clip("min_val", "max_val", -1.0, 1.0),
    "clamp": clip("min", "max"),
    "clamp_min": clip("min", ""),
    "clamp_max": clip("", "max"),
    "leaky_relu": leaky_relu,
    "elu": elu,
    "celu": celu,
    "gelu": gelu,
    "softplus": softplus,
    "threshold": threshold,
    "prelu": prelu,
    "_prelu_kernel": prelu,
}

TRANSLATORS: Mapping[str, Translator] = {
    **{f"aten.{name}.default": translator for name, translator in FUNCTIONS.items()},
    "aten.softmax.int": softmax,
    "aten._softmax.default": softmax,
}
