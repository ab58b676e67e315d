"""`fpgaml verify` compares what lies in the folder, and says of the rest that it was not checked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpgaml.api import convert, verify
from fpgaml.record.verdict import Status
from tests.paths import ROOT, fpgaml

pytest.importorskip("alkaid", reason="alkaid is not installed")

KERAS3 = ROOT / "tests" / "fixtures" / "keras3"
MODEL, RECORDED = KERAS3 / "dense_default.keras", KERAS3 / "dense_default.npz"


def recorded() -> dict[str, Any]:
    """Events with the framework's own answers, as the API takes them."""
    with np.load(RECORDED) as stored:
        return {"data": stored["in/x"], "reference": stored["layer/third"], "framework": "never"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An RTL project that nobody edited."""
    folder = tmp_path_factory.mktemp("rtl") / "project"
    convert(MODEL, folder, target="rtl", board="kcu116", vectors=16, golden=16, **recorded())
    return folder


def edited(project: Path, tmp_path: Path) -> tuple[Path, str]:
    """A copy with one constant of a layer changed."""
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    layer = next(path for path in sorted((copy / "hdl").glob("network_*.v")) if "'d" in path.read_text())
    text = layer.read_text()
    place = text.index("'d") + 2
    layer.write_text(f"{text[:place]}{'1' if text[place] != '1' else '2'}{text[place + 1 :]}")
    return copy, f"hdl/{layer.name}"


def test_hdl_as_it_was_generated(project: Path) -> None:
    found = {check.name: check.status for check in verify(project).results.checks}
    assert found["Graph = netlist"] == Status.EXACT
    assert found["Graph = RTL simulation"] == Status.NOT_CHECKED


def test_edited_hdl_is_not_checked(project: Path, tmp_path: Path) -> None:
    copy, name = edited(project, tmp_path)
    done = fpgaml("verify", copy)
    assert done.returncode == 0
    assert "Graph = netlist" not in done.stdout
    row = next(line for line in done.stdout.splitlines() if "Graph = RTL simulation" in line)
    assert "NOT CHECKED" in row
    assert name in done.stdout
    assert "fpgaml verify PROJECT --cosim" in " ".join(done.stdout.split())
    verdict = " ".join(done.stdout.rpartition("\n\n")[2].split())
    assert verdict.startswith("CONVERTED, NOT FULLY PROVED")
    assert verdict.endswith("1 file edited since the project was generated")
    content = json.loads(fpgaml("verify", copy, "--json").stdout)
    assert content["verdict"] == "not fully proved"


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_edited_hdl_is_simulated_when_asked(project: Path, tmp_path: Path) -> None:
    pytest.importorskip("cocotb", reason="cocotb is not installed")
    copy, _ = edited(project, tmp_path)
    done = fpgaml("verify", copy, "--cosim")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Graph = RTL simulation (" in done.stdout
    assert done.stdout.rpartition("\n\n")[2].startswith("FAILED: ")


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_hdl_as_it_was_generated_is_proved_by_simulation(project: Path, tmp_path: Path) -> None:
    pytest.importorskip("cocotb", reason="cocotb is not installed")
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    found = verify(copy, cosim=True, **recorded())
    assert found.proved
    assert found.results.checks[-1].name.startswith("Graph = RTL simulation (")
