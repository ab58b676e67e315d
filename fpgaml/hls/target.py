"""The HLS target's settings: an hls4ml project with its C-simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fpgaml.errors import FpgamlError
from fpgaml.hls.settings import HlsSettings, IoType, LayerSettings, Strategy, choose_backend, choose_strategy
from fpgaml.settings import one_of, option, read_texts

if TYPE_CHECKING:
    from fpgaml.boards import Board
    from fpgaml.data.dataset import DataSet
    from fpgaml.graph.graph import Graph
    from fpgaml.progress import Progress
    from fpgaml.record.manifest import Manifest
    from fpgaml.target import Evidence, Firmware, Written

STRATEGIES = {"latency": "latency", "resource": "resource", "da": "distributed_arithmetic"}


def _io(text: str) -> IoType | None:
    if text.lower() == "auto":
        return None
    name = text if text.startswith("io_") else f"io_{text}"
    if name.lower() not in tuple(IoType):
        raise FpgamlError("--io", f"`{text}` is not known", f"Choose one of auto, {', '.join(IoType)}")
    return IoType(name.lower())


def _layers(texts: Sequence[str]) -> dict[str, LayerSettings]:
    settings: dict[str, LayerSettings] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise FpgamlError("--layer", f"`{text}` is not NAME=VALUE", "Write for example dense_1=resource:8")
        if name in settings:
            raise FpgamlError("--layer", f"`{name}` is given twice", "Give it once")
        strategy: Strategy | None = None
        reuse: int | None = None
        for piece in value.split(":"):
            if piece.isdigit():
                reuse = int(piece)
            else:
                strategy = one_of(f"--layer {name}", Strategy, STRATEGIES)(piece)
        settings[name] = LayerSettings(strategy, reuse)
    return settings


@dataclass(frozen=True)
class HlsTarget:
    """Settings of an HLS project.

    Args:
        backend: a key of BACKENDS in any case; None chooses by the family of the board's part.
        io: None chooses by the network's size.
        strategy: of the whole model; None takes the backend's first.
        reuse_factor: of the whole model; layer_settings: of single layers, by name.

    Raises:
        FpgamlError: a text that means nothing.
    """

    name: ClassVar[str] = "hls"
    facts: ClassVar[str] = "fpgaml.hls.facts:HlsFacts"
    title: ClassVar[str] = "HLS"
    summary: ClassVar[str] = "an hls4ml project"
    of_float: ClassVar[bool] = False
    for_board: ClassVar[bool] = True

    backend: str | None = field(
        default=None,
        metadata=option(
            "--backend",
            "vitis, vivado, oneapi, quartus, catapult or libero.",
            shown="by the vendor of the board's part",
        ),
    )
    io: IoType | None = field(
        default=None,
        metadata=option("--io", "io_parallel, io_stream, or auto: by the network's size.", shown="auto", read=_io),
    )
    strategy: Strategy | None = field(
        default=None,
        metadata=option(
            "--strategy",
            "latency, resource or da (distributed arithmetic).",
            shown="latency where the backend has it",
            read=one_of("--strategy", Strategy, STRATEGIES),
        ),
    )
    reuse_factor: int = field(
        default=1,
        metadata=option("--reuse", "Multiplications that share one multiplier.", shown="1", kind=int, least=1),
    )
    layer_settings: Mapping[str, LayerSettings] = field(
        default_factory=dict,
        metadata=option(
            "--layer",
            "One layer's own strategy, reuse factor or both: NAME=resource, NAME=8, NAME=resource:8.",
            read=_layers,
            kind=list,
        ),
    )

    def __post_init__(self) -> None:
        read_texts(self)

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
        from fpgaml.hls.firmware import io_type

        strategy = choose_strategy(self.strategy, backend)
        for layer, choice in self.layer_settings.items():
            choose_strategy(choice.strategy, backend, f"--layer {layer}")
        io = self.io or io_type(graph)
        return HlsSettings(
            board.part, board.clock_ns, backend, io, strategy, self.reuse_factor, dict(self.layer_settings)
        )

    def check(self, graph: Graph, board: Board, evidence: Evidence) -> None:
        """Refuse, before any long work, settings that do not fit the model or each other, and unknown operations."""
        from fpgaml.hls.firmware import check

        check(graph, self.settings(graph, board))

    def write(self, folder: Path, graph: Graph, board: Board, evidence: Evidence, progress: Progress) -> Written:
        """Write the project and compile its C-simulation."""
        from fpgaml.hls.firmware import write

        chosen_for = "" if self.backend else str(board.family)
        return write(folder, graph, self.settings(graph, board), board, chosen_for, progress)

    @classmethod
    def reopen(
        cls, folder: Path, manifest: Manifest, graph: Graph, data: DataSet | None, progress: Progress
    ) -> Firmware:
        """A finished project: its C-simulation, compiled from the sources as they lie there."""
        from fpgaml.hls.firmware import reopen

        return reopen(folder, manifest, progress)
