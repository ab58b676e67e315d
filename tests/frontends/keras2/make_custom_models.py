"""Writes models of layers that are not Keras' own: hls4ml's GarNet, BinaryDense and TernaryDense, HGQ 1's proxies.

Run it where Keras 2.14, HGQ 0.2 and hls4ml are installed; fpgaml is not needed:

    python -m tests.frontends.keras2.make_custom_models tests/fixtures/keras2
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from HGQ.proxy.fixed_point_quantizer import FixedPointQuantizer
from HGQ.proxy.unary_lut import UnaryLUT
from hls4ml.contrib.garnet import GarNet
from tensorflow.keras import Model, layers

from tests.frontends.keras2.make_models import chain, write


class BinaryDense(layers.Dense):
    """Weights become -H or H (Hubara et al., arXiv:1602.02830)."""

    def __init__(self, units, H=1.0, **settings):
        super().__init__(units, **settings)
        self.H = H

    def weighed(self):
        """The kernel of inference."""
        return self.H * (2 * tf.round(tf.clip_by_value(0.5 * (self.kernel / self.H) + 0.5, 0, 1)) - 1)

    def call(self, inputs):
        """As a Dense with other weights."""
        result = tf.matmul(inputs, self.weighed())
        return self.activation(result + self.bias if self.use_bias else result)

    def get_config(self):
        """With H."""
        return {**super().get_config(), "H": self.H}


class TernaryDense(BinaryDense):
    """Weights become -H, 0 or H, by half of H."""

    def weighed(self):
        """The kernel of inference."""
        share = self.kernel / self.H
        return self.H * tf.where(share > 0.5, 1.0, tf.where(share <= -0.5, -1.0, 0.0))


def binary_tanh(x):
    """-1 or 1."""
    return 2 * tf.round(tf.clip_by_value(0.5 * x + 0.5, 0, 1)) - 1


def ternary_tanh(x):
    """-1, 0 or 1."""
    return tf.where(x > 0.5, 1.0, tf.where(x <= -0.5, -1.0, 0.0))


def binarized():
    """Both layers with their activations."""
    return chain(
        (6,),
        BinaryDense(5, use_bias=False, name="binary"),
        layers.Activation(binary_tanh, name="signs"),
        BinaryDense(4, H=0.5, use_bias=False, name="half"),
        layers.Activation(ternary_tanh, name="thirds"),
        TernaryDense(4, use_bias=False, name="ternary"),
    )


def garnet():
    """One layer, on four vertices of an event at most."""
    x, n = layers.Input((4, 3), name="x"), layers.Input((1,), name="vertices")
    mean = GarNet(2, 3, 4, simplified=True, collapse="mean", output_activation=None, name="mean")([x, n])
    each = GarNet(2, 3, 2, simplified=True, output_activation="tanh", name="each")([x, n])
    return Model([x, n], [mean, each])


def quantizer(name, shape, **modes):
    """Bit widths of an HGQ model after training, some of them zero."""
    rng = np.random.default_rng(len(name))
    bits = rng.integers(0, 7, shape).astype("int8")
    integers = rng.integers(-1, 4, shape).astype("int8")
    signed = rng.integers(0, 2, shape).astype("int8")
    made = [tf.constant(array, dtype="int8") for array in (signed, bits, integers)]
    return FixedPointQuantizer(*made, name=name, **modes)


def hgq1_proxy():
    """What `to_proxy_model` makes: layers with exact weights, and quantizers between them."""
    x = layers.Input((4, 3), name="x")
    a = quantizer("each", (1, 4, 3))(x)
    b = layers.Dense(3, name="dense")(a)
    b = quantizer("channel", (1, 1, 3), RND="RND", SAT="SAT")(b)
    c = layers.Activation("relu", name="relu")(b)
    narrow = FixedPointQuantizer(
        *(np.full(1, n, "int8") for n in (1, 5, 2)), RND="RND_CONV", SAT="SAT_SYM", name="narrow"
    )(b)
    table = UnaryLUT.from_activation(tf.math.tanh, (1, 1, 3), (1, 0, 4, "RND", "SAT"))
    table._name = "table"
    return Model(x, [c, table(narrow), quantizer("zeros_too", (1, 4, 3), SAT="SAT_ZERO")(x)])


BUILDERS = (binarized, garnet, hgq1_proxy)


def main(folder: Path, names) -> None:
    """Write the models of these names, or all."""
    for number, build in enumerate(BUILDERS):
        if not names or build.__name__ in names:
            write(folder, build.__name__, build, 200 + number)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
