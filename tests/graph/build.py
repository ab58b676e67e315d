"""Short ways to write small graphs by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Add, Constant, Dense, Input, Operation, Quantize
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray

BYTE = FixedType(1, 3, 4)
"""ap_fixed<8,4>: -128/16 to 127/16."""


def fixed(integers: Any, fractional: int = 0) -> FixedArray:
    """A constant of any width."""
    return FixedArray(np.array(integers, dtype=object), fractional)


def graph_of(op: Operation, *shapes: Sequence[int], kind: FixedType = BYTE) -> Graph:
    """One operation, called `layer_7` in the source model, on Inputs of one type."""
    builder = GraphBuilder("one")
    names = [builder.add(Input(tuple(s), Quantizer(kind)), name=f"x{j}") for j, s in enumerate(shapes)]
    return builder.build([builder.add(op, *names, name="y", source="layer_7")])


def range_of(op: Operation, *shapes: Sequence[int], kind: FixedType = BYTE) -> ValueRange:
    """The range of an operation's result."""
    return graph_of(op, *shapes, kind=kind).ranges["y"]


def layer_outputs(graph: Graph, inputs: Mapping[str, FixedArray]) -> dict[str, FixedArray]:
    """Every source layer's output, by the layer's name."""
    values = interpret(replace(graph, outputs=tuple(dict.fromkeys(graph.layers.values()))), inputs)
    return {layer: values[name] for layer, name in graph.layers.items()}


def running_sum(sequence: bool, reverse: bool = False) -> Graph:
    """Of steps of two, weighed by 1 and 2, from 3 on, with a weight on each output alone."""
    cell = GraphBuilder("cell")
    x, h = (cell.add(Input((n,), Quantizer(BYTE)), name=name) for name, n in (("x", 2), ("h", 1)))
    product = cell.add(Dense(fixed([[1], [2]]), None), x, name="product")
    new = cell.add(Quantize(Quantizer(BYTE)), cell.add(Add(), product, h, name="sum"), name="new")
    half = cell.add(Dense(fixed([[1]], 1), None), new, name="half")
    shifted = cell.add(Add(), half, cell.add(Constant(fixed([1])), name="one"), name="shifted")
    builder = GraphBuilder("g")
    name = builder.add(Input((3, 2), Quantizer(BYTE)), name="x")
    scan = Scan(cell.build([new, shifted]), (fixed([3]),), reverse, sequence)
    return builder.build([builder.add(scan, name, name="y", source="rnn")])
