"""Shells worth trying: one beat and many, partly filled beats, several ports of unlike widths, one-bit everything."""

from __future__ import annotations

from dataclasses import replace

from fpgaml.project.ports import Port
from fpgaml.rtl.core import Boundary
from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.shell import ShellSpec
from sim import tiny_core, tiny_streaming


def port(size: int, width: int, signed: bool = True, name: str = "port") -> Port:
    """A flat port of integers."""
    return Port(name, (size,), signed, width, 0)


def shell(
    kind: ShellKind,
    inputs: tuple[Port, ...],
    outputs: tuple[Port, ...],
    core_latency: int,
    beats: tuple[int | None, int | None] = (None, None),
    tag_bits: int = 16,
) -> ShellSpec:
    """A shell in Verilog around a core called `network_core`."""
    core = Boundary("network_core", Hdl.VERILOG, inputs, outputs, core_latency)
    return ShellSpec(kind, "network", core, *beats, tag_bits)


def streaming(
    kind: ShellKind,
    inputs: tuple[Port, ...],
    outputs: tuple[Port, ...],
    lanes: tuple[int, int],
    latency: int,
    *,
    spacing: int = 1,
    interval: int = 1,
    drain: int | None = None,
    tag_bits: int = 5,
) -> ShellSpec:
    """A shell in Verilog around a streaming core called `network_core`, with an interval that its beats allow."""
    beats_in, beats_out = (
        sum(-(-port.size // lane) for port in ports) for ports, lane in ((inputs, lanes[0]), (outputs, lanes[1]))
    )
    interval = max(interval, beats_in * spacing, beats_out)
    times = {"latency": latency, "interval": interval, "spacing": spacing, "drain": drain}
    beats = {"beats_in": beats_in, "beats_out": beats_out, "lanes_in": lanes[0], "lanes_out": lanes[1]}
    core = Boundary("network_core", Hdl.VERILOG, inputs, outputs, **times, **beats)
    return ShellSpec(kind, "network", core, tag_bits=tag_bits)


def in_language(spec: ShellSpec, hdl: Hdl) -> ShellSpec:
    """The same shell around the same core in a language."""
    return replace(spec, core=replace(spec.core, hdl=hdl))


def small_core(spec: ShellSpec) -> str:
    """HDL text of a core that fits a shell."""
    return tiny_streaming.core_source(spec.core) if spec.core.streaming else tiny_core.core_source(spec)


MIXED_IN = (port(4, 14), port(3, 9, False))
MIXED_OUT = (port(5, 17), port(2, 3, False))

SETUPS: dict[str, ShellSpec] = {
    "axis_whole_frames": shell(ShellKind.AXIS, (port(4, 5),), (port(3, 7, False),), 2),
    "axis_beats_of_mixed_ports": shell(ShellKind.AXIS, MIXED_IN, MIXED_OUT, 3, (2, 3), 4),
    "axis_element_a_beat": shell(ShellKind.AXIS, (port(4, 8),), (port(4, 16),), 1, (1, 1), 1),
    "axis_more_beats_out": shell(ShellKind.AXIS, (port(7, 3, False),), (port(2, 8, False), port(2, 4)), 5, (7, 1), 8),
    "axis_more_beats_in": shell(ShellKind.AXIS, (port(16, 16),), (port(5, 16),), 7, (4, 5)),
    "axis_one_bit": shell(ShellKind.AXIS, (port(1, 1, False),), (port(1, 1),), 1, tag_bits=1),
    "axis_deep": shell(ShellKind.AXIS, (port(2, 10),), (port(3, 12),), 30, (1, None)),
    # A trigger: one beat of result after the last beat in.
    "axis_streaming": streaming(ShellKind.AXIS, (port(16, 6),), (port(2, 9),), (4, 2), 9),
    "axis_streaming_paced": streaming(ShellKind.AXIS, (port(7, 8),), (port(2, 8),), (3, 2), 12, spacing=2, interval=11),
    "axis_streaming_deep": streaming(ShellKind.AXIS, (port(4, 5),), (port(3, 3, False),), (2, 1), 23, interval=5),
    # Beats of the result that do not come in a row.
    "axis_streaming_slow_result": streaming(
        ShellKind.AXIS, (port(5, 8),), (port(4, 16),), (1, 1), 9, interval=14, drain=18
    ),
    # Results that begin before the frame's end, and one that is whole before it.
    "axis_streaming_early": streaming(ShellKind.AXIS, (port(6, 7),), (port(6, 7),), (1, 1), 3),
    "axis_streaming_ends_early": streaming(ShellKind.AXIS, (port(8, 4),), (port(3, 4),), (1, 1), 2, interval=9),
    "axis_streaming_mixed_ports": streaming(ShellKind.AXIS, MIXED_IN, MIXED_OUT, (2, 3), 8, interval=5),
    "axis_streaming_one_beat": streaming(ShellKind.AXIS, (port(1, 1, False),), (port(1, 1),), (1, 1), 2, tag_bits=1),
    "native_streaming": streaming(ShellKind.NATIVE, MIXED_IN, MIXED_OUT, (2, 3), 8, interval=7),
    "native_streaming_paced": streaming(ShellKind.NATIVE, (port(6, 6),), (port(4, 7),), (2, 2), 9, spacing=3),
    "native": shell(ShellKind.NATIVE, MIXED_IN, MIXED_OUT, 3),
    "native_one_rank": shell(ShellKind.NATIVE, (port(1, 1),), (port(1, 1),), 1),
}
