"""What a bulk run found, as the record holds it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fpgaml.cosim.bulk.result import BulkRequest, BulkResult, WrongBit
from fpgaml.cosim.record import equal_outputs
from fpgaml.emulator.titles import INTERPRETER
from fpgaml.project.hashes import edited_files
from fpgaml.record import cosim as record
from fpgaml.record.checks import Check
from fpgaml.record.files import read_manifest, update_results
from fpgaml.record.verdict import Status
from fpgaml.rtl.firmware import SIMULATION

CHECK = "Graph = RTL in bulk (verilator)"


def record_bulk(project: Path, request: BulkRequest, result: BulkResult) -> record.Bulk:
    """Write a run into results.json, in the place of an earlier one; the rest stays.

    Returns:
        The entry `bulk` as it is written.

    Raises:
        FpgamlError: results.json or manifest.json is missing, damaged, or cannot be written.
    """
    entry = entry_of(request, result, edited_files(project, read_manifest(project)))
    check = Check(
        name=CHECK,
        status=Status.EXACT if result.passed else Status.FAILED,
        oracle=result.graph_by,
        note="" if result.passed else what_is_wrong(result),
        outputs=equal_outputs(result.outputs, result.frames) if result.passed else (),
    )
    tools = {"verilator": result.verilator}
    update_results(project, lambda results: results.with_bulk(entry).with_check(check, tools, instead_of=SIMULATION))
    return entry


def entry_of(request: BulkRequest, result: BulkResult, edited: Sequence[str]) -> record.Bulk:
    """The run as the entry `bulk`."""
    return record.Bulk(
        tool=f"Verilator {result.verilator}",
        shell=result.shell,
        seed=request.seed,
        data=request.data.name if request.data else "",
        gap_percent=result.pauses.gap_percent,
        stall_percent=result.pauses.stall_percent,
        processes=result.processes,
        passed=result.passed,
        edited=tuple(edited),
        frames=result.frames,
        cycles=result.cycles,
        declared=record.DeclaredInBulk.model_validate(result.declared),
        measured=record.MeasuredInBulk(
            **result.measured,
            frames_per_second=round(result.simulated_per_second, 1),
            frames_per_second_whole=round(result.frames_per_second, 1),
        ),
        seconds=round(result.seconds, 3),
        simulation_seconds=round(result.simulation_seconds, 6),
        compile_seconds=round(result.compile_seconds, 3) if result.compile_seconds else None,
        graph_by="" if result.graph_by == INTERPRETER else result.graph_by,
        problem="" if result.passed or result.first else what_is_wrong(result),
        first=_wrong_bit(result.first) if result.first else None,
    )


def what_is_wrong(result: BulkResult) -> str:
    """The first difference, or what else is wrong."""
    return str(result.first) if result.first else result.problem or "no frame came out"


def _wrong_bit(first: WrongBit) -> record.WrongBit:
    return record.WrongBit(
        frame=first.frame,
        output=first.output,
        element=first.element,
        bit=first.bit,
        expected=hex(first.expected),
        got=hex(first.got),
    )
