"""Random networks of the kind that streams: waveforms and images through windows, branches and tails."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np
from hypothesis import strategies as st

from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops.windows import same_padding
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from tests.graph.proposals import PROPOSALS, Growth, Limits
from tests.strategies import (
    ALL_OVERFLOWS,
    ALL_ROUNDINGS,
    choose_outputs,
    prune,
    quantizer_strategy,
)

MAX_ELEMENTS = 120
SHAPES = (
    *((12, 1), (16, 2), (20, 1), (9, 3), (7, 4), (24, 2), (31, 1)),
    *((5, 5, 1), (4, 6, 2), (6, 5, 1), (3, 4, 3), (7, 4, 2), (8, 7, 1)),
    *((6,), (12,), (16,)),
)
"""Of inputs: waveforms, images, vectors."""

Step = Callable[[Growth, str], str]
"""Adds operations to a node and says which node is the new end."""


@st.composite
def weights(draw: st.DrawFn, shape: o.Shape, point: int = 2) -> FixedArray:
    """A constant tensor of five bits with the sign, a fifth of it zero: from a seed, so that few weights are alike."""
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    values = rng.integers(-16, 16, shape) * (rng.random(shape) < 0.8)
    return FixedArray(values, draw(st.integers(-point, 5 + point)))


@st.composite
def streaming_graphs(
    draw: st.DrawFn, max_steps: int = 6, max_bits: int = 10, shapes: tuple[o.Shape, ...] = SHAPES
) -> Graph:
    """A Graph of at most `max_steps` layers, most of them behind one another; every tensor has at most MAX_ELEMENTS.

    Args:
        max_bits: the widest type of what a layer hands on.
    """
    limits = Limits(
        frozenset(o.OPERATIONS), frozenset((0, 1, 2)), True, max_bits, 1, 2, True, ALL_ROUNDINGS, ALL_OVERFLOWS,
        MAX_ELEMENTS,
    )  # fmt: skip
    growth = Growth(draw, GraphBuilder("random"), limits, weights, quantizer_strategy(limits))
    shape = growth.pick(shapes)
    for number in range(1 + growth.pick((0, 0, 0, 1))):
        shape = growth.pick((shape, shape, growth.pick(shapes)))
        quantizer = Quantizer(growth.draw(st.sampled_from(INPUTS)))
        growth.names.append(growth.builder.add(o.Input(shape, quantizer), name=f"in_{number}"))
    for _ in range(growth.pick(range(1, max_steps + 1))):
        target = growth.names[-1] if growth.number(0, 4) else growth.pick(growth.names)
        _grow(growth, target)
    graph = growth.builder.build([growth.names[-1]])
    return prune(graph, choose_outputs(draw, graph, growth.pick((1, 1, 1, 2))))


INPUTS = (FixedType(1, 3, 4), FixedType(1, 7, 0), FixedType(0, 2, 4), FixedType(1, 0, 5), FixedType(0, 1, 0))


def _grow(g: Growth, target: str) -> None:
    rank = len(g.shape(target)) - 1
    kind = g.pick([kind for kind, (ranks, weight) in WEIGHTS.items() if rank in ranks for _ in range(weight)])
    if kind in STEPS:
        name = STEPS[kind](g, target)
    else:
        op, inputs = PROPOSALS[kind].make(g, target)
        name = g.builder.add(op, *inputs, name=kind.lower())
    if int(g.builder.type(name).uniform().width) > g.limits.max_bits:
        name = _quantized(g, name)
    g.names.append(name)


def _quantized(g: Growth, name: str) -> str:
    """A Quantize near the values' own range, so that most of what enters changes what leaves; or any at all."""
    if not g.number(0, 7):
        return g.builder.add(o.Quantize(g.quantizer(g.shape(name))), name, name="any")
    kind, shape = g.builder.type(name).uniform(), g.shape(name)
    signed, top = int(kind.signed), int(kind.integer)
    axes = g.pick([(1,) * len(shape), (1,) * len(shape), (*(1,) * (len(shape) - 1), shape[-1]), shape])
    count = prod(axes)
    # few draws for many elements: some choices, then which one each element takes
    choices = [(g.number(2, g.limits.max_bits), g.number(0, 3)) for _ in range(min(count, 3))]
    picks = np.frombuffer(g.draw(st.binary(min_size=count, max_size=count)), dtype=np.uint8) % len(choices)
    width, less = (np.array([choices[pick][part] for pick in picks]).reshape(axes) for part in (0, 1))
    integer = np.asarray(top - less)
    chosen = FixedType(np.full(axes, signed), integer, width - signed - integer)
    quantizer = Quantizer(chosen, g.pick(Rounding), g.pick(Overflow))
    return g.builder.add(o.Quantize(quantizer), name, name="narrow")


def _requantized(g: Growth, name: str) -> str:
    """Wide factors, one a channel, then a rounding: as int8 files have it."""
    shape = (*(1,) * (len(g.shape(name)) - 1), g.shape(name)[-1])
    factors = [g.number(1 << 13, (1 << 14) - 1) for _ in range(shape[-1])]
    factor = FixedArray(np.array(factors, dtype=object).reshape(shape), 14 + g.number(0, 2))
    offset = FixedArray(np.array([g.number(-3, 3)] * shape[-1], dtype=object).reshape(shape), 0)
    scaled = g.builder.add(o.Scale(factor, offset, rescales=True), name, name="scale")
    kind = g.builder.type(scaled).uniform()
    bits = min(8, g.limits.max_bits)
    signed = g.number(0, int(kind.signed))
    integer = int(kind.integer) - g.number(0, 1)
    target = FixedType(signed, integer, bits - signed - integer)
    return g.builder.add(o.Quantize(Quantizer(target, Rounding.RND, Overflow.SAT)), scaled, name="code")


