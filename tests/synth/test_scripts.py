"""The scripts that a project carries for vendors' tools."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from fpgaml.rtl.vendor_scripts import write_synth
from tests.synth.projects import project

FILES = ["synth/network.sdc", "synth/network.xdc", "synth/quartus.tcl", "synth/vivado.tcl", "network.core"]
AMD, INTEL, ECP5 = "xcku5p-ffvb676-2-e", "1SG280HU2F50E2VG", "LFE5UM5G-85F-8BG381"
# What a script asks of its tool, written down instead of done.
STUBS = """\
proc unknown {args} { puts $args }
proc package {args} {}
set quartus(args) $argv
source SCRIPT
"""


def write(folder: Path, part: str = AMD, hdl: str = "verilog") -> dict[str, str]:
    """A project with its scripts; the text of each script."""
    if not folder.is_dir():
        project(folder)
        (folder / "sim").mkdir()
        (folder / "sim" / "Makefile").write_text("all:\n")
    ending = "v" if hdl == "verilog" else "vhd"
    sources = [f"hdl/fpgaml_add.{ending}", f"hdl/network.{ending}"]
    write_synth(folder, "network", sources, hdl, part, 1e3 / 240, "aclk", "jets dense", "0.1.0")
    return {name: (folder / name).read_text() for name in FILES}


@pytest.mark.parametrize("part", [AMD, INTEL, ECP5])
@pytest.mark.parametrize("hdl", ["verilog", "vhdl"])
def test_same_bytes_anywhere(tmp_path: Path, part: str, hdl: str) -> None:
    first, second = write(tmp_path / "a", part, hdl), write(tmp_path / "elsewhere" / "b", part, hdl)
    assert first == second
    assert not any(str(tmp_path) in text for text in first.values())
    assert "-period 4.166667 [get_ports aclk]" in first["synth/network.xdc"]


def test_core_file(tmp_path: Path) -> None:
    text = write(tmp_path / "p")["network.core"]
    assert text.startswith("CAPI=2:\n")
    core = yaml.safe_load(text.removeprefix("CAPI=2:\n"))
    assert core["name"] == "fpgaml:networks:jets_dense:0.1.0"
    assert {"default", "lint", "sim", "sim_icarus", "synth_vivado", "synth_quartus", "synth_yosys"} == set(
        core["targets"]
    )
    assert core["targets"]["synth_vivado"]["flow_options"]["part"] == AMD
    for fileset in core["filesets"].values():
        for entry in fileset["files"]:
            name = entry if isinstance(entry, str) else next(iter(entry))
            assert (tmp_path / "p" / name).is_file(), name
    vhdl = yaml.safe_load(write(tmp_path / "q", INTEL, "vhdl")["network.core"].removeprefix("CAPI=2:\n"))
    assert {"default", "lint", "sim", "synth_vivado", "synth_quartus"} == set(vhdl["targets"])
    assert vhdl["targets"]["synth_quartus"]["tools"]["quartus"] == {"family": "Stratix 10", "device": INTEL}


def tcl(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = STUBS.replace("SCRIPT", str(script))
    command = ["tclsh", "-", *arguments]
    # tclsh reads a script from its standard input only if it is given no file.
    stub = script.with_name("stub.tcl")
    stub.write_text(program)
    command[1] = str(stub)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.skipif(shutil.which("tclsh") is None, reason="tclsh is not installed")
@pytest.mark.parametrize("name", ["vivado", "quartus"])
def test_scripts_run_to_their_end(tmp_path: Path, name: str) -> None:
    own, other = (AMD, INTEL) if name == "vivado" else (INTEL, AMD)
    last = {"vivado": "report_power", "quartus": "project_close"}[name]
    write(tmp_path / "p", own)
    done = tcl(tmp_path / "p" / "synth" / f"{name}.tcl")
    assert done.returncode == 0, done.stderr
    assert own in done.stdout and last in done.stdout
    assert str(tmp_path / "p" / "synth" / ".." / "hdl" / "network.v") in done.stdout
    write(tmp_path / "q", other)
    script = tmp_path / "q" / "synth" / f"{name}.tcl"
    refused = tcl(script)
    assert refused.returncode != 0 and "give " in refused.stderr
    assert tcl(script, own, "Stratix 10").returncode == 0
