"""The HLS target: an hls4ml project with its C-simulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

from fpgaml.boards import Board
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Linear
from fpgaml.hls.csim import CSim, build
from fpgaml.hls.lower.graph import lower
from fpgaml.hls.lower.prepare import prepare
from fpgaml.hls.project import write_guides, write_project, write_vectors
from fpgaml.hls.settings import BACKENDS, HlsSettings, IoType, LayerSettings, Strategy, choose_backend
from fpgaml.progress import Progress
from fpgaml.project.manifest import versions
from fpgaml.project.ports import CppPort
from fpgaml.target import Batches, Firmware, Texts

NAME = "hls"
CHECK = "Graph = C-simulation"
PARALLEL_MULTIPLICATIONS = 10_000
PARALLEL_ELEMENTS = 4096
"""Above these, unrolling everything is hopeless: hls4ml partitions arrays of at most 4096 elements."""


@dataclass(frozen=True)
class HlsTarget:
    """Settings of an HLS project.

    Args:
        backend: a key of BACKENDS in any case; None chooses by the family of the board's part.
        io: None chooses by the network's size.
        layer_settings: of single layers, by name.
    """

    backend: str | None = None
    io: IoType | None = None
    strategy: Strategy = Strategy.LATENCY
    reuse_factor: int = 1
    layer_settings: Mapping[str, LayerSettings] = field(default_factory=dict)

    def check(self, graph: Graph, board: Board) -> None:
        """Refuse, before any long work, settings that do not fit the model or each other, and unknown operations."""
        settings = self.settings(graph, board)
        lower(prepare(graph, settings), settings)  # a moment, unlike what hls4ml then makes of it

    def settings(self, graph: Graph, board: Board) -> HlsSettings:
        """All settings, with the input/output type chosen by the network's size where it is left open.

        Raises:
            FpgamlError: settings for a layer that does not exist, that exclude each other, or that do not go with the
                board's part.
        """
        backend = choose_backend(self.backend, board)
        known = {node.source for node in graph.nodes} | set(graph.layers)
        for layer in self.layer_settings:
            if layer not in known:
                raise FpgamlError(
                    "--layer", f"the model has no layer `{layer}`", f"Its layers: {', '.join(graph.layers)}"
                )
        io = self.io or _io_type(graph)
        return HlsSettings(
            board.part, board.clock_ns, backend, io, self.strategy, self.reuse_factor, dict(self.layer_settings)
        )

    def write(self, folder: Path, graph: Graph, board: Board, progress: Progress) -> Firmware:
        """Write the project and compile its C-simulation."""
        settings = self.settings(graph, board)
        with progress.step(f"writing the {settings.target.name} project"):
            model = write_project(folder, graph, settings)
        csim, why_not = _compile(folder, model.inputs, model.outputs, settings.backend, progress)

        def finish(folder: Path, inputs: Batches, outputs: Batches, texts: Texts) -> None:
            write_vectors(folder, model, inputs, outputs)
            write_guides(folder, graph, model, settings, texts)

        return Firmware(
            model.inputs,
            model.outputs,
            CHECK,
            csim.run if csim else None,
            why_not,
            _facts(settings, "" if self.backend else str(board.family)),
            finish,
            _tools(csim, settings.backend),
            (*model.messages, *((settings.target.note,) if settings.target.note else ())),
            packages=("hls4ml", "da4ml"),
        )


def reopen(folder: Path, manifest: Mapping[str, Any], progress: Progress) -> Firmware:
    """The firmware of a finished project, to be run again."""
    inputs, outputs = (tuple(CppPort.from_row(entry) for entry in manifest[key]) for key in ("inputs", "outputs"))
    backend = manifest["settings"]["backend"].lower()
    csim, why_not = _compile(folder.absolute(), inputs, outputs, backend, progress)
    run = csim.run if csim else None
    return Firmware(inputs, outputs, CHECK, run, why_not, manifest["settings"], tools=_tools(csim, backend))


def _compile(
    folder: Path, inputs: tuple[CppPort, ...], outputs: tuple[CppPort, ...], backend: str, progress: Progress
) -> tuple[CSim | None, str]:
    """The C-simulation, or why there is none."""
    target = BACKENDS[backend]
    if target.no_csim:
        return None, f"{target.name}: {target.no_csim}"
    with progress.step("compiling the C-simulation"):
        return build(folder, inputs, outputs, target.arithmetic), ""


def _tools(csim: CSim | None, backend: str) -> dict[str, str]:
    tools = versions(("numpy", "hls4ml"))
    if csim is not None:
        tools |= {"compiler": csim.compiler, "arithmetic": f"{BACKENDS[backend].arithmetic}_types of hls4ml"}
    return tools


def _facts(settings: HlsSettings, chosen_for: str) -> dict[str, Any]:
    """For manifest.json.

    Args:
        chosen_for: the device family that the backend was chosen for; empty where the user chose it.
    """
    return {
        "target": NAME,
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


def _io_type(graph: Graph) -> IoType:
    largest = max(prod(shape) for shape in graph.shapes.values())
    multiplications = 0
    for node in graph.nodes:
        if isinstance(node.op, Linear):
            multiplications += node.op.kernel.integers.size * node.op.repeats(graph.shapes[node.inputs[0]])
    small = largest <= PARALLEL_ELEMENTS and multiplications <= PARALLEL_MULTIPLICATIONS
    return IoType.PARALLEL if small else IoType.STREAM
