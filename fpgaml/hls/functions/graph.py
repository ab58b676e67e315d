"""A Graph as one C++ function: straight code, node after node, each exact in a type that is spelled out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Constant, Input
from fpgaml.hls.bodies import BODIES
from fpgaml.hls.bodies.site import Body, Site, arguments_of, loop
from fpgaml.hls.cpp import array, function, indented
from fpgaml.hls.fixed import PortType
from fpgaml.hls.settings import Backend
from fpgaml.hls.tables import constant_table


@dataclass(frozen=True)
class Argument:
    """An array that a function reads or writes.

    Args:
        name: in the function; kind: its elements' type in C++; size: how many.
    """

    name: str
    kind: str
    size: int


@dataclass(frozen=True)
class GraphFunction:
    """A Graph in C++.

    Args:
        name: the function's.
        inputs, outputs: its arguments, the outputs behind the inputs: one for each of the Graph's.
        texts: the function, behind those that it calls.
    """

    name: str
    inputs: tuple[Argument, ...]
    outputs: tuple[Argument, ...]
    texts: tuple[str, ...]


def has_body(graph: Graph) -> bool:
    """Whether every node of a Graph can be written as C++."""
    return all(isinstance(node.op, Input | Constant) or type(node.op) in BODIES for node in graph.nodes)


def graph_function(name: str, graph: Graph, target: Backend, about: str) -> GraphFunction:
    """Write a Graph as a function.

    Args:
        name: the function's; a prefix of those that it calls.
        about: what its comment says it is.
    """
    inputs = tuple(_argument(graph, node.name, f"{node.name}_", target) for node in graph.inputs)
    outputs = tuple(_argument(graph, node, f"out{k}_", target) for k, node in enumerate(graph.outputs))
    lines, called = ["#pragma HLS INLINE"], []
    for node in graph.nodes:
        if not isinstance(node.op, Input | Constant):
            body = BODIES[type(node.op)].write(Site.of(graph, node, target, f"{name}_{node.name}"))
            called += [text for text in body.functions if text not in called]
            lines += _statements(graph, node, body, target)
    for source, output in zip(graph.outputs, outputs, strict=True):
        lines += _copy(graph, source, output, target)
    reads = [f"const {argument.kind} {argument.name}[{argument.size}]" for argument in inputs]
    writes = [f"{argument.kind} {argument.name}[{argument.size}]" for argument in outputs]
    text = function(f"inline void {name}({', '.join([*reads, *writes])})", lines, target)
    return GraphFunction(name, inputs, outputs, (*called, f"// {about}\n{text}"))


def _argument(graph: Graph, node: str, name: str, target: Backend) -> Argument:
    return Argument(name, _kind(graph, node, target), prod(graph.shapes[node]))


def _kind(graph: Graph, node: str, target: Backend) -> str:
    return PortType.of(graph.types[node]).cpp(target.arithmetic)


def _statements(graph: Graph, node: Node, body: Body, target: Backend) -> list[str]:
    """A node's array, and in a block of its own what fills it."""
    arguments = [f"{name}_" for name in arguments_of(graph, node)]
    result = f"{node.name}_"
    inside = [_ARRAYS.sub(lambda found: _renamed(found, arguments, result), line) for line in body.lines]
    declared = array(_kind(graph, node.name, target), result, prod(graph.shapes[node.name]))
    return [f"// {node.name}: {type(node.op).__name__}", *declared, "{", *indented([*body.declarations, *inside]), "}"]


_ARRAYS = re.compile(r"\b(?:in(\d+)|out)\b")


def _renamed(found: re.Match[str], arguments: Sequence[str], result: str) -> str:
    return result if found[1] is None else arguments[int(found[1])]


def _copy(graph: Graph, node: str, output: Argument, target: Backend) -> list[str]:
    """An output from its node, or from a table where it is a constant."""
    op = graph[node].op
    if not isinstance(op, Constant):
        return loop(output.size, f"{output.name}[i] = {node}_[i];")
    table = constant_table("constant", op.value, target.arithmetic)
    return ["{", *indented([table.declaration, *loop(output.size, f"{output.name}[i] = {table.at('i')};")]), "}"]
