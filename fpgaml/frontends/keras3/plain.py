"""Plain Keras layers with float weights, by the Keras 2 frontend's converters, which make their rounding explicit."""

from __future__ import annotations

from collections.abc import Sequence

from fpgaml.frontends.keras2.emit import BIAS_BITS, WEIGHT_BITS, Emitter, Layer, tensor
from fpgaml.frontends.keras2.layers import CONVERTERS
from fpgaml.frontends.keras3.functions import activate, softmax_of
from fpgaml.frontends.keras3.hgq_linear import einsum_op
from fpgaml.frontends.keras3.merging import axes_of
from fpgaml.frontends.keras3.weights import Array
from fpgaml.frontends.keras3.work import Convert, Work

_LINEAR = {
    "Dense": ("kernel",),
    "Conv1D": ("kernel",),
    "Conv2D": ("kernel",),
    "DepthwiseConv1D": ("kernel",),
    "DepthwiseConv2D": ("kernel",),
    "SeparableConv1D": ("depthwise_kernel", "pointwise_kernel"),
    "SeparableConv2D": ("depthwise_kernel", "pointwise_kernel"),
}
"""Layers with float weights and their kernels, in the order of the file."""


def emitter(work: Work) -> Emitter:
    """What the Keras 2 frontend adds nodes with."""
    return Emitter(work.graph, work.label, work.approximations)


def _converted(work: Work, inputs: Sequence[str], weights: dict[str, Array]) -> str:
    config = {**work.call.config, "activation": "linear"}
    layer = Layer(work.label, work.call.kind, config, weights, tuple(inputs))
    return CONVERTERS[work.call.kind](layer, emitter(work))


def linear(work: Work, inputs: Sequence[str]) -> str:
    """Dense, convolutions, depthwise and separable ones."""
    biased = ("bias",) if work.config("use_bias", True) else ()
    weights = work.variables.take((*_LINEAR[work.call.kind], *biased))
    if work.call.kind.startswith("Depthwise"):
        weights["depthwise_kernel"] = weights.pop("kernel")  # its name in Keras 2
    return activate(work, _converted(work, inputs, weights), work.config("activation"))


def batch_normalization(work: Work, inputs: Sequence[str]) -> str:
    """BatchNormalization with the moving statistics."""
    scaled = ("gamma",) if work.config("scale", True) else ()
    centred = ("beta",) if work.config("center", True) else ()
    weights = work.variables.take((*scaled, *centred, "moving_mean", "moving_variance"))
    return _converted(work, inputs, weights)


def einsum_dense(work: Work, inputs: Sequence[str]) -> str:
    """EinsumDense."""
    biased = work.config("bias_axes") is not None
    weights = work.variables.take(("kernel", "bias") if biased else ("kernel",))
    out = emitter(work)
    kernel = tensor(out, weights["kernel"], WEIGHT_BITS, "kernel")
    bias = tensor(out, weights["bias"], BIAS_BITS, "bias") if biased else None
    node = work.add(einsum_op(work, kernel, bias, work.shape(inputs[0])), inputs[0])
    return activate(work, node, work.config("activation"))


def softmax(work: Work, inputs: Sequence[str]) -> str:
    """Softmax along the last axis."""
    rank = len(work.shape(inputs[0]))
    if axes_of(work.config("axis", -1), rank) != (rank - 1,):
        raise work.unsupported("a Softmax that does not run along the last axis", "Permute before it, and use axis=-1")
    return softmax_of(work, inputs[0])


def elu(work: Work, inputs: Sequence[str]) -> str:
    """ELU with alpha 1."""
    if float(work.config("alpha", 1.0)) != 1.0:
        raise work.unsupported("an ELU with an alpha other than 1", "Use alpha=1")
    return activate(work, inputs[0], "elu")


LAYERS: dict[str, Convert] = {
    **dict.fromkeys(_LINEAR, linear),
    "BatchNormalization": batch_normalization,
    "EinsumDense": einsum_dense,
    "Softmax": softmax,
    "ELU": elu,
}
"""Converters by class name."""
