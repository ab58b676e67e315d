"""The Verilog of a project as it lies there, simulated in bulk at full load."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from fpgaml.cores import cores
from fpgaml.cosim.bulk.build import BulkProgram, Design, build
from fpgaml.cosim.bulk.design import read_design
from fpgaml.cosim.bulk.run import NO_PAUSES, Chunk, Fault, Share
from fpgaml.cosim.bulk.run import Run as BulkRun
from fpgaml.cosim.bulk.turns import in_turn, out_of_turn
from fpgaml.graph.graph import Graph
from fpgaml.graph.work import multiplications
from fpgaml.progress import Progress
from fpgaml.project.ports import Port
from fpgaml.rtl.firmware import SIMULATION
from fpgaml.running.firmware import OpenProject
from fpgaml.soak.endless import EndlessRun
from fpgaml.soak.firmware import Ran, Run, Tried, as_data
from fpgaml.soak.tally import Values

CYCLE, MULTIPLICATION = 100, 10
"""What a clock cycle, and a multiplication of an event, cost in operations of about a nanosecond."""


def open_rtl(project: OpenProject, progress: Progress) -> Tried:
    """Compile the simulation.

    Raises:
        FpgamlError: VHDL.
        ToolError: no Verilator or g++, or one of them failed.
    """
    graph = project.graph
    design = read_design(project.folder, graph)
    with ExitStack() as stack:
        program = build(
            design, lambda: stack.enter_context(progress.step("compiling the bulk simulation with Verilator and g++"))
        )
    ports = _events_ports(graph, design)
    run: Run
    if design.continuous:
        run = EndlessRun(program)
        cycles = run.spacing // design.continuous.samples
    else:
        run, cycles = _Bulk(program, ports), int(design.interval)
    return Tried(
        graph,
        ports,
        f"RTL in bulk, Verilator {program.verilator}",
        "Graph = RTL at random (verilator)",
        {"verilator": program.verilator},
        max(CYCLE * cycles, MULTIPLICATION * multiplications(graph)),
        run,
        as_data(project),
        "fpgaml cosim PROJECT --bulk 1000 --data",
        SIMULATION,
    )


def _events_ports(graph: Graph, design: Design) -> tuple[Port, ...]:
    """The outputs of one event: a frame of several channels is as many events."""
    if design.channels == 1:
        return design.outputs
    return tuple(Port(p.name, graph.shapes[p.name], p.signed, p.width, p.fractional) for p in design.outputs)


class _Bulk:
    """Follows `Run`; every call begins with a reset."""

    def __init__(self, program: BulkProgram, ports: Sequence[Port]) -> None:
        self._program, self._ports = program, ports
        stream = program.design.stream
        self._beats = (stream.beat_in, stream.beat_out) if stream else (1, 1)

    def __call__(self, values: Values) -> Ran:
        design = self._program.design
        frames = in_turn(dict(values), self._beats[0], design.channels)
        with BulkRun(self._program, frames, NO_PAUSES, cores()) as run:
            chunk = run.wait()
        outputs = out_of_turn(chunk.outputs, self._ports, self._beats[1], design.channels)
        frame, problem = self._problem(chunk)
        return Ran(outputs, frame * design.channels, problem)

    def _problem(self, chunk: Chunk) -> tuple[int, str]:
        """The first thing that is wrong besides values, and its frame."""
        found = [(share.first, text) for share in chunk.shares if (text := self._late(share))]
        found += [(share.fault_frame, share.fault_text) for share in chunk.shares if share.fault is not Fault.NONE]
        return min(found, default=(0, ""))

    def _late(self, share: Share) -> str:
        """Whether latency or interval are not as declared."""
        design = self._program.design
        if share.frames and share.latency != design.latency:
            return f"the latency is {share.latency} cycles, declared are {design.latency}"
        if share.frames > 1 and share.span != design.interval * (share.frames - 1):
            return f"the interval is {share.span / (share.frames - 1):g} cycles, declared are {design.interval:g}"
        return ""
