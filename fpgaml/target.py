"""What every target gives: firmware that can be described, compared with the Graph, and published."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from fpgaml.boards import Board
from fpgaml.data.coding import PortCoding
from fpgaml.data.dataset import DataSet
from fpgaml.graph.graph import Graph
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress
from fpgaml.project.ports import Port
from fpgaml.proof.checks import Hop
from fpgaml.proof.golden import Golden, Tensors
from fpgaml.record.base import Fact
from fpgaml.record.estimate import Estimate
from fpgaml.record.manifest import Manifest
from fpgaml.record.settings import Settings


@dataclass(frozen=True)
class Texts:
    """What a project's README says beyond its settings.

    Args:
        source: the model file's name; board: the board's title, empty for a bare part.
        inputs: a sentence for each input's type.
        vectors: where the golden vectors come from; events: how many there are.
    """

    source: str
    board: str
    inputs: Sequence[str]
    vectors: str
    events: int


@dataclass(frozen=True)
class Evidence:
    """What a conversion has to judge by.

    Args:
        data: recorded events, None where none were given; labels: their truth.
        seed, vectors: of the made-up vectors, and how many; golden: how many events of the data become golden vectors.
    """

    data: DataSet | None
    labels: Path | None
    seed: int
    vectors: int
    golden: int


@dataclass(frozen=True)
class Codes:
    """How firmware is run whose numbers are not the Graph's own.

    Args:
        title: what runs it; check: the name of the check that says whether it is as recorded.
        run: the Graph's inputs, by node, to the codes of its outputs; codings: what these mean.
    """

    title: str
    check: str
    run: Callable[[Mapping[str, FixedArray]], Mapping[str, FixedArray]]
    codings: Mapping[str, PortCoding]


@dataclass(frozen=True)
class Firmware:
    """A project that can be compared with its Graph.

    Args:
        inputs, outputs: its ports.
        settings: for manifest.json.
        hops: what is compared, or is not and why.
        tools: with versions, for results.json.
        of_graph: whether its golden vectors are the Graph's own integers; a flatbuffer's are codes.
        codes: how firmware that is not of the Graph is run.
    """

    inputs: Sequence[Port]
    outputs: Sequence[Port]
    settings: Settings
    hops: Sequence[Hop]
    tools: Mapping[str, str] = field(default_factory=dict)
    of_graph: bool = True
    codes: Codes | None = None


@dataclass(frozen=True)
class Written:
    """A project whose sources are written, but not yet its golden vectors and guides.

    Args:
        finish: writes these, given the folder.
        messages: what the tools said; packages: those that took part, for the manifest.
        estimate: resources before any synthesis; None if there is no estimate.
        cover: given the golden vectors, inputs of more of them that show what these do not, and parts of the results
            on it, by the name of the member.
    """

    firmware: Firmware
    finish: Callable[[Path, Golden, Texts], None]
    messages: Sequence[str] = ()
    packages: Sequence[str] = ()
    estimate: Estimate | None = None
    cover: Callable[[Golden], tuple[Tensors, Mapping[str, Fact]]] | None = None


class Target(Protocol):
    """A kind of firmware, with its settings; `fpgaml.targets` lists them.

    A class that follows this is a frozen dataclass whose fields are options (`fpgaml.settings`). Its class variable
    `facts`, where it has one, names module and class of its settings in manifest.json (`fpgaml.record.settings`).
    """

    name: ClassVar[str]
    """On the command line, and in manifest.json."""
    title: ClassVar[str]
    """Of its options in `--help`."""
    summary: ClassVar[str]
    """What it makes, in a few words."""
    of_float: ClassVar[bool]
    """Whether it is made from a float network: of a task's networks that one is taken."""
    for_board: ClassVar[bool]
    """Whether it is for an FPGA."""

    def check(self, graph: Graph, board: Board, evidence: Evidence) -> None:
        """Refuse, before any long work, what cannot become firmware.

        Raises:
            FpgamlError: says why, and what would help.
        """

    def write(self, folder: Path, graph: Graph, board: Board, evidence: Evidence, progress: Progress) -> Written:
        """Write the sources into a folder.

        Raises:
            FpgamlError: the graph cannot be expressed.
        """

    @classmethod
    def reopen(
        cls, folder: Path, manifest: Manifest, graph: Graph, data: DataSet | None, progress: Progress
    ) -> Firmware:
        """A finished project, to be compared again as it lies in its folder.

        Raises:
            FpgamlError: its files are damaged.
        """
