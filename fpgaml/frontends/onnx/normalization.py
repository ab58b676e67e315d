"""Normalisations, by constants or by statistics of the event itself, and Softmax."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fpgaml.frontends.building.constants import scaled
from fpgaml.frontends.building.softmax import softmax as by_tables
from fpgaml.frontends.building.statistics import centred, root_mean_square
from fpgaml.frontends.onnx.elementwise import affine
from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.program import Array
from fpgaml.frontends.onnx.value import Value


def batch_normalization(layer: Layer) -> Value:
    """BatchNormalization with its statistics: one multiplication and one addition a channel.

    Computed in float64 and then rounded, as for Keras.
    """
    if layer.attribute("training_mode", 0):
        raise layer.unsupported("BatchNormalization in training", "Export the model for inference")
    if not layer.attribute("spatial", 1):
        raise layer.unsupported("BatchNormalization of every element apart", "Export the model anew, with spatial=1")
    x = layer.as_node(layer.raw(0))
    if len(x.shape) < 2:
        raise layer.wrong(f"BatchNormalization of a tensor of shape {x.shape}")
    weight, bias, mean, variance = (layer.known(position).astype(np.float64) for position in range(1, 5))
    spread = variance + float(np.float32(layer.attribute("epsilon", 1e-5)))
    if (spread <= 0).any():
        raise layer.wrong("a variance plus epsilon is not above zero")
    channels = (-1, *(1,) * (len(x.shape) - 2))
    factor = weight / np.sqrt(spread)
    offset = bias - mean * factor
    if not x.plain:
        return affine(layer, x, factor.reshape(channels), offset.reshape(channels))
    dims = layer.shape(x.node)
    first, second = (x.laid_out(each.reshape(channels), dims) for each in (factor, offset))
    node = scaled(layer, x.node, first, second, "", "BatchNormalization", trained=True)
    return replace(x, node=layer.rounded(node))


def softmax(layer: Layer) -> Value:
    """Softmax along an axis; before operator set 13 along all axes from that one on."""
    x = layer.input(0)
    old = layer.call.version < 13
    axis = x.axis(int(layer.attribute("axis", 1 if old else -1)))
    shape = x.shape
    if old and axis != len(shape) - 1:
        x = layer.reshaped_value(x, (*shape[:axis], int(np.prod(shape[axis:]))))
    if x.batch == axis:
        raise layer.unsupported("a softmax along the batch", "Compute it along another axis")
    order = (*(each for each in x.real if each != axis), axis)
    lies_last = max(x.axes[axis], default=-1) == len(layer.shape(x.node)) - 1 and len(x.axes[axis]) == 1
    if not lies_last:
        x = layer.arranged(x, order)
    x = replace(x, node=layer.rounded(by_tables(layer, x.node)))
    return layer.reshaped_value(x, shape) if x.shape != shape else x


def layer_normalization(layer: Layer) -> Value:
    """LayerNormalization: over the axes from one on, by their mean and variance."""
    x = layer.as_node(layer.applied(layer.raw(0)))
    axes = range(x.axis(int(layer.attribute("axis", -1))), len(x.shape))
    if any(layer.call.outputs[1:]):
        raise layer.unsupported("LayerNormalization that gives its statistics", "Use its first output alone")
    node = centred(layer, x.node, _in_node(layer, x, axes), float(layer.attribute("epsilon", 1e-5)))
    return _weighted(layer, replace(x, node=node), 1)


def rms_normalization(layer: Layer) -> Value:
    """RMSNormalization: over the axes from one on, by the root of the mean of squares."""
    x = layer.as_node(layer.applied(layer.raw(0)))
    axes = range(x.axis(int(layer.attribute("axis", -1))), len(x.shape))
    node = root_mean_square(layer, x.node, _in_node(layer, x, axes), float(layer.attribute("epsilon", 1e-5)))
    return _weighted(layer, replace(x, node=node), 1)


def instance_normalization(layer: Layer) -> Value:
    """InstanceNormalization: each channel of an event by its own mean and variance."""
    x = layer.batched(layer.as_node(layer.applied(layer.raw(0))))
    node = centred(layer, x.node, _in_node(layer, x, range(2, len(x.shape))), float(layer.attribute("epsilon", 1e-5)))
    return _weighted(layer, replace(x, node=node), len(x.shape) - 1)


def _in_node(layer: Layer, x: Value, axes: Sequence[int]) -> tuple[int, ...]:
    """The node's axes that axes of the file are.

    Raises:
        UnsupportedError: the batch is among them.
    """
    if x.batch in axes:
        raise layer.unsupported(f"{layer.call.kind} along the batch", "Normalise the other axes")
    return tuple(sorted(own for axis in axes for own in x.axes[axis]))


def _weighted(layer: Layer, x: Value, rank: int) -> Value:
    """scale * x + bias, by the inputs 1 and 2.

    Args:
        rank: of a weight of one axis: its own, or with axes of size 1 behind it for one a channel.
    """

    def weight(position: int, default: float) -> Array:
        if layer.optional(position) is None:
            return np.full((), default)
        values = layer.known(position).astype(np.float64)
        return values.reshape(values.shape + (1,) * (rank - values.ndim)) if values.size > 1 else values.reshape(())

    found = affine(layer, x, weight(1, 1.0), weight(2, 0.0), part="weights")
    return replace(found, node=layer.rounded(found.node))
