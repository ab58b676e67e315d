"""Two Graphs as one: what the first gives, the second reads; no operation is added but a move of axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Transpose


@dataclass(frozen=True)
class Fed:
    """An input of the second Graph, and what it reads.

    Args:
        node: the input's; source: the node of the first Graph.
        order: which axis of the source each axis of the input is; None: the same.
    """

    node: str
    source: str
    order: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Joined:
    """Two Graphs as one.

    Args:
        graph: of both; renamed: the second's nodes by the name that they had.
    """

    graph: Graph
    renamed: Mapping[str, str]


def join(first: Graph, second: Graph, fed: Sequence[Fed], tag: str, *, keep_outputs: bool = False) -> Joined:
    """Join two Graphs.

    Args:
        fed: every input of the second, once.
        tag: what the second's layers are called by: `tag/layer`.
        keep_outputs: whether the first's outputs leave too, before those of the second.

    Raises:
        FpgamlError: a layer of the first is called like one of the second now, or an output would leave twice.
    """
    inputs = {each.node: each for each in fed}
    names = _names(first, second, inputs)
    nodes = [
        *first.nodes,
        *_moves(second, inputs, names, tag),
        *(
            replace(node, name=names[node.name], inputs=tuple(names[i] for i in node.inputs), source=_called(node, tag))
            for node in second.nodes
            if node.name not in inputs
        ),
    ]
    layers = {tagged(layer, tag): names[node] for layer, node in second.layers.items()}
    twice = sorted(layers.keys() & first.layers.keys())
    if twice:
        raise FpgamlError(tag, f"the network before has a layer called {twice[0]} too", "Rename the file")
    outputs = (*(first.outputs if keep_outputs else ()), *(names[name] for name in second.outputs))
    if len(set(outputs)) != len(outputs):
        reason = "it gives what it reads as an output, which leaves already"
        raise FpgamlError(tag, reason, "Do not keep the outputs of the network before")
    return Joined(Graph(f"{first.name}_{second.name}", tuple(nodes), outputs, {**first.layers, **layers}), names)


def tagged(layer: str, tag: str) -> str:
    """What a layer of the second Graph is called; one that is called so stays."""
    return layer if layer.startswith(f"{tag}/") else f"{tag}/{layer}"


def _called(node: Node, tag: str) -> str:
    return tagged(node.source, tag) if node.source else ""


def _names(first: Graph, second: Graph, inputs: Mapping[str, Fed]) -> dict[str, str]:
    """For each node of the second what it is called now: inputs are what they read."""
    own = {node.name for node in second.nodes}
    taken = {node.name for node in first.nodes}
    names: dict[str, str] = {}
    for node in second.nodes:
        fed = inputs.get(node.name)
        if fed is not None and fed.order is None:
            names[node.name] = fed.source
            continue
        name, count = node.name, 1
        while name in taken or (name in own and name != node.name):
            count += 1
            name = f"{node.name}_{count}"
        taken.add(name)
        names[node.name] = name
    return names


def _moves(second: Graph, inputs: Mapping[str, Fed], names: Mapping[str, str], tag: str) -> Iterator[Node]:
    for node in second.inputs:
        fed = inputs[node.name]
        if fed.order is not None:
            yield Node(names[node.name], Transpose(fed.order), (fed.source,), _called(node, tag))
