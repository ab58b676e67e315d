"""A C++ project, written or opened again, with its library as what is compared with the Graph."""

from __future__ import annotations

from pathlib import Path

from fpgaml.cpp.arithmetic import arithmetic
from fpgaml.cpp.facts import CppFacts
from fpgaml.cpp.library import compiled
from fpgaml.cpp.ports import project_ports
from fpgaml.cpp.project import CppProject
from fpgaml.emulator.plan import refuse
from fpgaml.emulator.source import generate
from fpgaml.graph.graph import Graph
from fpgaml.graph.serial import read_graph
from fpgaml.progress import Progress
from fpgaml.project.ports import CppPort
from fpgaml.proof.golden import Golden
from fpgaml.proof.hops import Simulated
from fpgaml.record.manifest import Manifest
from fpgaml.target import Firmware, Texts, Written
from fpgaml.toolchain import compiler_version, find_compiler, versions

CHECK = "Graph = C++ emulator"


def check(graph: Graph) -> None:
    """Refuse operations that the emulator has no code for.

    Raises:
        UnsupportedError: all of them named.
    """
    refuse(graph)


def write(folder: Path, graph: Graph, name: str, progress: Progress) -> Written:
    """Write a project, and compile it as it lies there.

    Args:
        name: of the library.

    Raises:
        UnsupportedError: operations that the emulator has no code for.
        ToolError: no compiler, or it failed.
    """
    with progress.step("writing the C++ project"):
        source = generate(graph, name)
        ports = project_ports(source.inputs), project_ports(source.outputs)
        facts = CppFacts(name=name, arithmetic=arithmetic(graph))
        project = CppProject(graph, source, *ports, facts)
        project.write(folder)

    def finish(folder: Path, golden: Golden, texts: Texts) -> None:
        project.finish(folder, golden, texts)

    return Written(_firmware(folder, graph, facts, ports, progress), finish)


def reopen(folder: Path, manifest: Manifest, progress: Progress) -> Firmware:
    """A finished project, with the library of the sources as they lie there; errors as for `compiled`."""
    facts = manifest.settings
    assert isinstance(facts, CppFacts)
    inputs, outputs = (
        tuple(CppPort.from_row(port.to_json()) for port in ports) for ports in (manifest.inputs, manifest.outputs)
    )
    return _firmware(folder, read_graph(folder), facts, (inputs, outputs), progress)


def _firmware(
    folder: Path,
    graph: Graph,
    facts: CppFacts,
    ports: tuple[tuple[CppPort, ...], tuple[CppPort, ...]],
    progress: Progress,
) -> Firmware:
    with progress.step("compiling the C++ emulator"):
        library = compiled(folder, graph, facts.name, ports, progress)
    compiler = find_compiler()
    tools = versions(("numpy",)) | ({"compiler": compiler_version(compiler)} if compiler else {})
    return Firmware(*ports, facts, (Simulated(CHECK, library.run, is_emulator=True),), tools)
