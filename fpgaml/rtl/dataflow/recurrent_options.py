"""How a recurrent layer streams: a step a beat where its state can come back in time, else all of it unrolled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod
from typing import TYPE_CHECKING

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops.scan import Scan
from fpgaml.rtl.dataflow.beats import Stream, stream
from fpgaml.rtl.dataflow.cut import Segment
from fpgaml.rtl.dataflow.rows import one_row
from fpgaml.rtl.dataflow.stages.feedback import Feedback

if TYPE_CHECKING:
    from fpgaml.rtl.dataflow.assemble import Assembly
    from fpgaml.rtl.dataflow.stage import Stage


def fed(segment: Segment, source: Stream, trial: Assembly) -> Stage | None:
    """A Scan with a step a beat, and what follows it; rows of a step in turn where they come so.

    None: its steps cannot be taken as they come.
    """
    graph, head = trial.graph, segment.head
    if not isinstance(head.op, Scan) or obstacle(head):
        return None
    width, result = prod(source.beats.shape[1:]), prod(graph.shapes[head.name])
    rows = source.beats.shape[1] if len(source.beats.shape) > 2 else 1
    turns = rows if rows > 1 and source.beats.lanes < width and _alike(head.op) else 1
    entering = trial.regear(source, width // turns)
    lanes = result // turns // (source.beats.shape[0] if head.op.sequence else 1)
    output = stream(graph, head.name, lanes)
    made = trial.put(Feedback(head.name, graph, head, entering, output, trial.delays))
    if len(segment.nodes) == 1:
        return made
    rest = Segment(segment.nodes[1:], (head.name,))
    if output.beats.count == 1:
        return trial.whole(rest, (output,))
    return trial.local(rest, output)


def obstacle(node: Node) -> str:
    """Why a Scan's steps cannot be taken as they come; empty: they can."""
    assert isinstance(node.op, Scan)
    if node.op.reverse:
        return "reads its steps from the last one on"
    if len(node.inputs) > 1:
        return "begins with states that the network computes"
    return "" if node.op.states else "remembers nothing"


def unrolled(graph: Graph, nodes: Iterable[Node]) -> Iterator[str]:
    """What there is to say of Scans that are unrolled: each step has hardware of its own."""
    for node in nodes:
        if isinstance(node.op, Scan):
            why = obstacle(node) or "has no time for one step after another at this rate"
            steps = graph.shapes[node.inputs[0]][0]
            yield f"{node.source or node.name} {why}: its {steps} steps are unrolled, each in hardware of its own"


def _alike(scan: Scan) -> bool:
    """Whether all rows of a step are treated alike, from the same states on."""
    values = [value.integers for value in scan.initial if value is not None]
    return all(bool((value == value[:1]).all()) for value in values) and one_row(scan.cell) is not None
