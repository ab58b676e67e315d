"""Tables whose entries no vector of the network reaches: the bench reads each of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Input, Lookup
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.emit.expressions import Signal
from fpgaml.rtl.emit.plan import Table
from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.tables import write_tables
from fpgaml.rtl.target import RtlTarget
from tests.cosim.mini import Mini
from tests.cosim.running import LANGUAGES, failures, run_bench
from tests.rtl.harness import write_project

pytest.importorskip("alkaid", reason="alkaid is not installed")

BITS = 10
RARE = 333
"""An index that no golden vector of the small projects asks for, nor the one above it."""


def entries() -> np.ndarray:
    """Entry of each code from the lowest on: 7 bits, signed, neighbours differ."""
    codes = np.arange(-(1 << BITS - 1), 1 << BITS - 1)
    return codes * 37 % 128 - 64


def graph() -> Graph:
    """Two elements, each through one table."""
    builder = GraphBuilder("rare")
    kind = FixedType(1, BITS - 3, 2)
    x = builder.add(Input((2,), Quantizer(kind)), name="x")
    y = builder.add(Lookup(kind, FixedArray(entries(), 3)), x, name="y", source="y")
    return builder.build([y])


def project(folder: Path, hdl: Hdl) -> Path:
    """With few golden vectors; a row that asks for the rare index would make the tests here say nothing."""
    written = write_project(folder, graph(), RtlTarget(hdl=hdl, shell=ShellKind.NATIVE), events=24)
    asked = {int(code, 16) for code in (written / "tb_data" / "input_x.txt").read_text().split()}
    assert not asked & {RARE, RARE + 1}
    return written


def edit(file: Path, pattern: str, new: Callable[[re.Match[str]], str]) -> None:
    text, count = re.subn(pattern, new, file.read_text())
    assert count == 1, "the pattern does not occur once: adapt it to the HDL"
    file.write_text(text)


@dataclass(frozen=True)
class Mutation:
    """One entry of a table made wrong: a pattern in the table's module, and what becomes of it."""

    pattern: str
    new: Callable[[re.Match[str]], str]
    simulator: str = "icarus"


VERILOG_CASE = rf"(?<!-){BITS}'sd{RARE}: y = (-?)7'sd(\d+);"
VHDL_CASE = rf'"([01]{{7}})" when "{RARE:0{BITS}b}",'
VHDL_CASES = VHDL_CASE + rf'(.*\n.*)"([01]{{7}})" when "{RARE + 1:0{BITS}b}",'
MUTATIONS = {
    "Verilog: a label": Mutation(VERILOG_CASE, lambda m: m[0].replace(str(RARE), str(RARE + 1))),
    "Verilog: a label, Verilator": Mutation(
        VERILOG_CASE, lambda m: m[0].replace(str(RARE), str(RARE + 1)), simulator="verilator"
    ),
    "Verilog: a value": Mutation(VERILOG_CASE, lambda m: m[0].replace(m[2], str(int(m[2]) ^ 1))),
    "Verilog: no value": Mutation(VERILOG_CASE, lambda m: m[0].replace(f"{m[1]}7'sd{m[2]}", "7'sbx")),
    # VHDL takes no label twice.
    "VHDL: two labels": Mutation(
        VHDL_CASES, lambda m: m[0].replace(m[1], "other").replace(m[3], m[1]).replace("other", m[3]), "ghdl"
    ),
    "VHDL: a value": Mutation(VHDL_CASE, lambda m: m[0].replace(m[1], f"{int(m[1], 2) ^ 1:07b}"), "ghdl"),
}


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS.keys())
def test_wrong_entry_that_no_vector_reaches_is_caught_by_the_check_of_tables(
    tmp_path: Path, mutation: Mutation
) -> None:
    hdl = Hdl(LANGUAGES[mutation.simulator])
    written = project(tmp_path / "p", hdl)
    edit(written / "hdl" / f"network_lut0{hdl.suffix}", mutation.pattern, mutation.new)
    found = failures(run_bench(written, mutation.simulator, frames=60))
    assert found.keys() == {"tables"}
    right = int(entries()[RARE + (1 << BITS - 1)]) & 127
    assert f"network_lut0: the entry of index {RARE} is " in found["tables"]
    assert f"it must be {right:#x}" in found["tables"]


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
def test_right_tables_pass(tmp_path: Path, simulator: str) -> None:
    outcome = run_bench(project(tmp_path / "p", Hdl(LANGUAGES[simulator])), simulator, frames=60)
    assert failures(outcome) == {}
    said = {check.name: check.message for check in outcome.checks}
    assert said["tables"] == f"{1 << BITS} entries of 1 tables"


def test_entries_are_those_of_the_graph(tmp_path: Path) -> None:
    written = project(tmp_path / "p", Hdl.VERILOG)
    held = [int(line, 16) for line in (written / "tb_data" / "table_network_lut0.txt").read_text().split()]
    assert held == [entry & 127 for entry in entries().tolist()]
    assert "`tb_data/table_<module>.txt`" in (written / "README.md").read_text()


def test_tables_that_cannot_be_simulated_are_no_success(tmp_path: Path) -> None:
    written = project(tmp_path / "p", Hdl.VERILOG)
    (written / "sim" / "network_tables.v").write_text("module network_tables (); no\n")
    found = failures(run_bench(written, "icarus", frames=60))
    assert found == {"tables": "the simulation of the tables did not run"}


CLOCKED = {
    Hdl.VERILOG: """module rom (input wire clk, input wire signed [2:0] a, output reg [3:0] y);
    always @(posedge clk) y <= {1'b0, a} * 4'd3;
endmodule
""",
    Hdl.VHDL: """library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
entity rom is
    port (clk : in std_logic; a : in signed(2 downto 0); y : out unsigned(3 downto 0));
end entity rom;
architecture rtl of rom is
begin
    process (clk) begin
        if rising_edge(clk) then
            y <= resize(('0' & unsigned(a)) * to_unsigned(3, 4), 4);
        end if;
    end process;
end architecture rtl;
""",
}


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
@pytest.mark.parametrize("wrong", [False, True])
def test_table_with_a_register(tmp_path: Path, simulator: str, wrong: bool) -> None:
    """A table behind a clock edge, with indices of both signs, beside a design that it has nothing to do with."""
    hdl = Hdl(LANGUAGES[simulator])
    written = Mini("native", str(hdl)).write(tmp_path / "p")
    (written / "hdl" / f"rom{hdl.suffix}").write_text(CLOCKED[hdl])
    table = Table("rom", Signal("a", 3, True), Signal("y", 4, False), -3, tuple((a & 7) * 3 & 15 for a in range(-3, 4)))
    table = replace(table, ranks=1, entries=(*table.entries[:5], 14, table.entries[6]) if wrong else table.entries)
    bench = written / "sim" / "bench.json"
    facts = write_tables(written, written / "sim", "hdl", [table], "mini", hdl)
    bench.write_text(json.dumps(json.loads(bench.read_text()) | {"tables": facts}))
    found = failures(run_bench(written, simulator, frames=60))
    assert found == ({"tables": "rom: the entry of index 2 is 0x6, it must be 0xe"} if wrong else {})
