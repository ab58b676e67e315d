"""Classifier and corruption autoencoder, each as a float network and as the quantised one (HGQ2) that starts from it.

Both read six mean wires, 1 to 112 in steps of 1/16. The classifier gives a score for each of three classes. The
autoencoder gives six mean wires again: those that were there pass unchanged, and in the place of a missing one (0)
stands the network's answer. Which one is missing follows from the wires, whole numbers of 1/16: min(16 wire, 1) is 1
where there is one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from hgq.config import LayerConfigScope, QuantizerConfig, QuantizerConfigScope
from hgq.layers import QDense
from hgq.quantizer import Quantizer

from fpgaml.errors import FpgamlError

from . import constants as c

SCALE = 2.0**-6
"""Wires are divided by 64, so that they are about one."""
CLASSES = 3


@dataclass(frozen=True)
class NetworkSettings:
    """Widths of the hidden layers.

    Args:
        classifier, autoencoder: of each.
    """

    classifier: tuple[int, ...] = (32, 16)
    autoencoder: tuple[int, ...] = (24, 16)

    def __post_init__(self) -> None:
        if not all(width >= 1 for width in (*self.classifier, *self.autoencoder)):
            raise FpgamlError("clas12_tracks: network", "widths must be at least 1")


Dense = Callable[..., Any]


def _classifier(widths: tuple[int, ...], dense: Dense, read: Callable[[Any], Any], name: str) -> keras.Model:
    wires = keras.Input((c.SUPERLAYERS,), name="wires")
    x = read(wires) * SCALE
    for number, width in enumerate(widths):
        x = dense(width, activation="relu", name=f"hidden_{number}")(x)
    return keras.Model(wires, dense(CLASSES, name="scores")(x), name=name)


def _autoencoder(
    widths: tuple[int, ...], dense: Dense, last: Dense, read: Callable[[Any], Any], name: str
) -> keras.Model:
    wires = keras.Input((c.SUPERLAYERS,), name="wires")
    given = read(wires)
    there = keras.ops.minimum(given * c.STEP, 1.0)
    x = keras.layers.Concatenate(name="seen")([given * SCALE, there])
    for number, width in enumerate(widths):
        x = dense(width, activation="relu", name=f"hidden_{number}")(x)
    answer = last(c.SUPERLAYERS, name="answer")(x)
    missing = keras.layers.Multiply(name="missing")([answer / SCALE, 1.0 - there])
    return keras.Model(wires, keras.layers.Add(name="restored")([given, missing]), name=name)


def float_classifier(settings: NetworkSettings) -> keras.Model:
    """Input (6,) in wires, output (3,): scores of false, negative, positive."""
    return _classifier(settings.classifier, keras.layers.Dense, lambda x: x, "clas12_classifier_float")


def float_autoencoder(settings: NetworkSettings) -> keras.Model:
    """Input (6,) in wires, one of them 0 or none; output (6,) in wires."""
    dense = keras.layers.Dense
    return _autoencoder(settings.autoencoder, dense, dense, lambda x: x, "clas12_autoencoder_float")


def quantised_classifier(settings: NetworkSettings, beta: float = 1e-7) -> keras.Model:
    """The same with a trainable bit width for every weight and every activation; wires are read as they come.

    Args:
        beta: what a bit operation costs in the loss, at first; training changes it.
    """
    with _scopes(beta):
        return _classifier(settings.classifier, QDense, _wires(), "clas12_classifier")


def quantised_autoencoder(settings: NetworkSettings, beta: float = 1e-7) -> keras.Model:
    """The same for the autoencoder; its answer comes in steps of 1/16 wire, as segments do."""
    with _scopes(beta):
        steps = QuantizerConfig("kif", "datalane", k0=1, i0=1, f0=10, trainable=False, overflow_mode="SAT")

        def last(units: int, name: str) -> Any:
            return QDense(units, enable_oq=True, oq_conf=steps, name=name)

        return _autoencoder(settings.autoencoder, QDense, last, _wires(), "clas12_autoencoder")


def _scopes(beta: float) -> Any:
    from contextlib import ExitStack

    stack = ExitStack()
    weights = QuantizerConfigScope(place=("weight", "bias"), default_q_type="kbi", overflow_mode="SAT_SYM", b0=8)
    stack.enter_context(weights)
    stack.enter_context(QuantizerConfigScope(place="datalane", default_q_type="kif", overflow_mode="SAT", i0=4, f0=8))
    stack.enter_context(LayerConfigScope(enable_ebops=True, beta0=beta))
    return stack


def _wires() -> Quantizer:
    """ap_ufixed<11,7>: 0 to 127.9375 in steps of 1/16, whatever a training does."""
    kind = QuantizerConfig("kif", "datalane", k0=0, i0=7, f0=4, trainable=False, overflow_mode="SAT")
    return Quantizer(kind, name="read")
