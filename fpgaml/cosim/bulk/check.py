"""Bulk mode: millions of frames through a project's RTL, every bit compared with the Graph."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

from fpgaml.cluster.failures import require_all
from fpgaml.cluster.first import run_to_first
from fpgaml.cluster.workers import HERE, Batch, Local, Scheduler, Workers
from fpgaml.cosim.bulk.build import BulkProgram, Design, build
from fpgaml.cosim.bulk.continuous import check_stream
from fpgaml.cosim.bulk.design import read_design
from fpgaml.cosim.bulk.job import BulkJob, BulkPart
from fpgaml.cosim.bulk.result import BulkRequest, BulkResult
from fpgaml.errors import FpgamlError
from fpgaml.graph.serial import read_graph
from fpgaml.interrupts import interruptible
from fpgaml.progress import Progress, Silent


@interruptible()
def check_in_bulk(
    project: Path, request: BulkRequest, progress: Progress | None = None, workers: Workers | None = None
) -> BulkResult:
    """Run frames through a project's RTL and compare them with the Graph: the interpreter, or what equals it.

    It ends with the first block of frames in which something is wrong, before which all are right.

    Args:
        workers: that share the blocks; None: as many processes of this machine as the request says.

    Raises:
        FpgamlError: the folder is no RTL project, is written in VHDL, the data do not fit, or nobody does the work.
        RunFailedError: blocks that could not be done, with the reasons.
        ToolError: no Verilator or g++, or one of them failed.
    """
    progress = progress or Silent()
    with progress.step("reading the project"):
        graph = read_graph(project)
        design = read_design(project, graph)
    elsewhere = isinstance(workers, Scheduler | Batch)
    if design.continuous and elsewhere:
        reason = "an endless stream is simulated from one reset on, in one process"
        raise FpgamlError("--cluster", reason, "Leave it out: it runs here")
    program = None if elsewhere else _compiled(design, progress)
    if design.continuous:
        assert program is not None
        return check_stream(project, program, graph, request, progress)
    started = time.monotonic()
    job = BulkJob.of(project, graph, design, request)
    few = request.processes == 1 or len(job.pieces()) == 1
    chosen = HERE if workers is None and few else workers or Local(request.processes)
    done = run_to_first(job, BulkPart.stops, progress, chosen)
    require_all(done, "--bulk")
    assert done.total is not None
    return _result(done.total, job, design, program, time.monotonic() - started)


def _compiled(design: Design, progress: Progress) -> BulkProgram:
    with ExitStack() as stack:
        words = "compiling the bulk simulation with Verilator and g++"
        return build(design, lambda: stack.enter_context(progress.step(words)))


def _result(total: BulkPart, job: BulkJob, design: Design, program: BulkProgram | None, seconds: float) -> BulkResult:
    return BulkResult(
        design.shell,
        job.pauses,
        total.frames,
        total.cycles,
        total.first,
        total.problem,
        {"latency": design.latency, "interval": design.interval},
        {"latency": max(total.latencies, default=None), "interval": max(total.intervals, default=None)},
        [{"name": port.name, "elements": port.size} for port in design.outputs],
        len(total.processes),
        ", ".join(sorted(total.verilators)),
        program.seconds if program else 0.0,
        seconds,
        total.nanoseconds * 1e-9 / len(total.processes),
        total.graph_by,
    )
