"""Layers that combine tensors, or sum one over axes; plain Keras layers and their HGQ2 forms.

Sources: Keras 3, `keras/src/layers/merging/`; HGQ2 0.2, `hgq/layers/ops/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import log2, prod
from typing import Any

from fpgaml.frontends.keras3.quantizers import load
from fpgaml.frontends.keras3.work import Convert, Work
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
    Transpose,
)
from fpgaml.graph.ops.einsum import split_equation


def quantized_inputs(work: Work, inputs: Sequence[str]) -> list[str]:
    """Each input after its own quantizer, where the layer has any."""
    if not work.config("enable_iq", False):
        return list(inputs)
    confs = work.config("iq_confs")
    confs = list(confs) if isinstance(confs, list | tuple) else [confs] * len(inputs)
    nodes = []
    for index, (node, conf) in enumerate(zip(inputs, confs, strict=True)):
        part = f"iq/quantizers/quantizer_{index}" if index else "iq/quantizers/quantizer"
        nodes.append(work.quantize(node, load(conf, work.variables.inside(part)), f"iq_{index}"))
    return nodes


def _merge(work: Work, inputs: Sequence[str], op: Operation) -> str:
    """Fold an operation over all inputs, those of fewer axes with axes of size 1 in front."""
    nodes = quantized_inputs(work, inputs)
    rank = max(len(work.shape(node)) for node in nodes)
    result, *rest = (work.sized(node, rank) for node in nodes)
    for index, node in enumerate(rest):
        result = work.add(op, result, node, suffix="" if index == len(rest) - 1 else f"part_{index}")
    return work.quantized_output(result)


def _average(work: Work, inputs: Sequence[str]) -> str:
    nodes = [work.sized(node, max(len(work.shape(n)) for n in inputs)) for node in inputs]
    total = nodes[0]
    for node in nodes[1:]:
        total = work.add(Add(), total, node, suffix="sum")
    if not log2(len(nodes)).is_integer():
        work.approximate(f"the division by {len(nodes)} is a multiplication by its inverse in float32")
    return work.scale(total, 1 / len(nodes), 0.0)


def average_pow2(work: Work, inputs: Sequence[str]) -> str:
    """QAveragePow2: the sum times the nearest power of two."""
    nodes = quantized_inputs(work, inputs)
    rank = max(len(work.shape(node)) for node in nodes)
    total, *rest = (work.sized(node, rank) for node in nodes)
    for node in rest:
        total = work.add(Add(), total, node, suffix="sum")
    return work.quantized_output(work.scale(total, 2.0 ** round(log2(1 / len(nodes))), 0.0))


def concatenate(work: Work, inputs: Sequence[str]) -> str:
    """Concatenate: its axis counts the batch."""
    axis = int(work.config("axis", -1))
    return work.add(Concatenate(axis - 1 if axis > 0 else axis), *inputs)


def summed(work: Work, inputs: Sequence[str]) -> str:
    """QSum and QMeanPow2: the sum over axes, times a power of two."""
    node = work.quantized_input(inputs[0])
    shape = work.shape(node)
    axes = axes_of(work.config("axes", -1), len(shape))
    node = work.add(Reduce(Reduction.SUM, axes), node, suffix="sum")
    if work.call.kind == "QMeanPow2":
        factor = 2.0 ** round(log2(1.0 / prod(shape[axis] for axis in axes)))
    else:
        factor = float(work.config("scale", 1.0))
    node = work.scale(node, factor, 0.0) if factor != 1 else node
    kept = tuple(size for axis, size in enumerate(shape) if axis not in axes)
    if not work.config("keepdims", False):
        node = work.reshaped(node, kept or (1,), "squeezed")
    return work.quantized_output(node)


def axes_of(axes: Any, rank: int) -> tuple[int, ...]:
    """Axes that count the batch (or count from the end), as axes without it, in order."""
    listed = axes if isinstance(axes, list | tuple) else [axes]
    return tuple(sorted(int(axis) + rank if int(axis) < 0 else int(axis) - 1 for axis in listed))


def dot(work: Work, inputs: Sequence[str]) -> str:
    """Dot and QDot: the sum of products over one axis of each input."""
    nodes = quantized_inputs(work, inputs)
    ranks = [len(work.shape(node)) for node in nodes]
    axes = work.config("axes", -1)
    axes = list(axes) if isinstance(axes, list | tuple) else [axes, axes]
    first, second = (axes_of(axis, rank)[0] for axis, rank in zip(axes, ranks, strict=True))
    letters = "abcdefghijklmnopqrstuvwxyz"
    a = letters[: ranks[0]]
    b = list(letters[ranks[0] : sum(ranks)])
    b[second] = a[first]
    output = "".join(c for c in a + "".join(b) if c != a[first])
    return work.quantized_output(contracted(work, nodes, f"{a},{''.join(b)}->{output}"))


def einsum(work: Work, inputs: Sequence[str]) -> str:
    """QEinsum of two tensors; its first axis is the batch."""
    equation = str(work.config("equation")).replace(" ", "")
    first, second, output = parts = split_equation(equation)
    batch = first[:1]
    alike = all(part[:1] == batch and batch not in part[1:] for part in parts)
    if not alike or "." in equation or "," in second or any(len(set(part)) < len(part) for part in parts):
        raise work.unsupported(f"the einsum `{equation}`", "Write it for two tensors with a common first batch axis")
    nodes = quantized_inputs(work, inputs)
    return work.quantized_output(contracted(work, nodes, f"{first[1:]},{second[1:]}->{output[1:]}"))


def contracted(work: Work, nodes: Sequence[str], equation: str) -> str:
    """An einsum of two tensors (no batch letter): multiplied with all axes aligned, then summed."""
    *terms, output = split_equation(equation)
    summed_letters = [letter for letter in dict.fromkeys("".join(terms)) if letter not in output]
    order = [*output, *summed_letters]
    aligned = []
    for node, letters in zip(nodes, terms, strict=True):
        sizes = dict(zip(letters, work.shape(node), strict=True))
        moves = tuple(letters.index(letter) for letter in order if letter in letters)
        moved = node if moves == tuple(sorted(moves)) else work.add(Transpose(moves), node, suffix="turned")
        aligned.append(work.reshaped(moved, tuple(sizes.get(letter, 1) for letter in order), "aligned"))
    node = work.add(Multiply(), *aligned, suffix="products")
    if summed_letters:
        node = work.add(Reduce(Reduction.SUM, tuple(range(len(output), len(order)))), node)
    return work.reshaped(node, work.shape(node)[: len(output)] or (1,), "squeezed")


MERGES: dict[str, Convert] = {
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
