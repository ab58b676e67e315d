"""HGQ2 layers that sum products with weights: QDense, QConv, QEinsumDense, their batch-normalised forms.

Sources: HGQ2 0.2, `hgq/layers/core/dense.py`, `core/einsum_dense.py`, `conv.py`, `batch_normalization.py`,
`einsum_dense_batchnorm.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fpgaml.frontends.keras3.functions import activate
from fpgaml.frontends.keras3.work import Work
from fpgaml.graph.ops import Conv1D, Conv2D, Dense, EinsumDense, Operation, Scale, Shape
from fpgaml.graph.ops.einsum import split_equation
from fpgaml.graph.ops.windows import Pads, same_padding
from fpgaml.graph.values import FixedArray

KERAS_EPSILON = np.float32(1e-7)


def _finished(work: Work, node: str) -> str:
    return activate(work, node, work.config("activation"), work.output_quantizer())


def dense(work: Work, inputs: Sequence[str]) -> str:
    """QDense: the kernel has shape (inputs, outputs)."""
    biased = bool(work.config("use_bias", True))
    own = work.own("kernel", *(("bias",) if biased else ()), "*")
    kernel = work.quantizer("kq").constant(own["kernel"], work.label)
    bias = work.quantizer("bq").constant(own["bias"], work.label) if biased else None
    return _finished(work, work.add(Dense(kernel, bias), work.quantized_input(inputs[0])))


def batch_norm_dense(work: Work, inputs: Sequence[str]) -> str:
    """QBatchNormDense: the statistics are those of its inputs, folded into the weights before they are quantised."""
    scaled = bool(work.config("scale", True))
    own = work.own("kernel", "bias", *(("bn_gamma",) if scaled else ()), "*", "moving_mean", "moving_variance")
    epsilon = np.float32(work.config("epsilon", 1e-3))
    gamma = own["bn_gamma"] if scaled else np.float32(1)
    kernel = (gamma / np.sqrt(own["moving_variance"] + epsilon))[:, None] * own["kernel"]
    bias = own["bias"] - own["moving_mean"] @ own["kernel"]
    op = Dense(
        work.quantizer("kq").constant(kernel, work.label),
        work.quantizer("bq").constant(bias, work.label),
    )
    return _finished(work, work.add(op, work.quantized_input(inputs[0])))


def convolution(work: Work, inputs: Sequence[str]) -> str:
    """QConv1D and QConv2D, channels last."""
    biased = bool(work.config("use_bias", True))
    own = work.own("kernel", *(("bias",) if biased else ()), "*")
    kernel = work.quantizer("kq").constant(own["kernel"], work.label)
    bias = work.quantizer("bq").constant(own["bias"], work.label) if biased else None
    node = work.quantized_input(inputs[0])
    return _finished(work, work.add(conv_op(work, kernel, bias, work.shape(node)), node))


def conv_op(work: Work, kernel: FixedArray, bias: FixedArray | None, shape: Shape) -> Operation:
    """The convolution of a layer's settings, for inputs of `shape`."""
    size = kernel.shape[:-2]
    strides, dilation = (tuple(int(n) for n in work.config(key)) for key in ("strides", "dilation_rate"))
    pads: Pads
    match work.config("padding"):
        case "same":
            pads = same_padding(shape[:-1], size, strides, dilation)
        case "causal":
            pads = (((size[0] - 1) * dilation[0], 0),)
        case _:
            pads = ((0, 0),) * len(size)
    kind = Conv1D if len(size) == 1 else Conv2D
    return kind(kernel, bias, strides, dilation, pads, int(work.config("groups", 1)))


def einsum_dense(work: Work, inputs: Sequence[str]) -> str:
    """QEinsumDense."""
    biased = work.config("bias_axes") is not None
    own = work.own("kernel", *(("bias",) if biased else ()), "*")
    kernel = work.quantizer("kq").constant(own["kernel"], work.label)
    bias = work.quantizer("bq").constant(own["bias"], work.label) if biased else None
    node = work.quantized_input(inputs[0])
    return _finished(work, work.add(einsum_op(work, kernel, bias, work.shape(node)), node))


def einsum_dense_batch_norm(work: Work, inputs: Sequence[str]) -> str:
    """QEinsumDenseBatchnorm: the statistics of its outputs, folded into the weights before they are quantised."""
    scaled = bool(work.config("scale", True))
    own = work.own("kernel", "bias", *(("gamma",) if scaled else ()), "*", "moving_mean", "moving_variance")
    gamma = own["gamma"] if scaled else np.float32(1)
    # The layer adds Keras's own epsilon here, not the one in its configuration.
    factor = gamma / np.sqrt(own["moving_variance"] + KERAS_EPSILON)
    equation = str(work.config("equation")).replace("...", "0")
    _, kernel_axes, output_axes = split_equation(equation)
    normalised = work.config("normalize_axes") or work.config("bias_axes")
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
    op = einsum_op(
        work,
        work.quantizer("kq").constant(kernel, work.label),
        work.quantizer("bq").constant(own["bias"] + offset, work.label),
        work.shape(inputs[0]),
    )
    return _finished(work, work.add(op, work.quantized_input(inputs[0])))


def einsum_op(work: Work, kernel: FixedArray, bias: FixedArray | None, shape: Shape) -> Operation:
    """An einsum layer's operation: a Dense where it is one, else an EinsumDense without batch axis."""
    letters, kernel_letters, output = unbatched(str(work.config("equation")), len(shape))
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


def batch_normalization(work: Work, inputs: Sequence[str]) -> str:
    """QBatchNormalization: a quantised factor and offset per channel."""
    scaled, centred = bool(work.config("scale", True)), bool(work.config("center", True))
    own = work.own(
        *(("bn_gamma",) if scaled else ()),
        *(("bn_beta",) if centred else ()),
        "moving_mean",
        "moving_variance",
        "*",
    )
    gamma = own["bn_gamma"] if scaled else np.float32(1)
    beta = own["bn_beta"] if centred else np.float32(1)  # HGQ2 0.2 takes 1, not 0, without centring
    factor = gamma / np.sqrt(own["moving_variance"] + np.float32(work.config("epsilon", 1e-3)))
    offset = beta - own["moving_mean"] * factor
    node = work.quantized_input(inputs[0])
    rank = len(work.shape(node))
    axis = _axis(work, rank)
    shape = tuple(-1 if a == axis else 1 for a in range(rank))
    constants = []
    for part, values in (("kq", factor), ("bq", offset)):
        quantized = work.quantizer(part).constant(np.asarray(values, dtype=np.float32), work.label)
        constants.append(FixedArray(quantized.integers.reshape(shape), quantized.fractional))
    return work.quantized_output(work.add(Scale(*constants), node))


def _axis(work: Work, rank: int) -> int:
    """The layer's axis, counted without the batch."""
    axis = work.config("axis", -1)
    axis = int(axis[0] if isinstance(axis, list | tuple) else axis)
    return axis + rank if axis < 0 else axis - 1
