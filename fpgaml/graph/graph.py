"""The Graph: named nodes in execution order, each one exact operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from fpgaml.errors import FpgamlError
from fpgaml.graph.ops import Input, Operation, OperationError, Shape
from fpgaml.graph.ops.base import require
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import FixedType


@dataclass(frozen=True)
class Node:
    """One operation in a Graph.

    Args:
        name: unique, a valid C and HDL identifier.
        op: what it does.
        inputs: the names of the nodes that feed it.
        source: the layer of the source model that it comes from; several nodes may share one.
    """

    name: str
    op: Operation
    inputs: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Graph:
    """A network of exact fixed-point operations; the interpreter says what it means.

    Args:
        name: of the network.
        nodes: in execution order.
        outputs: the names of the nodes whose values leave.
        layers: for each layer of the source model, the node that carries its output.

    Raises:
        FpgamlError: names that repeat or are unknown. `shapes`, `ranges` and `types`, computed when they
            are first asked for, also raise it for an operation that does not fit its inputs.
    """

    name: str
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    layers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for node in self.nodes:
            if node.name in seen:
                raise FpgamlError(node.name, "two nodes have this name")
            missing = [name for name in node.inputs if name not in seen]
            if missing:
                raise FpgamlError(node.name, f"reads {', '.join(missing)}, which no earlier node gives")
            seen.add(node.name)
        for name in (*self.outputs, *self.layers.values()):
            if name not in seen:
                raise FpgamlError(name, "is an output of the graph, but no node has this name")

    def __getitem__(self, name: str) -> Node:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """Every node's shape, without a batch axis."""
        return {name: value.shape for name, value in self.ranges.items()}

    @cached_property
    def ranges(self) -> Mapping[str, ValueRange]:
        """Every node's value range and step."""
        ranges: dict[str, ValueRange] = {}
        for node in self.nodes:
            ranges[node.name] = infer(node, [ranges[name] for name in node.inputs])
        return ranges

    @cached_property
    def types(self) -> Mapping[str, FixedType]:
        """Every node's smallest type, per element where elements differ."""
        return {name: value.type() for name, value in self.ranges.items()}

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The Input nodes, in order."""
        return tuple(node for node in self.nodes if isinstance(node.op, Input))

    @property
    def input_layers(self) -> Mapping[str, str]:
        """For every layer of the source model that is an input, its node: data is known by the layer's name."""
        return {node.source or node.name: node.name for node in self.inputs}

    @cached_property
    def consumers(self) -> Mapping[str, tuple[Node, ...]]:
        """For every node, the nodes that read it."""
        readers: dict[str, list[Node]] = {node.name: [] for node in self.nodes}
        for node in self.nodes:
            for name in dict.fromkeys(node.inputs):
                readers[name].append(node)
        return {name: tuple(nodes) for name, nodes in readers.items()}

    def rewired(
        self,
        replaced: Mapping[str, Sequence[Node]] | None = None,
        redirected: Mapping[str, str] | None = None,
    ) -> Graph:
        """The graph with other nodes in the place of some.

        Args:
            replaced: for a node's name the nodes that stand in its place, in order.
            redirected: for a node's name the earlier node that takes its part: whatever read the first (another
                node, an output, a layer) reads the second, and the first is gone.

        Raises:
            FpgamlError: something still reads a node that is gone, or two nodes have one name.
        """
        new, gone = replaced or {}, redirected or {}

        def final(name: str) -> str:
            while name in gone:
                name = gone[name]
            return name

        nodes = []
        for node in self.nodes:
            for put in () if node.name in gone else new.get(node.name, (node,)):
                inputs = tuple(final(name) for name in put.inputs)
                nodes.append(put if inputs == put.inputs else replace(put, inputs=inputs))
        layers = {layer: final(name) for layer, name in self.layers.items()}
        return Graph(self.name, tuple(nodes), tuple(final(name) for name in self.outputs), layers)


def infer(node: Node, inputs: Sequence[ValueRange]) -> ValueRange:
    """The range of a node's values; errors carry the layer's name.

    Raises:
        FpgamlError: the operation does not fit its inputs.
    """
    op = node.op
    where = node.source or node.name
    if (not inputs) if op.arity is None else (len(inputs) != op.arity):
        raise FpgamlError(where, f"{type(op).__name__} takes {op.arity or 'some'} inputs, not {len(inputs)}")
    try:
        shape = op.shape([x.shape for x in inputs])
        require(len(shape) > 0, "its result has no axis; one value is a tensor of shape (1,)")
        result = op.range(inputs)
    except OperationError as error:
        raise FpgamlError(where, f"{type(op).__name__}: {error}") from error
    assert result.shape == shape, f"{node.name}: shape rule {shape}, range rule {result.shape}"
    return result


class GraphBuilder:
    """Builds a Graph node by node, with shapes and types known as it grows.

    Args:
        name: of the network.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._nodes: list[Node] = []
        self._ranges: dict[str, ValueRange] = {}
        self.layers: dict[str, str] = {}

    def add(self, op: Operation, *inputs: str, name: str, source: str = "") -> str:
        """Append an operation.

        Args:
            inputs: names of nodes that were added before.
            name: what it should be called; made a valid and unique identifier.
            source: the layer of the source model.

        Returns:
            The node's name.

        Raises:
            FpgamlError: the operation does not fit its inputs.
        """
        missing = [i for i in inputs if i not in self._ranges]
        if missing:
            raise FpgamlError(name, f"reads {', '.join(missing)}, which no earlier node gives")
        node = Node(self._unique(name), op, inputs, source)
        self._ranges[node.name] = infer(node, [self._ranges[i] for i in inputs])
        self._nodes.append(node)
        return node.name

    @property
    def nodes(self) -> Sequence[Node]:
        """All nodes so far, in order."""
        return self._nodes

    def shape(self, name: str) -> Shape:
        """A node's shape, without a batch axis."""
        return self._ranges[name].shape

    def range(self, name: str) -> ValueRange:
        """A node's value range."""
        return self._ranges[name]

    def type(self, name: str) -> FixedType:
        """A node's smallest type."""
        return self._ranges[name].type()

    def build(self, outputs: Sequence[str]) -> Graph:
        """The Graph of all nodes so far."""
        graph = Graph(self.name, tuple(self._nodes), tuple(outputs), dict(self.layers))
        graph.__dict__["ranges"] = dict(self._ranges)  # known already: a cached property's value
        return graph

    def _unique(self, name: str) -> str:
        clean = identifier(name)
        taken, candidate, count = self._ranges.keys(), clean, 1
        while candidate in taken:
            count += 1
            candidate = f"{clean}_{count}"
        return candidate


def identifier(name: str) -> str:
    """A name as an identifier of C, Verilog and VHDL: letters, digits, single underscores, a letter first."""
    kept = "".join(c if c.isascii() and c.isalnum() else "_" for c in name).strip("_")
    while "__" in kept:
        kept = kept.replace("__", "_")
    return kept if kept[:1].isalpha() else f"n_{kept}".rstrip("_")
