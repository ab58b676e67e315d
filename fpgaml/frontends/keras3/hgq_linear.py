"""HGQ2 layers that sum products with weights: QDense, QConv, QEinsumDense, their batch-normalised forms.

Sources: HGQ2 0.2, `hgq/layers/core/dense.py`, `core/einsum_dense.py`, `conv.py`, `batch_normalization.py`,
`einsum_dense_batchnorm.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fpgaml.frontends.keras3.functions import activate
from fpgaml.frontends.keras3.layer import Layer
from fpgaml.frontends.keras3.weights import Array
from fpgaml.graph.ops import Conv1D, Conv2D, Dense, EinsumDense, Operation, Scale, Shape
from fpgaml.graph.ops.einsum import split_equation
from fpgaml.graph.ops.windows import Pads, same_padding
from fpgaml.graph.values import FixedArray

FOLDED_ULPS = 8
"""Roundings of float32 that a weight with a folded normalization went through, with some to spare."""
KERAS_EPSILON = np.float32(1e-7)


def _finished(layer: Layer, node: str) -> str:
    return activate(layer, node, layer.config.get("activation"), layer.output_quantizer())


def dense(layer: Layer) -> str:
    """QDense: the kernel has shape (inputs, outputs)."""
    biased = bool(layer.config.get("use_bias", True))
    own = layer.own("kernel", *(("bias",) if biased else ()), "*")
    kernel = layer.quantizer("kq").constant(own["kernel"], layer.label)
    bias = layer.quantizer("bq").constant(own["bias"], layer.label) if biased else None
    return _finished(layer, layer.add(Dense(kernel, bias), layer.quantized_input(layer.input)))


def batch_norm_dense(layer: Layer) -> str:
    """QBatchNormDense: the statistics are those of its inputs, folded into the weights before they are quantised."""
    scaled = bool(layer.config.get("scale", True))
    own = layer.own("kernel", "bias", *(("bn_gamma",) if scaled else ()), "*", "moving_mean", "moving_variance")
    epsilon = np.float32(layer.config.get("epsilon", 1e-3))
    gamma = own["bn_gamma"] if scaled else np.float32(1)
    kernel = (gamma / np.sqrt(own["moving_variance"] + epsilon))[:, None] * own["kernel"]
    bias = own["bias"] - own["moving_mean"] @ own["kernel"]
    terms = np.abs(own["bias"]) + np.abs(own["moving_mean"]) @ np.abs(own["kernel"])
    op = Dense(
        _folded(layer, "kq", kernel, np.abs(kernel), FOLDED_ULPS),
        _folded(layer, "bq", bias, terms, FOLDED_ULPS + len(own["moving_mean"])),
    )
    return _finished(layer, layer.add(op, layer.quantized_input(layer.input)))


def convolution(layer: Layer) -> str:
    """QConv1D and QConv2D, channels last."""
    biased = bool(layer.config.get("use_bias", True))
    own = layer.own("kernel", *(("bias",) if biased else ()), "*")
    kernel = layer.quantizer("kq").constant(own["kernel"], layer.label)
    bias = layer.quantizer("bq").constant(own["bias"], layer.label) if biased else None
    node = layer.quantized_input(layer.input)
    return _finished(layer, layer.add(conv_op(layer, kernel, bias, layer.shape(node)), node))


def conv_op(layer: Layer, kernel: FixedArray, bias: FixedArray | None, shape: Shape) -> Operation:
    """The convolution of a layer's settings, for inputs of `shape`."""
    size = kernel.shape[:-2]
    strides, dilation = (tuple(int(n) for n in layer.config[key]) for key in ("strides", "dilation_rate"))
    pads: Pads
    match layer.config.get("padding"):
        case "same":
            pads = same_padding(shape[:-1], size, strides, dilation)
        case "causal":
            pads = (((size[0] - 1) * dilation[0], 0),)
        case _:
            pads = ((0, 0),) * len(size)
    kind = Conv1D if len(size) == 1 else Conv2D
    return kind(kernel, bias, strides, dilation, pads, int(layer.config.get("groups", 1)))


def einsum_dense(layer: Layer) -> str:
    """QEinsumDense."""
    biased = layer.config.get("bias_axes") is not None
    own = layer.own("kernel", *(("bias",) if biased else ()), "*")
    kernel = layer.quantizer("kq").constant(own["kernel"], layer.label)
    bias = layer.quantizer("bq").constant(own["bias"], layer.label) if biased else None
    node = layer.quantized_input(layer.input)
    return _finished(layer, layer.add(einsum_op(layer, kernel, bias, layer.shape(node)), node))


