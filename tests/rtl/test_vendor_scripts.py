"""The scripts that a project carries for the tool of its part's vendor, and what `make` offers there."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from fpgaml.progress import Silent
from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.target import RtlTarget
from fpgaml.rtl.vendor_scripts import SynthDesign, write_synth
from fpgaml.synth.tools import NEXTPNR_ECP5, find
from fpgaml.synth.tools import YOSYS as YOSYS_PROGRAM
from tests.rtl.harness import write_project
from tests.rtl.small import small_graph
from tests.synth.projects import needs_nextpnr, needs_yosys, project

AMD, VERSAL, INTEL = "xcku5p-ffvb676-2-e", "xcvc1902-vsva2197-2MP-e-S", "1SG280HU2F50E2VG"
ECP5, POLARFIRE = "LFE5UM5G-85F-8BG381", "MPF300T-1FCG1152E"
SCRIPTS = {
    AMD: {"network.xdc", "package_ip.tcl", "vivado.tcl"},
    VERSAL: {"network.xdc", "package_ip.tcl", "vivado.tcl"},
    INTEL: {"network.sdc", "quartus.tcl"},
    ECP5: {"yosys.ys"},
    POLARFIRE: set(),
}
WORDS = {"vivado": {AMD, VERSAL}, "quartus": {INTEL}, "nextpnr": {ECP5}, "xdc": {AMD, VERSAL}, "sdc": {INTEL}}
YOSYS = {AMD: "xilinx", INTEL: "intel_alm", ECP5: "ecp5"}
# What a script asks of its tool, written down instead of done.
STUBS = """\
proc unknown {args} { puts $args }
proc package {args} {}
proc get_timing_paths {args} { return [expr {[info exists ::env(untimed)] ? {} : [lindex $args 1]}] }
proc get_property {property path} { return $::env($path) }
proc execute_flow {args} {
    if {![info exists ::env(summary)]} return
    file mkdir reports
    set file [open [file join reports network.sta.summary] w]
    puts $file $::env(summary)
    close $file
}
set quartus(args) $argv
source SCRIPT
"""
SUMMARY = """\
------------------------------------------------------------
Timing Analyzer Summary
------------------------------------------------------------

Type  : Slow 1100mV 85C Model Setup 'aclk'
Slack : SETUP
TNS   : 0.000

