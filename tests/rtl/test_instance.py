"""The instance to copy: it compiles beside the project's own sources, and leaves no port out."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fpgaml.rtl.settings import Form, Hdl, ShellKind
from fpgaml.rtl.target import RtlTarget
from tests.rtl.harness import write_project
from tests.rtl.small import small_graph

USER_V = "module user;\n{text}\nendmodule\n"
USER_VHD = """\
library ieee;
use ieee.std_logic_1164.all;
entity user is end entity;
architecture rtl of user is
{text}
end architecture;
"""


def call(*words: str | Path, folder: Path) -> str:
    done = subprocess.run([*map(str, words)], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("form", [Form.UNROLLED, Form.STREAMING])
@pytest.mark.parametrize("shell", list(ShellKind))
@pytest.mark.parametrize(("hdl", "compiler"), [(Hdl.VERILOG, "iverilog"), (Hdl.VHDL, "ghdl")])
def test_it_compiles_with_every_port(hdl: Hdl, compiler: str, shell: ShellKind, form: Form, tmp_path: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not on PATH")
    folder = write_project(tmp_path / "p", small_graph(), RtlTarget(hdl, shell=shell, schedule=form), events=8)
    text = (folder / f"instantiate{hdl.suffix}").read_text()
    sources = [folder / "hdl" / name for name in (folder / "hdl" / "files.txt").read_text().split()]
    user = tmp_path / f"user{hdl.suffix}"
    if hdl == Hdl.VERILOG:
        user.write_text(USER_V.format(text=text))
        said = call("iverilog", "-g2005", "-Wall", "-s", "user", "-o", "user.vvp", *sources, user, folder=tmp_path)
        assert "network_i" not in said and "user" not in said, said  # no port left open, no width that differs
    else:
        declared, body = text.split("-- In its body:\n")
        user.write_text(USER_VHD.format(text=f"{declared}begin\n{body}"))
        call("ghdl", "-a", "--std=08", *sources, user, folder=tmp_path)
        call("ghdl", "-e", "--std=08", "user", folder=tmp_path)
    ports = _ports_of(sources[-1].read_text())
    assert len(ports) >= 6
    for name in ports:
        # Declared with what it is for, and connected; VHDL's compiler says nothing of an output left open.
        assert re.search(rf"\b{name}\b *(?:;|: std_logic.*;) *(?://|--) (?:in|out): \w", text), name
        assert re.search(rf"\.{name}\({name}\)|\b{name} *=> {name}\b", text), name


def _ports_of(top: str) -> list[str]:
    verilog = re.findall(r"^ +(?:input|output) +wire +(?:\[\d+:0\] )?(\w+),?$", top, re.MULTILINE)
    return verilog or re.findall(r"^ +(\w+) +: +(?:in|out) +std_logic", top.partition("end entity")[0], re.MULTILINE)


@pytest.mark.skipif(shutil.which("ghdl") is None, reason="ghdl is not on PATH")
@pytest.mark.parametrize("form", [Form.UNROLLED, Form.STREAMING])
@pytest.mark.parametrize("shell", list(ShellKind))
def test_the_top_needs_no_vhdl_2008(shell: ShellKind, form: Form, tmp_path: Path) -> None:
    """As Vivado's packager wants it of the top (UG1118), and of it alone: below it stand the entities' ports."""
    folder = write_project(tmp_path / "p", small_graph(), RtlTarget(Hdl.VHDL, shell=shell, schedule=form), events=8)
    *below, top = (folder / "hdl" / name for name in (folder / "hdl" / "files.txt").read_text().split())
    ports = tmp_path / "ports.vhd"
    ports.write_text("".join(_entity(path.read_text()) for path in below))
    call("ghdl", "-a", "--std=93", ports, top, folder=tmp_path)


def _entity(text: str) -> str:
    """A file's entity without its architecture, with what stands before it."""
    head, end, rest = text.partition("end entity")
    return f"{head}{end}{rest.partition(';')[0]};\n"
