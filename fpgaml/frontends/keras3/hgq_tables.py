"""HGQ2 layers made of tables: QUnaryFunctionLUT, QAffinedUnaryFunctionLUT, QSoftmax; and the Quantizer layer.

Sources: HGQ2 0.2, `hgq/layers/activation.py`, `hgq/layers/softmax.py`, `hgq/quantizer/quantizer.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fpgaml.frontends.keras3.functions import FUNCTIONS, PIECEWISE, activate, function_name, in_float32, lookup
from fpgaml.frontends.keras3.merging import axes_of
from fpgaml.frontends.keras3.quantizers import Floats, load
from fpgaml.frontends.keras3.work import Work
from fpgaml.graph.ops import Multiply, Reduce, Reduction, Subtract

KERAS_EPSILON = np.float32(1e-7)


def quantizer_layer(work: Work, inputs: Sequence[str]) -> str:
    """The stand-alone Quantizer."""
    return work.quantize(inputs[0], load(work.config("config"), work.variables), "")


def unary_lut(work: Work, inputs: Sequence[str]) -> str:
    """QUnaryFunctionLUT."""
    work.own("*")
    return activate(work, work.quantized_input(inputs[0]), work.config("activation"), work.output_quantizer())


def affined_unary_lut(work: Work, inputs: Sequence[str]) -> str:
    """QAffinedUnaryFunctionLUT: a function of x * scale + bias, both trained."""
    own = work.own("scale", "bias", "*")
    factor, offset = np.float32(own["scale"][0]), np.float32(own["bias"][0])
    name = function_name(work.config("activation")) or ""
    node = work.quantized_input(inputs[0])
    if name in PIECEWISE:
        node = work.scale(node, float(factor), float(offset), "affine")
        return activate(work, node, name, work.output_quantizer())
    function = in_float32(FUNCTIONS[name])
    return lookup(work, node, lambda x: function(x * factor + offset), work.output_quantizer(), name)


def softmax(work: Work, inputs: Sequence[str]) -> str:
    """QSoftmax: exp(-(max - x)) from one table, times the inverse of its sum from another."""
    work.own("*")
    node = work.quantized_input(inputs[0])
    axes = axes_of(work.config("axes", -1), len(work.shape(node)))
    scaler = np.float32(work.config("input_scaler", 1.0))
    if work.config("stable", True):
        largest = work.add(Reduce(Reduction.MAX, axes), node, suffix="max")
        node = work.add(Subtract(), largest, node, suffix="below_max")
        node = work.quantize(node, work.quantizer("exp_table/iq", "exp_iq_conf"), "exp_iq")
        scaler = np.float32(-scaler)
    exponential = in_float32(FUNCTIONS["exp"])
    node = lookup(work, node, lambda x: exponential(x * scaler), work.quantizer("exp_table/oq", "exp_oq_conf"), "exp")
    total = work.add(Reduce(Reduction.SUM, axes), node, suffix="sum")
    total = work.quantize(total, work.quantizer("inv_table/iq", "inv_iq_conf"), "inv_iq")
    inverse = lookup(work, total, _inverse, work.quantizer("inv_table/oq", "inv_oq_conf"), "inv")
    return work.quantized_output(work.add(Multiply(), node, inverse))


def _inverse(x: Floats) -> Floats:
    """1 / (x + Keras's epsilon), in float32."""
    with np.errstate(all="ignore"):
        return np.asarray(np.float32(1) / (x + KERAS_EPSILON), dtype=np.float32)