Type  : Fast 1100mV 0C Model Hold 'aclk'
Slack : HOLD
TNS   : 0.000
------------------------------------------------------------
"""
needs_tcl = pytest.mark.skipif(shutil.which("tclsh") is None, reason="tclsh is not installed")


def write(folder: Path, part: str = AMD, hdl: str = "verilog") -> dict[str, str]:
    """A project with its scripts; the text of each script and of the core file."""
    if not folder.is_dir():
        project(folder)
        (folder / "sim").mkdir()
        (folder / "sim" / "Makefile").write_text("all:\n")
    ending = "v" if hdl == "verilog" else "vhd"
    sources = [f"hdl/fpgaml_add.{ending}", f"hdl/network.{ending}"]
    write_synth(folder, SynthDesign("network", sources, hdl, part, 1e3 / 240, "aclk", "jets dense", "0.1.0"))
    found = {path.name: path.read_text() for path in (folder / "synth").glob("*")}
    return found | {"network.core": (folder / "network.core").read_text()}


def core_file(texts: dict[str, str]) -> dict[str, dict[str, dict[str, object]]]:
    """The FuseSoC core file, read."""
    assert texts["network.core"].startswith("CAPI=2:\n")
    found: dict[str, dict[str, dict[str, object]]] = yaml.safe_load(texts["network.core"].removeprefix("CAPI=2:\n"))
    return found


@pytest.mark.parametrize("part", SCRIPTS)
@pytest.mark.parametrize("hdl", ["verilog", "vhdl"])
def test_only_the_scripts_of_the_vendor(tmp_path: Path, part: str, hdl: str) -> None:
    first, second = write(tmp_path / "a", part, hdl), write(tmp_path / "elsewhere" / "b", part, hdl)
    assert first == second
    assert not any(str(tmp_path) in text for text in first.values())
    # yosys reads no VHDL.
    assert set(first) == {"network.core", *(SCRIPTS[part] if (part, hdl) != (ECP5, "vhdl") else ())}
    for word, parts in WORDS.items():
        if part not in parts:
            assert not any(word in text.lower() for text in first.values()), word


def test_constraints_carry_the_clock(tmp_path: Path) -> None:
    assert "-period 4.166667 [get_ports aclk]" in write(tmp_path / "a", AMD)["network.xdc"]
    assert "-period 4.166667 [get_ports aclk]" in write(tmp_path / "b", INTEL)["network.sdc"]


@pytest.mark.parametrize("part", SCRIPTS)
@pytest.mark.parametrize("hdl", ["verilog", "vhdl"])
def test_core_file(tmp_path: Path, part: str, hdl: str) -> None:
    core = core_file(write(tmp_path / "p", part, hdl))
    assert core["name"] == "fpgaml:networks:jets_dense:0.1.0"
    wanted = {"default", "lint", "sim"} | ({"sim_icarus"} if hdl == "verilog" else set())
    wanted |= {f"synth_{tool}" for tool in ("vivado", "quartus") if part in WORDS[tool]}
    wanted |= {"synth_yosys"} if part in YOSYS and hdl == "verilog" else set()
    assert set(core["targets"]) == wanted
    for fileset in core["filesets"].values():
        files = fileset["files"]
        assert isinstance(files, list)
        for entry in files:
            name = entry if isinstance(entry, str) else next(iter(entry))
            assert name.startswith("hdl/") or (tmp_path / "p" / name).is_file(), name


def test_core_file_names_the_part(tmp_path: Path) -> None:
    amd = core_file(write(tmp_path / "a", AMD))["targets"]
    assert amd["synth_vivado"]["flow_options"]["part"] == AMD  # type: ignore[index]
    intel = core_file(write(tmp_path / "i", INTEL))["targets"]
    assert intel["synth_quartus"]["tools"]["quartus"] == {"family": "Stratix 10", "device": INTEL}  # type: ignore[index]
    for part, architecture in YOSYS.items():
        targets = core_file(write(tmp_path / part, part))["targets"]
        assert targets["synth_yosys"]["flow_options"]["arch"] == architecture  # type: ignore[index]


def tcl(script: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script on stubs of its tool's commands."""
    stub = script.with_name("stub.tcl")
    stub.write_text(STUBS.replace("SCRIPT", str(script)))
    environment = {**os.environ, **environment}
    command = ["tclsh", str(stub), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)


@needs_tcl
@pytest.mark.parametrize(
    ("slacks", "missed"),
    [
        ({"max": "0.05", "min": "0.01"}, False),
        ({"max": "-0.02", "min": "0.01"}, True),
        ({"max": "0", "min": "-1"}, True),
    ],
)
def test_vivado_fails_where_the_clock_is_missed(slacks: dict[str, str], missed: bool, tmp_path: Path) -> None:
    write(tmp_path / "p", AMD)
    done = tcl(tmp_path / "p" / "synth" / "vivado.tcl", **slacks)
    assert AMD in done.stdout and "report_power" in done.stdout
    assert str(tmp_path / "p" / "synth" / ".." / "hdl" / "network.v") in done.stdout
    assert f"worst setup slack {slacks['max']} ns" in done.stdout
    assert (done.returncode != 0) == missed
    assert ("is missed" in done.stderr) == missed


@needs_tcl
@pytest.mark.parametrize("said", [{"untimed": "1"}, {"max": "inf", "min": "inf"}, {"max": "", "min": ""}])
def test_vivado_fails_where_no_path_was_timed(said: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / "p", AMD)
    done = tcl(tmp_path / "p" / "synth" / "vivado.tcl", **said)
    assert done.returncode != 0 and "no path was timed" in done.stderr


