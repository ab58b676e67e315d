"""An hls4ml project, written or opened again, with its C-simulation as what is compared with the Graph."""

from __future__ import annotations

from math import prod
from pathlib import Path

from fpgaml.boards import Board
from fpgaml.graph.graph import Graph
from fpgaml.graph.work import multiplications
from fpgaml.hls.csim import CSim, build
from fpgaml.hls.estimate.network import estimate
from fpgaml.hls.facts import HlsFacts
from fpgaml.hls.lower.graph import lower
from fpgaml.hls.lower.prepare import prepare
from fpgaml.hls.project import write_guides, write_project, write_vectors
from fpgaml.hls.settings import BACKENDS, HlsSettings, IoType
from fpgaml.progress import Progress
from fpgaml.project.ports import CppPort
from fpgaml.proof.golden import Golden
from fpgaml.proof.hops import Simulated, Unchecked
from fpgaml.record.manifest import Manifest
from fpgaml.target import Firmware, Texts, Written
from fpgaml.toolchain import versions

CHECK = "Graph = C-simulation"
PARALLEL_MULTIPLICATIONS = 10_000
PARALLEL_ELEMENTS = 4096
"""Above these, unrolling everything is hopeless: hls4ml partitions arrays of at most 4096 elements."""


def check(graph: Graph, settings: HlsSettings) -> None:
    """Refuse, before any long work, operations that the backend cannot hold.

    Raises:
        UnsupportedError: all of them named.
    """
    lower(prepare(graph, settings), settings)  # a moment, unlike what hls4ml then makes of it


def write(
    folder: Path, graph: Graph, settings: HlsSettings, board: Board, chosen_for: str, progress: Progress
) -> Written:
    """Write a project and compile its C-simulation.

    Args:
        board: that the settings' part and clock are of.
        chosen_for: the device family that the backend was chosen for; empty where the user chose it.

    Raises:
        UnsupportedError: operations that the backend cannot hold.
        FpgamlError: hls4ml refuses the model. ToolError: no compiler, or it failed.
    """
    with progress.step(f"writing the {settings.target.name} project"):
        model = write_project(folder, graph, settings)

    def finish(folder: Path, golden: Golden, texts: Texts) -> None:
        write_vectors(folder, model, golden.inputs, golden.outputs)
        write_guides(folder, graph, model, settings, texts)

    firmware = _firmware(folder, model.inputs, model.outputs, settings.backend, _facts(settings, chosen_for), progress)
    notes = (settings.target.note,) if settings.target.note else ()
    found = estimate(graph, settings, board)
    return Written(firmware, finish, (*model.messages, *notes), ("hls4ml", "da4ml"), found)


def reopen(folder: Path, manifest: Manifest, progress: Progress) -> Firmware:
    """A finished project, with the C-simulation of the sources as they lie there."""
    settings = manifest.settings
    assert isinstance(settings, HlsFacts)
    inputs, outputs = (
        tuple(CppPort.from_row(port.to_json()) for port in ports) for ports in (manifest.inputs, manifest.outputs)
    )
    return _firmware(folder.absolute(), inputs, outputs, settings.backend.lower(), settings, progress)


def _firmware(
    folder: Path,
    inputs: tuple[CppPort, ...],
    outputs: tuple[CppPort, ...],
    backend: str,
    facts: HlsFacts,
    progress: Progress,
) -> Firmware:
    """With the C-simulation, or why there is none."""
    target = BACKENDS[backend]
    if target.no_csim:
        hop = Unchecked(CHECK, f"{target.name}: {target.no_csim}")
        return Firmware(inputs, outputs, facts, (hop,), _tools(None, backend))
    with progress.step("compiling the C-simulation"):
        csim = build(folder, inputs, outputs, target.arithmetic)
    return Firmware(inputs, outputs, facts, (Simulated(CHECK, csim.run),), _tools(csim, backend))


def _tools(csim: CSim | None, backend: str) -> dict[str, str]:
    tools = versions(("numpy", "hls4ml"))
    if csim is not None:
        tools |= {"compiler": csim.compiler, "arithmetic": f"{BACKENDS[backend].arithmetic}_types of hls4ml"}
    return tools


def _facts(settings: HlsSettings, chosen_for: str) -> HlsFacts:
    """For manifest.json.

    Args:
        chosen_for: the device family that the backend was chosen for; empty where the user chose it.
    """
    return HlsFacts.model_validate(
        {
            "backend": settings.target.name,
            "backend_chosen_for": chosen_for,
            "io": str(settings.io_type),
            "strategy": str(settings.strategy),
            "reuse_factor": settings.reuse_factor,
            "layers": {
                name: {"strategy": choice.strategy and str(choice.strategy), "reuse_factor": choice.reuse_factor}
                for name, choice in settings.layers.items()
            },
        }
    )


def io_type(graph: Graph) -> IoType:
    """All at once where the network is small, else one position after another."""
    largest = max(prod(shape) for shape in graph.shapes.values())
    small = largest <= PARALLEL_ELEMENTS and multiplications(graph) <= PARALLEL_MULTIPLICATIONS
    return IoType.PARALLEL if small else IoType.STREAM
