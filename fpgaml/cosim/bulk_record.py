"""What a bulk run found, as results.json holds it and as a person reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fpgaml.cosim.bulk_check import BulkResult
from fpgaml.cosim.record import ORACLE, equal_output, replace_check, write_results
from fpgaml.project.manifest import RESULTS
from fpgaml.report.read import read_results
from fpgaml.report.results import SIMULATED
from fpgaml.report.schema import validate

CHECK = "Graph = RTL in bulk (verilator)"


def record_bulk(project: Path, result: BulkResult) -> dict[str, Any]:
    """Write a run into results.json, in the place of an earlier one; the rest stays.

    Returns:
        The check as it is written.

    Raises:
        FpgamlError: results.json is missing, damaged, or cannot be written.
    """
    content = read_results(project)
    check = {
        "name": CHECK,
        "kind": SIMULATED,
        "status": "exact" if result.passed else "failed",
        "oracle": ORACLE,
        "note": speed(result) if result.passed else what_is_wrong(result),
        # A run stops with the first wrong frames: how many differ is not known, so a failure has no comparison.
        "outputs": [equal_output(port, result.frames) for port in result.outputs] if result.passed else [],
        "layers": [],
        "input_rounding": [],
    }
    replace_check(content["checks"], check)
    content["passed"] = all(each["status"] != "failed" for each in content["checks"])
    content["tools"]["verilator"] = result.verilator
    validate("results", content)
    write_results(project / RESULTS, content)
    return check


def what_is_wrong(result: BulkResult) -> str:
    """The first difference, or what else is wrong."""
    return str(result.first) if result.first else result.problem or "no frame came out"


def speed(result: BulkResult) -> str:
    """Frames per second, in a sentence."""
    processes = "1 process" if result.processes == 1 else f"{result.processes} processes"
    return (
        f"{result.simulated_per_second:,.0f} frames/s simulated by {processes}, "
        f"{result.frames_per_second:,.0f} frames/s with inputs, interpreter and comparison"
    )


def sentences(result: BulkResult) -> list[str]:
    """The run for people: verdict, timing, speed."""
    verdict = (
        f"PASSED: {result.frames:,} frames equal the integer interpreter in every bit"
        if result.passed
        else f"FAILED after {result.frames:,} frames: {what_is_wrong(result)}"
    )
    lines = [verdict]
    for name in ("latency", "interval"):
        if result.measured[name] is not None:
            lines.append(f"{name}: {result.measured[name]:g} cycles, declared: {result.declared[name]}")
    compiled = f"compiled in {result.compile_seconds:.1f} s" if result.compile_seconds else "compiled before"
    return [*lines, f"simulated, Verilator {result.verilator}: {speed(result)}; {compiled}"]
