"""Large tables are memories: their entries come behind a register rank, as block RAM gives them, at no other time."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from fpgaml.project.ports import Port
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.emit import emit_core
from fpgaml.rtl.estimate import estimate_netlist
from fpgaml.rtl.netlist import MEMORY_INDEX_BITS, Gate, Netlist, Result, Wire
from fpgaml.rtl.schedule import Schedule, register_bits, schedule
from fpgaml.rtl.settings import Hdl
from tests.rtl.emit.simulators import check, run_yosys, verilator, write_sources

BITS = MEMORY_INDEX_BITS
HALF = 1 << (BITS - 1)
TABLE = tuple((n * n >> 12) - (n & 63) * 3 for n in range(-HALF, HALF))
"""From -189 to 1024: 12 bits, signed."""


def _netlist(bits: int = BITS) -> Netlist:
    """y = table[x] + x and the entry itself, of a signed x."""
    half = 1 << (bits - 1)
    table = TABLE[HALF - half : HALF + half]
    low, high = min(table), max(table)
    wires = (
        Wire(Gate.INPUT, (), (0, 0), -half, half - 1, 0),
        Wire(Gate.LOOKUP, (0,), (0, -half), low, high, 0),
        Wire(Gate.ADD, (1, 0), (0, 0), low - half, high + half - 1, 1),
    )
    ports = (Port("x", (1,), True, bits, 0),), (Port("y", (2,), True, 16, 0),)
    return Netlist("n", *ports, ("f", "sum"), wires, (table,), (Result(2, 0), Result(1, 0)))


def _frames() -> list[list[list[int]]]:
    random = Random(2)
    edges = [-HALF, HALF - 1, 0, -1]
    return [[[n]] for n in (*edges, *(random.randrange(-HALF, HALF) for _ in range(60)))]


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
@pytest.mark.parametrize("stages", [(0, 0, 1), (0, 1, 2), (0, 0, 3)])
def test_a_memory_answers_when_its_register_would(tmp_path: Path, simulator: str, stages: tuple[int, ...]) -> None:
    netlist, plan = _netlist(), Schedule(stages, stages[-1] + 1)
    hdl = Hdl.VHDL if simulator == "ghdl" else Hdl.VERILOG
    files = emit_core(netlist, plan, "dut", hdl)
    assert "rom_style" in files[f"dut_lut0{hdl.suffix}"] and "clk" in files[f"dut_lut0{hdl.suffix}"]
    check(tmp_path, netlist, plan, simulator, _frames())


def test_an_entry_that_is_read_at_once_has_no_clock(tmp_path: Path) -> None:
    """A schedule of somebody else's: the table is then what it always was."""
    netlist, plan = _netlist(), Schedule((0, 0, 0), 1)
    assert "clk" not in emit_core(netlist, plan, "dut", Hdl.VERILOG)["dut_lut0.v"]
    check(tmp_path, netlist, plan, "icarus", _frames())


def test_the_schedule_gives_every_memory_its_register() -> None:
    slow = DelayModel("UltraScale+", 1.0, 40.0)
    assert schedule(_netlist(), slow).stages == (0, 0, 1)
    assert schedule(_netlist(BITS - 1), slow).stages == (0, 0, 0)


def test_a_memory_takes_blocks_and_neither_luts_nor_flip_flops() -> None:
    """4,096 entries of 12 bits are 48 kbit: three blocks of 18 kbit. x waits in one rank, the results in the next."""
    netlist, plan = _netlist(), Schedule((0, 0, 1), 2)
    entry, total = netlist.wires[1].width, netlist.wires[2].width
    assert entry == 12
    assert register_bits(netlist, plan) == BITS + entry + total
    estimate = estimate_netlist(netlist, plan)
    assert (estimate.layers["f"].bram, estimate.layers["f"].lut, estimate.bram) == (3, 0, 3)
    assert estimate.ff == BITS + entry + total


def test_yosys_makes_block_ram_of_it(tmp_path: Path) -> None:
    sources = write_sources(tmp_path, _netlist(), Schedule((0, 0, 1), 2), Hdl.VERILOG)
    said = run_yosys(tmp_path, f"read_verilog {' '.join(sources)}; synth_ecp5 -top dut_core; stat")
    counts = re.findall(r"^ +(?:DP16KD +(\d+)|(\d+) +DP16KD)$", said, re.MULTILINE)
    assert counts and int(max(counts[-1])) >= 3


def test_lint_finds_nothing(tmp_path: Path) -> None:
    sources = write_sources(tmp_path, _netlist(), Schedule((0, 0, 2), 3), Hdl.VERILOG)
    said = verilator(tmp_path, "--lint-only", "-Wall", "--top-module", "dut_core", *sources)
    assert "%Warning" not in said, said
