"""The module around a design that is placed and routed: its ports are far more than a package has pins.

Every input bit comes out of a register of one long shift register, every output bit goes into a register of its own;
those are folded, bit by bit, into a second shift register. So nothing of the design is optimised away, each of its
paths starts and ends in a register close by, and no net of the wrapper drives more than two cells but the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fpgaml.errors import FpgamlError, ToolError

NAME = "fpgaml_route_wrapper"
INSTANCE = "design_i"
CLOCKS = ("clk", "aclk", "ap_clk")
"""The names that a shell's clock has."""


@dataclass(frozen=True)
class Ports:
    """The ports of a synthesised module: bits by name.

    Args:
        clock: the clock's name; inputs: without it.
    """

    clock: str
    inputs: Mapping[str, int]
    outputs: Mapping[str, int]


def read_ports(netlist: Mapping[str, Any], top: str) -> Ports:
    """The ports of the top module in a netlist of yosys' `write_json`.

    Raises:
        ToolError: the netlist has no such module.
        FpgamlError: the module has no clock, no input or no output.
    """
    try:
        entries = netlist["modules"][top]["ports"]
        widths = {name: (entry["direction"], len(entry["bits"])) for name, entry in entries.items()}
    except (KeyError, TypeError):
        raise ToolError("yosys", f"its netlist has no ports of module {top}", "Use another version of yosys") from None
    clock = next((name for name in CLOCKS if name in widths), None)
    if clock is None:
        raise FpgamlError(top, f"has no clock: none of {', '.join(CLOCKS)}", "Give a project of fpgaml's RTL target")
    inputs = {name: bits for name, (way, bits) in widths.items() if way == "input" and name != clock}
    outputs = {name: bits for name, (way, bits) in widths.items() if way == "output"}
    if not inputs or not outputs:
        raise FpgamlError(top, "has no inputs or no outputs", "Give a project of fpgaml's RTL target")
    return Ports(clock, inputs, outputs)


def verilog(top: str, ports: Ports) -> str:
    """The wrapper, with the design as a black box: its netlist takes the place afterwards, unchanged."""
    bits_in, bits_out = sum(ports.inputs.values()), sum(ports.outputs.values())
    declared = [f"input {ports.clock}"]
    declared += [f"input [{bits - 1}:0] {name}" for name, bits in ports.inputs.items()]
    declared += [f"output [{bits - 1}:0] {name}" for name, bits in ports.outputs.items()]
    connected = [f".{ports.clock}(clk)", *_slices(ports.inputs, "x"), *_slices(ports.outputs, "y")]
    return f"""\
(* blackbox *)
module {top} (
    {_listed(declared)}
);
endmodule

module {NAME} (input clk, input serial_in, output serial_out);
    reg  [{bits_in - 1}:0] x;
    wire [{bits_out - 1}:0] y;
    reg  [{bits_out - 1}:0] held, folded;
    always @(posedge clk) begin
        x <= {{x, serial_in}};
        held <= y;
        folded <= {{folded, 1'b0}} ^ held;
    end
    assign serial_out = folded[{bits_out - 1}];
    {top} {INSTANCE} (
        {_listed(connected, 8)}
    );
endmodule
"""


def _listed(items: list[str], indent: int = 4) -> str:
    return f",\n{' ' * indent}".join(items)


def _slices(widths: Mapping[str, int], vector: str) -> list[str]:
    low = 0
    connections = []
    for name, bits in widths.items():
        connections.append(f".{name}({vector}[{low + bits - 1}:{low}])")
        low += bits
    return connections
