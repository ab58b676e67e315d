"""Two networks that read (1024 samples, 3 polarisations) and return a logit: the published one and a quantised one."""

from __future__ import annotations

import hgq.layers as hl
import keras
import numpy as np
from hgq.config import LayerConfigScope, QuantizerConfig, QuantizerConfigScope
from keras import layers as kl
from numpy.typing import NDArray

from . import constants as c
from .settings import QuantisedSettings


def published() -> keras.Model:
    """NUTRIG's two-layer network (14,433 parameters), without its sigmoid, which moves no event across a threshold.

    Dropout before `flat` is what NUTRIG has behind it.
    """
    model = keras.Sequential(name="grand_float")
    model.add(keras.Input((c.SAMPLES, c.POLARISATIONS), name="traces"))
    for index in (1, 2):
        model.add(
            kl.Conv1D(
                c.PUBLISHED_FILTERS, c.PUBLISHED_KERNEL, padding="same", activation="relu", name=f"convolution_{index}"
            )
        )
        model.add(kl.MaxPooling1D(c.PUBLISHED_POOL, name=f"maximum_{index}"))
        model.add(kl.Dropout(c.PUBLISHED_DROPOUT, name=f"dropout_{index}"))
    model.add(kl.Flatten(name="flat"))
    model.add(kl.Dense(1, name="logit"))
    return model


def unquantised(settings: QuantisedSettings | None = None) -> keras.Model:
    """The quantised network's layers in floating point: training begins with them, on inputs of `first_bits`."""
    chosen = settings or QuantisedSettings()
    model = keras.Sequential(name="grand_unquantised")
    model.add(keras.Input((c.SAMPLES, c.POLARISATIONS), name="traces"))
    shapes = zip(chosen.filters, chosen.kernels, chosen.strides, strict=True)
    for index, (filters, kernel, stride) in enumerate(shapes, 1):
        model.add(kl.Conv1D(filters, kernel, strides=stride, activation="relu", name=f"convolution_{index}"))
    model.add(kl.MaxPooling1D(chosen.pool, name="maximum"))
    model.add(kl.Flatten(name="flat"))
    model.add(kl.Dense(chosen.hidden, activation="relu", name="hidden"))
    model.add(kl.Dense(1, name="logit"))
    return model


def first_bits(x: NDArray[np.float32], settings: QuantisedSettings) -> NDArray[np.float32]:
    """What the quantised network's first quantizer lets through: low bits dropped, saturated."""
    step, limit = 2.0 ** (settings.input_integer + 1 - settings.input_bits), 2.0**settings.input_integer
    kept: NDArray[np.float32] = np.clip(np.floor(x / step) * step, -limit, limit - step).astype(np.float32)
    return kept


def quantised(settings: QuantisedSettings | None = None) -> keras.Model:
    """Decimating convolutions of few channels, a maximum, two dense layers; one type a tensor, so that it streams.

    The input is cut to `input_bits`: its lowest bits are dropped and what is too large saturates. Every other tensor
    saturates too, so that a burst larger than any in training cannot wrap into something else.
    """
    chosen = settings or QuantisedSettings()
    first = QuantizerConfig(
        "kif",
        "datalane",
        k0=True,
        i0=chosen.input_integer,
        f0=chosen.input_bits - 1 - chosen.input_integer,
        round_mode="TRN",
        overflow_mode="SAT",
        homogeneous_axis=None,
        heterogeneous_axis=(),
        trainable=False,
    )
    activations = QuantizerConfigScope(
        place="datalane",
        default_q_type="kif",
        k0=False,
        i0=3,
        f0=chosen.activation_bits,
        round_mode="RND",
        overflow_mode="SAT",
        homogeneous_axis=None,
        heterogeneous_axis=(),
    )
    weights = QuantizerConfigScope(
        place="weight", default_q_type="kif", i0=1, f0=chosen.weight_bits, overflow_mode="SAT_SYM"
    )
    # Widths of biases stay: the layer counts them once a sample, not once a kernel, and would starve them.
    biases = QuantizerConfigScope(
        place="bias", default_q_type="kif", i0=2, f0=chosen.activation_bits, overflow_mode="SAT_SYM", trainable=False
    )
    with activations, weights, biases, LayerConfigScope(enable_ebops=True, beta0=chosen.cost):
        x = keras.Input((c.SAMPLES, c.POLARISATIONS), name="traces")
        y = x
        shapes = zip(chosen.filters, chosen.kernels, chosen.strides, strict=True)
        for index, (filters, kernel, stride) in enumerate(shapes, 1):
            y = hl.QConv1D(
                filters,
                kernel,
                strides=stride,
                activation="relu",
                parallelization_factor=1,
                iq_conf=first if index == 1 else None,
                name=f"convolution_{index}",
            )(y)
        y = hl.QMaxPooling1D(chosen.pool, parallelization_factor=1, name="maximum")(y)
        y = kl.Flatten(name="flat")(y)
        y = hl.QDense(chosen.hidden, activation="relu", name="hidden")(y)
        y = hl.QDense(1, name="logit")(y)
        return keras.Model(x, y, name="grand_quantised")
