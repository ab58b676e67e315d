"""The network that formulas stand for: three dense layers, in floating point and quantised (HGQ2)."""

from __future__ import annotations

import os
from dataclasses import dataclass

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from hgq.config import LayerConfigScope, QuantizerConfigScope
from hgq.layers import QDense

from fpgaml.errors import FpgamlError

from . import constants as c


@dataclass(frozen=True)
class NetworkSettings:
    """Widths of the two hidden layers."""

    first: int = 32
    second: int = 16

    def __post_init__(self) -> None:
        if self.first < 1 or self.second < 1:
            raise FpgamlError("jet_symbolic: network", "both widths must be at least 1")


def float_network(settings: NetworkSettings) -> keras.Model:
    """Input (16,), output (5,): a score for each class, before any softmax."""
    features = keras.Input((len(c.FEATURES),), name="features")
    first = keras.layers.Dense(settings.first, activation="relu", name="first")
    second = keras.layers.Dense(settings.second, activation="relu", name="second")
    scores = keras.layers.Dense(len(c.CLASSES), name="scores")
    return keras.Model(features, scores(second(first(features))), name="jet_symbolic_float")


def quantised_network(settings: NetworkSettings, beta: float = 1e-7) -> keras.Model:
    """The same with a trainable bit width for every weight and every activation; beta: a bit operation's price."""
    with (
        QuantizerConfigScope(place=("weight", "bias"), default_q_type="kbi", overflow_mode="SAT_SYM", b0=8),
        QuantizerConfigScope(place="datalane", default_q_type="kif", overflow_mode="SAT", i0=4, f0=5),
        LayerConfigScope(enable_ebops=True, beta0=beta),
    ):
        features = keras.Input((len(c.FEATURES),), name="features")
        first = QDense(settings.first, activation="relu", name="first")
        second = QDense(settings.second, activation="relu", name="second")
        scores = QDense(len(c.CLASSES), name="scores")
        return keras.Model(features, scores(second(first(features))), name="jet_symbolic_quantised")
