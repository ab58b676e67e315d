"""What is computed together, in which order, and where each tensor lies meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fpgaml.emulator.bodies import BODIES
from fpgaml.emulator.site import Elementwise, Tensor, Whole
from fpgaml.errors import Problem, UnsupportedError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Constant, Input, Reshape
from fpgaml.graph.ops.scan import every_node

FEWEST_LANES = 8
"""An array takes a multiple of so many bytes a lane, so that all begin at a multiple of 64."""


@dataclass(frozen=True)
class Step:
    """Nodes that one function computes.

    Args:
        whole: the operation on whole tensors that begins it; None where all are element by element.
        chain: operations element by element that follow, in order, each read by later ones of the chain alone; the last
            one, or `whole` where there are none, gives the step's result.
    """

    whole: Node | None
    chain: tuple[Node, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All of them, in order."""
        return (self.whole, *self.chain) if self.whole is not None else self.chain

    @property
    def result(self) -> str:
        """The node whose values it leaves."""
        return self.nodes[-1].name

    def arrays(self, graph: Graph) -> tuple[str, ...]:
        """The nodes whose arrays it reads, each once; constants in the chain are none, they stand in the code."""
        inside = {node.name for node in self.chain[:-1]} | ({self.whole.name} if self.whole else set())
        whole = () if self.whole is None else self.whole.inputs
        chain = (name for node in self.chain for name in node.inputs if not isinstance(graph[name].op, Constant))
        return tuple(dict.fromkeys(name for name in (*whole, *chain) if name not in inside))


@dataclass(frozen=True)
class Plan:
    """A Graph in steps.

    Args:
        graph: the network.
        steps: in the order in which they run.
        homes: for each node that has an array the node whose array it is: a Reshape moves nothing.
        places: for each of these arrays where it begins, in bytes for one lane.
        bytes: of all of them, for one lane.
        staged: bytes of the largest input or output, for one lane.
        workspaces: for each step that needs memory of its own where that begins, by the step's result.
        prefix: what the names of its functions begin with.
    """

    graph: Graph
    steps: tuple[Step, ...]
    homes: Mapping[str, str]
    places: Mapping[str, int]
    bytes: int
    staged: int
    workspaces: Mapping[str, int]
    prefix: str = ""

    def tensor(self, node: str, name: str) -> Tensor:
        """A node's tensor, under a name in C++."""
        return Tensor(name, self.graph.ranges[node])


def plan(graph: Graph, prefix: str = "") -> Plan:
    """Fuse what may be, and find room for the rest.

    Args:
        prefix: what the names of its functions begin with.

    Raises:
        UnsupportedError: operations that have no writer.
    """
    refuse(graph)
    steps, homes = _steps(graph)
    places, size = _arena(graph, steps, homes)
    workspaces = {s.result: places.pop(_own(s.result)) for s in steps if _own(s.result) in places}
    staged = max(array_bytes(graph, name) for name in (*(node.name for node in graph.inputs), *graph.outputs))
    return Plan(graph, steps, homes, places, size, staged, workspaces, prefix)


def refuse(graph: Graph) -> None:
    """Name every node whose operation has no writer.

    Raises:
        UnsupportedError: there are some.
    """
    known = (Input, Constant, Reshape, *BODIES)
    problems = [
        Problem(
            node.source or node.name, f"the emulator has no {type(node.op).__name__}", "The interpreter computes it"
        )
        for node in every_node(graph)
        if type(node.op) not in known
    ]
    if problems:
        raise UnsupportedError(graph.name, problems)


