"""An RTL project, written or opened again; its netlist is what is compared with the Graph before any simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial, reduce
from pathlib import Path

from fpgaml.boards import Board, board_of_project
from fpgaml.cost.calibration.words import counted_note
from fpgaml.cost.graph import estimate_graph
from fpgaml.cost.record import resources
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.progress import Progress
from fpgaml.project.hashes import edited_files
from fpgaml.project.ports import Port
from fpgaml.proof.checks import Hop
from fpgaml.proof.golden import Golden, Tensors
from fpgaml.proof.hops import Simulated, Unchecked
from fpgaml.record import estimate as record
from fpgaml.record.base import Fact
from fpgaml.record.files import read_results
from fpgaml.record.manifest import Manifest
from fpgaml.record.settings import Settings
from fpgaml.rtl import streamed
from fpgaml.rtl.core import Boundary, Core, Cover
from fpgaml.rtl.coverage.events import joined
from fpgaml.rtl.dataflow.timetable import same_stages, timetable
from fpgaml.rtl.dataflow.wishes import Wishes, wishes_of
from fpgaml.rtl.estimate import DoesNotFitError, check_fits
from fpgaml.rtl.facts import Asked, RtlFacts
from fpgaml.rtl.form import choose_form
from fpgaml.rtl.lower.graph import check_supported
from fpgaml.rtl.names import check_module_name
from fpgaml.rtl.project import HDL_FOLDER, RtlProject
from fpgaml.rtl.settings import Form, Hdl, ShellKind
from fpgaml.rtl.shell import ShellSpec, result_interval, shell_latency
from fpgaml.rtl.streamed import stream, streamed_core
from fpgaml.rtl.streaming import EXIT, FIFO, GATE
from fpgaml.rtl.target import RtlTarget
from fpgaml.rtl.unrolled import unroll, unrolled_core
from fpgaml.target import Firmware, Written
from fpgaml.toolchain import versions

UNROLLED, STREAMED = "Graph = netlist", "Graph = dataflow"
SIMULATION = "Graph = RTL simulation"
HOW = "`fpgaml cosim PROJECT`, or `fpgaml verify PROJECT --cosim`, simulates the HDL with the project's own bench"
SHOWN = 3
WIDE = 512
"""Bits of tdata from which on a stream is wider than the widest ports that boards and memories commonly have."""


def check(target: RtlTarget, graph: Graph, board: Board) -> None:
    """Refuse what cannot become RTL, what contradicts itself, and what cannot fit, from the Graph alone.

    Raises:
        FpgamlError: says why, and what would help.
    """
    check_module_name(target.top)
    check_supported(graph)
    wishes = wishes_of(target, graph, board)
    if choose_form(target.schedule, wishes, graph, board) is Form.UNROLLED:
        check_fits(estimate_graph(graph), board, rough=True)
    else:
        streamed.check(graph, board, wishes)


def write(target: RtlTarget, folder: Path, graph: Graph, board: Board, seed: int, progress: Progress) -> Written:
    """Make the core, unrolled or streaming, and write the HDL.

    Args:
        seed: of vectors that are made up.

    Raises:
        FpgamlError: it does not fit the board, the clock is too fast, or what is asked cannot hold.
    """
    wishes = wishes_of(target, graph, board)
    core = _core(target, graph, board, wishes, progress)
    spec = shell_of(target, core.boundary)
    check_latency(spec, wishes, board)
    project = RtlProject(graph, core, spec, board)
    with progress.step(f"writing the {'VHDL' if target.hdl == Hdl.VHDL else 'Verilog'}"):
        project.write(folder)
    name = STREAMED if core.boundary.streaming else UNROLLED
    inputs, outputs = spec.tensors
    firmware = _firmware(inputs, outputs, _facts(spec, core), (Simulated(name, core.run), Unchecked(SIMULATION, HOW)))
    return Written(
        firmware,
        project.finish,
        [*_wide(target, spec), *_shell_said(target)],
        packages=("alkaid",),
        estimate=_estimate(core, spec, board),
        cover=partial(_cover, core.cover, seed) if core.cover else None,
    )


def _core(target: RtlTarget, graph: Graph, board: Board, wishes: Wishes, progress: Progress) -> Core:
    """Unrolled where that suits; what turns out too large for that streams, unless unrolled was asked for."""
    if choose_form(target.schedule, wishes, graph, board) is Form.UNROLLED:
        try:
            return unrolled_core(graph, board, target.top, target.hdl, progress)
        except DoesNotFitError:
            if target.schedule is Form.UNROLLED:
                raise
    return streamed_core(graph, board, inner_wishes(target, wishes), target.top, target.hdl, progress)


def inner_wishes(target: RtlTarget, wishes: Wishes) -> Wishes:
    """What is asked of the core: the shell takes some of the latency."""
    around = GATE if target.shell_kind == ShellKind.NATIVE else GATE + FIFO + EXIT
    return wishes if wishes.max_latency is None else replace(wishes, max_latency=wishes.max_latency - around)


def check_latency(spec: ShellSpec, wishes: Wishes, board: Board) -> None:
    """Refuse what is later than it may be.

    Raises:
        FpgamlError: says what is nearest.
    """
    latency = shell_latency(spec)
    if wishes.max_latency is not None and latency > wishes.max_latency:
        shown = f"{latency} cycles ({latency * board.clock_ns:g} ns)"
        reason = f"the result comes after {shown}, not within {wishes.max_latency} cycles"
        raise FpgamlError("--max-latency", reason, f"The nearest is {latency} at this clock")


def _cover(cover: Cover, seed: int, golden: Golden) -> tuple[Tensors, Mapping[str, Fact]]:
    more, coverage = cover(reduce(joined, golden.inputs), seed)
    return more, {"toggles": coverage} if coverage else {}


def reopen(folder: Path, manifest: Manifest, graph: Graph, progress: Progress) -> Firmware:
    """A finished project.

    What stands for the HDL is made anew from the Graph: it says nothing of HDL that was edited since it was written.
    """
    facts = manifest.settings
    if isinstance(facts, RtlFacts) and facts.asked is not None:
        inputs, outputs, hop = _streaming_again(folder, manifest, facts.asked, graph, progress)
    else:
        unrolled = unroll(graph, progress)
        inputs, outputs, hop = unrolled.netlist.inputs, unrolled.netlist.outputs, Simulated(UNROLLED, unrolled.run)
    edited = tuple(name for name in edited_files(folder, manifest) if name.startswith(f"{HDL_FOLDER}/"))
    hops: tuple[Hop, ...] = (hop, Unchecked(SIMULATION, HOW))
    if edited:
        more = f" and {len(edited) - SHOWN} more" if len(edited) > SHOWN else ""
        files = f"{', '.join(edited[:SHOWN])}{more}"
        why = f"edited since it was generated: {files}. What is made from the Graph says nothing of it. {HOW}"
        hops = (Unchecked(SIMULATION, why),)
    return _firmware(inputs, outputs, facts, hops)


def _streaming_again(
    folder: Path, manifest: Manifest, asked: Asked, graph: Graph, progress: Progress
) -> tuple[Sequence[Port], Sequence[Port], Hop]:
    """Ports, and the dataflow as it is chosen now; another one than was written proves nothing of what lies there."""
    entry = manifest.board
    board = replace(board_of_project(entry.to_json(), str(folder)), clock_mhz=1e3 / entry.clock_ns)
    wishes = Wishes(**asked.to_json())
    folded = stream(graph, board, wishes, progress)
    flow, recorded = folded.dataflow, read_results(folder).estimate
    hop: Hop = Simulated(STREAMED, flow.run)
    if recorded is None or recorded.timetable is None or not same_stages(timetable(flow, wishes), recorded.timetable):
        hop = Unchecked(STREAMED, f"this fpgaml chooses another schedule than lies there. {HOW}")
    return *flow.ports, hop


def _firmware(inputs: Sequence[Port], outputs: Sequence[Port], facts: Settings, hops: Sequence[Hop]) -> Firmware:
    return Firmware(inputs, outputs, facts, hops, versions(("numpy", "alkaid")))


def shell_of(target: RtlTarget, boundary: Boundary) -> ShellSpec:
    """The shell around a core.

    Raises:
        FpgamlError: the native shell takes whole frames.
    """
    if target.beat is None:
        return ShellSpec(target.shell_kind, target.top, boundary, tag_bits=target.tag_bits)
    if target.shell_kind == ShellKind.NATIVE:
        raise FpgamlError("--beat", "the native shell takes whole frames", "Use --shell axis")
    beat_in, beat_out = (
        min(target.beat, sum(port.size for port in ports)) for ports in (boundary.inputs, boundary.outputs)
    )
    return ShellSpec(target.shell_kind, target.top, boundary, beat_in, beat_out, target.tag_bits)


def _shell_said(target: RtlTarget) -> list[str]:
    """A word on the shell, where the user named none."""
    if target.shell is not None or not target.continuous:
        return []
    return ["--continuous: the native shell (valid bits), because an endless stream cannot be held back"]


def _wide(target: RtlTarget, spec: ShellSpec) -> list[str]:
    """A word on whole frames that make a stream wider than what carries AXI4-Stream elsewhere in a design."""
    if spec.kind != ShellKind.AXIS or target.beat is not None or spec.core.streaming:
        return []
    streams = (("s_axis", spec.stream_in), ("m_axis", spec.stream_out))
    wide = {name: stream for name, stream in streams if stream.tdata > WIDE}
    beat = min((stream.fitting(WIDE) for stream in wide.values()), default=0)
    return [
        f"{name}_tdata is {stream.tdata:,} bits wide: a whole frame of {stream.elements:,} elements in lanes of "
        f"{stream.lane} bits. --beat {beat} keeps it within {WIDE}, a frame every {-(-stream.elements // beat)} cycles"
        for name, stream in wide.items()
    ]


def _facts(spec: ShellSpec, core: Core) -> RtlFacts:
    """For manifest.json."""
    stream = spec.kind == ShellKind.AXIS
    return RtlFacts(
        hdl="vhdl" if spec.hdl == Hdl.VHDL else "verilog",
        shell="axis" if stream else "native",
        top=spec.top,
        beat_in=spec.stream_in.beat if stream else None,
        beat_out=spec.stream_out.beat if stream else None,
        tag_bits=spec.tag_bits if stream else None,
        core_latency=spec.core.latency,
        latency=shell_latency(spec),
        interval=result_interval(spec),
        **core.facts,
    )


def _estimate(core: Core, spec: ShellSpec, board: Board) -> record.Estimate:
    """For results.json: resources of the core, and its timing by the delay model."""
    latency, interval = shell_latency(spec), result_interval(spec)
    note = counted_note(core.estimate, board)
    return record.Estimate(
        **resources(core.estimate, board),
        latency_cycles=latency,
        latency_ns=round(latency * board.clock_ns, 3),
        interval_cycles=interval,
        timetable=core.timetable,
        pipeline=core.pipeline,
        notes=(note,) if note else (),
    )
