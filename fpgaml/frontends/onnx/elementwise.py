"""Relu."""

from __future__ import annotations

from dataclasses import replace

from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.value import Value
from fpgaml.graph.ops import Relu


def relu(layer: Layer) -> Value:
    """Relu; a scale above zero may stay behind it."""
    x = layer.raw(0)
    if x.offset is not None or (x.scale is not None and not (x.scale > 0).all()):
        x = layer.applied(x)
    x = layer.as_node(x)
    return replace(x, node=layer.rounded(layer.add(Relu(), x.node)))
