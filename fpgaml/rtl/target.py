"""The RTL target's settings: a pipelined core of Verilog or VHDL in a shell, with its bench."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fpgaml.errors import FpgamlError
from fpgaml.rtl.dataflow.quantities import Span, check_rate, parse_rate, parse_span
from fpgaml.rtl.settings import Form, Hdl, ShellKind
from fpgaml.settings import one_of, option, read_texts

if TYPE_CHECKING:
    from fpgaml.boards import Board
    from fpgaml.data.dataset import DataSet
    from fpgaml.graph.graph import Graph
    from fpgaml.progress import Progress
    from fpgaml.record.manifest import Manifest
    from fpgaml.target import Evidence, Firmware, Written

PACE = "pace"
"""The question how often frames come."""


@dataclass(frozen=True)
class RtlTarget:
    """Settings of an RTL project.

    Args:
        beat: elements a beat of the axis shell, in and out; None: a whole frame a beat.
        shell: None: axis, or native where the stream is continuous and cannot be held back.
        tag_bits: of tuser; top: name of the top module.
        schedule: unrolled, streaming, or what suits the wishes below.
        rate: frames per second, of each channel; interval: cycles a frame, at most. One of them, or neither.
        samples_per_cycle: positions of the input's first axis a beat, rows of an image; alone, a beat comes in every
            cycle. Left out, an image comes in pixels where the rate asked for leaves the time.
        max_latency: from a frame's first beat to its result's first, a number of cycles or a text such as `400ns`.
        channels: independent tensors in turn, beat by beat.
        continuous: a result every `hop` samples of an endless stream; hop None: as many as a frame has.

    Raises:
        FpgamlError: a text that means nothing, or wishes that contradict one another.
    """

    name: ClassVar[str] = "rtl"
    facts: ClassVar[str] = "fpgaml.rtl.facts:RtlFacts"
    title: ClassVar[str] = "RTL"
    summary: ClassVar[str] = "Verilog or VHDL, unrolled or streaming"
    of_float: ClassVar[bool] = False
    for_board: ClassVar[bool] = True

    hdl: Hdl = field(
        default=Hdl.VERILOG, metadata=option("--hdl", "verilog or vhdl.", shown="verilog", read=one_of("--hdl", Hdl))
    )
    shell: ShellKind | None = field(
        default=None,
        metadata=option(
            "--shell",
            "axis: AXI4-Stream; native: valid bits, fixed latency.",
            shown="axis; native where --continuous",
            read=one_of("--shell", ShellKind),
        ),
    )
    beat: int | None = field(
        default=None,
        metadata=option("--beat", "Elements a beat of the axis shell.", shown="a whole frame", kind=int, least=1),
    )
    tag_bits: int = field(default=16, metadata=option("--tag-bits", "Bits of tuser.", shown="16", kind=int, least=1))
    top: str = field(default="network", metadata=option("--name", "The top module.", shown="network"))
    schedule: Form = field(
        default=Form.AUTO,
        metadata=option(
            "--schedule",
            "unrolled: all in hardware, a frame a cycle; streaming: shared in time.",
            shown="auto: unrolled where nothing else is asked and it fits",
            read=one_of("--schedule", Form),
        ),
    )
    rate: float | None = field(
        default=None,
        metadata=option("--rate", "Frames per second: 1kHz, 250/s.", read=parse_rate, question=PACE),
    )
    interval: int | None = field(
        default=None,
        metadata=option("--interval", "Cycles a frame, at most.", kind=int, least=1, question=PACE),
    )
    samples_per_cycle: int | None = field(
        default=None,
        metadata=option(
            "--samples-per-cycle",
            "Positions of the input's first axis a beat (an image's: rows).",
            kind=int,
            least=1,
            question=PACE,
        ),
    )
    max_latency: Span | int | None = field(
        default=None,
        metadata=option("--max-latency", "From first beat in to first beat out: 80 cycles, or 400ns.", read=parse_span),
    )
    channels: int | None = field(
        default=None,
        metadata=option("--channels", "Independent streams that come in turn, beat by beat.", kind=int, least=1),
    )
    continuous: bool = field(
        default=False, metadata=option("--continuous", "Results from an endless stream, not from frames.", kind=bool)
    )
    hop: int | None = field(
        default=None,
        metadata=option("--hop", "With --continuous: samples between results.", shown="a frame", kind=int, least=1),
    )

    def __post_init__(self) -> None:
        read_texts(self)
        if self.rate is not None:
            check_rate(self.rate)
        self._check_wishes()

    def _check_wishes(self) -> None:
        """Refuse what contradicts itself, whatever the network and the clock."""
        if self.rate is not None and self.interval is not None:
            raise FpgamlError("--rate, --interval", "both say how often a frame comes", "Give one of them")
        if self.hop is not None and not self.continuous:
            raise FpgamlError("--hop", "is between results of an endless stream", "Add --continuous, or leave it out")
        if self.continuous and self.shell is ShellKind.AXIS:
            reason = "an endless stream cannot be held back, and AXI4-Stream holds back"
            raise FpgamlError("--shell axis, --continuous", reason, "Take --shell native: valid bits")
        streaming = {"--samples-per-cycle": self.samples_per_cycle, "--continuous": self.continuous or None}
        flags = [flag for flag, value in streaming.items() if value is not None]
        if self.schedule is Form.UNROLLED and flags:
            reason = "an unrolled network takes whole frames, one by one"
            raise FpgamlError(", ".join(flags), reason, "Leave --schedule unrolled out, or take --beat for the stream")
        if self.beat is not None and (flags or self.schedule is Form.STREAMING):
            reason = "a streaming core's own beats pass the shell"
            raise FpgamlError("--beat", reason, "Take --samples-per-cycle, or --interval")

    @property
    def shell_kind(self) -> ShellKind:
        """The shell that was asked for, or what suits."""
        return self.shell or (ShellKind.NATIVE if self.continuous else ShellKind.AXIS)

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
