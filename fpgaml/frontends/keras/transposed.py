"""Transposed and locally connected convolutions of Keras, 2 and 3 alike, by convolutions and products of the Graph."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import BIAS_BITS, WEIGHT_BITS, tensor
from fpgaml.frontends.keras.layer import KerasLayer, whole
from fpgaml.frontends.keras.linear import Products, padding
from fpgaml.graph.ops import Conv1D, Conv2D, EinsumDense, Pad
from fpgaml.graph.ops.windows import output_size
from fpgaml.graph.values import FixedArray


def spread(layer: KerasLayer, x: str, strides: tuple[int, ...]) -> str:
    """Zeros after every element along the spatial axes: strides - 1 of them."""
    for axis, stride in enumerate(strides):
        if stride == 1:
            continue
        shape = layer.shape(x)
        split = layer.reshaped(x, (*shape[: axis + 1], 1, *shape[axis + 1 :]), f"split_{axis}")
        pads = tuple((0, stride - 1) if place == axis + 1 else (0, 0) for place in range(len(shape) + 1))
        padded = layer.add(Pad(pads), split, suffix=f"zeros_{axis}")
        x = layer.reshaped(padded, (*shape[:axis], shape[axis] * stride, *shape[axis + 1 :]), f"spread_{axis}")
    return x


def transposed(rank: int) -> Callable[[KerasLayer], Products]:
    """Conv1DTranspose, Conv2DTranspose and their kin, on the input of `spread`: the kernel turned round.

    Output n sums z[n + before - j] * kernel[j] over the kernel, z the spread input; `valid` begins with the first
    product there is, `same` cuts (size - stride) // 2 off (Keras, `deconv_output_length`; TensorFlow, the gradient of a
    convolution).
    """

    def read(layer: KerasLayer) -> Products:
        config = layer.config
        size, strides = whole(config["kernel_size"], rank), whole(config.get("strides", 1), rank)
        padding(layer, layer.shape(layer.input), size, strides, (1,) * rank)
        for name, plain in (("output_padding", None), ("dilation_rate", 1)):
            given = config.get(name)
            if given is not None and whole(given, rank) != (plain,) * rank:
                raise layer.unsupported(f"a {layer.kind} with {name}={given}", f"Leave {name} out")
        filters, channels = int(config["filters"]), layer.shape(layer.input)[-1]
        kernel = layer.weight("kernel", *size, filters, channels)
        bias = layer.weight("bias", filters) if config.get("use_bias", True) else None
        pads = []
        for width, stride in zip(size, strides, strict=True):
            over = max(width - stride, 0)
            before, after = (over // 2, over // 2) if config.get("padding", "valid") == "same" else (0, over)
            pads.append((width - 1 - before, after))
        make = Conv1D if rank == 1 else Conv2D
        ones = (1,) * rank
        return Products(
            np.flip(kernel, axis=tuple(range(rank))).swapaxes(-1, -2),
            bias,
            lambda k, b: make(k, b, ones, ones, tuple(pads)),
            (filters,),
        )

    return read


def locally_connected(layer: KerasLayer, rank: int) -> str:
    """LocallyConnected1D and 2D: every window has a kernel of its own.

    Windows are laid out by a convolution with ones, which costs nothing, and are multiplied position by position.
    """
    x, config = layer.input, layer.config
    if int(config.get("implementation", 1)) != 1:
        raise layer.unsupported(f"{layer.kind} with implementation={config['implementation']}", "Use implementation=1")
    shape = layer.shape(x)
    size, strides = whole(config["kernel_size"], rank), whole(config.get("strides", 1), rank)
    ones, none, filters = (1,) * rank, ((0, 0),) * rank, int(config["filters"])
    if config.get("padding", "valid") != "valid":
        raise FpgamlError(layer.label, f"a {layer.kind} with padding {config['padding']}", "Keras has `valid` alone")
    out = output_size(shape, size, strides, ones, none)
    width = prod(size) * shape[-1]
    kernel = layer.weight("kernel", prod(out), width, filters)
    patches = FixedArray(np.eye(width, dtype=np.int64).reshape(*size, shape[-1], width), 0)
    make = Conv1D if rank == 1 else Conv2D
    node = layer.add(make(patches, None, strides, ones, none), x, suffix="windows")
    node = layer.reshaped(node, (prod(out), width), "rows")
    weights = tensor(layer, kernel, WEIGHT_BITS, "kernel")
    bias = None
    if config.get("use_bias", True):
        stored = layer.weight("bias", *out, filters).reshape(prod(out), filters)
        bias = tensor(layer, stored, BIAS_BITS, "bias")
    node = layer.add(EinsumDense(weights, bias, "pk,pkf->pf"), node, suffix="products")
    return layer.rounded(layer.reshaped(node, (*out, filters), "positions"))
