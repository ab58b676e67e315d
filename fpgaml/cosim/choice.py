"""Which simulator: the one that is expected to be through first, by the size of the design and what is asked of it.

Verilator compiles, which takes longer than many a simulation; Icarus begins at once, and is slow. The constants are
fitted to CPU times of seven projects of 24 to 446 kB (docs/rtl.md): where the two are within a factor of two of each
other, the choice may be wrong, and little is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fpgaml.cosim.tools import Simulator, choose_simulator, find_simulators

RUNTIME_SECONDS = 13.0
"""To compile Verilator's own part, once for all designs."""
LINE_SECONDS = 3e-8
"""Icarus, for a line of a table: it searches them one by one, and the bench asks for every one."""


@dataclass(frozen=True)
class Pace:
    """What a simulator takes, in seconds.

    Args:
        start: for any design; per_kilobyte: of HDL, to compile it.
        per_cycle: a clock cycle of any design, most of it the bench's own; per_kilobyte_cycle: of its logic.
    """

    start: float
    per_kilobyte: float
    per_cycle: float
    per_kilobyte_cycle: float


PACES = {
    "verilator": Pace(4.0, 0.12, 30e-6, 0.02e-6),
    "icarus": Pace(1.0, 0.004, 60e-6, 5e-6),
}


@dataclass(frozen=True)
class Work:
    """What a simulation is to do.

    Args:
        kilobytes: of HDL; cycles: clock cycles, about, by the simulator's name: those that interpret do fewer.
        tables: entries of each lookup table.
    """

    kilobytes: float
    cycles: Mapping[str, int]
    tables: Sequence[int] = ()


@dataclass(frozen=True)
class Ready:
    """What is compiled already: the simulation of this design, or at least the simulator's own part."""

    built: bool = False
    runtime: bool = False


@dataclass(frozen=True)
class Choice:
    """A simulator, and why it was taken; empty where there was nothing to choose."""

    simulator: Simulator
    reason: str


def choose(hdl: str, wanted: str | None, work: Work, ready: Callable[[Simulator], Ready]) -> Choice:
    """The simulator asked for, else the one that is expected to be through first.

    Args:
        hdl: "verilog" or "vhdl"; wanted: "verilator", "icarus" or "ghdl".

    Raises:
        ToolError: it does not read the language, it or something it needs is missing.
    """
    if wanted is not None:
        return Choice(choose_simulator(hdl, wanted), "")
    found = find_simulators(hdl)
    if len(found) == 1:
        return Choice(found[0], "")
    times = {simulator.name: seconds(simulator, work, ready(simulator)) for simulator in found}
    first, second, *_ = sorted(found, key=lambda simulator: times[simulator.name])
    if ready(first).built:
        return Choice(first, "its simulation of this design is compiled already")
    size = f"{work.kilobytes:,.0f} kB of HDL and {_about(work.cycles[first.name])} clock cycles"
    taken, other = (_about(times[simulator.name]) for simulator in (first, second))
    reason = f"{size} are expected to take it {taken} s, and {second.label} {other} s (--sim {second.name})"
    return Choice(first, reason)


def _about(number: float) -> str:
    """One digit and a half: 7, 15, 3,500."""
    size = 10 ** max(0, len(str(round(number))) - 2)
    return f"about {max(1, round(number / size) * size):,}"


def seconds(simulator: Simulator, work: Work, ready: Ready) -> float:
    """What a simulation is expected to take, with compiling."""
    pace = PACES[simulator.name]
    run = work.cycles[simulator.name] * (pace.per_cycle + pace.per_kilobyte_cycle * work.kilobytes)
    if simulator.name == "icarus":
        run += LINE_SECONDS * sum(entries**2 for entries in work.tables)
    if ready.built:
        return run
    own_part = RUNTIME_SECONDS if simulator.name == "verilator" and not ready.runtime else 0.0
    return run + own_part + pace.start + pace.per_kilobyte * work.kilobytes
