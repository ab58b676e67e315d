"""Two versions of a design are proved equal, or not, whatever their text looks like."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fpgaml.project.ports import Port
from fpgaml.rtl.emit import emit_core
from fpgaml.rtl.netlist import Gate, Netlist, Result, Wire
from fpgaml.rtl.schedule import Schedule
from fpgaml.rtl.settings import Hdl
from sim import prove
from sim.equivalence import prove_equal

pytestmark = pytest.mark.skipif(prove.missing() is not None, reason=str(prove.missing()))


def _written(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    (folder / "files.txt").write_text("".join(f"{name}\n" for name in files))
    return folder


@pytest.fixture
def files() -> dict[str, str]:
    """y = table[(4a + b) >> 2] - a in two layers, four register ranks, and a's copies beside them."""
    wires = (
        Wire(Gate.INPUT, (), (0, 0), -8, 7, 0),
        Wire(Gate.INPUT, (), (0, 1), 0, 7, 0),
        Wire(Gate.ADD, (0, 1), (2, 0), -32, 35, 0),
        Wire(Gate.BITS, (2,), (2,), -8, 8, 1),
        Wire(Gate.LOOKUP, (3,), (0, -8), 0, 64, 1),
        Wire(Gate.SUBTRACT, (4, 0), (0, 0), -7, 72, 1),
    )
    table = tuple(n * n for n in range(-8, 9))
    ports = (Port("a", (2,), True, 4, 0),), (Port("y", (1,), True, 8, 0),)
    netlist = Netlist("n", *ports, ("first", "second"), wires, (table,), (Result(5, 0),))
    return emit_core(netlist, Schedule((0, 0, 1, 1, 2, 3), 4), "dut", Hdl.VERILOG)


def test_what_only_looks_different_is_equal(tmp_path: Path, files: dict[str, str]) -> None:
    """Without comments, with the cases of the table the other way round and a sum in the other order."""
    other = {name: re.sub(r" *//.*", "", text) for name, text in files.items()}
    lines = other["dut_lut0.v"].splitlines()
    cases = [place for place, line in enumerate(lines) if re.match(r" +\S+: y = ", line) and "default" not in line]
    lines[cases[0] : cases[-1] + 1] = reversed(lines[cases[0] : cases[-1] + 1])
    other["dut_lut0.v"] = "\n".join(lines) + "\n"
    verdict = prove_equal(_written(tmp_path / "before", files), _written(tmp_path / "after", other))
    assert verdict.proved, verdict.log[-2000:]
    assert verdict.pairs > 20


@pytest.mark.parametrize(
    ("file", "pattern", "replacement"),
    [
        ("dut_first.v", r" \+ ", " - "),
        ("dut_second.v", r" - ", " + "),
        ("dut_lut0.v", r"(: y = 7'd)9;", r"\g<1>11;"),
        ("dut_second.v", r"(\w+_r3) <= \w+_r2;", r"\1 <= x0;"),
    ],
)
def test_what_is_wrong_is_found(
    tmp_path: Path, files: dict[str, str], file: str, pattern: str, replacement: str
) -> None:
    text, count = re.subn(pattern, replacement, files[file], count=1)
    assert count == 1, files[file]
    verdict = prove_equal(_written(tmp_path / "before", files), _written(tmp_path / "after", {**files, file: text}))
    assert not verdict.proved and "Unproven $equiv" in verdict.log
