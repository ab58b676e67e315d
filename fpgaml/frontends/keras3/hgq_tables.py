"""HGQ2 layers made of tables: QUnaryFunctionLUT, QAffinedUnaryFunctionLUT, QSoftmax; and the Quantizer layer.

Sources: HGQ2 0.2, `hgq/layers/activation.py`, `hgq/layers/softmax.py`, `hgq/quantizer/quantizer.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.keras.attention import far_below
from fpgaml.frontends.keras.statistics import axes_of
from fpgaml.frontends.keras3.functions import FUNCTIONS, PIECEWISE, activate, function_name, in_float32, lookup
from fpgaml.frontends.keras3.layer import Layer
from fpgaml.frontends.keras3.quantizers import Floats, load
from fpgaml.graph.ops import Multiply, Reduce, Reduction, Scale, Subtract
from fpgaml.graph.values import FixedArray

KERAS_EPSILON = np.float32(1e-7)


def quantizer_layer(layer: Layer) -> str:
    """The stand-alone Quantizer."""
    return layer.quantize(layer.input, load(layer.config.get("config"), layer.variables), "")


def unary_lut(layer: Layer) -> str:
    """QUnaryFunctionLUT."""
    layer.own("*")
    return activate(layer, layer.quantized_input(layer.input), layer.config.get("activation"), layer.output_quantizer())


def affined_unary_lut(layer: Layer) -> str:
    """QAffinedUnaryFunctionLUT: a function of x * scale + bias, both trained."""
    own = layer.own("scale", "bias", "*")
    factor, offset = np.float32(own["scale"][0]), np.float32(own["bias"][0])
    name = function_name(layer.config.get("activation")) or ""
    node = layer.quantized_input(layer.input)
    if name in PIECEWISE:
        node = layer.scale(node, float(factor), float(offset), "affine")
        return activate(layer, node, name, layer.output_quantizer())
    function = in_float32(FUNCTIONS[name])
    return lookup(layer, node, lambda x: function(x * factor + offset), layer.output_quantizer(), name)


def softmax(layer: Layer, mask: NDArray[np.int64] | None = None) -> str:
    """QSoftmax: exp(-(max - x)) from one table, times the inverse of its sum from another.

    Args:
        mask: 0 where a value takes no part, with the rank of x; or None.
    """
    layer.own("*")
    node = layer.quantized_input(layer.input)
    axes = axes_of(layer.config.get("axes", -1), len(layer.shape(node)), layer.label)
    scaler = np.float32(layer.config.get("input_scaler", 1.0))
    if layer.config.get("stable", True):
        if mask is not None:
            node = far_below(layer, node, mask)
        largest = layer.add(Reduce(Reduction.MAX, axes), node, suffix="max")
        node = layer.add(Subtract(), largest, node, suffix="below_max")
        node = layer.quantize(node, layer.quantizer("exp_table/iq", "exp_iq_conf"), "exp_iq")
        scaler = np.float32(-scaler)
    exponential = in_float32(FUNCTIONS["exp"])
    node = lookup(layer, node, lambda x: exponential(x * scaler), layer.quantizer("exp_table/oq", "exp_oq_conf"), "exp")
    if mask is not None:
        kept = Scale(FixedArray(mask, 0), FixedArray(np.zeros((1,) * mask.ndim, dtype=np.int64), 0))
        node = layer.add(kept, node, suffix="masked_exp")
    total = layer.add(Reduce(Reduction.SUM, axes), node, suffix="sum")
    total = layer.quantize(total, layer.quantizer("inv_table/iq", "inv_iq_conf"), "inv_iq")
    inverse = lookup(layer, total, _inverse, layer.quantizer("inv_table/oq", "inv_oq_conf"), "inv")
    return layer.quantized_output(layer.add(Multiply(), node, inverse))


def _inverse(x: Floats) -> Floats:
    """1 / (x + Keras's epsilon), in float32."""
    with np.errstate(all="ignore"):
        return np.asarray(np.float32(1) / (x + KERAS_EPSILON), dtype=np.float32)