def _steps(graph: Graph) -> tuple[tuple[Step, ...], Mapping[str, str]]:
    """The steps, and where the values of nodes lie that are no intermediate value of a step."""
    made: dict[str, Step] = {}  # by the node whose values it leaves
    homes: dict[str, str] = {}
    for node in graph.nodes:
        writer = BODIES.get(type(node.op))
        if isinstance(node.op, Input):
            homes[node.name] = node.name
        elif isinstance(node.op, Reshape) and not _absorbs(graph, made, node, node.inputs[0]):
            homes[node.name] = homes[node.inputs[0]]
        elif isinstance(writer, Elementwise | None) and not isinstance(node.op, Constant):
            made[node.name] = _grown(graph, made, homes, node)
            homes[node.name] = node.name
        else:
            made[node.name] = Step(node, ())
            homes[node.name] = node.name
    steps = tuple(made.values())
    read = {homes[name] for step in steps for name in step.arrays(graph)} | {homes[name] for name in graph.outputs}
    return tuple(s for s in steps if s.result in read or not _constant(graph, s.result)), homes


def _constant(graph: Graph, name: str) -> bool:
    return isinstance(graph[name].op, Constant)


def _grown(graph: Graph, made: dict[str, Step], homes: dict[str, str], node: Node) -> Step:
    """A step that ends with a node, and takes in the steps that only it reads."""
    whole: Node | None = None
    chain: list[Node] = []
    for name in dict.fromkeys(node.inputs):
        if not _absorbs(graph, made, node, name) or (whole is not None and made[name].whole is not None):
            continue
        taken = made.pop(name)
        del homes[name]
        whole = taken.whole or whole
        chain += taken.chain
    order = {n.name: k for k, n in enumerate(graph.nodes)}
    return Step(whole, (*sorted(chain, key=lambda n: order[n.name]), node))


def _absorbs(graph: Graph, made: Mapping[str, Step], node: Node, name: str) -> bool:
    """Whether a node may be computed element by element right behind one that it reads."""
    if name not in made or name in graph.outputs or len(graph.consumers[name]) != 1:
        return False
    whole, source = made[name].whole, graph[name]
    if whole is not None and (isinstance(whole.op, Constant) or not _finishes(whole)):
        return False
    sizes = [graph.ranges[n].low.size for n in (name, node.name)]
    return sizes[0] == sizes[1] and (
        isinstance(node.op, Reshape) or graph.shapes[source.name] == graph.shapes[node.name]
    )


def _finishes(node: Node) -> bool:
    writer = BODIES[type(node.op)]
    return isinstance(writer, Whole) and writer.finishes


def _arena(graph: Graph, steps: Sequence[Step], homes: Mapping[str, str]) -> tuple[dict[str, int], int]:
    """First fit: an array lies where nothing lies that is still read, the largest room being as small as it can be."""
    last: dict[str, int] = {}
    for number, step in enumerate(steps):
        last[step.result] = number
        for name in step.arrays(graph):
            last[homes[name]] = number
    for name in graph.outputs:
        last[homes[name]] = len(steps)
    first = {node.name: -1 for node in graph.inputs}
    sizes = {node.name: array_bytes(graph, node.name) for node in graph.inputs}
    for number, step in enumerate(steps):
        first[step.result], sizes[step.result] = number, array_bytes(graph, step.result)
        if own := workspace(step):
            name = _own(step.result)
            first[name], sizes[name], last[name] = number, own, number
    placed: dict[str, tuple[int, int]] = {}
    for name, size in sizes.items():
        alive = sorted(span for other, span in placed.items() if last.get(other, -1) >= first[name])
        begin = 0
        for start, stop in alive:
            if begin + size <= start:
                break
            begin = max(begin, stop)
        placed[name] = (begin, begin + size)
    return {name: begin for name, (begin, _) in placed.items()}, max(stop for _, stop in placed.values())


def workspace(step: Step) -> int:
    """How many bytes for one lane a step needs for itself."""
    writer = None if step.whole is None else BODIES.get(type(step.whole.op))
    if step.whole is None or not isinstance(writer, Whole) or writer.workspace is None:
        return 0
    return writer.workspace(step.whole.op)


def _own(result: str) -> str:
    return f"{result}, its own"  # no node's name


def array_bytes(graph: Graph, name: str) -> int:
    """How many bytes for one lane a node's array takes."""
    tensor = Tensor("", graph.ranges[name])
    return -(-tensor.size * tensor.type.bits // 8 // FEWEST_LANES) * FEWEST_LANES
