"""Every tool that will read the HDL reads it without a warning."""

import shutil
import subprocess
from importlib import resources

import pytest

from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.shell import library_source
from sim import prove, run
from sim.run import BENCHES
from sim.setups import SETUPS, in_language

MODULES = sorted(file.name.removesuffix(".v") for file in (resources.files("fpgaml.rtl") / "lib" / "verilog").iterdir())
NAMES = list(BENCHES)


def read_with(command, bench, hdl, folder):
    """Writes the bench's sources and hands them to a tool, in compile order."""
    sources = bench.sources(hdl)
    for name, text in sources.items():
        (folder / name).write_text(text)
    done = subprocess.run([*command, *sources], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()


def needs(simulator):
    reason = run.missing(simulator)
    return pytest.mark.skipif(reason is not None, reason=str(reason))


@needs("verilator")
@pytest.mark.parametrize("name", NAMES)
def test_verilator(name, tmp_path):
    bench = BENCHES[name]
    parameters = [f"-G{key}={value}" for key, value in bench.parameters.items()]
    with run.simulator_environment("verilator"):
        program = shutil.which("verilator")
        command = [program, "--lint-only", "-Wall", "--top-module", bench.toplevel, *parameters]
        read_with(command, bench, Hdl.VERILOG, tmp_path)


@needs("icarus")
@pytest.mark.parametrize("name", NAMES)
def test_icarus(name, tmp_path):
    bench = BENCHES[name]
    parameters = [f"-P{bench.toplevel}.{key}={value}" for key, value in bench.parameters.items()]
    command = ["iverilog", "-g2005", "-Wall", "-Wno-timescale", "-t", "null", "-s", bench.toplevel, *parameters]
    read_with(command, bench, Hdl.VERILOG, tmp_path)


@needs("ghdl")
@pytest.mark.parametrize("name", NAMES)
def test_ghdl(name, tmp_path):
    """Analysis, and synthesis, which looks at more: an index out of range, a latch."""
    bench = BENCHES[name]
    read_with(["ghdl", "-a", "--std=08"], bench, Hdl.VHDL, tmp_path)
    generics = [f"-g{key}={value}" for key, value in bench.parameters.items()]
    command = ["ghdl", "--synth", "--std=08", *generics, "--out=verilog", bench.toplevel]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr and "latch" not in done.stderr


@pytest.mark.skipif(prove.missing() is not None, reason=str(prove.missing()))
@pytest.mark.parametrize("name", [name for name in NAMES if name in SETUPS])
def test_yosys_reads_it_as_plain_verilog(name, tmp_path):
    bench = BENCHES[name]
    for file, text in bench.sources(Hdl.VERILOG).items():
        (tmp_path / file).write_text(text)
    files = " ".join(bench.sources(Hdl.VERILOG))
    script = f"read_verilog {files}; hierarchy -check -top {bench.toplevel}; proc; opt; check -assert"
    done = subprocess.run(
        [prove.yosys("yosys"), "-q", "-p", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()


@pytest.mark.parametrize("module", MODULES)
def test_both_languages_have_the_same_ports_and_parameters(module):
    """Names, in order, as the two declarations list them."""
    verilog = library_source(module, Hdl.VERILOG).split("module ", 1)[1].split(");", 1)[0]
    vhdl = library_source(module, Hdl.VHDL).split("entity ", 1)[1].split("end entity", 1)[0]
    words = [line.split("//")[0].replace(",", " ").split() for line in verilog.splitlines()]
    parameters = [word[1] for word in words if word[:1] == ["parameter"]]
    ports = [word[-1] for word in words if word[:1] in (["input"], ["output"])]
    declared = [line.split(":")[0].strip() for line in vhdl.splitlines() if ":" in line and "--" not in line]
    assert parameters + ports == declared


@pytest.mark.parametrize("name", list(SETUPS))
@pytest.mark.parametrize("hdl", list(Hdl))
def test_lines_of_the_top_are_readable(name, hdl):
    spec = in_language(SETUPS[name], hdl)
    text = BENCHES[name].sources(hdl)[f"{spec.top}{hdl.suffix}"]
    assert "{{" not in text.replace("{{{", "").split("assign")[0] and "{%" not in text
    assert not any(line != line.rstrip() for line in text.splitlines())
