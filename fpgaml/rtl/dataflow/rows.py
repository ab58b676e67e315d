"""A Graph that does the same with each row of its tensors, as a Graph for one row."""

from __future__ import annotations

from dataclasses import replace

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Concatenate, Constant, Dense, Input, Reshape, Slice
from fpgaml.graph.ops.base import Operation, normal_axis


def one_row(graph: Graph) -> Graph | None:
    """The same Graph on tensors whose first axis has one entry; None where rows are not alike.

    Rows: of the first axis, which all its Inputs have, as long.
    """
    counts = {node.op.shape([])[0] for node in graph.inputs}
    if len(counts) != 1 or any(len(graph.shapes[node.name]) < 2 for node in graph.inputs):
        return None
    (count,) = counts
    nodes = []
    for node in graph.nodes:
        op = _of_one(graph, node, count)
        if op is None:
            return None
        nodes.append(replace(node, op=op))
    made = Graph(graph.name, tuple(nodes), graph.outputs, graph.layers)
    varying = [node.name for node in graph.nodes if not isinstance(node.op, Constant)]
    try:
        alike = all(made.shapes[name] == (1, *graph.shapes[name][1:]) for name in varying)
    except FpgamlError:
        return None  # a setting that differs from row to row
    return made if alike and all(graph.shapes[name][0] == count for name in varying) else None


def _of_one(graph: Graph, node: Node, count: int) -> Operation | None:
    """An operation for one row; None where a row's result may follow from others."""
    op = node.op
    if isinstance(op, Input):
        return replace(op, dims=(1, *op.dims[1:]))
    if isinstance(op, Reshape):
        same = graph.shapes[node.inputs[0]][0] == op.dims[0] == count
        return Reshape((1, *op.dims[1:])) if same else None
    if isinstance(op, Slice):
        whole = (op.starts[0], op.stops[0], op.steps[0]) == (0, count, 1)
        return replace(op, stops=(1, *op.stops[1:])) if whole else None
    if isinstance(op, Concatenate):
        return op if normal_axis(op.axis, len(graph.shapes[node.name])) else None
    return op if op.elementwise or isinstance(op, Constant | Dense) else None
