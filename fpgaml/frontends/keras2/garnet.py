"""GarNet, the distance-weighted graph network of hls4ml's `contrib` (Iiyama et al., arXiv:2008.03601).

Every vertex has features and a distance to each aggregator; with edge weights w = exp(-distance**2) aggregators
average w * features over the vertices, and vertices take w * what was aggregated: the simplified form.

Source of the formulas: hls4ml, `hls4ml/contrib/garnet.py`.
"""

from __future__ import annotations

from math import prod

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import BIAS_BITS, WEIGHT_BITS, scaled, tensor
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras.pointwise import table
from fpgaml.frontends.keras2 import activations
from fpgaml.frontends.keras2.functions import Function
from fpgaml.graph.functions import Function as Real
from fpgaml.graph.ops import Add, Constant, Dense, Einsum, Multiply, Quantize, Reduce, Reduction
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

FLAT_BEYOND = 3
"""Integer bits of a distance beyond which exp(-d**2) is zero."""


def garnet(layer: KerasLayer) -> str:
    """GarNet with float transforms."""
    return _whole(layer, [""])


def garnet_stack(layer: KerasLayer) -> str:
    """GarNetStack: several of them, one after another, collapsed at the end."""
    return _whole(layer, [str(number) for number in range(len(layer.config["n_propagate"]))])


def _whole(layer: KerasLayer, parts: list[str]) -> str:
    config = layer.config
    if config.get("quantize_transforms") or config.get("mean_by_nvert"):
        raise layer.unsupported(
            "GarNet with quantize_transforms, or mean_by_nvert, whose file does not hold all that they compute with",
            "Train it with quantize_transforms=False (None in a stack) and mean_by_nvert=False, and give --precision",
        )
    if not config.get("simplified"):
        raise layer.unsupported("GarNet in its full form, which hls4ml's layer cannot build", "Use simplified=True")
    if config.get("input_format", "xn") != "xn" or len(layer.inputs) != 2:
        raise layer.unsupported("GarNet that does not read data and the number of vertices", "Use input_format='xn'")
    node, count = layer.inputs
    mask = _mask(layer, count, layer.shape(node)[0])
    for part in parts:
        node = _step(layer, node, mask, part)
    return _collapsed(layer, node)


def _mask(layer: KerasLayer, count: str, vertices: int) -> str:
    """1 for each vertex below the event's number of vertices, which is truncated to a whole number; shape (v, 1)."""
    if prod(layer.shape(count)) != 1:
        raise FpgamlError(layer.label, f"{layer.shape(count)} numbers of vertices", "One number an event is needed")
    bits = max(int(layer.uniform(count).integer), 1)
    whole = Quantizer(FixedType(1, bits, 0), Rounding.TRN_ZERO, Overflow.SAT)
    one = layer.reshaped(layer.add(Quantize(whole), count, suffix="vertices"), (1, 1), "vertices_wide")
    places = FixedArray(-np.arange(vertices, dtype=np.int64).reshape(vertices, 1), 0)
    left = layer.add(Add(), one, layer.add(Constant(places), suffix="places"), suffix="vertices_left")
    bit = Quantizer(FixedType(0, 1, 0), Rounding.TRN, Overflow.SAT)
    return layer.add(Quantize(bit), left, suffix="mask")


def _transform(layer: KerasLayer, x: str, name: str) -> str:
    kernel = layer.weight(f"{name}_kernel", layer.shape(x)[-1], None)
    bias = layer.weight(f"{name}_bias", kernel.shape[1])
    op = Dense(tensor(layer, kernel, WEIGHT_BITS, f"{name} kernel"), tensor(layer, bias, BIAS_BITS, f"{name} bias"))
    return layer.rounded(layer.add(op, x, suffix=name.lower()), name)


def _step(layer: KerasLayer, x: str, mask: str, part: str) -> str:
    features, distance = (_transform(layer, x, f"{name}{part}") for name in ("FLR", "S"))
    weights = table(layer, distance, Real(lambda d: np.exp(-np.square(d)), FLAT_BEYOND), "edges")
    edges = layer.add(Multiply(), mask, weights, suffix="masked_edges")
    vertices = layer.shape(x)[0]
    total = layer.add(Einsum("vs,vf->sf"), edges, features, suffix="sums")
    gathered = layer.rounded(scaled(layer, total, 1.0 / vertices, 0.0, "means", f"the mean's 1/{vertices}"), "means")
    spread = layer.add(Einsum("vs,sf->vsf"), edges, gathered, suffix="spread")
    updated = layer.rounded(layer.reshaped(spread, (vertices, prod(layer.shape(spread)[1:])), "updated"), "updated")
    node = _transform(layer, updated, f"Fout{part}")
    name = layer.config.get("output_activation")
    for _ in range(2 if name and not part else 1):  # GarNet's own transform applies it, and the layer once more
        node = activations.apply(layer, node, Function(name, {}) if name else None)
    return layer.add(Multiply(), mask, node, suffix="masked")


def _collapsed(layer: KerasLayer, x: str) -> str:
    how = layer.config.get("collapse")
    if how is None:
        return x
    vertices, channels = layer.shape(x)
    kinds = {"mean": Reduction.SUM, "sum": Reduction.SUM, "max": Reduction.MAX}
    if how not in kinds:
        raise layer.unsupported(f"GarNet with collapse='{how}'", "Use mean, sum, max or none")
    node = layer.add(Reduce(kinds[how], (0,)), x, suffix=how)
    if how == "mean":
        node = scaled(layer, node, 1.0 / vertices, 0.0, "mean_scaled", f"the mean's 1/{vertices}")
    return layer.rounded(layer.reshaped(node, (channels,), "collapsed"))


LAYERS: dict[str, Converter[KerasLayer, str]] = {"GarNet": garnet, "GarNetStack": garnet_stack}
"""Converters by class name."""
