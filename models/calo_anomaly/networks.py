"""The autoencoder teacher, the float students and their quantised forms (HGQ2).

Every network reads counts, shape (18, 14). The teacher gives the image back; students give 32 ln(MSE of the teacher).
They differ from CICADA's in training alone: no batch normalisation, since a quantised student starts from the weights
of its float form, and no dropout, since events are made in any number and missing regions blur the sum.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from hgq.constraints import MinMax
from hgq.layers import QConv2D, QDense
from hgq.quantizer import Quantizer
from hgq.quantizer.config import QuantizerConfig
from keras import layers as kl
from numpy.typing import NDArray

from . import constants as c

IMAGE = (c.PHI, c.ETA)

MEAN_SCORE = 96.0
"""Where the last bias starts: about 32 ln(MSE) of pile-up, so that training does not begin by moving there."""


def teacher() -> keras.Model:
    """The autoencoder of CICADA's `models.py`: 323,731 parameters; output of shape (18, 14), counts.

    Half of the image's size, 9 x 7 x 30, goes through 80 numbers and back.
    """
    x = keras.Input(IMAGE, name="regions")
    y = kl.Reshape((*IMAGE, 1), name="image")(x)
    y = kl.Conv2D(20, 3, padding="same", activation="relu", name="encode_1")(y)
    y = kl.AveragePooling2D(2, name="halve")(y)
    y = kl.Conv2D(30, 3, padding="same", activation="relu", name="encode_2")(y)
    y = kl.Dense(80, activation="relu", name="latent")(kl.Flatten(name="flat")(y))
    y = kl.Dense(9 * 7 * 30, activation="relu", name="decode_1")(y)
    y = kl.Reshape((9, 7, 30), name="small_image")(y)
    y = kl.Conv2D(30, 3, padding="same", activation="relu", name="decode_2")(y)
    y = kl.UpSampling2D(2, name="double")(y)
    y = kl.Conv2D(20, 3, padding="same", activation="relu", name="decode_3")(y)
    y = kl.Conv2D(1, 3, padding="same", activation="relu", name="decode_4")(y)
    return keras.Model(x, kl.Reshape(IMAGE, name="counts")(y), name="teacher")


def float_dense() -> keras.Model:
    """CICADA's first student: 252 - 16 - 1. Hidden values saturate at 64, the score lies in 0 to 256."""
    x = keras.Input(IMAGE, name="regions")
    return keras.Model(x, float_head(kl.Flatten(name="flat")(x)), name="float_dense")


def float_conv() -> keras.Model:
    """CICADA's second student: 4 filters of 2 x 2 with stride 2, then as the first."""
    x = keras.Input(IMAGE, name="regions")
    y = kl.Reshape((*IMAGE, 1), name="image")(x)
    y = kl.Conv2D(c.FILTERS, c.FILTER_SIZE, strides=c.FILTER_SIZE, use_bias=False, name="filters")(y)
    y = kl.ReLU(_saturation(), name="filters_relu")(y)
    return keras.Model(x, float_head(kl.Flatten(name="flat")(y)), name="float_conv")


def quantised_dense() -> keras.Model:
    """The first student with trained bit widths: each region and each weight has its own."""
    x = keras.Input(IMAGE, name="regions")
    y = kl.Flatten(name="flat")(_counts(x))
    return keras.Model(x, _quantised_head(y, _region_config((0,))), name="quantised_dense")


def quantised_conv() -> keras.Model:
    """The second student with trained bit widths; all regions share one, since the filters slide over them."""
    x = keras.Input(IMAGE, name="regions")
    y = kl.Reshape((*IMAGE, 1), name="image")(_counts(x))
    y = QConv2D(
        c.FILTERS,
        c.FILTER_SIZE,
        strides=c.FILTER_SIZE,
        use_bias=False,
        activation="relu",
        iq_conf=_region_config((0, 1, 2, 3)),
        kq_conf=_weight_config(),
        name="filters",
    )(y)
    y = kl.Flatten(name="flat")(y)
    return keras.Model(x, _quantised_head(y, _hidden_config()), name="quantised_conv")


FLOAT: dict[str, Callable[[], keras.Model]] = {"dense": float_dense, "conv": float_conv}
QUANTISED: dict[str, Callable[[], keras.Model]] = {"dense": quantised_dense, "conv": quantised_conv}


