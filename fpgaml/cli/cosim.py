"""`fpgaml cosim`: simulate a project's RTL with its own bench."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.cli.grouped import grouped
from fpgaml.cli.options import ClusterOptions, Quiet
from fpgaml.cli.project_folder import ProjectArgument, project_folder
from fpgaml.cli.show import print_json, show_section
from fpgaml.errors import EXIT_CHECK_FAILED, FpgamlError

if TYPE_CHECKING:
    from fpgaml.cosim.project import Options


class SimulatorChoice(StrEnum):
    """As cocotb's makefiles call them."""

    VERILATOR = "verilator"
    ICARUS = "icarus"
    GHDL = "ghdl"


def _cosim(
    project: ProjectArgument = None,
    simulator: Annotated[
        SimulatorChoice | None,
        typer.Option("--sim", help="The simulator; without it the one expected to be through first."),
    ] = None,
    frames: Annotated[int | None, typer.Option("--frames", min=2, help="Frames of the full load.")] = None,
    random: Annotated[
        int, typer.Option("--random", min=0, help="Also so many events at random, against the integer interpreter.")
    ] = 0,
    cycles: Annotated[
        int | None,
        typer.Option(
            "--cycles",
            min=1,
            help="Clock cycles that a check may take, about; so many vectors are simulated of how many there are.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of everything random.")] = 1,
    waves: Annotated[bool, typer.Option("--waves", help="Write waveforms.")] = False,
    bulk: Annotated[
        int | None,
        typer.Option(
            "--bulk", min=1, help="Instead of the bench, so many frames, or results of a stream, through Verilator."
        ),
    ] = None,
    rtl: Annotated[
        Path | None, typer.Option("--rtl", help="Of an HLS project: the folder with the Verilog that Vitis HLS wrote.")
    ] = None,
    top: Annotated[str | None, typer.Option("--top", help="With --rtl: its top module.")] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            help="With --bulk: so many events of this file (.npy, .npz, .h5, .root, .csv) in place of made-up ones.",
        ),
    ] = None,
    stalls: Annotated[
        bool, typer.Option("--stalls", help="With --bulk: gaps and back-pressure at random, a third of the time each.")
    ] = False,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout",
            min=0,
            metavar="SECONDS",
            envvar="FPGAML_COSIM_TIMEOUT",
            help="Give up when the bench has been silent for so long; 0: never.",
        ),
    ] = 600,
    json_output: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    quiet: Quiet = False,
    where: ClusterOptions = ClusterOptions(),
) -> None:
    """Simulate a project with cocotb: every bit, timing, gaps, back-pressure, reset; write results.json.

    The exit code is 0, 1 if a check failed, or 2 if a tool is missing or the simulation hangs.
    """
    of_bench = {
        "--sim": simulator,
        "--frames": frames,
        "--cycles": cycles,
        "--random": random,
        "--waves": waves,
        "--rtl": rtl,
        "--top": top,
    }
    if bulk is not None:
        _refuse(of_bench, "is for the bench", "Leave out it or --bulk")
        _bulk(project_folder(project), bulk, seed, data, stalls, where, json_output, quiet)
        return
    of_bulk = {"--data": data, "--stalls": stalls, "--cluster": where.cluster, "--cluster-config": where.cluster_config}
    _refuse(of_bulk, "goes with --bulk", "Give --bulk N")
    if rtl is None:
        _refuse({"--top": top}, "goes with --rtl", "Give --rtl FOLDER")
    from fpgaml.cosim.project import Options

    _bench(
        project_folder(project),
        Options(simulator and str(simulator), frames, random, seed, waves, timeout, cycles),
        rtl,
        top,
        json_output,
        quiet,
    )


def _refuse(given: Mapping[str, object], reason: str, advice: str) -> None:
    """Options that would be ignored are an error."""
    for name, value in given.items():
        if value:
            raise FpgamlError(name, reason, advice)


def _bench(project: Path, options: Options, rtl: Path | None, top: str | None, json_output: bool, quiet: bool) -> None:
    from fpgaml.progress import choose_progress

    progress = choose_progress(quiet)
    with progress.step("starting"):
        from fpgaml.cosim.project import simulate
        from fpgaml.cosim.vendor.simulate import simulate_vendor
    if rtl is not None:
        found = simulate_vendor(project, rtl, top, options, progress).run
    else:
        found = simulate(project, options, progress)
    if json_output:
        print_json({"cosim": found.entry.to_json(), "edited": list(found.edited), "junit": str(found.junit)})
    else:
        from fpgaml.report.sections.cosim import cosim_section

        show_section(cosim_section(found.entry), quiet=quiet)
        if not quiet:
            typer.echo(f"JUnit: {found.junit}")
    if not found.outcome.passed:
        raise typer.Exit(EXIT_CHECK_FAILED)


def _bulk(
    project: Path,
    frames: int,
    seed: int,
    data: Path | None,
    stalls: bool,
    where: ClusterOptions,
    json_output: bool,
    quiet: bool,
) -> None:
    # The interpreter's small matrix products wait for each other if BLAS shares them among threads.
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    from fpgaml.progress import choose_progress

    progress = choose_progress(quiet)
    with progress.step("starting"):
        from fpgaml.cosim.bulk.check import check_in_bulk
        from fpgaml.cosim.bulk.record import record_bulk
        from fpgaml.cosim.bulk.result import BulkRequest
        from fpgaml.cosim.bulk.run import NO_PAUSES, RANDOM_PAUSES

    workers = where.workers() if where.chosen else None
    request = BulkRequest(frames, seed, data, RANDOM_PAUSES if stalls else NO_PAUSES)
    entry = record_bulk(project, request, check_in_bulk(project, request, progress, workers))
    if json_output:
        print_json({"bulk": entry.to_json()})
    else:
        from fpgaml.report.sections.bulk import bulk_section

        show_section(bulk_section(entry), quiet=quiet)
    if not entry.passed:
        raise typer.Exit(EXIT_CHECK_FAILED)


cosim = grouped(_cosim)
cosim.__name__ = "cosim"
