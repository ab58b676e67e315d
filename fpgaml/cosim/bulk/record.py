"""What a bulk run found, as results.json holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fpgaml.cosim.bulk.check import BulkRequest, BulkResult
from fpgaml.cosim.record import ORACLE, equal_output, put_check
from fpgaml.project.manifest import edited_files, read_manifest
from fpgaml.report.read import read_results
from fpgaml.report.results import SIMULATED
from fpgaml.report.rewrite import write_results

CHECK = "Graph = RTL in bulk (verilator)"


def record_bulk(project: Path, request: BulkRequest, result: BulkResult) -> dict[str, Any]:
    """Write a run into results.json, in the place of an earlier one; the rest stays.

    Returns:
        The entry `bulk` as it is written.

    Raises:
        FpgamlError: results.json or manifest.json is missing, damaged, or cannot be written.
    """
    edited = edited_files(project, read_manifest(project))
    content = read_results(project)
    content["bulk"] = entry = entry_of(request, result, edited)
    check = {
        "name": CHECK,
        "kind": SIMULATED,
        "status": "exact" if result.passed else "failed",
        "oracle": ORACLE,
        "note": "" if result.passed else what_is_wrong(result),
        # A run stops with the first wrong frames: how many differ is not known, so a failure has no comparison.
        "outputs": [equal_output(port, result.frames) for port in result.outputs] if result.passed else [],
        "layers": [],
        "input_rounding": [],
    }
    put_check(content, check)
    content["tools"]["verilator"] = result.verilator
    write_results(project, content)
    return entry


def entry_of(request: BulkRequest, result: BulkResult, edited: Sequence[str]) -> dict[str, Any]:
    """The run as the entry `bulk`."""
    first = asdict(result.first) if result.first else None
    return {
        "kind": SIMULATED,
        "tool": f"Verilator {result.verilator}",
        "shell": result.shell,
        "seed": request.seed,
        "data": request.data.name if request.data else "",
        "gap_percent": result.pauses.gap_percent,
        "stall_percent": result.pauses.stall_percent,
        "processes": result.processes,
        "passed": result.passed,
        "edited": list(edited),
        "frames": result.frames,
        "cycles": result.cycles,
        "declared": dict(result.declared),
        "measured": {
            **result.measured,
            "frames_per_second": round(result.simulated_per_second, 1),
            "frames_per_second_whole": round(result.frames_per_second, 1),
        },
        "seconds": round(result.seconds, 3),
        "simulation_seconds": round(result.simulation_seconds, 6),
        "compile_seconds": round(result.compile_seconds, 3) if result.compile_seconds else None,
        "problem": "" if result.passed or result.first else what_is_wrong(result),
        "first": first and first | {side: hex(first[side]) for side in ("expected", "got")},
    }


def what_is_wrong(result: BulkResult) -> str:
    """The first difference, or what else is wrong."""
    return str(result.first) if result.first else result.problem or "no frame came out"