def teacher_score(images: NDArray[np.generic], rebuilt: NDArray[np.generic]) -> NDArray[np.float64]:
    """32 ln of the mean squared error, on the grid and in the range of `ufixed<16,8>`.

    Args:
        images, rebuilt: counts, shape (events, 18, 14).

    Returns:
        Shape (events,).
    """
    difference = np.asarray(rebuilt, np.float64) - np.asarray(images, np.float64)
    error = np.square(difference).mean(axis=(1, 2))
    score: NDArray[np.float64] = c.SCORE_FACTOR * np.log(np.maximum(error, 1.0))
    on_grid: NDArray[np.float64] = np.round(score / c.SCORE_STEP) * c.SCORE_STEP
    return np.minimum(on_grid, c.SCORE_MAX)


def _saturation() -> float:
    return 2.0**c.HIDDEN_INTEGER - 2.0 ** (c.HIDDEN_INTEGER - c.HIDDEN_BITS)


def float_head(features: Any, hidden: int = c.HIDDEN) -> Any:
    """The layers of every student behind its features: hidden values that saturate, and a score in its range."""
    y = kl.ReLU(_saturation(), name="hidden_relu")(kl.Dense(hidden, name="hidden")(features))
    y = kl.Dense(1, bias_initializer=keras.initializers.Constant(MEAN_SCORE), name="score")(y)
    return kl.ReLU(c.SCORE_MAX, name="score_range")(y)


def _quantised_head(features: Any, incoming: QuantizerConfig) -> Any:
    y = QDense(
        c.HIDDEN, activation="relu", iq_conf=incoming, kq_conf=_weight_config(), bq_conf=_bias_config(), name="hidden"
    )(features)
    return QDense(
        1,
        bias_initializer=keras.initializers.Constant(MEAN_SCORE),
        iq_conf=_hidden_config(),
        kq_conf=_weight_config(),
        bq_conf=_bias_config(),
        enable_oq=True,
        oq_conf=_fixed(c.SCORE_INTEGER, c.SCORE_BITS - c.SCORE_INTEGER),
        name="score",
    )(y)


def _counts(x: Any) -> Any:
    """The port of the firmware: what arrives is `ap_uint<10>`, whatever the network then does with it."""
    return Quantizer(_fixed(c.ET_BITS, 0), name="counts")(x)


def _fixed(integer: int, fractional: int) -> QuantizerConfig:
    """An unsigned, saturating type that is not trained; it keeps its width whatever the loss says."""
    return QuantizerConfig(
        "kif",
        "datalane",
        k0=0,
        i0=integer,
        f0=fractional,
        overflow_mode="SAT",
        round_mode="RND",
        ir=None,
        fr=None,
        homogeneous_axis=None,
        heterogeneous_axis=(),
        trainable=False,
    )


def _region_config(homogeneous_axis: tuple[int, ...]) -> QuantizerConfig:
    """Counts that may saturate earlier and lose low bits, but never wrap: a wrapped hot region would look empty."""
    return QuantizerConfig(
        "kif",
        "datalane",
        k0=0,
        i0=c.ET_BITS,
        f0=0,
        ic=MinMax(4, c.ET_BITS),
        fc=MinMax(-3, 0),
        overflow_mode="SAT",
        round_mode="TRN",
        homogeneous_axis=homogeneous_axis,
    )


def _hidden_config() -> QuantizerConfig:
    """Values between layers, each with its own width, that saturate at 64 as CICADA's do."""
    return QuantizerConfig(
        "kif",
        "datalane",
        k0=0,
        i0=c.HIDDEN_INTEGER,
        f0=c.HIDDEN_BITS - c.HIDDEN_INTEGER,
        ic=MinMax(0, c.HIDDEN_INTEGER),
        fc=MinMax(-6, 6),
        overflow_mode="SAT",
        round_mode="RND",
        homogeneous_axis=(0,),
    )


def _weight_config() -> QuantizerConfig:
    return QuantizerConfig("kif", "weight", k0=1, i0=1, f0=6, round_mode="RND", overflow_mode="SAT_SYM")


def _bias_config() -> QuantizerConfig:
    return QuantizerConfig(
        "kif", "bias", k0=1, i0=c.SCORE_INTEGER, f0=4, round_mode="RND", overflow_mode="SAT_SYM", homogeneous_axis=()
    )
