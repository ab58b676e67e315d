"""The shells: what stands around a core that never stalls, so that it can be wired into a design.

A shell is a few hand-written library modules and a top module rendered from a template. ``axis`` speaks AXI4-Stream
and holds back by credits; ``native`` is a valid bit beside a pipeline, as trigger firmware has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from fpgaml.errors import FpgamlError
from fpgaml.project.ports import Port, packed_bits
from fpgaml.rtl import streaming
from fpgaml.rtl.core import Boundary
from fpgaml.rtl.lanes import narrowed, packed, unpacked, widened
from fpgaml.rtl.render import templates
from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.stream import Stream, StreamLayout

MAX_TAG_BITS = 1024


# In compile order.
LIBRARY = {
    "axis": ("fpgaml_delay", "fpgaml_fifo", "fpgaml_credit", "fpgaml_framer", "fpgaml_deframer"),
    "native": ("fpgaml_delay",),
    "axis_streaming": ("fpgaml_fifo", "fpgaml_room", "fpgaml_pause", "fpgaml_gate", "fpgaml_exit"),
    "native_streaming": (),
}
"""Modules that each kind of top stands on."""


@dataclass(frozen=True)
class ShellSpec:
    """A shell around one core.

    Attributes:
        kind: what it speaks; top: name of its module; core: what it stands around.
        beat_in, beat_out: elements a beat of the `axis` shell; None: the whole frame, or the beats of a streaming core.
            None for `native`.
        tag_bits: bits of tuser of the `axis` shell.

    Raises:
        FpgamlError: no such shell can be: sizes, names.
    """

    kind: ShellKind
    top: str
    core: Boundary
    beat_in: int | None = None
    beat_out: int | None = None
    tag_bits: int = 16

    def __post_init__(self) -> None:
        _check_names(self)
        _check_ports("inputs", self.inputs)
        _check_ports("outputs", self.outputs)
        if self.core.streaming:
            _check_own_beats(self)
        elif self.core.interval > 1:
            reason = f"takes a frame every {self.core.interval} cycles, and the shells hand one over every cycle"
            raise FpgamlError(self.core.name, reason)
        if self.core.continuous is not None and self.kind is not ShellKind.NATIVE:
            raise FpgamlError(
                self.top, "an endless stream cannot be held back, as AXI4-Stream does", "Use the native shell"
            )
        if self.kind is ShellKind.NATIVE:
            _check_native(self)
            return
        _check_beat("input", self.beat_in, self.inputs)
        _check_beat("output", self.beat_out, self.outputs)
        if not 1 <= self.tag_bits <= MAX_TAG_BITS:
            reason = f"the tag has {self.tag_bits} bits, but the axis shell takes 1 to {MAX_TAG_BITS}"
            raise FpgamlError(self.top, reason, "Leave the tag at 16 bits if it is not used")

    @property
    def template(self) -> str:
        """Which kind of top it is: one of `LIBRARY`'s keys."""
        return f"{self.kind.value}_streaming" if self.core.streaming else self.kind.value

    @property
    def hdl(self) -> Hdl:
        """The core's language."""
        return self.core.hdl

    @property
    def inputs(self) -> tuple[Port, ...]:
        """Of the core."""
        return self.core.inputs

    @property
    def outputs(self) -> tuple[Port, ...]:
        """Of the core."""
        return self.core.outputs

    @property
    def tensors(self) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
        """What goes in and comes out for one result: a frame's, or a window of an endless stream."""
        continuous = self.core.continuous
        return (self.inputs, self.outputs) if continuous is None else ((continuous.window,), (continuous.result,))

    @property
    def layout(self) -> StreamLayout:
        """How frames lie on the stream, or on the beats of a native shell around a streaming core.

        Raises:
            FpgamlError: whole frames cross the shell.
        """
        if self.kind is not ShellKind.AXIS and not self.core.streaming:
            raise FpgamlError(self.top, f"a {self.kind} shell has no stream")
        source, sink = self.stream_in, self.stream_out
        tag_bits = self.tag_bits if self.kind is ShellKind.AXIS else 0
        return StreamLayout(
            self.lane_in, source.beat, source.beats, self.lane_out, sink.beat, sink.beats, tag_bits=tag_bits
        )

    @property
    def stream_in(self) -> Stream:
        """The input as beats; of a native shell around an unrolled core: as one beat."""
        return self.core.x_stream if self.core.streaming else _stream(self.inputs, self.beat_in)

    @property
    def stream_out(self) -> Stream:
        """The output as beats; of a native shell around an unrolled core: as one beat."""
        return self.core.y_stream if self.core.streaming else _stream(self.outputs, self.beat_out)

    @property
    def beats_in(self) -> int:
        """Beats of an input frame."""
        return self.stream_in.beats

    @property
    def beats_out(self) -> int:
        """Beats of an output frame."""
        return self.stream_out.beats

    @property
    def lane_in(self) -> int:
        """Bits of an input element's lane: whole bytes on AXI4-Stream."""
        return self.core.x_lane if self.template == "native_streaming" else self.stream_in.lane

    @property
    def lane_out(self) -> int:
        """Bits of an output element's lane: whole bytes on AXI4-Stream."""
        return self.core.y_lane if self.template == "native_streaming" else self.stream_out.lane

    @property
    def fifo_depth(self) -> int:
        """Results, or beats of results of a streaming core, that the axis shell's FIFO holds: its number of credits.

        The fewest that sustain a frame every `shell_interval` cycles: a credit is away from the last input beat of a
        frame until its last output beat is loaded, and must be back for the first beat of the frame that takes it next.
        """
        if self.core.streaming:
            return streaming.places(self.core)
        away = self.core.latency + 1 + self.beats_in + self.beats_out
        return -(-away // shell_interval(self))


def shell_latency(spec: ShellSpec) -> int:
    """Cycles from the edge that takes (the first beat of) a frame to the edge that hands over (the first beat of) its
    result, in an idle shell without gaps and with a ready sink.
    """
    if spec.kind is ShellKind.NATIVE:
        return spec.core.latency + 1  # the register at the input
    if spec.core.streaming:
        return streaming.axis_latency(spec.core)
    return spec.core.latency + spec.beats_in + 2  # the frame's register, the FIFO, the register at the output


def shell_drain(spec: ShellSpec) -> int:
    """Cycles, as of `shell_latency`, to the edge that hands over the last beat of the result."""
    if not spec.core.streaming:
        return shell_latency(spec) + spec.beats_out - 1
    return spec.core.last + 1 if spec.kind is ShellKind.NATIVE else streaming.axis_drain(spec.core)


def shell_interval(spec: ShellSpec) -> int:
    """Cycles between frames that the shell sustains."""
    if spec.core.streaming:
        return spec.core.interval
    return 1 if spec.kind is ShellKind.NATIVE else max(spec.beats_in, spec.beats_out)


def result_interval(spec: ShellSpec) -> int | float:
    """Cycles from one result to the next; of an endless stream a mean where it is none whole."""
    return spec.core.continuous.interval if spec.core.continuous else shell_interval(spec)


def library_source(name: str, hdl: Hdl) -> str:
    """Text of a library module.

    Args:
        name: one of `LIBRARY`'s names.
        hdl: the language.
    """
    return (resources.files("fpgaml.rtl") / "lib" / hdl.value / f"{name}{hdl.suffix}").read_text(encoding="utf-8")


def shell_sources(spec: ShellSpec) -> dict[str, str]:
    """The shell's files in compile order, the top module last: file name to text. The core is not among them."""
    sources = {f"{name}{spec.hdl.suffix}": library_source(name, spec.hdl) for name in LIBRARY[spec.template]}
    sources[f"{spec.top}{spec.hdl.suffix}"] = _render_top(spec)
    return sources


def _render_top(spec: ShellSpec) -> str:
    template = templates().get_template(f"{spec.template}{spec.hdl.suffix}.jinja")
    return template.render(_streaming_context(spec) if spec.core.streaming else _context(spec))


def _context(spec: ShellSpec) -> dict[str, object]:
    source, sink = spec.stream_in, spec.stream_out
    frame_in = source.beats * source.beat * source.widest
    frame_out = sink.beats * sink.beat * sink.slot
    x_bits, y_bits = packed_bits(spec.inputs), packed_bits(spec.outputs)
    padding = frame_out - sink.elements * sink.slot
    return {
        "top": spec.top,
        "core": spec.core.name,
        "core_latency": spec.core.latency,
        "latency": shell_latency(spec),
        "interval": shell_interval(spec),
        "x_bits": x_bits,
        "y_bits": y_bits,
        "tag_bits": spec.tag_bits,
        "fifo_depth": spec.fifo_depth,
        "inputs": _labelled(source, "input"),
        "outputs": _labelled(sink, "output"),
        "beat_in": source.beat,
        "beats_in": source.beats,
        "lane_in": source.lane,
        "slot_in": source.widest,
        "tdata_in": source.tdata,
        "frame_in": frame_in,
        "unused_tdata": source.widest != source.lane,
        "unused_frame": frame_in != x_bits,
        "beat_out": sink.beat,
        "beats_out": sink.beats,
        "lane_out": sink.lane,
        "slot_out": sink.slot,
        "signed_out": sink.signed,
        "tdata_out": sink.tdata,
        "frame_out": frame_out,
        "padding_out": padding,
        # Where nothing moves, a vector is the other one as it is.
        "same_in_beat": source.widest == source.lane,
        "same_x": frame_in == x_bits,
        "same_out_frame": frame_out == y_bits,
        "same_out_tdata": sink.slot == sink.lane,
        **(_concatenations(spec, padding) if spec.hdl is Hdl.VERILOG else {}),
    }


def _streaming_context(spec: ShellSpec) -> dict[str, object]:
    core, source, sink = spec.core, spec.stream_in, spec.stream_out
    verilog = {
        "in_beat": narrowed("s_axis_tdata", source.beat, source.lane, core.x_lane),
        "out_tdata": widened("out_beat", sink.beat, core.y_lane, sink.lane, signed=sink.signed),
    }
    return {
        "top": spec.top,
        "core": core.name,
        "latency": shell_latency(spec),
        "drain": shell_drain(spec),
        "spacing": core.spacing,
        "interval": core.interval,
        "rest": core.rest,
        "fifo_depth": spec.fifo_depth,
        "frames": streaming.frames(core),
        "continuous": core.continuous,
        "aligned": len(spec.inputs) > 1 or len(spec.outputs) > 1,
        "channels": core.channels,
        "x_bits": core.x_bits,
        "y_bits": core.y_bits,
        "tag_bits": spec.tag_bits,
        "beat_in": source.beat,
        "beats_in": source.beats,
        "lane_in": source.lane,
        "slot_in": core.x_lane,
        "tdata_in": source.tdata,
        "unused_tdata": core.x_lane != source.lane,
        "same_in_beat": core.x_lane == source.lane,
        "beat_out": sink.beat,
        "beats_out": sink.beats,
        "lane_out": sink.lane,
        "slot_out": core.y_lane,
        "signed_out": sink.signed,
        "tdata_out": sink.tdata,
        "same_out_tdata": core.y_lane == sink.lane,
        **(verilog if spec.hdl is Hdl.VERILOG else {}),
    }


def _concatenations(spec: ShellSpec, padding: int) -> dict[str, str]:
    """Verilog for what moves elements between lanes, slots and packed frames; VHDL has loops for it."""
    source, sink = spec.stream_in, spec.stream_out
    return {
        "in_beat": narrowed("s_axis_tdata", source.beat, source.lane, source.widest),
        "x": packed("in_frame", spec.inputs, source.widest),
        "out_frame": unpacked("result", spec.outputs, sink.slot, padding),
        "out_tdata": widened("out_beat", sink.beat, sink.slot, sink.lane, signed=sink.signed),
    }


def _labelled(stream: Stream, word: str) -> list[dict[str, object]]:
    """The places of a stream's ports, each with the label of its generate loop and a name that fits a comment."""
    return [
        {**place, "label": f"{word}_{number}", "name": " ".join(str(place["name"]).split())}
        for number, place in enumerate(stream.places())
    ]


def _stream(ports: tuple[Port, ...], beat: int | None) -> Stream:
    return Stream(ports, sum(port.size for port in ports) if beat is None else beat)


def _check_names(spec: ShellSpec) -> None:
    library = LIBRARY[spec.template]
    names = {name.lower() for name in (*library, spec.core.name)}
    if spec.top.lower() in names or spec.core.name.lower() in library:
        reason = f"the top module {spec.top!r} and the core {spec.core.name!r} need names of their own"
        raise FpgamlError(spec.top, reason, "Names that begin with fpgaml_ belong to the library")


def _check_ports(direction: str, ports: tuple[Port, ...]) -> None:
    if not ports:
        raise FpgamlError("shell", f"the core has no {direction}")
    for port in ports:
        if port.size < 1 or port.width < 1:
            raise FpgamlError(port.name, f"{port.size} elements of {port.width} bits cannot be carried")


def _check_own_beats(spec: ShellSpec) -> None:
    if spec.beat_in is not None or spec.beat_out is not None:
        beats = f"{spec.core.lanes_in} elements a beat in and {spec.core.lanes_out} out"
        raise FpgamlError(spec.top, f"the core streams {beats}, and its shell hands them on as they are")


def _check_native(spec: ShellSpec) -> None:
    if spec.beat_in is not None or spec.beat_out is not None:
        raise FpgamlError(spec.top, "the native shell takes whole frames", "Use the axis shell for frames in beats")


def _check_beat(direction: str, beat: int | None, ports: tuple[Port, ...]) -> None:
    elements = sum(port.size for port in ports)
    if beat is not None and not 1 <= beat <= elements:
        reason = f"an {direction} frame has {elements} elements, so a beat cannot have {beat}"
        raise FpgamlError("beat", reason, f"Ask for 1 to {elements} elements a beat, or leave it out for whole frames")