def _same_conv(g: Growth, name: str, depthwise: bool = False) -> str:
    """A convolution that leaves the shape as it is."""
    *spatial, channels = g.shape(name)
    size = tuple(g.number(1, 3) for _ in spatial)
    steps = tuple(g.number(1, 2) for _ in spatial)
    ones = (1,) * len(size)
    pads = same_padding(spatial, size, ones, steps)
    inner = 1 if depthwise else channels
    kernel, bias = g.constant((*size, inner, channels)), g.constant((channels,)) if g.number(0, 1) else None
    make = o.Conv1D if len(spatial) == 1 else o.Conv2D
    return g.builder.add(make(kernel, bias, ones, steps, pads, channels // inner), name, name="same")


def _residual(g: Growth, name: str) -> str:
    """Two branches that meet again: through a convolution and past it."""
    inside = _same_conv(g, name, depthwise=bool(g.number(0, 1)))
    if g.number(0, 1):
        inside = _quantized(g, inside)
    if g.number(0, 1):
        inside = g.builder.add(o.Relu(), inside, name="inside")
    operation = g.pick((o.Add, o.Add, o.Subtract, o.Maximum, o.Minimum))
    pair = (inside, name) if g.number(0, 1) else (name, inside)
    return g.builder.add(operation(), *pair, name="meet")


def _beside(g: Growth, name: str) -> str:
    """Two branches beside one another: more channels."""
    return g.builder.add(o.Concatenate(-1), name, _same_conv(g, name), name="beside")


def _flattened(g: Growth, name: str) -> str:
    """A Dense over everything."""
    size = prod(g.shape(name))
    flat = g.builder.add(o.Reshape((size,)), name, name="flat")
    outputs = g.number(1, 5)
    bias = g.constant((outputs,)) if g.number(0, 1) else None
    return g.builder.add(o.Dense(g.constant((size, outputs)), bias), flat, name="dense")


def _global(g: Growth, name: str) -> str:
    """One value a channel."""
    axes = tuple(range(len(g.shape(name)) - 1))
    return g.builder.add(o.Reduce(g.pick(o.Reduction), axes), name, name="global")


def _softmax(g: Growth, name: str) -> str:
    """exp by a table, its sum over the channels, 1 / sum by a table, the product."""
    kind = FixedType(1, 2, 2)
    x = g.builder.add(o.Quantize(Quantizer(kind, Rounding.RND, Overflow.SAT)), name, name="logit")
    steps = np.arange(-16, 16) / 4
    x = g.builder.add(o.Lookup(kind, FixedArray(np.rint(8 * np.exp(steps - 2)).astype(np.int64), 5)), x, name="exp")
    total = g.builder.add(o.Reduce(o.Reduction.SUM, (-1,)), x, name="sum")
    narrow = FixedType(0, 3, 3)
    total = g.builder.add(o.Quantize(Quantizer(narrow, Rounding.TRN, Overflow.SAT)), total, name="total")
    inverse = FixedArray(np.rint(64 / np.maximum(np.arange(64), 1)).astype(np.int64), 3)
    total = g.builder.add(o.Lookup(narrow, inverse), total, name="inverse")
    return g.builder.add(o.Multiply(), x, total, name="share")


def _scaled(g: Growth, name: str) -> str:
    channel = (*(1,) * (len(g.shape(name)) - 1), g.shape(name)[-1])
    shape = g.pick((channel, channel, (1,) * len(channel), g.shape(name)))
    return g.builder.add(o.Scale(g.constant(shape), g.constant(shape)), name, name="scaled")


STEPS: dict[str, Step] = {
    "narrow": _quantized,
    "requantized": _requantized,
    "same": _same_conv,
    "depthwise": lambda g, name: _same_conv(g, name, depthwise=True),
    "residual": _residual,
    "beside": _beside,
    "flat": _flattened,
    "global": _global,
    "softmax": _softmax,
    "scaled": _scaled,
}
WEIGHTS: dict[str, tuple[tuple[int, ...], int]] = {
    "Conv1D": ((1,), 8),
    "Conv2D": ((2,), 8),
    "same": ((1, 2), 2),
    "depthwise": ((1, 2), 3),
    "MaxPool": ((1, 2), 3),
    "AveragePool": ((1, 2), 2),
    "residual": ((1, 2), 4),
    "beside": ((1, 2), 1),
    "Concatenate": ((0, 1, 2), 2),
    "flat": ((1, 2), 2),
    "Dense": ((0, 1, 2), 2),
    "global": ((1, 2), 1),
    "Reduce": ((0, 1, 2), 1),
    "Einsum": ((0, 1, 2), 1),
    "softmax": ((0, 1), 1),
    "Relu": ((0, 1, 2), 3),
    "LeakyRelu": ((0, 1, 2), 1),
    "narrow": ((0, 1, 2), 3),
    "requantized": ((0, 1, 2), 2),
    "scaled": ((0, 1, 2), 2),
    "Lookup": ((0, 1, 2), 1),
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Maximum", "Minimum"), ((0, 1, 2), 1)),
    **dict.fromkeys(("Reshape", "Transpose", "Pad", "Slice", "GroupSort"), ((0, 1, 2), 1)),
    "UpSample": ((1, 2), 1),
    "Scan": ((1, 2), 2),
}
"""For each step the ranks (spatial axes) that it fits, and how often it comes."""
