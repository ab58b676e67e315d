"""Proves two versions of a project's Verilog equal: `python -m sim.equivalence BEFORE AFTER [--top MODULE]`.

BEFORE and AFTER are hdl/ folders with their files.txt. Both designs are flattened; yosys pairs every register and wire
of the same name, proves each pair equal by its own logic (`equiv_simple`) and what is left by induction over clock
cycles (`equiv_induct`). That holds for all inputs, not for some vectors: what is to be changed without changing what it
does (comments, noise, how a table is written) is checked with it.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sim.prove import missing, yosys

READ = "read_verilog {files}; hierarchy -check -top {top}; proc; flatten; memory_map; opt_clean; design -stash {name}\n"
SCRIPT = """\
{gold}{gate}design -copy-from gold -as gold {top}
design -copy-from gate -as gate {top}
equiv_make gold gate equiv
hierarchy -top equiv
opt_clean
equiv_struct
equiv_simple -seq 1
equiv_induct -seq 4
equiv_status -assert
"""


@dataclass(frozen=True)
class Equality:
    """What yosys said: whether all pairs are proved equal, how many there are, and its output."""

    proved: bool
    pairs: int
    log: str


def prove_equal(before: Path, after: Path, top: str | None = None) -> Equality:
    """Prove two versions of a design equal in every cycle.

    Args:
        before, after: folders with Verilog and files.txt, which names it in compile order.
        top: the module to compare; None: that of the last file.

    Raises:
        RuntimeError: there is no yosys, or it does not read the designs.
    """
    reason = missing()
    if reason:
        raise RuntimeError(reason)
    names = {folder: (folder / "files.txt").read_text().split() for folder in (before, after)}
    top = top or Path(names[before][-1]).stem
    with tempfile.TemporaryDirectory() as scratch:
        stages = {}
        for name, folder in (("gold", before), ("gate", after)):
            # The wheel's yosys sees this folder alone.
            (Path(scratch) / name).mkdir()
            for file in names[folder]:
                (Path(scratch) / name / file).write_bytes((folder / file).read_bytes())
            files = " ".join(f"{name}/{file}" for file in names[folder])
            stages[name] = READ.format(files=files, top=top, name=name)
        (Path(scratch) / "equal.ys").write_text(SCRIPT.format(top=top, **stages))
        command = [str(yosys("yosys")), "equal.ys"]
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
    log = done.stdout + done.stderr
    found = re.search(r"Found (\d+) \$equiv cells in equiv", log[log.rfind("EQUIV_STATUS") :])
    if found is None:
        raise RuntimeError(f"yosys does not read the designs\n{log[-3000:]}")
    return Equality(done.returncode == 0, int(found[1]), log)


def main() -> int:
    """Says whether two folders hold the same design."""
    parser = argparse.ArgumentParser(prog="python -m sim.equivalence", description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--top")
    given = parser.parse_args()
    verdict = prove_equal(given.before, given.after, given.top)
    sys.stdout.write(f"{verdict.pairs} pairs of bits: {'proved equal' if verdict.proved else 'NOT PROVED EQUAL'}\n")
    if not verdict.proved:
        sys.stdout.write("\n".join(line for line in verdict.log.splitlines() if "Unproven" in line)[:2000] + "\n")
    return 0 if verdict.proved else 1


if __name__ == "__main__":
    sys.exit(main())
