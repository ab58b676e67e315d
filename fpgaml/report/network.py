"""A Graph by the layers of its source model: what a reader knows, and few enough to be drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Input

_Together = Callable[["Group", "Group"], bool]
"""Whether a group and the one behind it may be shown as one."""

MOST = 60
"""Groups above which layers behind one another become one."""


@dataclass(frozen=True)
class Group:
    """Nodes of one layer, or of several that are shown as one."""

    name: str
    nodes: tuple[Node, ...]

    @property
    def only_moves(self) -> bool:
        """Whether it computes nothing."""
        return all(node.op.moves_only for node in self.nodes)

    @property
    def reads_file(self) -> bool:
        """Whether it is an input of the network."""
        return any(isinstance(node.op, Input) for node in self.nodes)


@dataclass(frozen=True)
class Grouped:
    """Groups in an order of computation.

    Args:
        edges: for each pair of groups of which one reads the other, the nodes whose values go there.
    """

    groups: Sequence[Group]
    edges: Mapping[tuple[int, int], Sequence[str]]


def grouped(graph: Graph, most: int = MOST) -> Grouped:
    """The Graph by layers: what only moves values is one with its like behind it, and long chains are shortened.

    No group reads itself in a circle: a layer whose nodes stand before and behind another one is two groups.
    """
    found = _by_layer(graph)
    found = _contracted(found, lambda a, b: a.only_moves and b.only_moves, len(graph.nodes))
    if len(found.groups) > most:
        length = ceil(len(found.groups) / most)
        found = _contracted(found, lambda a, b: not (a.reads_file or b.reads_file), length + 1)
    return found


def _by_layer(graph: Graph) -> Grouped:
    """Groups of nodes with one source, each with all groups that it depends on as bits."""
    members: list[list[Node]] = []
    names: list[str] = []
    before: list[int] = []
    latest: dict[str, int] = {}
    group_of: dict[str, int] = {}
    for node in graph.nodes:
        source = node.source or node.name
        group = latest.get(source)
        needed = _needed(node, group, group_of, before)
        if group is None or needed >> group & 1:
            group = latest[source] = len(members)
            members.append([])
            before.append(0)
            names.append(_unused(source, names))
            needed = _needed(node, None, group_of, before)
        members[group].append(node)
        group_of[node.name] = group
        if needed & ~before[group]:
            before[group] |= needed
            for other, bits in enumerate(before):
                if bits >> group & 1:
                    before[other] |= needed
    groups = [Group(name, tuple(nodes)) for name, nodes in zip(names, members, strict=True)]
    return _sorted(groups, before)


def _needed(node: Node, group: int | None, group_of: Mapping[str, int], before: Sequence[int]) -> int:
    """All groups that a node depends on, but for its own, as bits."""
    bits = 0
    for name in node.inputs:
        if group_of[name] != group:
            bits |= before[group_of[name]] | 1 << group_of[name]
    return bits


def _unused(name: str, taken: Sequence[str]) -> str:
    return next(
        candidate
        for candidate in (name, *(f"{name} ({count})" for count in range(2, len(taken) + 3)))
        if candidate not in taken
    )


def _sorted(groups: Sequence[Group], before: Sequence[int]) -> Grouped:
    """Every group behind all that it reads."""
    order = sorted(range(len(groups)), key=lambda index: (before[index].bit_count(), index))
    return _joined([groups[index] for index in order])


def _joined(groups: Sequence[Group]) -> Grouped:
    group_of = {node.name: index for index, group in enumerate(groups) for node in group.nodes}
    edges: dict[tuple[int, int], dict[str, None]] = {}
    for index, group in enumerate(groups):
        for node in group.nodes:
            for name in node.inputs:
                if group_of[name] != index:
                    edges.setdefault((group_of[name], index), {})[name] = None
    return Grouped(groups, {pair: tuple(names) for pair, names in edges.items()})


def _contracted(found: Grouped, together: _Together, longest: int) -> Grouped:
    """With groups that stand alone behind one another as one, up to a number of them."""
    after: dict[int, list[int]] = {}
    behind: dict[int, list[int]] = {}
    for source, target in found.edges:
        after.setdefault(source, []).append(target)
        behind.setdefault(target, []).append(source)
    chain_of: dict[int, list[int]] = {}
    for index, group in enumerate(found.groups):
        read = behind.get(index, [])
        chain_of[index] = [index]
        if len(read) == 1 and len(after[read[0]]) == 1 and together(found.groups[read[0]], group):
            chain = chain_of[read[0]]
            if len(chain) < longest:
                chain.append(index)
                chain_of[index] = chain
    chains = [chain for index, chain in chain_of.items() if chain[-1] == index]
    return _joined([_one([found.groups[index] for index in chain]) for chain in chains])


def _one(groups: Sequence[Group]) -> Group:
    if len(groups) == 1:
        return groups[0]
    name = f"{groups[0].name} to {groups[-1].name}" if len(groups) > 2 else f"{groups[0].name}, {groups[1].name}"
    return Group(name, tuple(node for group in groups for node in group.nodes))
