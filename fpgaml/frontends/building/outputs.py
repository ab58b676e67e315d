"""A Graph's outputs under the names that the file gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Input, Quantize
from fpgaml.graph.types import Overflow, Quantizer, Rounding


def named(graph: Graph, names: Sequence[str]) -> Graph:
    """The Graph with its outputs under these names, each a node of its own.

    Args:
        names: identifiers, one for each output; one that another node has gets `_out` appended.
    """
    nodes, taken = list(graph.nodes), {node.name for node in graph.nodes}
    renamed: dict[str, str] = {}
    outputs = []
    for output, wanted in zip(graph.outputs, names, strict=True):
        name = wanted
        again = output in renamed or isinstance(graph[output].op, Input)
        while name in taken and (again or name != output):
            name += "_out"
        taken.add(name)
        outputs.append(name)
        if again:
            same = Quantizer(graph.types[output].uniform(), Rounding.TRN, Overflow.WRAP)
            nodes.append(Node(name, Quantize(same), (output,), output))
        else:
            renamed[output] = name
    return _renamed(graph, nodes, outputs, renamed)


def freed(graph: Graph, names: Sequence[str]) -> Graph:
    """The Graph with other names for the nodes inside that have an output's name; theirs get `_inner` appended."""
    there = {node.name for node in graph.nodes}
    taken = there | set(names)
    renamed: dict[str, str] = {}
    for output, name in zip(graph.outputs, names, strict=True):
        if name != output and name in there and not isinstance(graph[name].op, Input):
            new = f"{name}_inner"
            while new in taken:
                new += "_inner"
            taken.add(new)
            renamed[name] = new
    return _renamed(graph, graph.nodes, [renamed.get(name, name) for name in graph.outputs], renamed)


def _renamed(graph: Graph, nodes: Sequence[Node], outputs: Sequence[str], renamed: Mapping[str, str]) -> Graph:
    called = [
        replace(node, name=renamed.get(node.name, node.name), inputs=tuple(renamed.get(i, i) for i in node.inputs))
        for node in nodes
    ]
    layers = {label: renamed.get(node, node) for label, node in graph.layers.items()}
    return Graph(graph.name, tuple(called), tuple(outputs), layers)
