"""The float network and the quantised one (HGQ2): the same layers, so that the second starts from the first.

A window of 12 samples passes one convolution of stride 2, then two small dense layers give energy and energy times
time of its crossing. Time is their ratio, as for the optimal filter: what ReLUs give grows with the input, a ratio does
not.

Windows of neighbouring crossings overlap. What the convolution does with a sample is therefore the same wherever in a
window the sample lies, types included: firmware computes it once a sample and keeps the filters' answers.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from hgq.config import LayerConfigScope, QuantizerConfig, QuantizerConfigScope
from hgq.layers import QConv1D, QDense
from hgq.regularizers import MonoL1

from fpgaml.errors import FpgamlError

from .windows import RINGS, WINDOW

OUTPUTS = 2
"""Energy in GeV; energy times time in 16 GeV ns."""
KEPT_BIT = 4e-5
"""What a bit of a filter's answer costs in the loss. No bit operation counts it, but firmware keeps the answers."""


@dataclass(frozen=True)
class NetworkSettings:
    """Sizes of both networks: 4 x 3 x 8 + 40 x 10 + 10 x 2 weights by default.

    Args:
        filters: of the convolution.
        kernel: samples that a filter sees; four, like the optimal filter.
        stride: samples between two places of a filter.
        hidden: width of the dense layer.
        rings: rings of cells that are read (see cluster.ring_of_cell).
    """

    filters: int = 8
    kernel: int = 4
    stride: int = 2
    hidden: int = 10
    rings: int = RINGS

    def __post_init__(self) -> None:
        if not (self.filters >= 1 and 1 <= self.kernel <= WINDOW and self.stride >= 1 and self.hidden >= 1):
            reason = f"filters, stride and hidden must be at least 1, kernel between 1 and {WINDOW}"
            raise FpgamlError("lar_timing: network", reason)


def float_network(settings: NetworkSettings) -> keras.Model:
    """Input (12, rings) in GeV, output (2,)."""
    samples = keras.Input((WINDOW, settings.rings), name="samples")
    conv = keras.layers.Conv1D(
        settings.filters, settings.kernel, strides=settings.stride, activation="relu", name="filters"
    )
    hidden = keras.layers.Dense(settings.hidden, activation="relu", name="hidden")
    pulse = keras.layers.Dense(OUTPUTS, name="pulse")
    flat = keras.layers.Flatten(name="flat")
    return keras.Model(samples, pulse(hidden(flat(conv(samples)))), name="lar_timing_float")


def quantised_network(settings: NetworkSettings, beta: float = 1e-8) -> keras.Model:
    """The same with a trainable bit width for every weight and every activation.

    Activations saturate: a pulse beyond what training saw must not wrap round to a small one. Types of the samples and
    of the filters' answers do not differ along time (axis 1), and a bit operation of the convolution counts once, not
    at each of its places in a window. Behind the filters each place has types of its own, which cut bits off: their
    answers were rounded already.

    Args:
        settings: sizes.
        beta: what a bit operation costs in the loss, at first; training changes it.
    """
    with (
        QuantizerConfigScope(place=("weight", "bias"), default_q_type="kbi", overflow_mode="SAT_SYM", b0=8),
        QuantizerConfigScope(place="datalane", default_q_type="kif", overflow_mode="SAT", i0=8, f0=6),
        LayerConfigScope(enable_ebops=True, beta0=beta),
    ):
        samples = keras.Input((WINDOW, settings.rings), name="samples")
        price = MonoL1(KEPT_BIT)
        conv = QConv1D(
            settings.filters,
            settings.kernel,
            strides=settings.stride,
            activation="relu",
            parallelization_factor=1,
            iq_conf=QuantizerConfig("default", "datalane", homogeneous_axis=(0, 1)),
            enable_oq=True,
            oq_conf=QuantizerConfig("default", "datalane", homogeneous_axis=(0, 1), ir=price, fr=price),
            name="filters",
        )
        cut = QuantizerConfig("default", "datalane", round_mode="TRN")
        hidden = QDense(settings.hidden, activation="relu", iq_conf=cut, name="hidden")
        pulse = QDense(OUTPUTS, name="pulse")
        flat = keras.layers.Flatten(name="flat")
        return keras.Model(samples, pulse(hidden(flat(conv(samples)))), name="lar_timing_quantised")
