"""The monotone network and one without its constraint, in floating point and quantised; and the layers to train them.

The network is g(x) = f(x) + lambda * sum of the monotone features. f is 4-20-20-1 with GroupSort, which keeps
distances, and its weights are so bounded that no feature changes f by more than lambda times its own change: of the
first layer each weight is at most lambda (the norm "one-inf"), of the others the weights into a neuron add up to at
most 1 in absolute value ("inf") [arXiv:2112.00038]. So g never falls in a monotone feature. Published networks give
each layer lambda**(1/3); GroupSort scales with its input, so that is the same set of functions; 2, 1, 1 are exact.

What is quantised stays so by construction: weights are cut towards zero onto their grid, which makes no bound larger;
all sums inside are exact; and the one rounding stands behind the last sum, and rounding never turns things round.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from hgq.config import QuantizerConfig
from hgq.quantizer import Quantizer
from keras import ops

from . import constants as c

NAMES = ("first", "second", "score")
BOUNDS = (c.LAMBDA, 1.0, 1.0)
"""Of each layer: the first's single weights, the others' sums into a neuron."""
WEIGHT_BITS, BIAS_BITS = 8, 8
"""Fractional bits of weights and biases."""
SCORE_INTEGER, SCORE_FRACTIONAL = 5, 6
"""Bits of the answer besides its sign."""
FREE_LIMIT = 8.0
"""A weight of the free network is below this."""


class BoundedDense(keras.layers.Layer):  # type: ignore[misc]
    """A dense layer for training, whose weights are brought within a bound and onto a grid as it is applied.

    Gradients pass the grid as if it were not there.

    Args:
        units: outputs; bound: of the norm, None without one; single: whether it is on single weights, not on sums.
        bits: fractional bits of the weights, None in floating point.
    """

    def __init__(self, units: int, bound: float | None, single: bool, bits: int | None, **more: Any) -> None:
        super().__init__(**more)
        self.units, self.bound, self.single, self.bits = units, bound, single, bits

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight(shape=(shape[-1], self.units), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, x: Any) -> Any:
        kernel, bias = self.applied()
        return ops.matmul(x, kernel) + bias

    def applied(self) -> tuple[Any, Any]:
        """Weights and biases as they act."""
        kernel, bias = self.kernel, self.bias
        if self.bound is not None:
            size = ops.abs(kernel)
            size = size if self.single else ops.sum(size, axis=0, keepdims=True)
            kernel = kernel / ops.maximum(size / self.bound, 1.0)
        else:
            kernel = ops.clip(kernel, -FREE_LIMIT, FREE_LIMIT)
        if self.bits is not None:
            kernel, bias = _passed(kernel, cut(kernel, self.bits)), _passed(bias, cut(bias, BIAS_BITS))
        return kernel, bias


def cut(x: Any, bits: int) -> Any:
    """Towards zero onto multiples of 2**-bits."""
    return ops.sign(x) * ops.floor(ops.abs(x) * 2.0**bits) * 2.0**-bits


def _passed(x: Any, rounded: Any) -> Any:
    return x + ops.stop_gradient(rounded - x)


@dataclass(frozen=True)
class Form:
    """Which network.

    Args:
        monotone: whether it is bounded, with the straight part.
        quantised: whether its numbers are on grids.
    """

    monotone: bool = True
    quantised: bool = False

    @property
    def name(self) -> str:
        """Of the model."""
        return f"heavy_flavour_{'monotone' if self.monotone else 'free'}_{'quantised' if self.quantised else 'float'}"


def trainable(form: Form) -> keras.Model:
    """Input (4,), output (1,): the logarithm of the odds."""
    bits = WEIGHT_BITS if form.quantised else None
    x = keras.Input((len(c.FEATURES),), name="features")
    seen = _features()(x) if form.quantised else x
    y = seen
    for name, units, bound in zip(NAMES, c.LAYERS, BOUNDS, strict=True):
        y = BoundedDense(units, bound if form.monotone else None, name == NAMES[0], bits, name=name)(y)
        y = _sorted(y, units, name) if units > 1 else y
    return keras.Model(x, _straight(seen, y) if form.monotone else y, name=f"{form.name}_training")


def plain(form: Form, trained: keras.Model | None = None) -> keras.Model:
    """The same of Keras' own layers, for a file: with the weights as they act.

    Args:
        trained: what `trainable` made; None: without its weights.
    """
    keras.backend.clear_session()  # operations without a name of their own are numbered from here on: same files
    x = keras.Input((len(c.FEATURES),), name="features")
    seen = _features()(x) if form.quantised else x
    y = seen
    for name, units in zip(NAMES, c.LAYERS, strict=True):
        layer = keras.layers.Dense(units, name=name)
        y = layer(y)
        if trained is not None:
            layer.set_weights([ops.convert_to_numpy(each) for each in trained.get_layer(name).applied()])
        y = _sorted(y, units, name) if units > 1 else y
    y = _straight(seen, y) if form.monotone else y
    return keras.Model(x, _answer()(y) if form.quantised else y, name=form.name)


def _sorted(y: Any, units: int, name: str) -> Any:
    """GroupSort: ascending within each group."""
    groups = keras.layers.Reshape((units // c.SORTED_GROUP, c.SORTED_GROUP), name=f"{name}_groups")(y)
    return keras.layers.Reshape((units,), name=f"{name}_sorted")(ops.sort(groups, axis=-1))


def _straight(x: Any, y: Any) -> Any:
    """With lambda times the monotone features; the weights do not train."""
    layer = keras.layers.Dense(1, use_bias=False, trainable=False, name="straight")
    straight = layer(x)
    layer.set_weights([c.LAMBDA * np.array(c.MONOTONE, np.float32)[:, None]])
    return keras.layers.Add(name="monotone")([y, straight])


def _features() -> Quantizer:
    """Seven bits of each feature, cut; what is beyond saturates."""
    return Quantizer(_fixed(0, c.FEATURE_INTEGER, c.FEATURE_BITS - c.FEATURE_INTEGER, "TRN"), name="seen")


def _answer() -> Quantizer:
    """The score: the only rounding after the first."""
    return Quantizer(_fixed(1, SCORE_INTEGER, SCORE_FRACTIONAL, "RND"), name="answer")


def _fixed(signed: int, integer: int, fractional: int, rounding: str) -> QuantizerConfig:
    return QuantizerConfig(
        "kif", "datalane", k0=signed, i0=integer, f0=fractional, round_mode=rounding, overflow_mode="SAT",
        trainable=False, homogeneous_axis=(0, 1),
    )  # fmt: skip
