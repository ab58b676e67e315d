"""What an operation without weights takes, an element of its output: LUTs, and its steps in time."""

from __future__ import annotations

from math import ceil, log2, prod

import numpy as np

from fpgaml.cost.memories import block_rams
from fpgaml.cost.rates import CHOICE, CLAMPED, COMPARATOR, INCREMENT, LARGEST_LUT_MULTIPLIER, TABLE
from fpgaml.cost.resources import Cost
from fpgaml.graph.digits import digit_count
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import (
    Add,
    AveragePool,
    Constant,
    Gather,
    Input,
    LeakyRelu,
    Lookup,
    Maximum,
    MaxPool,
    Minimum,
    Multiply,
    Operation,
    Quantize,
    Reduce,
    Relu,
    Scale,
    ScatterAdd,
    Subtract,
)
from fpgaml.graph.ops.choose import Choose
from fpgaml.graph.types import Overflow, Rounding
from fpgaml.hls.estimate.delays import CHOOSE, MULTIPLY, TABLE_CYCLES, Operator, add

TABLE_IN_MEMORY = 9
"""Index bits from which a table is block RAM."""

MODELLED: tuple[type[Operation], ...] = (
    *(Add, AveragePool, Choose, Constant, Input, LeakyRelu, Lookup, Maximum, MaxPool, Minimum, Multiply, Quantize),
    *(Gather, Reduce, Relu, Scale, ScatterAdd, Subtract),
)
"""Besides what only moves, and what has weights."""


def width_of(graph: Graph, name: str) -> float:
    """Mean bits of an element."""
    return float(np.maximum(graph.types[name].width, 0).mean())


def gathered(graph: Graph, node: Node) -> int:
    """Elements of the input that one of the output is made of, or chosen from."""
    op = node.op
    if isinstance(op, Gather | ScatterAdd):
        return graph.shapes[node.inputs[0]][op.axis]
    if isinstance(op, MaxPool | AveragePool):
        return prod(op.size)
    if isinstance(op, Reduce):
        return max(prod(graph.shapes[node.inputs[0]]) // max(prod(graph.shapes[node.name]), 1), 1)
    return 1


def cost_of_elements(graph: Graph, node: Node, elements: int) -> Cost:
    """Of so many elements at once."""
    op, width = node.op, width_of(graph, node.name)
    if isinstance(op, Lookup):
        bits = int(op.domain.uniform().width)
        if bits >= TABLE_IN_MEMORY:
            return Cost(bram=ceil(elements / 2) * block_rams(bits, ceil(width)))  # two ports, two elements
        return Cost(lut=round(TABLE * elements * width * 2.0 ** max(bits - 6, 0)))
    if isinstance(op, Multiply):
        return _products(graph, node, elements)
    return Cost(lut=round(elements * _luts(graph, node, width)))


def _products(graph: Graph, node: Node, elements: int) -> Cost:
    small, large = sorted(width_of(graph, name) for name in node.inputs)
    if small + large <= LARGEST_LUT_MULTIPLIER:
        return Cost(lut=round(elements * small * large))
    return Cost(dsp=elements * ceil(small / 17) * ceil(large / 26))


def _luts(graph: Graph, node: Node, width: float) -> float:
    match node.op:
        case Quantize(quantizer=quantizer):
            carry = 0.0 if quantizer.rounding == Rounding.TRN else INCREMENT * width
            return carry + (0.0 if quantizer.overflow == Overflow.WRAP else CLAMPED * width)
        case MaxPool() | Reduce():
            return (gathered(graph, node) - 1) * (COMPARATOR + CHOICE) * width
        case Gather():
            return (gathered(graph, node) - 1) * CHOICE * width
        case ScatterAdd():  # the gate in front of each term is in its adder's LUT
            return gathered(graph, node) * width
        case AveragePool():
            return (gathered(graph, node) - 1) * width
        case Relu() | LeakyRelu() | Choose():
            return CHOICE * width
        case Maximum() | Minimum():
            return (COMPARATOR + CHOICE) * width
        case Add() | Subtract():
            return max(len(node.inputs) - 1, 1) * width
        case Scale(factor=factor):
            return max(digit_count(factor.integers.flat) / max(factor.integers.size, 1) - 1, 0) * width
        case _:
            return 0.0


def chain_of(graph: Graph, node: Node) -> list[Operator]:
    """Its steps, with the bits of the whole tensor that a register before each would hold."""
    width = width_of(graph, node.inputs[0]) if node.inputs else 0.0
    live = width * (prod(graph.shapes[node.inputs[0]]) if node.inputs else 0)
    levels = ceil(log2(max(gathered(graph, node), 1)))
    match node.op:
        case Quantize(quantizer=quantizer):
            rounds = [] if quantizer.rounding == Rounding.TRN else [Operator(add(width), live)]
            return rounds + ([] if quantizer.overflow == Overflow.WRAP else [Operator(CHOOSE, live)])
        case MaxPool() | Reduce():
            return [Operator(CHOOSE, live)] * levels
        case Gather():
            return [Operator(CHOOSE, live)] * ceil(levels / 2)  # a LUT chooses one of four
        case ScatterAdd():
            return [Operator(CHOOSE, live), *[Operator(add(width), live)] * levels]
        case AveragePool():
            return [Operator(add(width), live)] * levels
        case Relu() | LeakyRelu() | Choose() | Maximum() | Minimum():
            return [Operator(CHOOSE, live)]
        case Add() | Subtract():
            return [Operator(add(width), live)]
        case Multiply() | Scale():
            return [Operator(MULTIPLY, live)]
        case Lookup(domain=domain):
            memory = int(domain.uniform().width) >= TABLE_IN_MEMORY
            return [Operator(0.0, live, TABLE_CYCLES)] if memory else [Operator(CHOOSE, live)]
        case _:
            return []
