"""Hypothesis strategies: types, quantizers, constants, whole random Graphs and inputs for them.

Graphs are tiny (at most `MAX_ELEMENTS` values a tensor), branch and merge, and keep every width bounded by
Quantize nodes, so that the same graphs can be compiled to hardware descriptions.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from math import prod

import numpy as np
from hypothesis import strategies as st

from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.ops import OPERATIONS, Input
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from tests.graph.proposals import MAX_ELEMENTS, Growth, Limits, grow

ALL_ROUNDINGS = tuple(Rounding)
ALL_OVERFLOWS = tuple(Overflow)

__all__ = [
    "ALL_OVERFLOWS",
    "ALL_ROUNDINGS",
    "MAX_ELEMENTS",
    "choose_outputs",
    "fixed_arrays",
    "fixed_types",
    "graphs",
    "input_values",
    "prune",
    "quantizer_strategy",
    "quantizers",
]


@st.composite
def fixed_types(
    draw: st.DrawFn,
    max_bits: int = 12,
    min_bits: int = 0,
    point: int = 6,
    shape: tuple[int, ...] | None = None,
) -> FixedType:
    """A fixed-point type of min_bits to max_bits bits.

    Args:
        point: how far beyond either end of the word the binary point may lie; above 0 it gives negative
            integer and negative fractional bits.
        shape: of the tensor, for bit widths that differ per element; None for one uniform type.
    """
    if shape is None:
        signed = draw(st.integers(0, 1))
        nothing = min_bits <= 0 and draw(st.integers(0, 11)) == 11  # rare: whatever follows would be all zero
        width = 0 if nothing else draw(st.integers(max(min_bits, 1), max_bits))
        fractional = draw(st.integers(-point, width + point))
        return FixedType(signed, width - signed - fractional, fractional)
    broadcast = tuple(draw(st.sampled_from((1, size))) for size in shape)
    kinds = [draw(fixed_types(max_bits, min_bits, point)) for _ in range(draw(st.integers(1, 3)))]
    rng = random.Random(draw(st.integers(0, 2**32)))
    picks = [rng.choice(kinds) for _ in range(prod(broadcast))]
    columns = (np.array([int(getattr(k, n)) for k in picks]) for n in ("signed", "integer", "fractional"))
    return FixedType(*(column.reshape(broadcast) for column in columns))


@st.composite
def quantizers(
    draw: st.DrawFn,
    types: st.SearchStrategy[FixedType] | None = None,
    roundings: Iterable[Rounding] = ALL_ROUNDINGS,
    overflows: Iterable[Overflow] = ALL_OVERFLOWS,
) -> Quantizer:
    """A type (any of `fixed_types()` by default) with a rounding and an overflow."""
    kind = draw(fixed_types() if types is None else types)
    return Quantizer(kind, draw(st.sampled_from(tuple(roundings))), draw(st.sampled_from(tuple(overflows))))


@st.composite
def fixed_arrays(draw: st.DrawFn, shape: tuple[int, ...], max_bits: int = 5, point: int = 4) -> FixedArray:
    """A constant tensor of at most `max_bits` bits with the sign (any number above 8 is slow to draw).

    Args:
        point: the binary point lies between -point and max_bits + point fractional bits.
    """
    size = prod(shape)
    if max_bits <= 8:
        integers = np.frombuffer(draw(st.binary(min_size=size, max_size=size)), dtype=np.int8) >> (8 - max_bits)
    else:
        limit = 1 << (max_bits - 1)
        numbers = draw(st.lists(st.integers(-limit, limit - 1), min_size=size, max_size=size))
        integers = np.array(numbers, dtype=object)
    return FixedArray(integers.reshape(shape), draw(st.integers(-point, max_bits + point)))


@st.composite
def graphs(
    draw: st.DrawFn,
    max_nodes: int = 8,
    ops: Iterable[str] = tuple(OPERATIONS),
    ranks: Iterable[int] = (0, 1, 2),
    per_element: bool = True,
    max_bits: int = 12,
    min_bits: int = 0,
    point: int = 4,
    max_inputs: int = 2,
    max_outputs: int = 3,
    broadcast: bool = True,
    roundings: Iterable[Rounding] = ALL_ROUNDINGS,
    overflows: Iterable[Overflow] = ALL_OVERFLOWS,
) -> Graph:
    """A valid Graph: chains and branches of the allowed operations, every node on the way to an output.

    Args:
        max_nodes: operations drawn; the Inputs, and the Quantize nodes that bound a width or make a second
            branch, come on top.
        ops: names in OPERATIONS. Input and Quantize are always allowed. Constant only takes effect with an
            operation of several inputs.
        ranks: spatial axes of the tensors: 0 (features), 1 (length, channels), 2 (height, width, channels).
        per_element: whether bit widths of Quantize and Input may differ from element to element.
        max_bits: the widest type of any tensor that Quantize makes; a wider result meets a Quantize. Results
            in between are as wide as they are, for exactness.
        min_bits: the narrowest type; 1 or more leaves out types that hold nothing but zero.
        point: see `fixed_types`; 0 leaves out negative integer and fractional bits.
        max_inputs, max_outputs: how many Inputs are drawn and how many outputs are kept at most.
        broadcast: whether operations of two inputs may combine different shapes.
        roundings, overflows: allowed in Quantize nodes and Inputs.
    """
    limits = Limits(
        frozenset(ops), frozenset(ranks), per_element, max_bits, min_bits, point, broadcast,
        tuple(roundings), tuple(overflows),
    )  # fmt: skip
    growth = Growth(draw, GraphBuilder("random"), limits, fixed_arrays, quantizer_strategy(limits))
    for number in range(draw(st.integers(1, max_inputs))):
        shape = draw(st.sampled_from(_input_shapes(limits.ranks)))
        growth.names.append(growth.builder.add(Input(shape, growth.quantizer(shape)), name=f"in_{number}"))
    for _ in range(draw(st.integers(1, max_nodes))):
        grow(growth)
    graph = growth.builder.build([growth.names[-1]])
    return prune(graph, choose_outputs(draw, graph, max_outputs))


def quantizer_strategy(limits: Limits) -> Callable[..., st.SearchStrategy[Quantizer]]:
    """Draws quantizers for a tensor of a shape, uniform or not, of so many bits at most."""

    def strategy(shape: tuple[int, ...], uniform: bool, max_bits: int) -> st.SearchStrategy[Quantizer]:
        uniform = uniform or not limits.per_element
        types = fixed_types(max_bits, min(limits.min_bits, max_bits), limits.point)
        if not uniform:
            types = st.one_of(types, fixed_types(max_bits, limits.min_bits, limits.point, shape))
        return quantizers(types, limits.roundings, limits.overflows)

    return strategy


def _input_shapes(ranks: frozenset[int]) -> list[tuple[int, ...]]:
    shapes: list[tuple[int, ...]] = []
    shapes += [(4,), (1,), (6,), (8,)] if 0 in ranks else []
    shapes += [(5, 2), (8, 1), (4, 4), (1, 3)] if 1 in ranks else []
    shapes += [(4, 4, 1), (3, 4, 2), (5, 3, 2), (2, 2, 4)] if 2 in ranks else []
    return shapes


def choose_outputs(draw: st.DrawFn, graph: Graph, most: int) -> tuple[str, ...]:
    """Nodes that nothing reads and that depend on an Input, and sometimes one from the middle."""
    live: set[str] = set()
    for node in graph.nodes:
        if isinstance(node.op, Input) or live.intersection(node.inputs):
            live.add(node.name)
    ends = [n.name for n in graph.nodes if n.name in live and not graph.consumers[n.name]]
    computed = [name for name in ends if not isinstance(graph[name].op, Input)] or ends
    chosen = computed[-most:]
    middle = [n.name for n in graph.nodes if n.name in live and n.name not in ends and n.inputs]
    if len(chosen) < most and middle and draw(st.booleans()):
        chosen.append(draw(st.sampled_from(middle)))
    return tuple(chosen)


def prune(graph: Graph, outputs: tuple[str, ...]) -> Graph:
    """The graph without the nodes that no output needs."""
    needed = set(outputs)
    kept: list[Node] = []
    for node in reversed(graph.nodes):
        if node.name in needed:
            needed.update(node.inputs)
            kept.append(node)
    return Graph(graph.name, tuple(reversed(kept)), outputs, {f"layer {n}": n for n in outputs})


@st.composite
def input_values(draw: st.DrawFn, graph: Graph, events: int = 8) -> dict[str, FixedArray]:
    """A batch for every Input, in its type: all lowest, all highest, zeros, alternating ends, then random.

    Args:
        events: at least 4.
    """
    rng = random.Random(draw(st.integers(0, 2**32)))
    values = {}
    for node in graph.inputs:
        bounds = graph.ranges[node.name]
        assert isinstance(node.op, Input)
        lift = np.broadcast_to(bounds.unit - node.op.quantizer.type.fractional, bounds.shape).reshape(-1)
        ends = [(int(a), int(b)) for a, b in zip(bounds.low.flat, bounds.high.flat, strict=True)]
        rows = [[a for a, _ in ends], [b for _, b in ends], [0] * len(ends)]
        rows.append([pair[(j + rng.randint(0, 1)) % 2] for j, pair in enumerate(ends)])
        while len(rows) < events:
            rows.append([_code(rng, a, b, int(s)) for (a, b), s in zip(ends, lift, strict=True)])
        integers = np.array(rows, dtype=object).reshape(len(rows), *bounds.shape)
        values[node.name] = FixedArray(integers, bounds.unit)
    return values


def _code(rng: random.Random, low: int, high: int, lift: int) -> int:
    """A random multiple of 2**lift between two multiples of it; often close to one of them or to zero."""
    a, b = low >> lift, high >> lift
    near = rng.choice((a, b, 0, -1, 1))
    code = rng.randint(a, b) if rng.random() < 0.7 else min(max(near, a), b)
    return code << lift
