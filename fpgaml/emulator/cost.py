"""What running a Graph takes, before it is run: enough to tell seconds from minutes."""

from __future__ import annotations

from math import prod

from fpgaml.emulator.source import Source
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Linear, Lookup, Quantize
from fpgaml.graph.ops.scan import Scan

PER_VALUE = {Quantize: 25e-9, Lookup: 30e-9, Linear: 15e-9}
"""Seconds of the interpreter for each value of the largest tensor that an operation makes; measured on networks of the
trigger with numpy 2 on one core of 2.5 GHz."""
OF_ANOTHER = 4e-9
PER_PRODUCT = 0.35e-9
"""And for each product of a Linear."""


COMPILE, PER_CHARACTER = 1.0, 2e-6
"""Seconds of g++ for a source, and for each character of it."""


def compile_seconds(source: Source) -> float:
    """What g++ takes for an emulator, on a core of its own."""
    return COMPILE + PER_CHARACTER * len(source.source)


def interpreter_seconds(graph: Graph) -> float:
    """What one event among many takes in the interpreter."""
    return sum(_seconds(graph, node) for node in graph.nodes)


def _seconds(graph: Graph, node: Node) -> float:
    op, shapes = node.op, [graph.shapes[name] for name in node.inputs]
    if isinstance(op, Scan):
        return shapes[0][0] * interpreter_seconds(op.cell)
    each = next((seconds for kind, seconds in PER_VALUE.items() if isinstance(op, kind)), OF_ANOTHER)
    return op.held(shapes) * each + products(graph, node) * PER_PRODUCT


def products(graph: Graph, node: Node) -> int:
    """Products of values with weights in one event."""
    if not isinstance(node.op, Linear):
        return 0
    kernel = node.op.kernel.shape
    return prod(kernel) * max(1, prod(graph.shapes[node.name]) // kernel[-1])