# The packager's objects are their names; every command is written down, with what it returns.
PACKAGER = """namespace eval ipx {}
proc unknown {name args} {
    puts [list $name {*}$args]
    switch -- $name {
        ipx::current_core { return CORE }
        ipx::get_bus_interfaces {
            set name [lindex $args 0]
            return [expr {[info exists ::env(lost)] && $name eq $::env(lost) ? {} : $name}]
        }
        ipx::add_bus_parameter { return PARAMETER }
        ipx::save_core { if {![info exists ::env(unsaved)]} { close [open [file join $::out component.xml] w] } }
        create_project { file mkdir [lindex $args 1] }
        ipx::package_project { file mkdir [lindex $args 1] }
    }
    return {}
}
source SCRIPT
"""


def packaged(folder: Path, shell: ShellKind, hdl: Hdl, *words: str, **said: str) -> subprocess.CompletedProcess[str]:
    """Run a project's package_ip.tcl on stubs."""
    target = RtlTarget(hdl, shell=shell)
    if not folder.is_dir():
        write_project(folder, small_graph(), target, board_name="kcu116", events=8)
    stub = folder / "stub.tcl"
    stub.write_text(PACKAGER.replace("SCRIPT", str(folder / "synth" / "package_ip.tcl")))
    command = ["tclsh", str(stub), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **said})


@needs_tcl
@pytest.mark.parametrize("hdl", list(Hdl))
def test_packaging_with_streams(hdl: Hdl, tmp_path: Path) -> None:
    done = packaged(tmp_path / "p", ShellKind.AXIS, hdl, "1.2", "7", "my.lab")
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    sources = [tmp_path / "p" / "hdl" / name for name in (tmp_path / "p" / "hdl" / "files.txt").read_text().split()]
    added = next(line for line in said if line.startswith("add_files"))
    assert all(str(path) in added for path in sources)
    vhdl = [line for line in said if "{VHDL 2008}" in line]
    assert len(vhdl) == (hdl == Hdl.VHDL) and str(sources[-1]) not in "".join(vhdl)
    for line in (
        "set_property version 1.2 CORE",
        "set_property core_revision 7 CORE",
        "ipx::infer_bus_interface aclk xilinx.com:signal:clock_rtl:1.0 CORE",
        "ipx::infer_bus_interface aresetn xilinx.com:signal:reset_rtl:1.0 CORE",
        "ipx::infer_bus_interfaces xilinx.com:interface:axis_rtl:1.0 CORE",
        "set_property value ACTIVE_LOW PARAMETER",
        "ipx::associate_bus_interfaces -busif s_axis -clock aclk CORE",
        "ipx::associate_bus_interfaces -busif m_axis -clock aclk CORE",
        "ipx::associate_bus_interfaces -clock aclk -reset aresetn CORE",
        "ipx::check_integrity CORE",
        f"my.lab:networks:small:1.2 is in {tmp_path / 'p' / 'synth' / 'ip'}",
    ):
        assert line in said, f"{line}\n{done.stdout}"
    assert any(line.startswith("ipx::package_project -root_dir") and "-vendor my.lab" in line for line in said)
    assert not (tmp_path / "p" / "synth" / "package_build").exists()


