"""The text to copy where a network is used: one instance of its top, with every port and what it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fpgaml.project.ports import packed_bits
from fpgaml.rtl.render import templates
from fpgaml.rtl.settings import ShellKind
from fpgaml.rtl.shell import ShellSpec

STEM = "instantiate"


@dataclass(frozen=True)
class Pin:
    """A port of the top module.

    Args:
        bits: None for a single wire; note: what it is for, in a few words.
    """

    name: str
    direction: Literal["in", "out"]
    bits: int | None
    note: str


def pins(spec: ShellSpec, clock_ns: float) -> tuple[Pin, ...]:
    """Every port of a shell's top module, in its order."""
    return _axis(spec, clock_ns) if spec.kind == ShellKind.AXIS else _native(spec, clock_ns)


def instance_file(spec: ShellSpec) -> str:
    """The file's name in a project."""
    return f"{STEM}{spec.hdl.suffix}"


def instance_text(spec: ShellSpec, clock_ns: float) -> str:
    """Declarations and an instance of a shell's top module."""
    ports = pins(spec, clock_ns)
    template = templates("templates/project").get_template(f"{instance_file(spec)}.jinja")
    widths = [f"[{pin.bits - 1}:0] " if pin.bits else "" for pin in ports]
    return template.render(
        top=spec.top,
        pins=ports,
        longest=max(len(pin.name) for pin in ports),
        widths=widths,
        widest=max(map(len, widths)),
    )


def _native(spec: ShellSpec, clock_ns: float) -> tuple[Pin, ...]:
    streaming = spec.core.streaming
    bits_in = spec.core.x_bits if streaming else packed_bits(spec.inputs)
    bits_out = spec.core.y_bits if streaming else packed_bits(spec.outputs)
    what = "beat" if streaming else "frame"
    return (
        Pin("clk", "in", None, f"clock, made for {clock_ns:g} ns"),
        Pin("rst", "in", None, "synchronous, active high"),
        Pin("in_valid", "in", None, f"high with each {what}"),
        Pin("in_data", "in", bits_in, f"a {what}, element 0 lowest"),
        Pin("out_valid", "out", None, f"high with each {what} of a result; there is no back-pressure"),
        Pin("out_data", "out", bits_out, f"a {what} of a result, element 0 lowest"),
    )


def _axis(spec: ShellSpec, clock_ns: float) -> tuple[Pin, ...]:
    source, sink = spec.stream_in, spec.stream_out
    broken = (Pin("frame_broken", "out", None, "with a result's last beat: its frame was cut short or too long"),)
    return (
        Pin("aclk", "in", None, f"clock, made for {clock_ns:g} ns"),
        Pin("aresetn", "in", None, "synchronous, active low"),
        Pin("s_axis_tdata", "in", source.tdata, _lanes(source.beat, source.lane)),
        Pin("s_axis_tvalid", "in", None, "stays high until tready"),
        Pin("s_axis_tready", "out", None, "high where a beat is taken"),
        Pin("s_axis_tlast", "in", None, f"with the last of the {source.beats} beats of a frame, and with no other"),
        Pin("s_axis_tuser", "in", spec.tag_bits, "a tag, taken with a frame's first beat"),
        Pin("m_axis_tdata", "out", sink.tdata, _lanes(sink.beat, sink.lane)),
        Pin("m_axis_tvalid", "out", None, "stays high until tready"),
        Pin("m_axis_tready", "in", None, "may wait as long as it likes"),
        Pin("m_axis_tlast", "out", None, f"with the last of the {sink.beats} beats of a result"),
        Pin("m_axis_tuser", "out", spec.tag_bits, "the tag of the frame that the result is of"),
        *(broken if spec.core.streaming else ()),
        Pin("frame_short", "out", None, "one cycle: tlast came early"),
        Pin("frame_long", "out", None, "one cycle: tlast was missing"),
    )


def _lanes(elements: int, lane: int) -> str:
    return f"{elements} element{'s' if elements != 1 else ''}, each in {lane} bits, element 0 lowest"
