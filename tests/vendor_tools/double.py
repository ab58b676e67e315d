"""A stand-in for a vendor's program: it takes the command, says lines, leaves reports, ends as it is told.

No such program can be installed for a test. What is tried with it is what fpgaml does around a process; the Tcl scripts
that a real one would run are tried in a Tcl interpreter (tests/rtl/test_vendor_scripts.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from fpgaml.rtl.vendor_scripts import SynthDesign, write_synth
from tests.synth.projects import project
from tests.vendor_reports.texts import timing_summary, utilization

SETTINGS = {
    "target": "rtl",
    "hdl": "verilog",
    "shell": "native",
    "top": "network",
    "beat_in": None,
    "beat_out": None,
    "tag_bits": None,
    "core_latency": 3,
    "latency": 5,
    "interval": 1,
    "delay_model": {},
}
SCRIPT = """\
#!/bin/sh
echo "****** Vivado v2023.2 (64-bit), in $(basename "$PWD"): $*"
echo "Command: synth_design -top network"
mkdir -p vivado_build
cp REPORTS/* vivado_build/ 2>/dev/null
echo "Command: route_design"
END
"""
MET, MISSED = "All user specified timing constraints are met.", "Timing constraints are not met."


def rtl_project(folder: Path, board: str = "kcu116") -> Path:
    """A small RTL project with the scripts of its vendor's tool."""
    project(folder, board=board)
    manifest = json.loads((folder / "manifest.json").read_text()) | {"settings": SETTINGS}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    part, sources = manifest["board"]["part"], [f"hdl/{name}" for name in ("fpgaml_add.v", "fpgaml_ram.v", "network.v")]
    write_synth(folder, SynthDesign("network", sources, "verilog", part, 5.0, "clk", "small", "0.1.0"))
    return folder


def timing(slack: str) -> str:
    """A timing summary with this worst setup slack."""
    cells = (slack, "0.000", "0", "100", "0.020", "0.000", "0", "100", "2.000", "0.000", "0", "50")
    return timing_summary(MISSED if slack.startswith("-") else MET, cells)


def install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, end: str = "exit 0", reports: Mapping[str, str] | None = None
) -> Path:
    """Put a `vivado` in front of PATH.

    Args:
        end: what it does after its reports, in the language of the shell.
    """
    usual = {"post_route_utilization.rpt": utilization(), "post_route_timing.rpt": timing("0.412")}
    prepared = folder / "reports"
    prepared.mkdir(parents=True)
    for name, text in (usual if reports is None else reports).items():
        (prepared / name).write_text(text)
    program = folder / "vivado"
    program.write_text(SCRIPT.replace("REPORTS", str(prepared)).replace("END", end))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return program
