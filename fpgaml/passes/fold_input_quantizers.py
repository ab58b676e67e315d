"""Let a quantizer that every path from an input meets first become the input's own type."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Input, Pad, Quantize, Reshape
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.passes.base import Pass


@dataclass(frozen=True)
class FoldInputQuantizers(Pass):
    """An input that the model quantizes before using it takes that quantizer as its type.

    The firmware then receives exactly the bits that the model looks at, and recorded data is rounded
    once, by the model's own rule. Zeros that are put around it before stay zeros.

    Args:
        keep: names of inputs whose type was given and stays; their quantizers stay in the firmware.
    """

    name: ClassVar[str] = "fold-input-quantizers"
    exact: ClassVar[bool] = False
    keep: Container[str] = ()

    def apply(self, graph: Graph) -> Graph:
        """The same outputs for the same real numbers at the inputs."""
        for node in graph.inputs:
            if node.name in self.keep:
                continue
            firsts, between = self._first_quantizers(graph, node)
            if firsts:
                graph = self._fold(graph, node, firsts, between)
        return graph

    def _first_quantizers(self, graph: Graph, start: Node) -> tuple[list[tuple[Node, Quantizer]], set[str]]:
        """The Quantize nodes that end every path from the input, as seen from the input, and what lies between.

        Both are empty if a path has no quantizer, or if paths meet different ones.
        """
        found: list[tuple[Node, Quantizer]] = []
        between: set[str] = set()
        waiting = [start.name]
        while waiting:
            name = waiting.pop()
            between.add(name)
            if name in graph.outputs:
                return [], set()
            for reader in graph.consumers[name]:
                if isinstance(reader.op, Reshape | Pad):
                    waiting.append(reader.name)
                elif isinstance(reader.op, Quantize):
                    found.append((reader, self._seen_from(graph, start, reader)))
                else:
                    return [], set()
        return (found, between) if len({quantizer for _, quantizer in found}) == 1 else ([], set())

    def _seen_from(self, graph: Graph, start: Node, reader: Node) -> Quantizer:
        assert isinstance(reader.op, Quantize) and isinstance(start.op, Input)
        quantizer = reader.op.quantizer
        kind = quantizer.type
        if kind.is_uniform:
            return quantizer
        inner = graph.shapes[reader.name]
        parts = [np.broadcast_to(part, inner) for part in (kind.signed, kind.integer, kind.fractional)]
        name = reader.inputs[0]
        while name != start.name:
            node = graph[name]
            name = node.inputs[0]
            shape = graph.shapes[name]
            if isinstance(node.op, Pad):
                kept = tuple(slice(before, before + n) for (before, _), n in zip(node.op.pads, shape, strict=True))
                parts = [part[kept] for part in parts]
            else:
                parts = [part.reshape(shape) for part in parts]
        return replace(quantizer, type=FixedType(*parts))

    def _fold(self, graph: Graph, start: Node, firsts: list[tuple[Node, Quantizer]], between: set[str]) -> Graph:
        assert isinstance(start.op, Input)
        # Layers before the quantizer gave unrounded values in the source model: they have no counterpart now.
        layers = {layer: name for layer, name in graph.layers.items() if name not in between}
        typed = replace(start, op=replace(start.op, quantizer=firsts[0][1]))
        gone = {node.name: node.inputs[0] for node, _ in firsts}
        return replace(graph, layers=layers).rewired({start.name: (typed,)}, gone)
