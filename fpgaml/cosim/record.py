"""What a simulation found, as the record holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fpgaml.cosim.outcome import Outcome
from fpgaml.cosim.tools import Simulator
from fpgaml.emulator.titles import INTERPRETER
from fpgaml.record.checks import Check, Comparison
from fpgaml.record.cosim import Cosim, VendorTiming
from fpgaml.record.files import update_results
from fpgaml.record.results import Results
from fpgaml.record.verdict import Status
from fpgaml.rtl.firmware import SIMULATION


def check_name(simulator: str) -> str:
    """The check's name in results.json; each simulator has its own."""
    return f"{SIMULATION} ({simulator})"


def entry_of(
    outcome: Outcome, simulator: Simulator, edited: Sequence[str], vendor: VendorTiming | None = None, chosen: str = ""
) -> Cosim:
    """The run as an entry of `cosim`.

    Args:
        vendor: what the tool that wrote the RTL says of its timing; chosen: why this simulator was taken.
    """
    return Cosim.model_validate(
        {
            "simulator": simulator.name,
            "tool": simulator.label,
            "cocotb": outcome.cocotb,
            "shell": outcome.shell,
            "hdl": outcome.hdl,
            "seed": outcome.seed,
            "edited": tuple(edited),
            "declared": outcome.declared,
            "measured": outcome.measured,
            "checks": outcome.checks,
            "vendor": vendor,
            "chosen": chosen,
        }
    )


def record(project: Path, entry: Cosim, check: Check, simulator: Simulator) -> Results:
    """Write a run into results.json, in the place of an earlier one with the same simulator; the rest stays.

    Returns:
        The whole content.

    Raises:
        FpgamlError: results.json is missing or damaged.
    """
    return update_results(project, lambda results: with_run(results, entry, check, simulator))


def with_run(results: Results, entry: Cosim, check: Check, simulator: Simulator) -> Results:
    """Results with a run and its check, which takes the place of the note that nothing was simulated yet."""
    tools = {simulator.name: simulator.version, "cocotb": entry.cocotb}
    return results.with_cosim(entry).with_check(check, tools, instead_of=SIMULATION)


def check_of(outcome: Outcome, simulator: Simulator, bench: Mapping[str, Any]) -> Check:
    """The run as one of the checks of results.json: exact, or failed with the first check that failed."""
    failed = outcome.failed
    return Check(
        name=check_name(simulator.name),
        status=Status.FAILED if failed else Status.EXACT,
        oracle=INTERPRETER,
        note=f"{failed[0].name}: {failed[0].message}" if failed else outcome.partial,
        outputs=() if failed else equal_outputs(bench["outputs"], outcome.frames),
    )


def equal_outputs(ports: Sequence[Mapping[str, Any]], frames: int) -> tuple[Comparison, ...]:
    """Every output equal on every bit.

    A simulation that found a wrong frame has no comparison: it stops there, and how many differ is not known.
    """
    return tuple(Comparison.equal(port["name"], frames, port["elements"]) for port in ports)
