"""Netlist to Verilog and VHDL."""

from fpgaml.rtl.emit.core import emit_core

__all__ = ["emit_core"]
