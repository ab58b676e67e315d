"""hls4ml designs of which real numbers are public, as Graphs: what they were, and what was found.

Where weights were drawn at random, they are drawn here in the same way; where they are not public, only what does not
depend on them is compared. Numbers are those of the reports named in `source`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import numpy as np

from fpgaml import load
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Conv2D, Dense, Input, Lookup, MaxPool, Quantize, Relu, Reshape, Transpose
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.hls.settings import IoType, Strategy
from tests.paths import ARIANNA

TESTS = "hls4ml, test/pytest/baselines, Vitis 2024.1"
OLDER = "hls4ml, test/pytest/baselines, Vivado HLS 2020.1"
PLAIN = Quantizer(FixedType(1, 5, 10))
"""ap_fixed<16,6>, hls4ml's default."""
PARALLEL, STREAM = IoType.PARALLEL, IoType.STREAM


@dataclass(frozen=True)
class Design:
    """One design.

    Args:
        synthesised: what C-synthesis said; real: what the implementation had, after synthesis or routing.
    """

    name: str
    source: str
    graph: Callable[[], Graph]
    io: IoType
    synthesised: Mapping[str, int]
    real: Mapping[str, int] = field(default_factory=dict)
    strategy: Strategy = Strategy.LATENCY
    backend: str = "vitis"
    board: str = "vu13p"


def weights(*shape: int, bits: int = 10, uniform: float = 0.0, normal: float = 0.0) -> FixedArray:
    """Drawn between plus and minus `uniform`, or from a normal distribution, and rounded to so many fractional bits."""
    rng = np.random.default_rng(1)
    drawn = rng.normal(scale=normal, size=shape) if normal else rng.uniform(-uniform, uniform, shape)
    return FixedArray(np.rint(drawn * 2**bits).astype(np.int64), bits)


@cache
def wide_dense(function: str) -> Graph:
    """One input, 64 neurons, and an activation; weights as `lecun_uniform` draws them."""
    builder = GraphBuilder(function)
    x = builder.add(Input((1,), PLAIN), name="x")
    x = builder.add(Dense(weights(1, 64, uniform=np.sqrt(3.0)), FixedArray(np.zeros(64, int), 10)), x, name="dense")
    x = builder.add(Quantize(PLAIN), x, name="dense_q")
    if function == "relu":
        x = builder.add(Relu(), x, name="relu")
    else:  # a table of 1,024 entries, as hls4ml has it
        domain = FixedType(1, 3, 6)
        x = builder.add(Quantize(Quantizer(domain, Rounding.TRN, Overflow.SAT)), x, name="index")
        table = FixedArray(np.rint(2**10 / (1 + np.exp(-np.arange(-512, 512) / 64))).astype(np.int64), 10)
        x = builder.add(Lookup(domain, table), x, name="sigmoid")
    return builder.build([builder.add(Quantize(PLAIN), x, name="out")])


@cache
def patches() -> Graph:
    """28 x 28 x 3, 32 filters of 4 x 4 in steps of 4, weights of a standard deviation of 0.05."""
    builder = GraphBuilder("patches")
    x = builder.add(Input((28, 28, 3), PLAIN), name="x")
    kernel = weights(4, 4, 3, 32, normal=0.05)
    x = builder.add(Conv2D(kernel, None, (4, 4), (1, 1), ((0, 0), (0, 0))), x, name="conv")
    return builder.build([builder.add(Quantize(PLAIN), x, name="out")])


@cache
def pooled(*shape: int) -> Graph:
    """Maxima of two, or of two by two."""
    builder = GraphBuilder("pool")
    axes = len(shape) - 1
    x = builder.add(Input(shape, PLAIN), name="x")
    return builder.build([builder.add(MaxPool((2,) * axes, (2,) * axes, ((0, 0),) * axes), x, name="pool")])


@cache
def cnn_core() -> Graph:
    """Its shapes and types; its weights are not public."""
    builder = GraphBuilder("cnn_core")
    coarse, plain = Quantizer(FixedType(1, 8, 8)), PLAIN
    x = builder.add(Input((256, 4), Quantizer(FixedType(1, 5, 6))), name="x")
    x = builder.add(Transpose((1, 0)), x, name="permute")
    x = builder.add(Reshape((4, 256, 1)), x, name="reshape")
    kernel = weights(1, 5, 1, 7, bits=8, uniform=1.0)
    bias = FixedArray(np.zeros(7, int), 8)
    x = builder.add(Conv2D(kernel, bias, (1, 3), (1, 1), ((0, 0), (0, 0))), x, name="conv")
    x = builder.add(Quantize(coarse), x, name="conv_q")
    x = builder.add(Quantize(plain), builder.add(Relu(), x, name="relu"), name="relu_q")
    x = builder.add(MaxPool((1, 2), (1, 2), ((0, 0), (0, 0))), x, name="pool")
    x = builder.add(Reshape((1176,)), x, name="flat")
    dense = Dense(weights(1176, 1, bits=8, uniform=0.1), FixedArray(np.zeros(1, int), 8))
    x = builder.add(Quantize(coarse), builder.add(dense, x, name="dense"), name="out")
    return builder.build([x])


