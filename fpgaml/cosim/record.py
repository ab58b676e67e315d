"""What a simulation found, as results.json holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fpgaml.cosim.outcome import Outcome
from fpgaml.cosim.tools import Simulator
from fpgaml.cosim.vendor.csynth import VendorTiming
from fpgaml.record.verdict import Verdict, verdict_of
from fpgaml.report.read import read_results
from fpgaml.report.results import SIMULATED
from fpgaml.report.rewrite import write_results
from fpgaml.rtl.target import SIMULATION

ORACLE = "the integer interpreter"


def check_name(simulator: str) -> str:
    """The check's name in results.json; each simulator has its own."""
    return f"{SIMULATION} ({simulator})"


def entry_of(
    outcome: Outcome, simulator: Simulator, edited: Sequence[str], vendor: VendorTiming | None = None
) -> dict[str, Any]:
    """The run as an entry of `cosim`; vendor: what the tool that wrote the RTL says of its timing."""
    entry = {
        "kind": SIMULATED,
        "simulator": simulator.name,
        "tool": simulator.label,
        "cocotb": outcome.cocotb,
        "shell": outcome.shell,
        "hdl": outcome.hdl,
        "seed": outcome.seed,
        "passed": outcome.passed,
        "edited": list(edited),
        "declared": dict(outcome.declared),
        "measured": dict(outcome.measured),
        "checks": [asdict(check) | {"first": dict(check.first) if check.first else None} for check in outcome.checks],
    }
    return entry | {"vendor": vendor.to_json()} if vendor else entry


def record(
    project: Path,
    outcome: Outcome,
    simulator: Simulator,
    bench: Mapping[str, Any],
    edited: Sequence[str],
    vendor: VendorTiming | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write the run into results.json, in the place of an earlier one with the same simulator; the rest stays.

    Returns:
        The whole content, and the entry of this run.

    Raises:
        FpgamlError: results.json is missing or damaged.
    """
    content = read_results(project)
    entry = entry_of(outcome, simulator, edited, vendor)
    others = [each for each in content.get("cosim", []) if each["simulator"] != simulator.name]
    content["cosim"] = sorted([*others, entry], key=lambda each: str(each["simulator"]))
    check = _check(outcome, simulator, bench)
    put_check(content, check)
    content["tools"][simulator.name] = simulator.version
    content["tools"]["cocotb"] = outcome.cocotb
    write_results(project, content)
    return content, entry


def put_check(content: dict[str, Any], check: dict[str, Any]) -> None:
    """Put a check into results.json, in the place of one of the same name, else at the end; the verdict follows.

    It takes the place of the conversion's note that nothing has been simulated yet.
    """
    checks = content["checks"] = [each for each in content["checks"] if each["name"] != SIMULATION]
    places = [place for place, each in enumerate(checks) if each["name"] == check["name"]]
    if places:
        checks[places[0]] = check
    else:
        checks.append(check)
    verdict = verdict_of(each["status"] for each in checks)
    content["passed"], content["verdict"] = verdict != Verdict.FAILED, str(verdict)


def _check(outcome: Outcome, simulator: Simulator, bench: Mapping[str, Any]) -> dict[str, Any]:
    """The run as one of the checks of results.json: exact, or failed with the first check that failed."""
    failed = outcome.failed
    note = f"{failed[0].name}: {failed[0].message}" if failed else ""
    return {
        "name": check_name(simulator.name),
        "kind": SIMULATED,
        "status": "failed" if failed else "exact",
        "oracle": ORACLE,
        "note": note,
        # A bench stops at the first wrong frame: how many differ is not known, so a failure has no comparison.
        "outputs": [] if failed else [equal_output(port, outcome.frames) for port in bench["outputs"]],
        "layers": [],
        "input_rounding": [],
    }


def equal_output(port: Mapping[str, Any], frames: int) -> dict[str, Any]:
    """A comparison of an output in which every bit was equal."""
    return {
        "name": port["name"],
        "exact": True,
        "equal_as_recorded": True,
        "recorded_as": "",
        "events": frames,
        "values": frames * port["elements"],
        "differing_events": 0,
        "differing_values": 0,
        "largest_lsb": 0.0,
        "largest": 0.0,
        "first": None,
    }
