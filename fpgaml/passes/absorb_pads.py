"""Zeros around a tensor that a convolution alone reads become the convolution's own padding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Conv1D, Conv2D, Pad
from fpgaml.passes.base import Pass


@dataclass(frozen=True)
class AbsorbPads(Pass):
    """A convolution that pads by itself needs no tensor that is larger, and no stage that waits for all of it.

    A Pad stays where some window would lie in zeros alone, or where it adds channels.
    """

    name: ClassVar[str] = "absorb-pads"

    def apply(self, graph: Graph) -> Graph:
        """The same outputs, bit for bit."""
        for node in graph.nodes:
            padded = self._absorbed(graph, node)
            if padded is not None:
                pad = graph[node.inputs[0]]
                graph = replace(graph, layers={n: v for n, v in graph.layers.items() if v != pad.name}).rewired(
                    {node.name: (replace(padded, inputs=pad.inputs),), pad.name: ()}
                )
        return graph

    def _absorbed(self, graph: Graph, node: Node) -> Node | None:
        """The convolution with its input's padding; None: there is none that it can take."""
        op = node.op
        if not isinstance(op, Conv1D | Conv2D):
            return None
        pad = graph[node.inputs[0]]
        alone = len(graph.consumers[pad.name]) == 1 and pad.name not in graph.outputs
        if not isinstance(pad.op, Pad) or not alone or pad.op.pads[-1] != (0, 0):
            return None
        both = zip(op.pads, pad.op.pads, strict=False)
        pads = tuple((before + more, after + further) for (before, after), (more, further) in both)
        spans = ((size - 1) * step + 1 for size, step in zip(op.kernel.shape, op.dilation, strict=False))
        if any(max(around) >= span for around, span in zip(pads, spans, strict=True)):
            return None
        return replace(node, op=replace(op, pads=pads))