def einsum_dense_batch_norm(layer: Layer) -> str:
    """QEinsumDenseBatchnorm: the statistics of its outputs, folded into the weights before they are quantised."""
    scaled = bool(layer.config.get("scale", True))
    own = layer.own("kernel", "bias", *(("gamma",) if scaled else ()), "*", "moving_mean", "moving_variance")
    gamma = own["gamma"] if scaled else np.float32(1)
    # The layer adds Keras's own epsilon here, not the one in its configuration.
    factor = gamma / np.sqrt(own["moving_variance"] + KERAS_EPSILON)
    equation = str(layer.config.get("equation")).replace("...", "0")
    _, kernel_axes, output_axes = split_equation(equation)
    normalised: Any = layer.config.get("normalize_axes") or layer.config["bias_axes"]
    axes = [axis for axis, letter in enumerate(kernel_axes) if letter in normalised]
    kernel = own["kernel"] * np.expand_dims(factor, tuple(a for a in range(len(kernel_axes)) if a not in axes))
    # One value per normalised axis, in the order of the output, as the bias has them.
    order = [kernel_axes[axis] for axis in axes]
    wanted = [letter for letter in output_axes if letter in normalised]
    offset = -own["moving_mean"] * factor
    first = output_axes.index(wanted[0])
    tail = [letter if letter in normalised else "" for letter in output_axes[first:]]
    offset = offset.transpose([order.index(letter) for letter in wanted])
    offset = np.expand_dims(offset, tuple(a for a, letter in enumerate(tail) if not letter))
    terms = np.abs(own["bias"]) + np.abs(offset)
    op = einsum_op(
        layer,
        _folded(layer, "kq", kernel, np.abs(kernel), FOLDED_ULPS),
        _folded(layer, "bq", own["bias"] + offset, terms, FOLDED_ULPS),
        layer.shape(layer.input),
    )
    return _finished(layer, layer.add(op, layer.quantized_input(layer.input)))


def _folded(layer: Layer, name: str, values: Array, terms: Array, ulps: int) -> FixedArray:
    """Weights that the layer computes in float32 before it quantises them.

    A framework that compiles the layer orders those few operations as it likes (a product with a reciprocal root, where
    the layer divides by a root); where that can decide a rounding the Graph's weight may not be the framework's.

    Args:
        terms: the size of what was added up; ulps: how many times it was rounded.
    """
    slack = np.asarray(terms, dtype=np.float64) * ulps * 2.0**-24
    quantizer = layer.quantizer(name)
    low, high = (quantizer.apply((values + sign * slack).astype(np.float32)) for sign in (-1, 1))
    unsettled = int(np.count_nonzero(low != high))
    if unsettled and not quantizer.is_dummy:
        what = "kernel" if name == "kq" else "bias"
        layer.note(
            f"{unsettled} of the {values.size} numbers of the folded {what} lie in the middle between two steps: the "
            "order of the framework's float32 operations decides to which side they are rounded"
        )
    return quantizer.constant(values, layer.label)


def einsum_op(layer: Layer, kernel: FixedArray, bias: FixedArray | None, shape: Shape) -> Operation:
    """An einsum layer's operation: a Dense where it is one, else an EinsumDense without batch axis."""
    letters, kernel_letters, output = unbatched(str(layer.config.get("equation")), len(shape))
    plain_bias = bias is None or all(size == 1 for size in bias.shape[:-1])
    if len(kernel_letters) == 2 and letters[-1] == kernel_letters[0] and plain_bias:
        contracted = letters[:-1] + kernel_letters[1] == output
        if contracted and kernel_letters[0] not in letters[:-1] and (bias is None or bias.shape[-1] != 1):
            flat = None if bias is None else FixedArray(bias.integers.reshape(-1), bias.fractional)
            return Dense(kernel, flat)
    if bias is not None:
        lifted = bias.integers.reshape((1,) * (len(output) - len(bias.shape)) + bias.shape)
        bias = FixedArray(lifted, bias.fractional)
    return EinsumDense(kernel, bias, f"{letters},{kernel_letters}->{output}")


def unbatched(equation: str, rank: int) -> tuple[str, str, str]:
    """The letters of input, kernel and output of a Keras einsum equation, the batch axis taken away.

    Args:
        equation: such as `...x,xy->...y` or `abc,cd->abd`; the first axis is the batch.
        rank: the input's axes, without the batch.
    """
    letters, kernel, output = split_equation(equation)
    if "..." in letters:
        count = rank + 1 - len(letters.replace("...", ""))
        free = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in equation][:count]
        letters, kernel, output = (text.replace("...", "".join(free)) for text in (letters, kernel, output))
    return letters[1:], kernel, output[1:]


def batch_normalization(layer: Layer) -> str:
    """QBatchNormalization: a quantised factor and offset per channel."""
    scaled, centred = bool(layer.config.get("scale", True)), bool(layer.config.get("center", True))
    own = layer.own(
        *(("bn_gamma",) if scaled else ()),
        *(("bn_beta",) if centred else ()),
        "moving_mean",
        "moving_variance",
        "*",
    )
    gamma = own["bn_gamma"] if scaled else np.float32(1)
    beta = own["bn_beta"] if centred else np.float32(1)  # HGQ2 0.2 takes 1, not 0, without centring
    factor = gamma / np.sqrt(own["moving_variance"] + np.float32(layer.config.get("epsilon", 1e-3)))
    offset = beta - own["moving_mean"] * factor
    node = layer.quantized_input(layer.input)
    rank = len(layer.shape(node))
    axis = _axis(layer, rank)
    shape = tuple(-1 if a == axis else 1 for a in range(rank))
    constants = []
    for part, values in (("kq", factor), ("bq", offset)):
        quantized = layer.quantizer(part).constant(np.asarray(values, dtype=np.float32), layer.label)
        constants.append(FixedArray(quantized.integers.reshape(shape), quantized.fractional))
    return layer.quantized_output(layer.add(Scale(*constants), node))


def _axis(layer: Layer, rank: int) -> int:
    """The layer's axis, counted without the batch."""
    axis = layer.config.get("axis", -1)
    axis = int(axis[0] if isinstance(axis, list | tuple) else axis)
    return axis + rank if axis < 0 else axis - 1
