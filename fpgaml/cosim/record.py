"""What a simulation found, as results.json holds it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fpgaml.cosim.outcome import Outcome
from fpgaml.cosim.tools import Simulator
from fpgaml.errors import FpgamlError
from fpgaml.project.manifest import RESULTS
from fpgaml.report.read import read_results
from fpgaml.report.results import SIMULATED
from fpgaml.report.schema import validate
from fpgaml.rtl.target import SIMULATION

ORACLE = "the integer interpreter"


def check_name(simulator: str) -> str:
    """The check's name in results.json; each simulator has its own."""
    return f"{SIMULATION} ({simulator})"


def entry_of(outcome: Outcome, simulator: Simulator, edited: Sequence[str]) -> dict[str, Any]:
    """The run as an entry of `cosim`."""
    return {
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


def record(
    project: Path, outcome: Outcome, simulator: Simulator, bench: Mapping[str, Any], edited: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write the run into results.json, in the place of an earlier one with the same simulator; the rest stays.

    Returns:
        The whole content, and the entry of this run.

    Raises:
        FpgamlError: results.json is missing or damaged.
    """
    content = read_results(project)
    entry = entry_of(outcome, simulator, edited)
    others = [each for each in content.get("cosim", []) if each["simulator"] != simulator.name]
    content["cosim"] = sorted([*others, entry], key=lambda each: str(each["simulator"]))
    check = _check(outcome, simulator, bench)
    replace_check(content["checks"], check)
    content["passed"] = all(each["status"] != "failed" for each in content["checks"])
    content["tools"][simulator.name] = simulator.version
    content["tools"]["cocotb"] = outcome.cocotb
    validate("results", content)
    write_results(project / RESULTS, content)
    return content, entry


def replace_check(checks: list[dict[str, Any]], check: dict[str, Any]) -> None:
    """In the place of the check of the same name, else at the end."""
    for place, each in enumerate(checks):
        if each["name"] == check["name"]:
            checks[place] = check
            return
    checks.append(check)


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


def write_results(path: Path, content: Mapping[str, Any]) -> None:
    """In one step: a killed run leaves the old file or the new one."""
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".results-", delete=False) as file:
            file.write(json.dumps(content, indent=2) + "\n")
        try:
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)
        finally:
            Path(file.name).unlink(missing_ok=True)
    except OSError as error:
        raise FpgamlError(str(path), f"cannot be written: {error.strerror}", "Check its permissions") from None
