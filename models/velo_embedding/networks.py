"""The float network and the quantised one (HGQ2): the same layers, so that the second starts from the first.

Published is the size alone, about 31,000 parameters. Inputs, widths and the dimension of the embedding are our own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from hgq.config import LayerConfigScope, QuantizerConfigScope
from hgq.layers import QDense

from fpgaml.errors import FpgamlError

from .inputs import INPUTS


@dataclass(frozen=True)
class NetworkSettings:
    """Sizes of both networks: 30,988 parameters by default.

    Args:
        hidden: widths of the hidden layers, each followed by a ReLU.
        outputs: dimension of the space that hits are embedded in.
    """

    hidden: tuple[int, ...] = (128, 128, 104)
    outputs: int = 4

    def __post_init__(self) -> None:
        if not (self.hidden and min(*self.hidden, self.outputs) >= 1):
            raise FpgamlError("velo_embedding: network", "widths of hidden layers and outputs must be at least 1")


def float_network(settings: NetworkSettings) -> keras.Model:
    """Input (4,), output (outputs,)."""
    hit = y = keras.Input((INPUTS,), name="hit")
    for index, width in enumerate(settings.hidden, 1):
        y = keras.layers.Dense(width, activation="relu", name=f"hidden_{index}")(y)
    return keras.Model(hit, keras.layers.Dense(settings.outputs, name="place")(y), name="velo_embedding_float")


def quantised_network(settings: NetworkSettings, beta: float = 1e-8) -> keras.Model:
    """The same with a trainable bit width for every weight and every activation; all saturate.

    Args:
        settings: sizes.
        beta: what a bit operation costs in the loss, at first; training changes it.
    """
    with (
        QuantizerConfigScope(place=("weight", "bias"), default_q_type="kbi", overflow_mode="SAT_SYM", b0=5),
        QuantizerConfigScope(place="datalane", default_q_type="kif", overflow_mode="SAT", i0=2, f0=6),
        LayerConfigScope(enable_ebops=True, beta0=beta),
    ):
        hit = y = keras.Input((INPUTS,), name="hit")
        for index, width in enumerate(settings.hidden, 1):
            y = QDense(width, activation="relu", name=f"hidden_{index}")(y)
        place = QDense(settings.outputs, enable_oq=True, name="place")(y)
        return keras.Model(hit, place, name="velo_embedding_quantised")
