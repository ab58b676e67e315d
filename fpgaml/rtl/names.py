"""Names that a module may have, in Verilog and VHDL alike."""

from __future__ import annotations

import re

from fpgaml.errors import FpgamlError

_IDENTIFIER = re.compile(r"[a-z](_?[a-z0-9])*", re.IGNORECASE)
_RESERVED = frozenset(
    """
    abs access after alias all always and architecture array assert assign attribute automatic begin block body buf
    bufif0 bufif1 buffer bus case casex casez cell cmos component config configuration constant context cover deassign
    default defparam design disable disconnect downto edge else elsif end endcase endconfig endfunction endgenerate
    endmodule endprimitive endspecify endtable endtask entity event exit fairness file for force forever fork function
    generate generic genvar group guarded highz0 highz1 if ifnone impure in incdir include inertial initial inout input
    instance integer is join label large library liblist linkage literal localparam loop macromodule map medium mod
    module nand negedge new next nmos nor noshowcancelled not notif0 notif1 null of on open or others out output package
    parameter pmos port posedge postponed primitive procedure process property protected pull0 pull1 pulldown pullup
    pure range rcmos real realtime record reg register reject release rem repeat report restrict return rnmos rol ror
    rpmos rtran rtranif0 rtranif1 scalared select sequence severity shared showcancelled signal signed sla sll small
    specify specparam sra srl strong strong0 strong1 subtype supply0 supply1 table task then time to tran tranif0
    tranif1 transport tri tri0 tri1 triand trior trireg type unaffected units unsigned until use variable vectored vmode
    vprop vunit wait wand weak0 weak1 when while wire with work wor xnor xor
    """.split()
)
"""Words of Verilog-2005 and VHDL-2008: a project may be written in either, with the same names."""


def is_reserved(name: str) -> bool:
    """Whether a name is a word of Verilog or VHDL."""
    return name.lower() in _RESERVED


def check_module_name(name: str) -> None:
    """Refuse what is no name for a module.

    Raises:
        FpgamlError: it is none.
    """
    if not _IDENTIFIER.fullmatch(name) or is_reserved(name):
        raise FpgamlError("--name", f"`{name}` is no name for a module", "Letters, digits, single underscores")
