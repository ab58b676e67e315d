"""lar_timing on an endless stream: `python -m benchmarks.endless [--crossings N] [--simulator NAME]`.

Ten cells of 40 MS/s come in turn to one core at 400 MHz. Every result of a long stream without a gap is compared with
the interpreter's on its own window, and yosys counts the core. Exit code 1 if a result is wrong or a goal is missed.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from fpgaml_models.lar_timing.windows import WINDOW
from rich.console import Console

from fpgaml.cosim.tools import choose_simulator
from fpgaml.progress import Silent
from fpgaml.rtl.core import Core
from fpgaml.rtl.dataflow.core import streaming_core
from fpgaml.rtl.dataflow.endless.dataflow import Endless
from fpgaml.rtl.settings import Hdl
from fpgaml.synth import yosys
from fpgaml.synth.count import resources
from fpgaml.synth.families import family_of_part
from fpgaml.synth.tools import YOSYS, find
from tests.models.lar_stream import CELLS, board, cells, dataflow, packed, results, words
from tests.rtl.dataflow.simulate import Cycle, Trial, simulate

TOP, ALL_CELLS = "lar", 384
SHARE, LATENCY_NS = 0.15, 60.0
"""Goals: of the part's ALMs, for all cells; from a window's last sample to its result."""


def differences(made: Endless, core: Core, crossings: int, simulator: str) -> tuple[int, int, int]:
    """Samples that entered one after another, results that had to leave, and those that are wrong or late."""
    samples = cells(made.graph, crossings)
    given = [Cycle(False, True, word) for word in words(core.boundary, samples)]
    quiet = [Cycle(False, False, 0)] * (made.latency + 2)
    cycles = [Cycle(True, False, 0), *given, *quiet]
    with tempfile.TemporaryDirectory() as folder:
        (seen,) = simulate([Trial(core, cycles)], Path(folder), choose_simulator("verilog", simulator))
    first = 1 + CELLS * (WINDOW - 1) + made.latency
    expected = {first + place: bits for place, bits in enumerate(packed(core.boundary, results(made.graph, samples)))}
    left = {beat.edge: beat.bits if beat.valid == "1" else "" for beat in seen.beats if beat.edge > 0}
    wrong = sum(left.get(edge) != expected.get(edge) for edge in left.keys() | expected.keys())
    return len(given), len(expected), wrong


def counted(core: Core) -> dict[str, int]:
    """What yosys counts, for the part's family."""
    family = family_of_part(board().part)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source, text in core.sources.items():
            (folder / source).write_text(text)
        tool, sources, top = find(YOSYS, Silent()), list(core.sources), core.boundary.name
        found = yosys.synthesise(tool, folder, sources, top, family, "synthesise", Silent(), flatten=True)
    return resources(found.cells, family)


def main() -> int:
    """Measure, print, and compare with the goals."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endless", description=__doc__)
    parser.add_argument("--crossings", type=int, default=100_000, help="of each of the ten cells")
    parser.add_argument("--simulator", choices=["verilator", "icarus"], default="verilator")
    options = parser.parse_args()
    made, where = dataflow(), board()
    core = streaming_core(made, TOP, Hdl.VERILOG)
    assert where.capacity and where.capacity.lut
    used, alms = counted(core), where.capacity.lut
    cores = -(-ALL_CELLS // CELLS)
    share, latency = cores * used["LUT"] / alms, made.latency * where.clock_ns
    state = sum(stage.grid.ages[-1] * stage.source.bits for stage in made.stages)
    say = Console(highlight=False).print
    say(f"latency   {made.latency} cycles, {latency:g} ns at {where.clock_mhz:g} MHz, the calendar's")
    say(f"core      {used['LUT']:,} ALM, {used['FF']:,} FF, {used['BRAM']} block RAM, {used['DSP']} DSP")
    say(f"estimate  {core.estimate.lut:,} LUT, {core.estimate.ff:,} FF")
    say(f"state     {state:,} bits a cell")
    say(f"{ALL_CELLS} cells {cores} cores, {cores * used['LUT']:,} of {alms:,} ALMs: {share:.1%}")
    entered, wanted, wrong = differences(made, core, options.crossings, options.simulator)
    say(f"stream    {entered:,} samples without a gap: {wanted - wrong:,} of {wanted:,} results equal and in time")
    return int(bool(wrong) or share >= SHARE or latency > LATENCY_NS)


if __name__ == "__main__":
    raise SystemExit(main())
