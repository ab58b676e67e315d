"""At which samples of an endless stream each tensor is needed: what windows have in common is computed once.

A window begins every `hop` samples. In it, position j of a node lies `stride` * j samples from the window's first. The
node's stream has a position every `scale` samples, so that all positions of all windows are in it: the scale is the
largest common divisor of the hop and the stride.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import gcd

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import AveragePool, Constant, Conv1D, Conv2D, Input, MaxPool, Quantize, Reshape, Scale
from fpgaml.graph.types import FixedType
from fpgaml.rtl.dataflow.positions import is_local, reach


@dataclass(frozen=True)
class Shared:
    """A run of nodes that overlapping windows share; the first may be a window operation.

    Args:
        nodes: the run; scale: samples from one position of its stream to the next.
        stride: samples from one position to the next within one window.
        taps: positions of the stream before it that one position reads; advance: of that stream, to the next.
    """

    nodes: tuple[Node, ...]
    scale: int
    stride: int
    taps: tuple[int, ...]
    advance: int


@dataclass(frozen=True)
class Plan:
    """A network on an endless stream.

    Args:
        shared: runs in order; rest: the nodes that are computed for every window anew, on `source`, whole.
        taps: positions of the last shared stream that a window's rest reads; advance: of that stream, to the next.
    """

    shared: tuple[Shared, ...]
    rest: tuple[Node, ...]
    source: str
    taps: tuple[int, ...]
    advance: int


def check_endless(graph: Graph, samples: int, hop: int) -> None:
    """Refuse what no endless stream feeds or gives.

    Raises:
        FpgamlError: the network has several inputs or outputs, or a beat brings several samples of several results.
    """
    for what, names in (("inputs", graph.inputs), ("outputs", graph.outputs)):
        if len(names) != 1:
            reason = f"{graph.name} has {len(names)} {what}, an endless stream has one"
            raise FpgamlError("--continuous", reason, "Leave it out")
    if hop < samples:
        reason = f"{samples} samples a cycle bring {samples / hop:g} results a cycle at a hop of {hop}"
        raise FpgamlError("--hop", reason, f"The nearest is {samples}, or as few samples a cycle as the hop has")


def plan(graph: Graph, hop: int) -> Plan:
    """What is shared, and what is not, of a network with one input."""
    source = graph.inputs[0].name
    stride = scale = 1
    runs: list[Shared] = []
    done: set[str] = {source}
    while (node := _only_reader(graph, source)) is not None and node.name not in graph.outputs:
        found = reach(node.op)
        if is_local(graph, node) and keeps_rows(graph, node) and same_everywhere(graph, node):
            if runs:
                runs[-1] = Shared((*runs[-1].nodes, node), *_numbers(runs[-1]))
            else:
                runs.append(Shared((node,), scale, stride, (0,), 1))
        elif found is not None and not (found.before or found.after) and same_everywhere(graph, node):
            further = stride * found.stride
            to = gcd(hop, further)
            spread = _dilation(node) * stride // scale
            taps = tuple(spread * tap for tap in range(_taps(node)))
            runs.append(Shared((node,), to, further, taps, to // scale))
            stride, scale = further, to
        else:
            break
        source = node.name
        done.add(source)
    rest = tuple(n for n in graph.nodes if n.name not in done and not isinstance(n.op, Constant | Input))
    count = graph.shapes[source][0]
    taps = tuple(stride // scale * position for position in range(count))
    return Plan(tuple(runs), rest, source, taps, hop // scale)


def open_input(graph: Graph) -> Graph:
    """The network as a stream feeds it: a sample has one type, wherever in a window it lies.

    An Input whose type differs by position takes the union of them, and a Quantize brings a window's samples into the
    types that the network has for them.
    """
    node = graph.inputs[0]
    op = node.op
    assert isinstance(op, Input)
    kind = op.quantizer.type
    parts = [np.broadcast_to(part, op.dims) for part in (kind.signed, kind.integer, kind.fractional)]
    if all((part == part[:1]).all() for part in parts):
        return graph
    held = (parts[0] + parts[1] + parts[2]) > 0
    lowest = -(1 << 20)
    most = [np.where(held, part, empty).max(axis=0) for part, empty in zip(parts, (0, lowest, lowest), strict=True)]
    used = held.any(axis=0)
    union = FixedType(most[0], np.where(used, most[1], 0), np.where(used, most[2], 0))
    opened = replace(node, op=replace(op, quantizer=replace(op.quantizer, type=union)))
    typed = Node(f"{node.name}_typed", Quantize(op.quantizer), (node.name,), node.source)
    nodes = [opened, typed]
    for other in graph.nodes:
        if other.name != node.name:
            inputs = tuple(typed.name if name == node.name else name for name in other.inputs)
            nodes.append(replace(other, inputs=inputs))
    return Graph(graph.name, tuple(nodes), graph.outputs, graph.layers)


def _numbers(run: Shared) -> tuple[int, int, tuple[int, ...], int]:
    return run.scale, run.stride, run.taps, run.advance


def _only_reader(graph: Graph, name: str) -> Node | None:
    readers = graph.consumers[name]
    return readers[0] if len(readers) == 1 and name not in graph.outputs else None


def _taps(node: Node) -> int:
    op = node.op
    if isinstance(op, Conv1D | Conv2D):
        return int(op.kernel.shape[0])
    assert isinstance(op, MaxPool | AveragePool)
    return op.size[0]


def _dilation(node: Node) -> int:
    return node.op.dilation[0] if isinstance(node.op, Conv1D | Conv2D) else 1


def keeps_rows(graph: Graph, node: Node) -> bool:
    """Whether a node leaves the first axis as it is."""
    return not isinstance(node.op, Reshape) or graph.shapes[node.name][0] == graph.shapes[node.inputs[0]][0]


def same_everywhere(graph: Graph, node: Node) -> bool:
    """Whether a node does the same at every position: its settings do not differ along the first axis."""
    op, shape = node.op, graph.shapes[node.name]
    settings: list[np.ndarray] = []
    if isinstance(op, Quantize):
        kind = op.quantizer.type
        settings = [kind.signed, kind.integer, kind.fractional]
    elif isinstance(op, Scale):
        settings = [op.factor.integers, op.offset.integers]
    elif isinstance(op, AveragePool):
        settings = [op.factor.integers]
    settings += [c.op.value.integers for name in node.inputs if isinstance((c := graph[name]).op, Constant)]
    whole = (np.broadcast_to(setting, shape) for setting in settings)
    return all(bool((setting == setting[:1]).all()) for setting in whole)
