"""The float network and the quantised one (HGQ2): the same layers, so that the second starts from the first.

A few filters look at each antenna alone, with the same weights, as the published network's do. Their largest answers in
cells of eight samples are what a second convolution compares between antennas, within the time that a pulse takes from
one to another; the largest of its answers in the whole window decides. So the answer does not depend on where in the
window a pulse lies. The published network's dense layer has a weight for every place instead.
"""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import hgq.layers as hl
import keras
from hgq.config import LayerConfigScope, QuantizerConfig, QuantizerConfigScope
from keras import layers as kl

from . import constants as c
from .settings import NetworkSettings


def _cells(settings: NetworkSettings) -> int:
    """How many cells of the first maximum a window has."""
    return ((c.SAMPLES - settings.kernel) // settings.stride + 1) // settings.pool


def _places(settings: NetworkSettings) -> int:
    """How many answers of the second convolution a window has."""
    return (_cells(settings) - settings.reach) // settings.reach_stride + 1


def float_network(settings: NetworkSettings) -> keras.Model:
    """Input (256, 4) in published units, output a logit."""
    s = settings
    x = keras.Input((c.SAMPLES, c.ANTENNAS), name="windows")
    y = kl.Reshape((c.SAMPLES, c.ANTENNAS, 1), name="antennas")(x)
    y = kl.Conv2D(s.filters, (s.kernel, 1), strides=(s.stride, 1), activation="relu", name="pulse")(y)
    y = kl.MaxPooling2D((s.pool, 1), name="cells")(y)
    y = kl.Reshape((_cells(s), c.ANTENNAS * s.filters), name="together")(y)
    y = kl.Conv1D(s.pairs, s.reach, strides=s.reach_stride, activation="relu", name="coincidence")(y)
    y = kl.MaxPooling1D(_places(s), name="anywhere")(y)
    y = kl.Flatten(name="flat")(y)
    return keras.Model(x, kl.Dense(1, name="logit")(y), name="radio_neutrino_float")


def quantised_network(settings: NetworkSettings, beta: float = 1e-7) -> keras.Model:
    """The same with a trainable bit width for every weight, and one type a tensor, so that it streams.

    The first quantizer is the port of the station's firmware, ap_fixed<9,4>, which no training changes. Every other
    tensor saturates: a pulse larger than any in training must not wrap round to a small one.

    Args:
        settings: sizes.
        beta: what a bit operation costs in the loss, at first; training changes it.
    """
    s = settings
    one_type = {"homogeneous_axis": None, "heterogeneous_axis": ()}
    port = QuantizerConfig(
        "kif",
        "datalane",
        k0=True,
        i0=c.NETWORK_INTEGER - 1,
        f0=c.NETWORK_BITS - c.NETWORK_INTEGER,
        round_mode="TRN",
        overflow_mode="SAT",
        trainable=False,
        **one_type,
    )
    lanes = {"place": "datalane", "default_q_type": "kif", "k0": False, "round_mode": "RND", "overflow_mode": "SAT"}
    activations = QuantizerConfigScope(**lanes, i0=4, f0=3, **one_type)
    weights = QuantizerConfigScope(place="weight", default_q_type="kif", i0=1, f0=5, overflow_mode="SAT_SYM")
    # Widths of biases stay: the layer counts them once a place, and would starve them.
    biases = QuantizerConfigScope(
        place="bias", default_q_type="kif", i0=3, f0=4, overflow_mode="SAT_SYM", trainable=False
    )
    with activations, weights, biases, LayerConfigScope(enable_ebops=True, beta0=beta):
        x = keras.Input((c.SAMPLES, c.ANTENNAS), name="windows")
        y = kl.Reshape((c.SAMPLES, c.ANTENNAS, 1), name="antennas")(x)
        y = hl.QConv2D(
            s.filters,
            (s.kernel, 1),
            strides=(s.stride, 1),
            activation="relu",
            parallelization_factor=1,
            iq_conf=port,
            name="pulse",
        )(y)
        y = hl.QMaxPooling2D((s.pool, 1), parallelization_factor=1, name="cells")(y)
        y = kl.Reshape((_cells(s), c.ANTENNAS * s.filters), name="together")(y)
        y = hl.QConv1D(
            s.pairs,
            s.reach,
            strides=s.reach_stride,
            activation="relu",
            parallelization_factor=1,
            name="coincidence",
        )(y)
        y = hl.QMaxPooling1D(_places(s), parallelization_factor=1, name="anywhere")(y)
        y = kl.Flatten(name="flat")(y)
        return keras.Model(x, hl.QDense(1, name="logit")(y), name="radio_neutrino_quantised")
