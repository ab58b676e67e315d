"""The float autoencoder and the quantised one (HGQ2): pulse in, score out.

Encoder, decoder, difference to the input, squares and their sum are one network, so that all of it is in the firmware
and all of it is exact. A convolution of stride 4 sees every sample once; its transpose is a convolution of width 1 that
gives four samples at each of its places. The sum runs over time as an average of 32, a shift, which firmware
accumulates while samples pass; then over the channels.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from hgq.config import LayerConfigScope, QuantizerConfig, QuantizerConfigScope
from hgq.layers import QConv1D, QDense
from hgq.quantizer import Quantizer
from keras import layers as kl

from fpgaml.errors import FpgamlError

from . import constants as c

CHANNELS = len(c.CHANNELS)
PULSE = (c.BLOCKS, CHANNELS)


@dataclass(frozen=True)
class NetworkSettings:
    """Sizes of both networks.

    Args:
        filters: of the convolution; stride: its width and its step, a divisor of 32.
        latent: numbers that a pulse passes through; bent: ReLU units behind them, more than twice as many, so that what
            is linear passes whole; hidden: features at each place that the decoder restores from.
    """

    filters: int = 16
    stride: int = 4
    latent: int = 14
    bent: int = 40
    hidden: int = 16

    def __post_init__(self) -> None:
        fits = self.stride >= 1 and c.BLOCKS % self.stride == 0
        if not (fits and min(self.filters, self.latent, self.bent, self.hidden) >= 1):
            reason = f"sizes must be at least 1, and stride a divisor of {c.BLOCKS}"
            raise FpgamlError("accelerator_fault: network", reason)

    @property
    def places(self) -> int:
        """Of the convolution in a pulse."""
        return c.BLOCKS // self.stride


def float_network(settings: NetworkSettings) -> keras.Model:
    """Input (32, 14) in counts, output (1,): mean over time of the squared difference, summed over channels."""
    pulse = keras.Input(PULSE, name="pulse")
    y = kl.Conv1D(settings.filters, settings.stride, strides=settings.stride, name="compress")(pulse)
    y = kl.Dense(settings.latent, name="latent")(kl.Flatten(name="flat")(y))
    y = kl.Dense(settings.bent, activation="relu", name="bend")(y)
    y = kl.Dense(settings.places * settings.hidden, name="unfold")(y)
    y = kl.Reshape((settings.places, settings.hidden), name="places")(y)
    y = kl.Conv1D(settings.stride * CHANNELS, 1, name="restore")(y)
    return keras.Model(pulse, _score(pulse, y), name="accelerator_fault_float")


def quantised_network(settings: NetworkSettings, beta: float = 1e-8) -> keras.Model:
    """The same with a trainable bit width for each weight; numbers that stream in turn share one type.

    The restored pulse is rounded to whole counts, so that the differences have 10 bits and their squares 20; nothing
    behind it loses a bit.
    """
    stream = QuantizerConfig("default", "datalane", homogeneous_axis=(0, 1, 2))
    flat = QuantizerConfig("default", "datalane", homogeneous_axis=(0, 1))
    with (
        QuantizerConfigScope(place=("weight", "bias"), default_q_type="kbi", overflow_mode="SAT_SYM", b0=8),
        QuantizerConfigScope(place="datalane", default_q_type="kif", overflow_mode="SAT", i0=8, f0=4),
        LayerConfigScope(enable_ebops=True, beta0=beta),
    ):
        pulse = keras.Input(PULSE, name="pulse")
        counts = Quantizer(_counts(), name="counts")(pulse)
        y = QConv1D(settings.filters, settings.stride, strides=settings.stride, iq_conf=_counts(), name="compress")(
            counts
        )
        y = QDense(settings.latent, iq_conf=flat, name="latent")(kl.Flatten(name="flat")(y))
        y = QDense(settings.bent, activation="relu", iq_conf=flat, name="bend")(y)
        y = QDense(settings.places * settings.hidden, iq_conf=flat, name="unfold")(y)
        y = kl.Reshape((settings.places, settings.hidden), name="places")(y)
        y = QConv1D(settings.stride * CHANNELS, 1, iq_conf=stream, enable_oq=True, oq_conf=_counts(), name="restore")(y)
        return keras.Model(pulse, _score(counts, y), name="accelerator_fault_quantised")


def _score(pulse: Any, places: Any) -> Any:
    """From (32, 14) and what was restored at each place to the score, (1,)."""
    restored = kl.Reshape(PULSE, name="restored")(places)
    difference = kl.Subtract(name="difference")([pulse, restored])
    squares = kl.Multiply(name="squares")([difference, difference])
    by_channel = kl.GlobalAveragePooling1D(name="by_channel")(squares)
    return keras.ops.sum(by_channel, axis=-1, keepdims=True)


def _counts() -> QuantizerConfig:
    """Whole counts of 9 bits, saturating; the type is not trained."""
    return QuantizerConfig(
        "kif",
        "datalane",
        k0=1,
        i0=c.COUNT_BITS - 1,
        f0=0,
        overflow_mode="SAT",
        round_mode="RND",
        ir=None,
        fr=None,
        homogeneous_axis=None,
        heterogeneous_axis=(),
        trainable=False,
    )
