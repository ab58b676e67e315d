"""Layers that combine tensors, or sum one over axes; plain Keras layers and their HGQ2 forms.

Sources: Keras 3, `keras/src/layers/merging/`; HGQ2 0.2, `hgq/layers/ops/`.
"""

from __future__ import annotations

from functools import partial
from math import log2, prod

from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras import products
from fpgaml.frontends.keras.statistics import axes_of
from fpgaml.frontends.keras3.layer import Layer
from fpgaml.frontends.keras3.quantizers import load
from fpgaml.graph.ops import (
    Add,
    Concatenate,
    Maximum,
    Minimum,
    Multiply,
    Operation,
    Reduce,
    Reduction,
    Subtract,
)
from fpgaml.graph.ops.einsum import split_equation


def quantized_inputs(layer: Layer) -> list[str]:
    """Each input after its own quantizer, where the layer has any."""
    if not layer.config.get("enable_iq", False):
        return list(layer.inputs)
    confs = layer.config.get("iq_confs")
    confs = list(confs) if isinstance(confs, list | tuple) else [confs] * len(layer.inputs)
    nodes = []
    for index, (node, conf) in enumerate(zip(layer.inputs, confs, strict=True)):
        part = f"iq/quantizers/quantizer_{index}" if index else "iq/quantizers/quantizer"
        nodes.append(layer.quantize(node, load(conf, layer.variables.inside(part)), f"iq_{index}"))
    return nodes


def _merge(layer: Layer, op: Operation) -> str:
    """Fold an operation over all inputs, those of fewer axes with axes of size 1 in front."""
    nodes = quantized_inputs(layer)
    rank = max(len(layer.shape(node)) for node in nodes)
    result, *rest = (layer.sized(node, rank) for node in nodes)
    for index, node in enumerate(rest):
        result = layer.add(op, result, node, suffix="" if index == len(rest) - 1 else f"part_{index}")
    return finished(layer, result)


def finished(layer: Layer, result: str) -> str:
    """A result after an HGQ2 layer's output quantizer, or as a precision says of a plain layer's."""
    return layer.quantized_output(result) if layer.package == "hgq" else layer.rounded(result)


def _average(layer: Layer) -> str:
    nodes = [layer.sized(node, max(len(layer.shape(n)) for n in layer.inputs)) for node in layer.inputs]
    total = nodes[0]
    for node in nodes[1:]:
        total = layer.add(Add(), total, node, suffix="sum")
    if not log2(len(nodes)).is_integer():
        layer.note(f"the division by {len(nodes)} is a multiplication by its inverse in float32")
    return finished(layer, layer.scale(total, 1 / len(nodes), 0.0))


def average_pow2(layer: Layer) -> str:
    """QAveragePow2: the sum times the nearest power of two."""
    nodes = quantized_inputs(layer)
    rank = max(len(layer.shape(node)) for node in nodes)
    total, *rest = (layer.sized(node, rank) for node in nodes)
    for node in rest:
        total = layer.add(Add(), total, node, suffix="sum")
    return layer.quantized_output(layer.scale(total, 2.0 ** round(log2(1 / len(nodes))), 0.0))


def concatenate(layer: Layer) -> str:
    """Concatenate: its axis counts the batch."""
    axis = int(layer.config.get("axis", -1))
    return layer.add(Concatenate(axis - 1 if axis > 0 else axis), *layer.inputs)


def summed(layer: Layer) -> str:
    """QSum and QMeanPow2: the sum over axes, times a power of two."""
    node = layer.quantized_input(layer.input)
    shape = layer.shape(node)
    axes = axes_of(layer.config.get("axes", -1), len(shape), layer.label)
    node = layer.add(Reduce(Reduction.SUM, axes), node, suffix="sum")
    if layer.kind == "QMeanPow2":
        factor = 2.0 ** round(log2(1.0 / prod(shape[axis] for axis in axes)))
    else:
        factor = float(layer.config.get("scale", 1.0))
    node = layer.scale(node, factor, 0.0) if factor != 1 else node
    kept = tuple(size for axis, size in enumerate(shape) if axis not in axes)
    if not layer.config.get("keepdims", False):
        node = layer.reshaped(node, kept or (1,), "squeezed")
    return layer.quantized_output(node)


def dot(layer: Layer) -> str:
    """Dot and QDot."""
    return finished(layer, products.dot(layer, quantized_inputs(layer)))


def einsum(layer: Layer) -> str:
    """QEinsum of two tensors; its first axis is the batch."""
    equation = str(layer.config.get("equation")).replace(" ", "")
    first, second, output = parts = split_equation(equation)
    batch = first[:1]
    alike = all(part[:1] == batch and batch not in part[1:] for part in parts)
    if not alike or "." in equation or "," in second or any(len(set(part)) < len(part) for part in parts):
        raise layer.unsupported(f"the einsum `{equation}`", "Write it for two tensors with a common first batch axis")
    nodes = quantized_inputs(layer)
    return layer.quantized_output(products.contracted(layer, nodes, f"{first[1:]},{second[1:]}->{output[1:]}"))


MERGES: dict[str, Converter[Layer, str]] = {
    **{f"{q}Add": partial(_merge, op=Add()) for q in ("", "Q")},
    **{f"{q}Subtract": partial(_merge, op=Subtract()) for q in ("", "Q")},
    **{f"{q}Multiply": partial(_merge, op=Multiply()) for q in ("", "Q")},
    **{f"{q}Maximum": partial(_merge, op=Maximum()) for q in ("", "Q")},
    **{f"{q}Minimum": partial(_merge, op=Minimum()) for q in ("", "Q")},
    **{f"{q}Dot": dot for q in ("", "Q")},
    "Average": _average,
    "Concatenate": concatenate,
    "QAveragePow2": average_pow2,
    "QSum": summed,
    "QMeanPow2": summed,
    "QEinsum": einsum,
}
"""Converters by class name."""
