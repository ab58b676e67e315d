"""Random layers over images: windows of any stride, dilation and padding, and what is computed with them."""

from __future__ import annotations

from math import prod

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops.base import OperationError
from fpgaml.graph.ops.windows import same_padding
from fpgaml.graph.types import FixedType, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

PIXEL = FixedType(1, 3, 2)


def divisors(number: int) -> list[int]:
    """Ascending."""
    return [n for n in range(1, number + 1) if number % n == 0]


@st.composite
def image_layers(draw: st.DrawFn) -> Graph:
    """A convolution or pool over an image `image`, and up to three nodes on each pixel of its result."""
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    shape = (draw(st.integers(1, 7)), draw(st.integers(1, 8)), draw(st.integers(1, 3)))
    builder = GraphBuilder("layers")
    image = builder.add(o.Input(shape, Quantizer(PIXEL)), name="image")
    last = _windowed(draw, rng, builder, image)
    for kind in draw(st.lists(st.sampled_from(("scale", "scale", "narrow", "relu", "dense", "flat")), max_size=3)):
        last = _followed(draw, rng, builder, last, kind)
    return builder.build([last])


def _windowed(draw: st.DrawFn, rng: np.random.Generator, builder: GraphBuilder, image: str) -> str:
    *spatial, channels = builder.shape(image)
    pairs = [(draw(st.integers(1, 4)), draw(st.integers(1, 4))), (draw(st.integers(1, 3)), draw(st.integers(1, 3)))]
    size, strides = pairs
    dilation = (draw(st.sampled_from((1, 1, 2))), draw(st.sampled_from((1, 1, 2))))
    kind = draw(st.sampled_from(("conv", "grouped", "max", "average")))
    pools = kind in ("max", "average")
    if draw(st.booleans()):
        pads = same_padding(spatial, size, strides, (1, 1) if pools else dilation)
    else:
        pads = tuple((draw(st.integers(0, 3)), draw(st.integers(0, 3))) for _ in spatial)
    try:
        if pools:
            result = o.MaxPool(size, strides, pads).shape([(*spatial, channels)])
            factor = FixedArray(rng.integers(1, 9, draw(st.sampled_from(((1, 1, 1), result)))), 3)
            pool = o.MaxPool(size, strides, pads) if kind == "max" else o.AveragePool(size, strides, pads, factor)
            return builder.add(pool, image, name="window")
        groups = channels if kind == "grouped" else 1
        filters = groups * draw(st.integers(1, 3))
        kernel = FixedArray(rng.integers(-7, 8, (*size, channels // groups, filters)), 3)
        bias = draw(st.sampled_from((None, FixedArray(rng.integers(-7, 8, (filters,)), 3))))
        return builder.add(o.Conv2D(kernel, bias, strides, dilation, pads, groups), image, name="window")
    except OperationError:
        assume(False)
        raise


def _followed(draw: st.DrawFn, rng: np.random.Generator, builder: GraphBuilder, name: str, kind: str) -> str:
    shape = builder.shape(name)
    settings = draw(st.sampled_from(((*(1,) * (len(shape) - 1), shape[-1]), shape)))
    if kind == "scale":
        factor, offset = (FixedArray(rng.integers(-5, 6, settings), 1) for _ in range(2))
        return builder.add(o.Scale(factor, offset), name, name="scale")
    if kind == "narrow":
        quantizer = Quantizer(FixedType(np.ones(settings, int), rng.integers(1, 4, settings), 2), Rounding.RND)
        return builder.add(o.Quantize(quantizer), name, name="narrow")
    if kind == "dense" and len(shape) > 1:
        return builder.add(o.Dense(FixedArray(rng.integers(-3, 4, (shape[-1], 2)), 1), None), name, name="dense")
    if kind == "flat":
        return builder.add(o.Reshape((prod(shape),)), name, name="flat")
    return builder.add(o.Relu(), name, name="relu")