@needs_tcl
def test_packaging_of_the_native_shell_and_what_stops_it(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    done = packaged(folder, ShellKind.NATIVE, Hdl.VERILOG)
    assert done.returncode == 0 and "axis" not in done.stdout, done.stderr
    assert "set_property value ACTIVE_HIGH PARAMETER" in done.stdout
    assert "ipx::associate_bus_interfaces -clock clk -reset rst CORE" in done.stdout
    for words, said, wanted in (
        (("1.2.3",), {}, "the version is two numbers"),
        (("1.2", "x"), {}, "the revision is a whole number"),
        ((), {"lost": "rst"}, "the interface rst was not found"),
        ((), {"unsaved": "1"}, "wrote no component.xml"),
    ):
        done = packaged(folder, ShellKind.NATIVE, Hdl.VERILOG, *words, **said)
        assert done.returncode != 0 and wanted in done.stderr, wanted
    (folder / "hdl" / "network.v").unlink()
    done = packaged(folder, ShellKind.NATIVE, Hdl.VERILOG)
    assert done.returncode != 0 and "hdl/network.v is not there" in done.stderr


@needs_tcl
def test_vivado_takes_another_part(tmp_path: Path) -> None:
    write(tmp_path / "p", AMD)
    done = tcl(tmp_path / "p" / "synth" / "vivado.tcl", "xcku5p-sfvb784-3-e", max="1", min="1")
    assert done.returncode == 0 and "xcku5p-sfvb784-3-e" in done.stdout and AMD not in done.stdout


@needs_tcl
@pytest.mark.parametrize(
    ("setup", "hold", "missed"), [("0.120", "0.010", False), ("-0.120", "0.010", True), ("0.120", "-0.010", True)]
)
def test_quartus_fails_where_the_clock_is_missed(setup: str, hold: str, missed: bool, tmp_path: Path) -> None:
    write(tmp_path / "p", INTEL)
    summary = SUMMARY.replace("SETUP", setup).replace("HOLD", hold)
    done = tcl(tmp_path / "p" / "synth" / "quartus.tcl", summary=summary)
    assert INTEL in done.stdout and "project_close" in done.stdout
    assert (done.returncode != 0) == missed
    assert ("is missed" in done.stderr) == missed


@needs_tcl
def test_quartus_without_a_summary_is_no_success(tmp_path: Path) -> None:
    write(tmp_path / "p", INTEL)
    done = tcl(tmp_path / "p" / "synth" / "quartus.tcl")
    assert done.returncode != 0 and "not known" in done.stderr


@pytest.mark.parametrize(
    ("board", "hdl", "offered"),
    [
        ("kcu116", Hdl.VERILOG, "vivado"),
        ("agilex7-f-dk", Hdl.VHDL, "quartus"),
        ("ecp5-evn", Hdl.VERILOG, "nextpnr"),
        ("ecp5-evn", Hdl.VHDL, ""),
        ("polarfire-eval", Hdl.VERILOG, ""),
    ],
)
def test_make_and_readme_offer_only_what_can_work(board: str, hdl: Hdl, offered: str, tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p", small_graph(), RtlTarget(hdl), board_name=board, clock_mhz=50.0)
    make, readme = (folder / "Makefile").read_text(), (folder / "README.md").read_text()
    assert ("\npackage:\n" in make) == ("    make package" in readme) == (offered == "vivado")
    for tool in ("vivado", "quartus", "nextpnr"):
        assert (f"\n{tool}:\n" in make) == (f"    make {tool}" in readme) == (tool == offered), tool
        assert (tool in make.lower()) == (tool == offered), tool
    assert ("There is no script for" in readme) == (not offered)
    suffix = ".vhd" if hdl == Hdl.VHDL else ".v"
    for name in (f"hdl/network{suffix}", f"hdl/network_core{suffix}"):
        assert f"`{name}`" in readme and (folder / name).is_file(), name


@needs_yosys
@needs_nextpnr
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not on PATH")
@pytest.mark.parametrize(("clock_mhz", "met"), [(25.0, True), (400.0, False)])
def test_make_nextpnr_works_and_fails_where_the_clock_is_missed(clock_mhz: float, met: bool, tmp_path: Path) -> None:
    target = RtlTarget(shell=ShellKind.NATIVE)
    folder = write_project(tmp_path / "p", small_graph(), target, board_name="ecp5-evn", clock_mhz=25.0)
    make = folder / "Makefile"
    make.write_text(make.read_text().replace("--freq 25 ", f"--freq {clock_mhz:g} "))
    yosys, nextpnr = (shlex.join(find(program, Silent()).command) for program in (YOSYS_PROGRAM, NEXTPNR_ECP5))
    command = ["make", "nextpnr", f"YOSYS={yosys}", f"NEXTPNR={nextpnr}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == met, done.stdout + done.stderr
    assert "Max frequency for clock" in (folder / "synth" / "build" / "nextpnr.log").read_text()