@cache
def arianna() -> Graph:
    """The trained network itself, from its file."""
    return load(ARIANNA / "model.keras").graph


@cache
def jets(bits: int, integer: int) -> Graph:
    """16-64-32-32-5 with weights of `bits` in all, drawn; its latency depends on them little."""
    builder = GraphBuilder("jets")
    kind = Quantizer(FixedType(1, integer, bits - 1 - integer), Rounding.RND, Overflow.SAT)
    x = builder.add(Input((16,), PLAIN), name="x")
    sizes = [16, 64, 32, 32, 5]
    for number, (inputs, outputs) in enumerate(pairwise(sizes)):
        kernel = weights(inputs, outputs, bits=bits - 1, normal=0.5 / np.sqrt(inputs))
        dense = Dense(kernel, FixedArray(np.zeros(outputs, int), bits - 1))
        x = builder.add(dense, x, name=f"dense_{number}")
        if number < len(sizes) - 2:
            x = builder.add(Quantize(kind), builder.add(Relu(), x, name=f"relu_{number}"), name=f"q_{number}")
    return builder.build([builder.add(Quantize(PLAIN), x, name="out")])


DESIGNS = (
    Design(
        "dense 1-64, ReLU",
        TESTS,
        lambda: wide_dense("relu"),
        PARALLEL,
        {"interval": 1, "latency": 0, "lut": 2983, "ff": 18, "dsp": 58, "bram": 0},
    ),
    Design(
        "dense 1-64, ReLU, streams",
        TESTS,
        lambda: wide_dense("relu"),
        STREAM,
        {"interval": 2, "latency": 2, "lut": 4043, "ff": 2064, "dsp": 59, "bram": 0},
    ),
    Design(
        "dense 1-64, sigmoid",
        TESTS,
        lambda: wide_dense("sigmoid"),
        PARALLEL,
        {"interval": 1, "latency": 3, "lut": 7825, "ff": 1689, "dsp": 56, "bram": 32},
    ),
    Design(
        "dense 1-64, sigmoid, streams",
        TESTS,
        lambda: wide_dense("sigmoid"),
        STREAM,
        {"interval": 4, "latency": 4, "lut": 8518, "ff": 3026, "dsp": 61, "bram": 32},
    ),
    Design(
        "Conv2D 28x28x3, 32 of 4x4, resource",
        TESTS,
        patches,
        PARALLEL,
        {"interval": 53, "latency": 52, "lut": 75413, "ff": 33150, "dsp": 792, "bram": 0},
        strategy=Strategy.RESOURCE,
    ),
    Design(
        "dense 1-64, ReLU, Vivado HLS",
        OLDER,
        lambda: wide_dense("relu"),
        PARALLEL,
        {"interval": 1, "latency": 0, "lut": 2224, "ff": 18, "dsp": 61, "bram": 0},
        backend="vivado",
    ),
    Design(
        "dense 1-64, ReLU, streams, Vivado HLS",
        OLDER,
        lambda: wide_dense("relu"),
        STREAM,
        {"interval": 1, "latency": 2, "lut": 5873, "ff": 326, "dsp": 60, "bram": 0},
        backend="vivado",
    ),
    Design(
        "Conv2D 28x28x3, 32 of 4x4, resource, Vivado HLS",
        OLDER,
        patches,
        PARALLEL,
        {"interval": 49, "latency": 52, "lut": 86819, "ff": 52870, "dsp": 740, "bram": 0},
        strategy=Strategy.RESOURCE,
        backend="vivado",
    ),
    Design(
        "maximum of 2 by 2, 18x15x3",
        TESTS,
        lambda: pooled(18, 15, 3),
        PARALLEL,
        {"interval": 1, "latency": 0, "lut": 22151, "ff": 12962, "dsp": 0, "bram": 0},
    ),
    Design(
        "cnn_core, streams",
        "NuDAQ/CNN-Core-Generator, Vitis HLS 2023.2 and Vivado 2023.2 post-synthesis",
        cnn_core,
        STREAM,
        {"interval": 3076, "latency": 3218},
        {"bram": 13},
        board="kcu116",
    ),
    Design(
        "arianna, streams",
        "albertc9/RAVEL, Vitis HLS 2023.2 and Vivado 2023.2 post-route",
        arianna,
        STREAM,
        {"interval": 3076, "latency": 3084, "lut": 38365, "ff": 26275, "dsp": 0, "bram": 18},
        {"lut": 18312, "ff": 21745, "dsp": 1, "bram": 11},
        board="kcu116",
    ),
    Design(
        "jets 16-64-32-32-5, 6 bits",
        "arXiv:2103.05579 (45 ns at 200 MHz), with softmax",
        lambda: jets(6, 0),
        PARALLEL,
        {"interval": 1, "latency": 9},
    ),
    Design(
        "jets 16-64-32-32-5, 16 bits",
        "arXiv:1804.06913 (75 ns at 200 MHz, Vivado HLS), with softmax",
        lambda: jets(16, 5),
        PARALLEL,
        {"interval": 1, "latency": 15},
        backend="vivado",
    ),
)
