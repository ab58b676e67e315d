"""A Graph as a table to read: what each node does, on what shape, in which type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, fields
from math import prod
from typing import Any

import numpy as np

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Constant, Input, Linear, Operation, Quantize, Scale
from fpgaml.graph.ops.scan import Scan, every_node
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.serial import graph_hash
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray

HEADINGS = ("name", "operation", "settings", "shape", "type", "inputs")


def dump(graph: Graph) -> str:
    """The Graph as aligned text: a header, one line per node, and what the network holds in all.

    The nodes of a Scan's cell stand below it, indented. Shapes are written with x and without the batch axis; `*`
    marks an output. Types are the smallest that hold every value that a node can have.
    """
    rows = _rows(graph)
    weights = [node.op.kernel for node in every_node(graph) if isinstance(node.op, Linear)]
    total = sum(kernel.integers.size for kernel in weights)
    zeros = sum(int(np.count_nonzero(kernel.integers == 0)) for kernel in weights)
    summary = [
        f"graph {graph.name}: {len(graph.nodes)} nodes, {_count(total, 'weight')}, {_count(zeros, 'zero')} among them",
        *(f"  input   {n.name}: {_shape(graph.shapes[n.name])} {graph.types[n.name]}" for n in graph.inputs),
        *(f"  output  {name}: {_shape(graph.shapes[name])} {graph.types[name]}" for name in graph.outputs),
        f"  sha256  {graph_hash(graph)}",
    ]
    return "\n".join([*summary, "", *_table([HEADINGS, *rows])]) + "\n"


def describe(op: Operation) -> str:
    """An operation's settings in one line; those at their plainest (stride 1, no padding) are left out."""
    parts = []
    for field in fields(op):
        value = getattr(op, field.name)
        plain = field.default is not MISSING and value == field.default
        text = "" if plain else _setting(op, field.name, value)
        if text:
            parts.append(text)
    return ", ".join(parts)


def _rows(graph: Graph, indent: str = "") -> list[tuple[str, ...]]:
    """A row for each node, and below a Scan those of its cell, which are indented."""
    rows = []
    for node in graph.nodes:
        name, *rest = _row(graph, node)
        rows.append((indent + name, *rest))
        if isinstance(node.op, Scan):
            rows += _rows(node.op.cell, indent + "  ")
    return rows


def _row(graph: Graph, node: Node) -> tuple[str, ...]:
    mark = " *" if node.name in graph.outputs else ""
    operation = type(node.op).__name__
    shape, kind = _shape(graph.shapes[node.name]), str(graph.types[node.name])
    return (node.name + mark, operation, describe(node.op), shape, kind, ", ".join(node.inputs))


def _setting(op: Operation, name: str, value: Any) -> str:
    """One setting as `name value`; an empty text for one that says nothing."""
    if isinstance(op, Input | Constant) and name in ("dims", "value"):
        return ""  # the shape and type columns say it
    if isinstance(op, Quantize | Input) and isinstance(value, Quantizer):
        return str(value) if isinstance(op, Quantize) else f"{value.rounding} {value.overflow}"
    if name in ("strides", "dilation") and set(value) == {1}:
        return ""
    if name == "pads":
        return "pads " + " ".join(f"{a}+{b}" for a, b in value) if any(map(any, value)) else ""
    if isinstance(value, FixedArray):
        return _constant(op, name, value)
    if isinstance(value, Graph):
        return f"{name} of {_count(len(value.nodes), 'node')}"
    if isinstance(op, Scan) and name == "initial":
        return " ".join("input" if v is None else _constant(op, "from", v) for v in value) if _moved(value) else ""
    if value is None:
        return f"no {name}"
    if isinstance(value, bool):
        return name if value else f"no {name}"
    if isinstance(value, tuple):
        return f"{name} {_shape(value)}" if name in ("size", "strides", "dilation", "dims") else f"{name} {value}"
    return f"{name} {value}"


def _constant(op: Operation, name: str, value: FixedArray) -> str:
    """A constant by its shape, its smallest type, and its share of zeros; by its value where it is one number."""
    if value.integers.size == 1:
        number = int(value.integers.flat[0])
        if isinstance(op, Scale) and name == "offset" and number == 0:
            return ""
        return f"{name} {number}" if value.fractional == 0 else f"{name} {number}*2^{-value.fractional}"
    kind: FixedType = ValueRange.of_constant(value).type().uniform()
    zeros = int(np.count_nonzero(value.integers == 0))
    sparse = f" {100 * zeros // prod(value.shape)}% zero" if name == "kernel" and zeros else ""
    return f"{name} {_shape(value.shape)} {kind}{sparse}"


def _moved(states: Sequence[FixedArray | None]) -> bool:
    """Whether some state does not begin at zero."""
    return any(state is None or state.integers.any() for state in states)


def _shape(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows with their columns aligned, a rule below the first."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]
