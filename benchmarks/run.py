"""Measure everything and print one table: `python -m benchmarks.run [--json] [--only PART ...]`.

Ratios are of two measurements on the same machine in the same run; absolute numbers depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console

from benchmarks import kernels, machine
from benchmarks.command import conversion_rows, start_row
from benchmarks.emulator import emulator_rows
from benchmarks.hls import ARIANNA, JETS, Simulated, simulate
from benchmarks.measure import Row, table
from benchmarks.rtl import missing, rtl_rows
from benchmarks.streaming import streaming_rows

PARTS = ("commands", "hls", "rtl", "streaming", "kernels", "emulator")


def measure(parts: Sequence[str], notes: list[str]) -> list[Row]:
    """The rows of some parts, in their order; what was left out goes to the notes."""
    rows = [start_row()] if "commands" in parts else []
    wanted = set(parts)
    cases = [ARIANNA] if wanted & {"commands", "hls", "streaming"} else []
    cases += [JETS] if wanted & {"hls", "rtl"} else []
    measured: dict[str, Simulated] = {}
    for case in cases:
        if case.model.exists():
            measured[case.name] = simulate(case)
            rows += conversion_rows(measured[case.name]) if case == ARIANNA and "commands" in wanted else []
            rows += measured[case.name].rows
        else:
            notes.append(f"{case.name}: skipped, {case.model.name} is not here")
    if "rtl" in parts:
        reason = missing()
        if reason:
            notes.append(f"RTL: skipped, {reason}")
        elif JETS.name in measured:
            rows += rtl_rows(measured[JETS.name])
    if "streaming" in parts:
        reason = missing()
        if reason:
            notes.append(f"streaming RTL: skipped, {reason}")
        elif ARIANNA.name in measured:
            rows += streaming_rows(measured[ARIANNA.name])
    if "kernels" in parts:
        reason = kernels.missing()
        if reason:
            notes.append(f"kernels: skipped, {reason}")
        else:
            rows += kernels.kernel_rows()
    if "emulator" in parts:
        rows += emulator_rows(notes)
    return rows


def main() -> None:
    """Measure, print, and fail if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description="Measure, and print one table.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--only",
        action="append",
        choices=PARTS,
        help="this part alone; may be repeated. What it is measured against is measured too",
    )
    options = parser.parse_args()
    if shutil.which("g++") is None:
        raise SystemExit("the benchmarks need g++")
    console = Console()
    notes: list[str] = []
    begin = machine.now()
    with tempfile.TemporaryDirectory(prefix="fpgaml-bench-") as cache:
        os.environ["FPGAML_CACHE_DIR"] = cache
        rows = measure(options.only or PARTS, notes)
    load = machine.describe(begin, machine.now())
    if options.json:
        console.print_json(json.dumps({"machine": load, "notes": notes, "rows": [asdict(row) for row in rows]}))
    else:
        console.print(table(rows))
        for line in (*notes, load):
            console.print(line, highlight=False)
    missed = [row.what for row in rows if row.goal is not None and row.ratio < row.goal]
    if missed:
        raise SystemExit(f"goals missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
