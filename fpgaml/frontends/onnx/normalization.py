"""BatchNormalization and Softmax."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgaml.frontends.building.constants import scaled
from fpgaml.frontends.building.softmax import softmax as by_tables
from fpgaml.frontends.onnx.elementwise import affine
from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.value import Value


def batch_normalization(layer: Layer) -> Value:
    """BatchNormalization with its statistics: one multiplication and one addition a channel.

    Computed in float64 and then rounded, as for Keras.
    """
    if layer.attribute("training_mode", 0):
        raise layer.unsupported("BatchNormalization in training", "Export the model for inference")
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
