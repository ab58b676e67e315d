"""Measures firmware projects: `python -m firmware_projects.measure TASK PROJECT [FOLDER]`.

The project is simulated and synthesised (unless it was already), and what was found goes into the task's numbers.json:
latency and interval by simulation, logic and memories after synthesis, each with its kind and tool. Tables of tasks are
made from there, and only while the recorded project still has the same network and sources.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from firmware_projects.build import HERE, build, facts, recorded
from fpgaml.errors import FpgamlError
from fpgaml.record.base import Kind
from fpgaml.record.files import read_manifest, read_results
from fpgaml.record.number import Number, What
from fpgaml.record.numbers import numbers_of

NUMBERS = "numbers.json"
KEPT = {
    What.LATENCY: Kind.SIMULATED,
    What.INTERVAL: Kind.SIMULATED,
    **dict.fromkeys((What.LUT, What.FF, What.DSP, What.BRAM), Kind.POST_SYNTHESIS),
}
"""What is recorded, and of which kind."""
SOURCES = ("hdl/", "firmware/")
"""Folders of a project that hold what is simulated and synthesised."""


def measured(folder: Path) -> list[Number]:
    """The numbers of a project that are recorded; of several about one thing the last, which is the strongest."""
    found = numbers_of(read_manifest(folder), read_results(folder))
    kept = {
        (each.what, each.unit if each.what in (What.LATENCY, What.INTERVAL) else ""): each
        for each in found
        if KEPT.get(each.what) is each.kind and not each.stale and not each.of
    }
    return list(kept.values())


def require_recorded(name: str, project: str, folder: Path) -> None:
    """Make sure that a folder holds the sources that are recorded.

    Raises:
        FpgamlError: it does not.
    """
    wanted, found = recorded(name)[0]["projects"][project]["files"], facts(folder)["files"]
    wrong = [file for file in {*wanted, *found} if file.startswith(SOURCES) and wanted.get(file) != found.get(file)]
    if wrong:
        reason = f"is not {name}/{project} as it is recorded: {', '.join(sorted(wrong)[:3])}"
        raise FpgamlError(
            str(folder), reason, f"Build it again, or `python -m firmware_projects.build --record {name}`"
        )


def record(name: str, project: str, folder: Path) -> list[Number]:
    """Write a project's numbers into numbers.json, beside those of the task's other projects.

    Raises:
        FpgamlError: not the recorded project, or it was neither simulated nor synthesised.
    """
    require_recorded(name, project, folder)
    numbers = measured(folder)
    if not numbers:
        raise FpgamlError(str(folder), "nothing was measured of it", "Run `fpgaml cosim` and `fpgaml synth` on it")
    content = stored(name) | {
        project: {"graph_sha256": facts(folder)["graph_sha256"], "numbers": [plain(each) for each in numbers]}
    }
    text = json.dumps(dict(sorted(content.items())), indent=1)
    (HERE / name / NUMBERS).write_text(text + "\n", encoding="utf-8")
    return numbers


def stored(name: str) -> dict[str, Any]:
    """numbers.json of a task; empty without one."""
    path = HERE / name / NUMBERS
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def plain(number: Number) -> dict[str, Any]:
    """What is kept of a number."""
    kept = ("what", "value", "unit", "kind", "source", "part", "available")
    return {name: value for name, value in number.to_json().items() if name in kept and value not in (None, "")}


def _run(commands: Iterable[list[str]]) -> None:
    for command in commands:
        done = subprocess.run([sys.executable, "-m", "fpgaml", *command], check=False)
        if done.returncode != 0:
            raise FpgamlError(" ".join(command), f"ended with code {done.returncode}")


def main() -> int:
    """Build, simulate, synthesise, record; print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task")
    parser.add_argument("project", help="of the task's recipe")
    parser.add_argument("folder", nargs="?", type=Path, help="the project, if it was built elsewhere")
    given = parser.parse_args()
    try:
        folder = given.folder or build(given.task, given.project, HERE)
        had = {each.what for each in measured(folder)}
        missing = {What.LATENCY: "cosim", What.LUT: "synth"}
        _run([command, str(folder)] for what, command in missing.items() if what not in had)
        for number in record(given.task, given.project, folder):
            sys.stdout.write(f"{number.title}: {number}\n")
    except FpgamlError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
