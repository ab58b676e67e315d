"""Shells worth trying: one beat and many, partly filled beats, several ports of unlike widths, one-bit everything."""

from __future__ import annotations

from dataclasses import replace

from fpgaml.project.ports import Port
from fpgaml.rtl.core import Boundary
from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.shell import ShellSpec


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


def in_language(spec: ShellSpec, hdl: Hdl) -> ShellSpec:
    """The same shell around the same core in a language."""
    return replace(spec, core=replace(spec.core, hdl=hdl))


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
    "native": shell(ShellKind.NATIVE, MIXED_IN, MIXED_OUT, 3),
    "native_one_rank": shell(ShellKind.NATIVE, (port(1, 1),), (port(1, 1),), 1),
}
