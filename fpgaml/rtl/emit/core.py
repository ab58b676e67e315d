"""A netlist and its schedule as HDL text."""

from __future__ import annotations

from fpgaml.rtl.emit import verilog, vhdl
from fpgaml.rtl.emit.plan import Plan, make_plan
from fpgaml.rtl.netlist import Netlist
from fpgaml.rtl.schedule import Schedule
from fpgaml.rtl.settings import Hdl


def emit_core(netlist: Netlist, schedule: Schedule, top: str, hdl: Hdl) -> dict[str, str]:
    """The core `<top>_core`, the modules `<top>_<layer>` and `<top>_lut<n>` that it is made of.

    Args:
        schedule: the stage of each wire of the netlist; arguments' stages are no later than their wire's.
        top: prefix of all modules' names: an identifier in both languages.

    Returns:
        File name -> text, in compile order; the core, with ports clk, x and y, is the last. The same netlist and
        schedule give the same bytes.
    """
    return emit_plan(make_plan(netlist, schedule, top), hdl)


def emit_plan(plan: Plan, hdl: Hdl) -> dict[str, str]:
    """A core whose modules are laid out: as `emit_core`."""
    writer = verilog if hdl is Hdl.VERILOG else vhdl
    files = {f"{table.name}{hdl.suffix}": writer.write_table(table) for table in plan.tables}
    for layer in plan.layers:
        files[f"{layer.name}{hdl.suffix}"] = writer.write_layer(layer, plan)
    files[f"{plan.core.name}{hdl.suffix}"] = writer.write_core(plan)
    return files
