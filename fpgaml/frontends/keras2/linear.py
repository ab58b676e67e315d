"""Dense and convolution layers, plain, quantised, and with a folded BatchNormalization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.keras2 import activations
from fpgaml.frontends.keras2.emit import BIAS_BITS, WEIGHT_BITS, Emitter, Layer, only_input, tensor, whole
from fpgaml.frontends.keras2.forward import quantize_constant
from fpgaml.frontends.keras2.functions import Function, parse_function
from fpgaml.graph.ops import Conv1D, Conv2D, Dense, Operation
from fpgaml.graph.ops.windows import Pads, same_padding
from fpgaml.graph.values import FixedArray

Array = NDArray[np.float32]
WIDEST_WINDOW = 1 << 12
"""The largest window, stride or dilation along one axis."""

MakeOp = Callable[[FixedArray, FixedArray | None], Operation]


def in_qkeras(layer: Layer) -> bool:
    """Whether the layer's class is QKeras' (they are all called Q...)."""
    return layer.kind[:1] == "Q" and layer.kind[1:2].isupper()


def setting(layer: Layer, name: str, kernel: bool = False) -> Function | None:
    """A quantizer or activation among the layer's settings; a kernel's is in its trainable form."""
    function = parse_function(layer.config.get(name), layer.name, in_qkeras(layer))
    return function.trainable() if function is not None and kernel else function


def padding(layer: Layer, shape: tuple[int, ...], size: tuple[int, ...], strides: Any, dilation: Any) -> Pads:
    """The zeros around, for `valid`, `same` or `causal`."""
    kind = str(layer.config.get("padding", "valid")).lower()
    if any(not 0 < n <= WIDEST_WINDOW for n in (*size, *strides, *dilation)):
        raise FpgamlError(layer.name, f"a window of {size}, stride {strides} and dilation {dilation} cannot be used")
    if kind == "same":
        return same_padding(shape[:-1], size, strides, dilation)
    if kind == "causal" and len(size) == 1:
        return (((size[0] - 1) * dilation[0], 0),)
    if kind != "valid":
        raise FpgamlError(layer.name, f"padding `{kind}` is unknown", "Use valid, same, or causal in one dimension")
    return ((0, 0),) * len(size)


def constants(
    out: Emitter, function: Function | None, raw: Array, bits: int, what: str
) -> tuple[FixedArray, Array | None]:
    """Weights as they are in inference: exact values, and a float scale where they have one."""
    if function is None:
        return tensor(out, raw, bits, what), None
    done = quantize_constant(function, raw)
    if done.residue:
        out.note(f"{what}: QKeras' float32 sum x + (q - x) misses its own quantised value q; q is used")
    try:
        return FixedArray.from_float(done.grid), done.scale
    except ValueError:
        raise FpgamlError(out.layer, f"the quantised {what} overflows float32", "Set max_value or fewer bits") from None


def sum_of_products(
    layer: Layer, out: Emitter, x: str, kernel: Array, bias: Array | None, quantizers: tuple[Any, Any], make: MakeOp,
    flat: Callable[[Any], Any] = lambda a: a, suffix: str = "",
) -> str:  # fmt: skip
    """A linear operation with its scale and bias.

    Args:
        kernel, bias: as stored, float32.
        quantizers: of kernel and bias, or None.
        make: the operation for a kernel and a bias.
        flat: brings the kernel from Keras' shape into the operation's, the output channel last.
    """
    values, scale = constants(out, quantizers[0], kernel, WEIGHT_BITS, "kernel")
    weights = FixedArray(flat(values.integers), values.fractional)
    offset = None if bias is None else _bias(out, quantizers[1], bias)
    if scale is None:
        return out.add(make(weights, offset), x, suffix=suffix)
    x = out.add(make(weights, None), x, suffix=f"{suffix}_grid".strip("_"))
    per_channel = flat(np.broadcast_to(scale, kernel.shape)).reshape(-1, weights.shape[-1])[0]
    ones = (1,) * (len(out.shape(x)) - 1)
    shift = np.zeros(weights.shape[-1]) if offset is None else offset.to_float()
    return out.scale(x, per_channel.reshape(*ones, -1), shift.reshape(*ones, -1), suffix or "scaled", "kernel scale")


def _bias(out: Emitter, function: Function | None, raw: Array) -> FixedArray:
    values, scale = constants(out, function, raw, BIAS_BITS, "bias")
    if scale is None:
        return values
    return tensor(out, np.asarray(scale * values.to_float().astype(np.float32)), BIAS_BITS, "bias")


def _bias_weight(layer: Layer, channels: int) -> Array | None:
    return layer.weight("bias", channels) if layer.config.get("use_bias", True) else None


def _finish(layer: Layer, out: Emitter, x: str) -> str:
    return activations.apply(out, x, setting(layer, "activation"))


def dense(layer: Layer, out: Emitter) -> str:
    """Dense, QDense, QDenseBatchnorm: over the last axis."""
    x, units = only_input(layer), int(layer.config["units"])
    kernel = layer.weight("kernel", out.shape(x)[-1], units)
    bias = _bias_weight(layer, units)
    if "Batchnorm" in layer.kind:
        kernel, bias = folded(layer, kernel, bias, (units,))
    quantizers = (setting(layer, "kernel_quantizer", True), setting(layer, "bias_quantizer"))
    return _finish(layer, out, sum_of_products(layer, out, x, kernel, bias, quantizers, Dense))


def _window(layer: Layer, out: Emitter, x: str, rank: int) -> tuple[tuple[int, ...], Callable[..., Operation]]:
    config, shape = layer.config, out.shape(x)
    if len(shape) != rank + 1:
        raise FpgamlError(layer.name, f"a {layer.kind} over a tensor of shape {shape}")
    size = whole(config["kernel_size"], rank)
    strides = whole(config.get("strides", 1), rank)
    dilation = whole(config.get("dilation_rate", 1), rank)
    pads = padding(layer, shape, size, strides, dilation)

    def make(kernel: FixedArray, bias: FixedArray | None, groups: int) -> Operation:
        operation = Conv1D if rank == 1 else Conv2D
        return operation(kernel, bias, strides, dilation, pads, groups)

    return size, make


def convolution(rank: int) -> Callable[[Layer, Emitter], str]:
    """Conv1D, Conv2D, their quantised forms, QConv2DBatchnorm."""

    def convert(layer: Layer, out: Emitter) -> str:
        x = only_input(layer)
        size, make = _window(layer, out, x, rank)
        groups, filters = int(layer.config.get("groups", 1)), int(layer.config["filters"])
        kernel = layer.weight("kernel", *size, out.shape(x)[-1] // max(groups, 1), filters)
        bias = _bias_weight(layer, filters)
        if "Batchnorm" in layer.kind:
            kernel, bias = folded(layer, kernel, bias, (filters,))
        quantizers = (setting(layer, "kernel_quantizer", True), setting(layer, "bias_quantizer"))
        done = sum_of_products(layer, out, x, kernel, bias, quantizers, lambda k, b: make(k, b, groups))
        return _finish(layer, out, done)

    return convert


def _depthwise_flat(kernel: Any) -> Any:
    """(*size, channels, multiplier) as (*size, 1, channels * multiplier), filters grouped by channel."""
    return kernel.reshape(*kernel.shape[:-2], 1, -1)


def depthwise(rank: int) -> Callable[[Layer, Emitter], str]:
    """DepthwiseConv1D, DepthwiseConv2D, their quantised forms, QDepthwiseConv2DBatchnorm."""

    def convert(layer: Layer, out: Emitter) -> str:
        x = only_input(layer)
        size, make = _window(layer, out, x, rank)
        channels, multiplier = out.shape(x)[-1], int(layer.config.get("depth_multiplier", 1))
        kernel = layer.weight("depthwise_kernel", *size, channels, multiplier)
        bias = _bias_weight(layer, channels * multiplier)
        if "Batchnorm" in layer.kind:
            kernel, bias = folded(layer, kernel, bias, (channels, multiplier))
        quantizers = (setting(layer, "depthwise_quantizer", True), setting(layer, "bias_quantizer"))
        done = sum_of_products(
            layer, out, x, kernel, bias, quantizers, lambda k, b: make(k, b, channels), _depthwise_flat
        )
        return _finish(layer, out, done)

    return convert


def separable(rank: int) -> Callable[[Layer, Emitter], str]:
    """SeparableConv1D, SeparableConv2D and their quantised forms: depthwise, then pointwise."""

    def convert(layer: Layer, out: Emitter) -> str:
        x = only_input(layer)
        size, make = _window(layer, out, x, rank)
        channels, multiplier = out.shape(x)[-1], int(layer.config.get("depth_multiplier", 1))
        filters = int(layer.config["filters"])
        first = layer.weight("depthwise_kernel", *size, channels, multiplier)
        second = layer.weight("pointwise_kernel", *(1,) * rank, channels * multiplier, filters)
        quantizer = setting(layer, "depthwise_quantizer", True)
        x = sum_of_products(
            layer, out, x, first, None, (quantizer, None), lambda k, b: make(k, b, channels), _depthwise_flat,
            "depthwise",
        )  # fmt: skip
        quantizers = (setting(layer, "pointwise_quantizer", True), setting(layer, "bias_quantizer"))
        operation = Conv1D if rank == 1 else Conv2D
        ones, none = (1,) * rank, ((0, 0),) * rank
        x = sum_of_products(
            layer, out, x, second, _bias_weight(layer, filters), quantizers,
            lambda k, b: operation(k, b, ones, ones, none),
        )  # fmt: skip
        return _finish(layer, out, x)

    return convert


def folded(layer: Layer, kernel: Array, bias: Array | None, channels: tuple[int, ...]) -> tuple[Array, Array]:
    """Kernel and bias with the BatchNormalization folded in, in float32 as QKeras does in inference.

    Both folding modes use the moving statistics then (qkeras/qconv2d_batchnorm.py, `call`).

    Args:
        channels: the kernel's last axes that the normalization's channels run over.
    """
    count = int(np.prod(channels))
    mean, variance = layer.weight("moving_mean", count), layer.weight("moving_variance", count)
    inverse = np.float32(1) / np.sqrt(variance + np.float32(layer.config.get("epsilon", 1e-3)))
    if layer.config.get("scale", True):
        inverse = inverse * layer.weight("gamma", count)
    shift = layer.weight("beta", count) if layer.config.get("center", True) else np.float32(0)
    start = np.float32(0) if bias is None else bias
    folded_bias = np.asarray(inverse * (start - mean) + shift, dtype=np.float32)
    return np.asarray(inverse.reshape(channels) * kernel, dtype=np.float32), folded_bias
