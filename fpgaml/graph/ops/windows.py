"""Sliding windows over the spatial axes of channels-last tensors, shared by convolutions and pools."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fpgaml.graph.ops.base import Shape, require
from fpgaml.graph.types import Ints

Pads = tuple[tuple[int, int], ...]


def output_size(shape: Shape, kernel: Shape, strides: Shape, dilation: Shape, pads: Pads) -> Shape:
    """The spatial shape that windows leave.

    Args:
        shape: (*spatial, channels); kernel, strides, dilation, pads: one entry a spatial axis.

    Raises:
        OperationError: the ranks differ, or the window is larger than the padded tensor.
    """
    require(len(shape) == len(kernel) + 1, f"a window of {len(kernel)} axes over a tensor of shape {shape}")
    require(len(kernel) == len(strides) == len(dilation) == len(pads), "window settings of different ranks")
    require(len(kernel) > 0, "a window over no axes")
    require(min((*kernel, *strides, *dilation)) > 0, "window, stride and dilation are at least 1")
    require(min(min(sides) for sides in pads) >= 0, "pads are not negative")
    sizes = []
    for size, width, stride, step, (before, after) in zip(shape[:-1], kernel, strides, dilation, pads, strict=True):
        reach = (width - 1) * step + 1
        room = size + before + after - reach
        require(room >= 0, f"a window of {reach} is larger than {size + before + after} padded positions")
        sizes.append(room // stride + 1)
    return tuple(sizes)


def padded(x: Ints, pads: Pads, fill: int = 0) -> Ints:
    """An array with (before, after) more positions along each of its axes, as `np.pad`.

    In an object array `np.pad` leaves numpy integers, which overflow when they meet larger ones.
    """
    result = np.empty([before + n + after for n, (before, after) in zip(x.shape, pads, strict=True)], dtype=x.dtype)
    result.fill(fill)
    result[tuple(slice(before, before + n) for n, (before, _) in zip(x.shape, pads, strict=True))] = x
    return result


def windows(x: Ints, kernel: Shape, strides: Shape, dilation: Shape, pads: Pads, fill: int = 0) -> Ints:
    """All windows of a batch.

    Args:
        x: shape (batch, *spatial, channels).
        fill: what padded positions hold.

    Returns:
        A view of shape (batch, *output, channels, *kernel).
    """
    if any(p != (0, 0) for p in pads):
        x = padded(x, ((0, 0), *pads, (0, 0)), fill)
    axes = tuple(range(1, 1 + len(kernel)))
    reach = tuple((width - 1) * step + 1 for width, step in zip(kernel, dilation, strict=True))
    view = np.lib.stride_tricks.sliding_window_view(x, reach, axis=axes)
    picks = [slice(None), *(slice(None, None, s) for s in strides), slice(None)]
    picks += [slice(None, None, d) for d in dilation]
    return np.asarray(view[tuple(picks)])


def same_padding(size: Sequence[int], kernel: Shape, strides: Shape, dilation: Shape) -> Pads:
    """The zeros that Keras and TensorFlow add for `padding="same"`, the odd one after.

    Source: TensorFlow API, `tf.nn.convolution`, padding="SAME".
    """
    pads = []
    for length, width, stride, step in zip(size, kernel, strides, dilation, strict=True):
        reach = (width - 1) * step + 1
        total = max((-(-length // stride) - 1) * stride + reach - length, 0)
        pads.append((total // 2, total - total // 2))
    return tuple(pads)
