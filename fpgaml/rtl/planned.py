"""What an RTL project would take, without making it: for designs that are compared by the thousand."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaml.boards import Board
from fpgaml.cost.resources import Estimate
from fpgaml.graph.graph import Graph
from fpgaml.progress import Silent
from fpgaml.rtl.core import Boundary
from fpgaml.rtl.dataflow.core import costs
from fpgaml.rtl.dataflow.wishes import Wishes, wishes_of
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.estimate import fits
from fpgaml.rtl.firmware import check_latency, inner_wishes, shell_of
from fpgaml.rtl.form import choose_form
from fpgaml.rtl.lower.graph import check_supported, port_of
from fpgaml.rtl.settings import Form, Hdl
from fpgaml.rtl.shell import result_interval, shell_latency
from fpgaml.rtl.sketch.sketch import sketch
from fpgaml.rtl.streamed import stream
from fpgaml.rtl.target import RtlTarget


@dataclass(frozen=True)
class Planned:
    """An RTL project that is not made.

    Args:
        form: unrolled or streaming; estimate: of the core; latency, interval: with the shell, in cycles.
    """

    form: Form
    estimate: Estimate
    latency: int
    interval: int | float


def plan(target: RtlTarget, graph: Graph, board: Board) -> Planned:
    """The project that `RtlTarget.write` would make, its kernels sketched.

    Raises:
        FpgamlError: it cannot become RTL, what is asked contradicts itself, or no schedule holds it.
    """
    check_supported(graph)
    wishes = wishes_of(target, graph, board)
    form = choose_form(target.schedule, wishes, graph, board)
    if form is Form.UNROLLED:
        boundary, estimate = _unrolled(target, graph, board)
        if target.schedule is Form.AUTO and not fits(estimate, board, rough=False):
            form = Form.STREAMING
    if form is Form.STREAMING:
        boundary, estimate = _streaming(target, graph, board, wishes)
    spec = shell_of(target, boundary)
    check_latency(spec, wishes, board)
    return Planned(form, estimate, shell_latency(spec), result_interval(spec))


def _unrolled(target: RtlTarget, graph: Graph, board: Board) -> tuple[Boundary, Estimate]:
    found = sketch(graph, DelayModel.of_part(board.part, board.clock_ns))
    inputs = tuple(port_of(graph, node.name) for node in graph.inputs)
    outputs = tuple(port_of(graph, name) for name in graph.outputs)
    return Boundary(f"{target.top}_core", Hdl.VERILOG, inputs, outputs, found.latency), found.estimate


def _streaming(target: RtlTarget, graph: Graph, board: Board, wishes: Wishes) -> tuple[Boundary, Estimate]:
    flow = stream(graph, board, inner_wishes(target, wishes), Silent(), sketched=True).dataflow
    return flow.boundary(f"{target.top}_core", Hdl.VERILOG), Estimate(costs(flow))
