"""`fpgaml cosim`: simulate a project's RTL with its own bench."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fpgaml.errors import EXIT_CHECK_FAILED


class SimulatorChoice(StrEnum):
    """As cocotb's makefiles call them."""

    VERILATOR = "verilator"
    ICARUS = "icarus"
    GHDL = "ghdl"


def cosim(
    project: Annotated[Path, typer.Argument(help="The folder that `fpgaml convert --target rtl` wrote.")],
    simulator: Annotated[
        SimulatorChoice | None,
        typer.Option("--sim", help="The simulator; without it Verilator for Verilog, GHDL for VHDL."),
    ] = None,
    frames: Annotated[int | None, typer.Option("--frames", min=2, help="Frames of the full load.")] = None,
    random: Annotated[
        int, typer.Option("--random", min=0, help="Also so many events at random, against the integer interpreter.")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of everything random.")] = 1,
    waves: Annotated[bool, typer.Option("--waves", help="Write waveforms.")] = False,
    bulk: Annotated[
        int | None,
        typer.Option("--bulk", min=1, help="Instead of the bench, so many frames through Verilator from C++."),
    ] = None,
    rtl: Annotated[
        Path | None, typer.Option("--rtl", help="Of an HLS project: the folder with the Verilog that Vitis HLS wrote.")
    ] = None,
    top: Annotated[str | None, typer.Option("--top", help="With --rtl: its top module.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Simulate a project with cocotb: every bit, timing, gaps, back-pressure, reset; write results.json.

    The exit code is 0, 1 if a check failed, or 2 if a tool is missing.
    """
    if bulk is not None:
        _bulk(project, bulk, seed, json_output)
        return
    from fpgaml.cosim.project import Options, simulate
    from fpgaml.progress import choose_progress

    options = Options(simulator and str(simulator), frames, random, seed, waves)
    vendor = ""
    if rtl is not None:
        from fpgaml.cosim.vendor import simulate_vendor

        of_vendor = simulate_vendor(project, rtl, top, options, choose_progress())
        found, vendor = of_vendor.run, of_vendor.timing_text
    else:
        found = simulate(project, options, choose_progress())
    if json_output:
        import json

        typer.echo(
            json.dumps({"cosim": found.entry, "edited": list(found.edited), "junit": str(found.junit)}, indent=2)
        )
    else:
        from rich.console import Console

        from fpgaml.report.cosim import print_cosim

        print_cosim(Console(), found.entry)
        if vendor:
            typer.echo(vendor)
        typer.echo(f"JUnit: {found.junit}")
    if not found.outcome.passed:
        raise typer.Exit(EXIT_CHECK_FAILED)


def _bulk(project: Path, frames: int, seed: int, json_output: bool) -> None:
    # The interpreter's small matrix products wait for each other if BLAS shares them among threads.
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    from fpgaml.cosim.bulk_check import BulkRequest, check_in_bulk
    from fpgaml.cosim.bulk_record import record_bulk, sentences
    from fpgaml.progress import choose_progress

    result = check_in_bulk(project, BulkRequest(frames, seed), choose_progress())
    check = record_bulk(project, result)
    if json_output:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps({"bulk": {"kind": check["kind"], "passed": result.passed, **asdict(result)}}, indent=2))
    else:
        for line in sentences(result):
            typer.echo(line)
    if not result.passed:
        raise typer.Exit(EXIT_CHECK_FAILED)
