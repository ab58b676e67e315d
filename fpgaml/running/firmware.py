"""The firmware of a finished project, opened to answer events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fpgaml.cores import cores
from fpgaml.data.coded import coded, codings_in
from fpgaml.data.coding import PortCoding
from fpgaml.data.dataset import DataSet
from fpgaml.data.file_axes import Orders, file_shapes, in_graph_order
from fpgaml.errors import CheckFailedError, FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.serial import graph_hash, read_graph
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress
from fpgaml.project.hashes import edited_files
from fpgaml.proof.hops import Simulated, Unchecked
from fpgaml.record.files import read_manifest, read_results
from fpgaml.record.manifest import Manifest, PortFacts
from fpgaml.record.verdict import Status
from fpgaml.targets import target_class

Values = Mapping[str, FixedArray]
"""Inputs or outputs by node, shape (events, *shape)."""


@dataclass(frozen=True)
class OpenProject:
    """A project as it lies in its folder."""

    folder: Path
    manifest: Manifest
    graph: Graph

    @classmethod
    def read(cls, folder: Path) -> OpenProject:
        """Read manifest and Graph.

        Raises:
            FpgamlError: the folder is not a project, or its files are damaged.
        """
        manifest = read_manifest(folder)
        graph = read_graph(folder)
        if graph_hash(graph) != manifest.graph_sha256:
            raise FpgamlError(str(folder / "graph.json"), "is not the graph that was proved", "Convert the model again")
        return cls(folder, manifest, graph)

    @property
    def codings(self) -> Mapping[str, PortCoding]:
        """What integer codes of ports mean."""
        return codings_in(self.manifest)

    @property
    def axes(self) -> Orders:
        """Of tensors whose axes lie in another order in the model file."""
        return self.manifest.axes

    def port(self, name: str) -> PortFacts:
        """An output at the firmware's boundary."""
        return next(port for port in self.manifest.outputs if port.name == name)

    def fractional(self, name: str) -> int:
        """The binary point of an output's integers."""
        return self.port(name).fractional

    def events(self, open_events: Callable[[Mapping[str, tuple[int, ...]]], DataSet | None]) -> DataSet | None:
        """Events as the Graph takes them, opened for the inputs' shapes in the model file."""
        found = open_events(file_shapes(self.graph, self.axes))
        return in_graph_order(coded(found, self.codings), self.axes) if found else None


@dataclass(frozen=True)
class Running:
    """Firmware that answers events.

    Args:
        title: what runs it; standing: whether it was proved equal to the Graph, in a sentence.
        run: inputs to outputs; codings: of outputs that are integer codes.
        of_graph: whether it has to give the Graph's own integers.
        is_emulator: whether it is the emulator, which is no judge of itself.
    """

    title: str
    standing: str
    run: Callable[[Values], Values]
    codings: Mapping[str, PortCoding]
    of_graph: bool = True
    is_emulator: bool = False


def start(project: OpenProject, progress: Progress, *, simulate: bool = False) -> Running:
    """Compile what runs a project's firmware.

    C-simulation of HLS, the netlist or the dataflow that RTL is written from, LiteRT for a flatbuffer.

    Args:
        simulate: the Verilog of an RTL project itself, with Verilator, at full load.

    Raises:
        FpgamlError: there is nothing that runs it, or it was edited and what stands for it was not.
        ToolError: no compiler or simulator.
    """
    if simulate:
        return _simulation(project, progress)
    target = target_class(project.manifest.settings.target)
    firmware = target.reopen(project.folder, project.manifest, project.graph, None, progress)
    if firmware.codes is not None:
        codes = firmware.codes
        return Running(codes.title, _standing(project, codes.check), codes.run, codes.codings, of_graph=False)
    for hop in firmware.hops:
        if isinstance(hop, Simulated):
            title = hop.name.removeprefix("Graph = ")
            standing = _standing(project, hop.name)
            return Running(title, standing, hop.run, project.codings, is_emulator=hop.is_emulator)
    why = next((hop.why for hop in firmware.hops if isinstance(hop, Unchecked)), "nothing runs it here")
    raise FpgamlError(str(project.folder), why, "An RTL project as it lies there is run with --sim")


def _standing(project: OpenProject, check: str) -> str:
    """Whether a check of the project holds for its files as they are now."""
    found = next((each for each in read_results(project.folder).checks if each.name == check), None)
    edited = edited_files(project.folder, project.manifest)
    if edited:
        return f"not proved: edited since it was generated: {', '.join(edited[:3])}"
    if found is None or found.status == Status.NOT_CHECKED:
        return f"not checked: {check}"
    if found.status != Status.EXACT:
        return f"{found.status}: {check}"
    events = min((output.events for output in found.outputs), default=0)
    return f"proved: {check}, on every bit of {events:,} events"


def _simulation(project: OpenProject, progress: Progress) -> Running:
    from fpgaml.cosim.bulk.build import build
    from fpgaml.cosim.bulk.design import read_design
    from fpgaml.cosim.bulk.run import NO_PAUSES, Fault, Run

    if not (project.folder / "sim" / "bench.json").is_file():
        reason = f"simulates RTL, and {project.folder} is no RTL project"
        raise FpgamlError("--sim", reason, "Leave it out: the C-simulation runs HLS, LiteRT a flatbuffer")
    design = read_design(project.folder, project.graph)
    if design.continuous or design.channels > 1:
        what = "an endless stream" if design.continuous else f"{design.channels} channels in turn"
        reason = f"drives frames, and this core takes {what}"
        raise FpgamlError("--sim", reason, "`fpgaml cosim --bulk` simulates it; leave --sim out for its answers")
    with progress.step("compiling the simulation of the RTL with Verilator"):
        program = build(design)

    def run(values: Values) -> Values:
        with Run(program, values, NO_PAUSES, cores()) as running:
            chunk = running.wait()
        faults = [share.fault_text for share in chunk.shares if share.fault is not Fault.NONE]
        if faults:
            raise CheckFailedError(str(project.folder), faults[0], "`fpgaml cosim` says more")
        return chunk.outputs

    title = f"Verilator {program.verilator}"
    return Running(title, "the Verilog as it lies there, simulated", run, project.codings)
