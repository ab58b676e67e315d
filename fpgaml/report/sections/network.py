"""The network drawn: its layers with what they cost, and the types of what goes between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Quantize
from fpgaml.graph.types import FixedType
from fpgaml.record.base import Kind
from fpgaml.record.estimate import LayerCost
from fpgaml.report.drawing import Box, Edge, Network
from fpgaml.report.layer_costs import Costs, costs_of
from fpgaml.report.network import Group, Grouped, grouped
from fpgaml.report.section import Cell, Figure, Mark, Part, Section, Subject, Table, Words, line, name

MOST_DRAWN = 150
"""Boxes above which a picture says nothing."""


def sections(subject: Subject) -> Iterator[Section]:
    """Where the Graph is at hand: nothing is read for a report without pictures."""
    graph = subject.graph
    if graph is None:
        if subject.no_graph:
            yield Section("Network", [line(Words(f"Not drawn: {subject.no_graph}", Mark.DOUBTFUL))])
        return
    found, estimate = grouped(graph), subject.results.estimate
    costs = costs_of(found.groups, estimate.layers if estimate else {})
    table, drawing = _table(graph, found, costs), _drawing(graph, found, costs)
    parts: list[Part]
    if len(drawing.boxes) > MOST_DRAWN:
        parts = [line(f"{len(drawing.boxes)} layers that branch: too many for a picture"), table]
    else:
        bars = f"; bars: each layer's part of all {drawing.cost}" if drawing.cost else ""
        parts = [Figure(f"Layers, and the types and shapes between them{bars}", drawing, [table])]
    elsewhere = {name: lines for name, cost in costs.elsewhere.items() if (lines := _cost_lines(cost))}
    parts += [line(f"of no layer: {name}: {', '.join(lines)}") for name, lines in elsewhere.items()]
    yield Section("Network", parts, Kind.ESTIMATE if costs.known else "")


def type_text(kind: FixedType) -> str:
    """A type in a word or two."""
    if kind.is_uniform:
        return str(kind)
    widths = kind.width
    return f"{max(int(widths.min()), 0)}..{int(widths.max())} bits"


def _drawing(graph: Graph, found: Grouped, costs: Costs) -> Network:
    unit, shares = costs.shares()
    boxes = [
        Box(f"g{index}", group.name, [_kinds(graph, group), *_cost_lines(cost)], share)
        for index, (group, cost, share) in enumerate(zip(found.groups, costs.groups, shares, strict=True))
    ]
    edges = [
        Edge(f"g{source}", f"g{target}", _texts(graph, nodes), _notes(graph, nodes))
        for (source, target), nodes in found.edges.items()
    ]
    group_of = {node.name: index for index, group in enumerate(found.groups) for node in group.nodes}
    for index, output in enumerate(graph.outputs):
        title = _layer_names(graph).get(output, output)
        boxes.append(Box(f"o{index}", f"output {title}"))
        edges.append(Edge(f"g{group_of[output]}", f"o{index}", _texts(graph, [output]), _notes(graph, [output])))
    return Network(boxes, edges, unit)


def _kinds(graph: Graph, group: Group) -> str:
    """Its operations in order, and what its quantizers give; repeated ones once."""
    names = []
    for node in group.nodes:
        kind = type(node.op).__name__
        names.append(f"{kind} to {type_text(graph.types[node.name])}" if isinstance(node.op, Quantize) else kind)
    return ", ".join(dict.fromkeys(names))


def _layer_names(graph: Graph) -> Mapping[str, str]:
    return {node: layer for layer, node in graph.layers.items()}


def _cost_lines(cost: LayerCost | None) -> list[str]:
    if cost is None:
        return []
    first = [f"{count:,} {unit}" for unit, count in (("LUT", cost.lut), ("DSP", cost.dsp)) if count]
    then = [f"{count:,} {unit}" for unit, count in (("FF", cost.ff), ("BRAM", cost.bram)) if count]
    return [", ".join(texts) for texts in (first, then) if texts]


def _texts(graph: Graph, nodes: Sequence[str]) -> str:
    """Types and shapes of what goes along an edge."""
    shown = [f"{type_text(graph.types[node])}, {_shape(graph, node)}" for node in nodes[:2]]
    return "; ".join(shown) + (f"; {len(nodes) - 2} more" if len(nodes) > 2 else "")


def _notes(graph: Graph, nodes: Sequence[str]) -> str:
    return "; ".join(f"{node}: {graph.types[node]}, {_shape(graph, node)}" for node in nodes[:8])


def _shape(graph: Graph, node: str) -> str:
    return "\u00d7".join(map(str, graph.shapes[node]))


def _table(graph: Graph, found: Grouped, costs: Costs) -> Table:
    """The same in words: what each layer is, and what it gives."""
    gives: dict[int, dict[str, None]] = {}
    for (source, _), nodes in found.edges.items():
        gives.setdefault(source, {}).update(dict.fromkeys(nodes))
    rows: list[list[Cell]] = []
    for index, (group, cost) in enumerate(zip(found.groups, costs.groups, strict=True)):
        nodes = list(gives.get(index, {})) or [node.name for node in group.nodes if node.name in graph.outputs]
        rows.append([name(group.name), _kinds(graph, group), _texts(graph, nodes), ", ".join(_cost_lines(cost))])
    header = ("layer", "operations", "gives", "takes")
    shown = 4 if any(row[-1] for row in rows) else 3
    return Table([row[:shown] for row in rows], header[:shown])
