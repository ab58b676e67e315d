"""The RTL target's settings: a pipelined core of Verilog or VHDL in a shell, with its bench."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.settings import one_of, option, read_texts

if TYPE_CHECKING:
    from fpgaml.boards import Board
    from fpgaml.data.dataset import DataSet
    from fpgaml.graph.graph import Graph
    from fpgaml.progress import Progress
    from fpgaml.record.manifest import Manifest
    from fpgaml.target import Evidence, Firmware, Written


@dataclass(frozen=True)
class RtlTarget:
    """Settings of an RTL project.

    Args:
        beat: elements a beat of the axis shell, in and out; None: a whole frame a beat.
        tag_bits: of tuser; top: name of the top module.

    Raises:
        FpgamlError: a text that means nothing.
    """

    name: ClassVar[str] = "rtl"
    facts: ClassVar[str] = "fpgaml.rtl.facts:RtlFacts"
    title: ClassVar[str] = "RTL"
    summary: ClassVar[str] = "Verilog or VHDL, fully unrolled"
    of_float: ClassVar[bool] = False
    for_board: ClassVar[bool] = True

    hdl: Hdl = field(
        default=Hdl.VERILOG, metadata=option("--hdl", "verilog or vhdl.", shown="verilog", read=one_of("--hdl", Hdl))
    )
    shell: ShellKind = field(
        default=ShellKind.AXIS,
        metadata=option(
            "--shell",
            "axis: AXI4-Stream; native: valid bits, fixed latency.",
            shown="axis",
            read=one_of("--shell", ShellKind),
        ),
    )
    beat: int | None = field(
        default=None,
        metadata=option("--beat", "Elements a beat of the axis shell.", shown="a whole frame", kind=int, least=1),
    )
    tag_bits: int = field(default=16, metadata=option("--tag-bits", "Bits of tuser.", shown="16", kind=int, least=1))
    top: str = field(default="network", metadata=option("--name", "The top module.", shown="network"))

    def __post_init__(self) -> None:
        read_texts(self)

    def check(self, graph: Graph, board: Board, evidence: Evidence) -> None:
        """Refuse what cannot be unrolled or cannot fit, from the Graph alone."""
        from fpgaml.rtl.firmware import check

        check(self, graph, board)

    def write(self, folder: Path, graph: Graph, board: Board, evidence: Evidence, progress: Progress) -> Written:
        """Unroll, schedule, and write the HDL."""
        from fpgaml.rtl.firmware import write

        return write(self, folder, graph, board, evidence.seed, progress)

    @classmethod
    def reopen(
        cls, folder: Path, manifest: Manifest, graph: Graph, data: DataSet | None, progress: Progress
    ) -> Firmware:
        """A finished project: its netlist, made anew from the Graph, stands for HDL that nobody edited."""
        from fpgaml.rtl.firmware import reopen

        return reopen(folder, manifest, graph, progress)
