"""Dot of Keras, 2 and 3 alike: the sum of products over one axis of each of two tensors."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.indexed import by_one_hot
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras.statistics import axes_of
from fpgaml.graph.ops import Einsum


def dot(layer: KerasLayer, nodes: Sequence[str]) -> str:
    """The products of a Dot's two inputs, which may have been quantised."""
    if layer.config.get("normalize"):
        raise layer.unsupported("a Dot with normalize", "Put UnitNormalization before it")
    if len(nodes) != 2:
        raise FpgamlError(layer.label, f"{layer.kind} takes two inputs, the file gives {len(nodes)}")
    ranks = [len(layer.shape(node)) for node in nodes]
    axes = layer.config.get("axes", -1)
    axes = list(axes) if isinstance(axes, list | tuple) else [axes, axes]
    first, second = (axes_of(axis, rank, layer.label)[0] for axis, rank in zip(axes, ranks, strict=True))
    a = ascii_lowercase[: ranks[0]]
    b = list(ascii_lowercase[ranks[0] : sum(ranks)])
    b[second] = a[first]
    output = "".join(letter for letter in (*a, *b) if letter != a[first])
    return contracted(layer, nodes, f"{a},{''.join(b)}->{output}")


def contracted(layer: KerasLayer, nodes: Sequence[str], equation: str) -> str:
    """An einsum of two tensors (no batch letter); a result without axes has one of size 1."""
    chosen = by_one_hot(layer, nodes, equation)
    if chosen is not None:
        return chosen
    first, second = nodes
    if equation.endswith("->"):
        equation = f"Z{equation}Z"  # no letter of a frontend's own
        first = layer.reshaped(first, (1, *layer.shape(first)), "row")
    return layer.add(Einsum(equation), first, second)
