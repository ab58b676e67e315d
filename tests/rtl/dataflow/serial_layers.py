"""Layers for the Serial engine: each kind that it computes, alone, with what may follow it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import (
    AveragePool,
    Conv1D,
    Conv2D,
    Dense,
    Input,
    MaxPool,
    Operation,
    Quantize,
    Reduce,
    Reduction,
    Relu,
    Scale,
)
from fpgaml.graph.ops.windows import same_padding
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.dataflow.beats import stream
from fpgaml.rtl.dataflow.dataflow import Dataflow
from fpgaml.rtl.dataflow.stages.serial.stage import Serial
from fpgaml.rtl.delays import DelayModel

DELAYS = DelayModel.of_part("xcku5p-ffvb676-2-e", 5.0)
RNG = np.random.default_rng(11)
Follow = Callable[[tuple[int, ...]], Operation]


def numbers(shape: tuple[int, ...], bits: int = 5) -> FixedArray:
    """Random constants."""
    return FixedArray(RNG.integers(-(1 << bits - 1), 1 << bits - 1, shape), 3)


def relu(_: tuple[int, ...]) -> Operation:
    """No constants."""
    return Relu()


def types_by_channel(shape: tuple[int, ...]) -> Operation:
    """A Quantize whose step differs from channel to channel."""
    fractional = RNG.integers(1, 4, shape[-1]).reshape((1,) * (len(shape) - 1) + (-1,))
    return Quantize(Quantizer(FixedType(1, 3, fractional), Rounding.RND, Overflow.SAT))


def factors_by_channel(shape: tuple[int, ...]) -> Operation:
    """A factor and an offset for each channel."""
    row = (1,) * (len(shape) - 1) + (shape[-1],)
    return Scale(numbers(row, 9), numbers(row))


def offsets_by_position(shape: tuple[int, ...]) -> Operation:
    """An offset for each element of the whole tensor."""
    return Scale(FixedArray(np.ones((1,) * len(shape), dtype=np.int64), 0), numbers(shape))


def alone(
    shape: tuple[int, ...], op: Operation, lanes: int, filters: int, *follow: Follow, spacing: int = 1, share: int = 1
) -> Dataflow:
    """A layer as a dataflow of one stage that reads words of `share` pieces."""
    builder = GraphBuilder("net")
    names = [builder.add(Input(shape, Quantizer(FixedType(1, 3, 3))), name="x")]
    names.append(builder.add(op, names[-1], name="layer"))
    for make in follow:
        names.append(builder.add(make(builder.shape(names[-1])), names[-1], name="follow"))
    graph = builder.build(names[-1:])
    source, output = stream(graph, "x", lanes * share), stream(graph, names[-1], filters)
    stage = Serial("layer", graph, tuple(graph[name] for name in names[1:]), source, output, lanes, DELAYS)
    return Dataflow(graph, (source,), (stage,), (output,), spacing)


def _conv1d(filters: int, width: int, stride: int, step: int, same: Sequence[int] | None = None) -> Conv1D:
    pads = same_padding(same, (width,), (stride,), (step,)) if same else ((0, 0),)
    return Conv1D(numbers((width, 4, filters)), numbers((filters,)), (stride,), (step,), pads)


def _conv2d(channels: int, filters: int, strides: tuple[int, int], groups: int = 1) -> Conv2D:
    pads = same_padding((7, 6), (3, 3), strides, (1, 1))
    kernel = numbers((3, 3, channels // groups, filters))
    return Conv2D(kernel, numbers((filters,)), strides, (1, 1), pads, groups)


LAYERS: dict[str, Callable[[], Dataflow]] = {
    "dense": lambda: alone((12,), Dense(numbers((12, 6)), numbers((6,))), 3, 2, factors_by_channel, types_by_channel),
    "dense, one product": lambda: alone((12,), Dense(numbers((12, 6)), None), 1, 1),
    "dense by position": lambda: alone((5, 4), Dense(numbers((4, 6)), numbers((6,))), 2, 3, offsets_by_position),
    "one step": lambda: alone((9, 2), Dense(numbers((2, 3)), numbers((3,))), 2, 3, relu),
    "large table": lambda: alone((96,), Dense(numbers((96, 24), 7), numbers((24,))), 2, 3),
    "strided": lambda: alone((20, 4), _conv1d(6, 5, 3, 1), 2, 3, types_by_channel),
    "dilated, padded": lambda: alone((20, 4), _conv1d(2, 3, 1, 2, (20,)), 1, 1, spacing=3),
    "two axes, padded": lambda: alone((7, 6, 2), _conv2d(2, 4, (2, 1)), 1, 2, relu, types_by_channel),
    "depthwise": lambda: alone((7, 6, 4), _conv2d(4, 4, (1, 2), 4), 2, 2, factors_by_channel),
    "max pool, padded": lambda: alone((7, 6, 4), MaxPool((2, 3), (2, 2), ((0, 1), (1, 0))), 2, 2),
    "average pool": lambda: alone(
        (7, 6, 4), AveragePool((2, 2), (2, 2), ((0, 0), (0, 0)), FixedArray(np.array([[[1]]]), 2)), 1, 1
    ),
    "global sum": lambda: alone((7, 6, 4), Reduce(Reduction.SUM, (0, 1)), 4, 4, relu),
    "global max": lambda: alone((7, 4), Reduce(Reduction.MAX, (0,)), 1, 1),
    "smallest by column": lambda: alone((7, 6, 4), Reduce(Reduction.MIN, (0,)), 1, 1),
    "pieces of words": lambda: alone((20, 4), _conv1d(2, 3, 1, 2, (20,)), 1, 1, share=8),
    "words over positions": lambda: alone((7, 6, 2), _conv2d(2, 4, (2, 1)), 1, 2, relu, share=4),
    "images": lambda: alone(
        (14, 4, 1),
        Conv2D(numbers((5, 1, 1, 7)), numbers((7,)), (3, 1), (1, 1), ((0, 0), (0, 0))),
        1,
        1,
        relu,
        spacing=9,
        share=4,
    ),
}
