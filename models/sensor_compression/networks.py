"""The float encoder and the quantised one (HGQ2), with the decoder that they are trained with.

The encoder is the published one [arXiv 2105.01683]: 8 filters of 3 x 3 with stride 2 on the 8 x 8 image, then 16 latent
values. Its decoder is ours: dense layers in the place of transposed convolutions, with a softmax, since what it gives
back are parts of a sum that is sent beside the latent values.
"""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from hgq.config import LayerConfigScope, QuantizerConfig, QuantizerConfigScope
from hgq.constraints import MinMax
from hgq.layers import QConv2D, QDense
from hgq.quantizer import Quantizer
from keras import layers as kl

from . import constants as c
from .decoder import LAYERS

HIDDEN = 160
"""Width of the decoder's dense layers; the published one unfolds to 128."""
IMAGE = (c.IMAGE, c.IMAGE, 1)
CODE = "latent"
TOP = 2.0 - 2.0 ** (c.LATENT_INTEGER - c.LATENT_BITS)
"""The largest latent value."""


def float_autoencoder(noise: float = 0.0) -> keras.Model:
    """Encoder and decoder, image (8, 8, 1) to fractions (48,).

    Args:
        noise: standard deviation of what is added to latent values in training, so that they spread over their range.
    """
    image = keras.Input(IMAGE, name="image")
    y = kl.Conv2D(c.FILTERS, c.KERNEL, strides=c.STRIDE, padding="same", activation="relu", name="filters")(image)
    y = kl.Dense(c.LATENT, name="dense")(kl.Flatten(name="flat")(y))
    y = kl.ReLU(TOP, name=CODE)(y)
    return keras.Model(image, _decoded(y, noise), name="sensor_compression_float")


def quantised_autoencoder(noise: float = 0.0, beta: float = 1e-8) -> keras.Model:
    """The same; weights of the encoder have at most 6 bits, and training chooses how many each needs.

    Args:
        noise: as for the float network.
        beta: what a bit operation costs in the loss, at first; training changes it.
    """
    weight = QuantizerConfig(
        "kbi", "weight", k0=1, b0=c.WEIGHT_BITS - 1, i0=1, bc=MinMax(0, c.WEIGHT_BITS - 1), overflow_mode="SAT_SYM"
    )
    between = QuantizerConfig(
        "kif",
        "datalane",
        k0=0,
        i0=c.ACCUMULATED_INTEGER,
        f0=c.ACCUMULATED_BITS - c.ACCUMULATED_INTEGER,
        ic=MinMax(-4, c.ACCUMULATED_INTEGER),
        fc=MinMax(0, c.ACCUMULATED_BITS - c.ACCUMULATED_INTEGER),
        overflow_mode="SAT",
        round_mode="RND",
    )
    bias = QuantizerConfig("kif", "bias", k0=1, i0=1, f0=6, overflow_mode="SAT_SYM")
    with (
        QuantizerConfigScope(place="datalane", overflow_mode="SAT"),
        LayerConfigScope(enable_ebops=True, beta0=beta),
    ):
        image = keras.Input(IMAGE, name="image")
        y = Quantizer(_fixed(c.INPUT_BITS, c.INPUT_INTEGER), name="charges")(image)
        y = QConv2D(
            c.FILTERS,
            c.KERNEL,
            strides=c.STRIDE,
            padding="same",
            activation="relu",
            iq_conf=_fixed(c.INPUT_BITS, c.INPUT_INTEGER),
            kq_conf=weight,
            bq_conf=bias,
            name="filters",
        )(y)
        y = QDense(
            c.LATENT,
            iq_conf=between,
            kq_conf=weight,
            bq_conf=bias,
            enable_oq=True,
            oq_conf=_fixed(c.LATENT_BITS, c.LATENT_INTEGER),
            name="dense",
        )(kl.Flatten(name="flat")(y))
        y = kl.Identity(name=CODE)(y)
    return keras.Model(image, _decoded(y, noise), name="sensor_compression_quantised")


def decoder() -> keras.Model:
    """The decoder alone, (16,) to (48,)."""
    latent = keras.Input((c.LATENT,), name="received")
    return keras.Model(latent, _decoded(latent, 0.0), name="decoder")


def encoder(autoencoder: keras.Model) -> keras.Model:
    """What the firmware is made from: the layers up to the latent values, which it shares with the autoencoder."""
    name = autoencoder.name.replace("sensor_compression", "encoder")
    last = "dense" if "quantised" in name else CODE
    return keras.Model(autoencoder.input, autoencoder.get_layer(last).output, name=name)


def _decoded(latent: Any, noise: float) -> Any:
    y = kl.GaussianNoise(noise, name="noise")(latent) if noise else latent
    y = kl.Dense(HIDDEN, activation="relu", name=LAYERS[0])(y)
    y = kl.Dense(HIDDEN, activation="relu", name=LAYERS[1])(y)
    return kl.Dense(c.CELLS, activation="softmax", name=LAYERS[2])(y)


def _fixed(bits: int, integer: int) -> QuantizerConfig:
    """An unsigned, saturating type that is not trained; it keeps its width whatever the loss says."""
    return QuantizerConfig(
        "kif",
        "datalane",
        k0=0,
        i0=integer,
        f0=bits - integer,
        overflow_mode="SAT",
        round_mode="RND",
        ir=None,
        fr=None,
        homogeneous_axis=None,
        heterogeneous_axis=(),
        trainable=False,
    )
