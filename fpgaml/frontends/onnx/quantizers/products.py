"""Quantised operands of sums of products: integer codes multiply codes, their scales multiply afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fpgaml.frontends.building.constants import BIAS_BITS, WEIGHT_BITS, grid_of, on_grid, same, tensor
from fpgaml.frontends.onnx.layer import Layer, real_array
from fpgaml.frontends.onnx.program import Array
from fpgaml.frontends.onnx.quantizers.integers import powers_of_two
from fpgaml.frontends.onnx.value import NEAR, Value
from fpgaml.graph.ops import Scale
from fpgaml.graph.values import FixedArray


@dataclass(frozen=True, eq=False)
class Weights:
    """A constant operand.

    Args:
        values: real numbers, or integer codes where `scale` is there; in the file's order of axes.
        scale: one, or one an output; None where there is nothing to be multiplied afterwards.
        quantised: whether the file itself quantises them, so that nothing is rounded.
    """

    values: Array
    scale: Array | None = None
    quantised: bool = False

    def times(self, factor: float) -> Weights:
        """With a further factor (Gemm's alpha)."""
        if factor == 1:
            return self
        values = self.values if self.scale is None else self.values * self.scale
        return Weights(values * np.float32(factor))

    def fixed(self, layer: Layer, values: Array) -> FixedArray:
        """The weights in the order of the Graph, rounded where the file leaves them in floating point."""
        return FixedArray.from_float(values) if self.quantised else tensor(layer, values, WEIGHT_BITS, "kernel")


def weights(layer: Layer, position: int, outputs: int) -> Weights:
    """A constant input as weights.

    Args:
        outputs: its axis of outputs, along which scales may differ.
    """
    value = layer.raw(position)
    if value.array is None or value.scale is None:
        return Weights(layer.known(position))
    if powers_of_two(value.scale):
        return Weights(real_array(value), None, quantised=True)
    scale = _along(value.scale, outputs, len(value.shape))
    if scale is None:
        return Weights(real_array(value))
    if value.offset is not None and value.zero is None:
        return Weights(real_array(value))
    return Weights(value.array if value.zero is None else value.array - value.zero, scale, quantised=True)


def _along(scale: Array, axis: int, rank: int) -> Array | None:
    """A scale that differs along one axis alone, as one number or an array of one axis; None for any other."""
    if scale.size == 1:
        return scale.reshape(())
    whole = scale.reshape((1,) * (rank - scale.ndim) + scale.shape)
    return scale.reshape(-1) if whole.size == whole.shape[axis] else None


def factor(layer: Layer, position: int) -> Value:
    """A computed input with nothing to be added: a single scale may stay, an offset becomes part of the node."""
    value = layer.raw(position)
    scaled = value.scale is not None and value.scale.size == 1 and not powers_of_two(value.scale)
    if value.plain or value.array is not None or not scaled:
        return layer.input(position)
    assert value.scale is not None
    value = replace(value, scale=value.scale.reshape(()))
    if value.offset is None:
        return value
    if value.zero is None:
        return layer.applied(value)
    dims = layer.shape(value.node)
    ones = FixedArray(np.ones((1,) * len(dims), dtype=np.int64), 0)
    offset = FixedArray.from_float(value.laid_out(-value.zero, dims))
    node = layer.add(Scale(ones, offset), value.node, suffix="centred")
    return replace(value, node=node, offset=None)


def of_products(x: Value, kernel: Weights) -> Array | None:
    """The scale of sums of products, one or one an output; None where they are real numbers."""
    if x.scale is None and kernel.scale is None:
        return None
    own = np.ones(()) if x.scale is None else x.scale
    return own * (np.ones(()) if kernel.scale is None else kernel.scale)


def bias(layer: Layer, position: int, units: int, scale: Array | None, times: float = 1.0) -> FixedArray | None:
    """A constant bias in units of the sums' scale.

    Args:
        units: outputs; scale: as of `of_products`; times: a further factor (Gemm's beta).
    """
    value = layer.optional(position)
    if value is None:
        return None
    array = layer.known(position)
    if array.size not in (1, units) or array.shape[-1:] not in ((), (1,), (units,)):
        raise layer.wrong(f"a bias of shape {array.shape} for {units} outputs")
    real = np.broadcast_to(array.reshape(-1), (units,)) * (1 if times == 1 else np.float32(times))
    if scale is None:
        exact = value.scale is not None and powers_of_two(value.scale)
        return FixedArray.from_float(real) if exact else tensor(layer, real, BIAS_BITS, "bias")
    codes = real.astype(np.float64) / scale
    whole = np.rint(codes)
    if (np.abs(codes - whole) <= NEAR * np.maximum(np.abs(codes), 1)).all():
        return FixedArray.from_float(whole)
    kept = on_grid(codes, grid_of(codes))
    if not same(kept, codes):
        layer.note(f"bias: rounded to {BIAS_BITS} bits below the largest, in the integers of the sums")
    return kept
