"""A whole Graph sketched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np

from fpgaml.cost.resources import Cost, Estimate
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import (
    Add,
    AveragePool,
    Choose,
    Constant,
    Einsum,
    Gather,
    GroupSort,
    Input,
    LeakyRelu,
    Linear,
    Lookup,
    Maximum,
    MaxPool,
    Minimum,
    Move,
    Multiply,
    Operation,
    Quantize,
    Reduce,
    Relu,
    Scale,
    ScatterAdd,
    Subtract,
)
from fpgaml.graph.ops.scan import Scan
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.sketch import elementwise, indexed, sums
from fpgaml.rtl.sketch.drawing import Drawing, Moment

Rule = Callable[[Drawing, Node], None]


@dataclass(frozen=True)
class Sketch:
    """What a Graph will take.

    Args:
        estimate: by layer; latency: register ranks, at least one.
    """

    estimate: Estimate
    latency: int


def sketch(graph: Graph, delays: DelayModel, memory_bits: int | None = None) -> Sketch:
    """A Graph laid out in space.

    Args:
        memory_bits: tables that hold so many bits or more are memories, as for `Netlist`.
    """
    drawing = _drawn(graph, delays, memory_bits)
    drawing.waiting()
    layers = {name: Cost(*(round(float(each)) for each in cost)) for name, cost in drawing.costs.items()}
    return Sketch(Estimate(layers), max(drawing.moments[name].stage for name in graph.outputs) + 1)


def _drawn(graph: Graph, delays: DelayModel, memory_bits: int | None) -> Drawing:
    """All nodes, from inputs that are there at once."""
    drawing = Drawing(graph, delays, memory_bits)
    for node in graph.nodes:
        if isinstance(node.op, Input | Constant):
            drawing.moments[node.name] = Moment()
        else:
            _rule(node.op)(drawing, node)
    return drawing


def _rule(op: Operation) -> Rule:
    return next((rule for kind, rule in RULES.items() if isinstance(op, kind)), elementwise.plain)


def _scan(drawing: Drawing, node: Node) -> None:
    """The cell once a step, one behind the other."""
    op = cast(Scan, node.op)
    cell, steps = _drawn(op.cell, drawing.delays, drawing.memory_bits), drawing.graph.shapes[node.inputs[0]][0]
    begin, loop = drawing.begin(node), max(cell.time(name) for name in op.new_states)
    end = steps * loop + max(cell.time(op.output) - loop, 0.0)
    cell.waiting()
    lut, ff, dsp, bram = np.sum(list(cell.costs.values()), axis=0)
    drawing.add(node, lut=steps * lut, ff=steps * ff, dsp=steps * dsp, bram=steps * bram)
    stages = int(end // drawing.limit)
    # Steps are read one after another: half of them wait for half of the time.
    drawing.end(node, begin.stage + stages // 2, Moment(begin.stage + stages, end % drawing.limit, end % drawing.limit))


RULES: Mapping[type, Rule] = {
    GroupSort: elementwise.sort,
    Move: elementwise.moved,
    Linear: sums.linear,
    Einsum: sums.einsum,
    MaxPool: sums.reduce,
    AveragePool: sums.reduce,
    Reduce: sums.reduce,
    Multiply: elementwise.product,
    Scale: elementwise.scale,
    Add: elementwise.added,
    Subtract: elementwise.added,
    Maximum: elementwise.extreme,
    Minimum: elementwise.extreme,
    Quantize: elementwise.quantize,
    Relu: elementwise.relu,
    LeakyRelu: elementwise.leaky,
    Lookup: elementwise.lookup,
    Choose: elementwise.choose,
    Gather: indexed.gather,
    ScatterAdd: indexed.scatter,
    Scan: _scan,
}
"""The first whose class an operation is of."""
