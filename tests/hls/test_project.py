"""A whole project stands alone: `make csim` in another folder, and golden vectors that are really compared."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from fpgaml.graph.interpreter import interpret
from fpgaml.hls.project import write_guides, write_project, write_vectors
from fpgaml.target import Texts
from tests.hls.catalog import GROUPS
from tests.hls.harness import events_for, needs_compiler, settings

TEXTS = Texts("model.h5", "", ["Input `x0`: ap_fixed<8,4>."], "random codes", 20)
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not on PATH")


def project(folder: Path, backend: str, io_type: str) -> None:
    """A small network's project with golden vectors and guides."""
    folder.mkdir()
    graph, chosen = GROUPS["linear"]()["dense_twice"], settings(backend, io_type)
    model = write_project(folder, graph, chosen)
    inputs = events_for(graph, 20)
    write_vectors(folder, model, [inputs], [interpret(graph, inputs)])
    write_guides(folder, graph, model, chosen, TEXTS)


def csim(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `make csim`."""
    return subprocess.run(["make", "csim"], cwd=folder, capture_output=True, text=True, check=False)


@needs_compiler
@needs_make
@pytest.mark.parametrize(
    ("backend", "io_type"),
    [
        ("vitis", "io_parallel"),
        ("vivado", "io_stream"),
        ("quartus", "io_parallel"),
        ("catapult", "io_stream"),
    ],
)
def test_make_csim_elsewhere(backend: str, io_type: str, tmp_path: Path) -> None:
    project(tmp_path / "here", backend, io_type)
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "here").rename(elsewhere)
    passed = csim(elsewhere)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "PASS: 20 events, every output bit as recorded" in passed.stdout

    golden = elsewhere / "tb_data" / "output_y3.txt"
    lines = [line.split() for line in golden.read_text().splitlines()]
    lines[7][1] = format(int(lines[7][1], 16) ^ 4, "x")
    golden.write_text("\n".join(" ".join(line) for line in lines) + "\n")
    failed = csim(elsewhere)
    assert failed.returncode != 0
    assert "FAIL: event 7, output y3, element 1, bit 2: got 0x" in failed.stdout
    bench = subprocess.run(["build_csim/test_bench"], cwd=elsewhere, capture_output=True, check=False)
    assert bench.returncode == 1


@pytest.mark.parametrize(
    ("backend", "io_type"),
    [("vitis", "io_stream"), ("vivado", "io_parallel"), ("quartus", "io_stream"), ("catapult", "io_parallel"),
     ("oneapi", "io_parallel"), ("libero", "io_parallel")],
)  # fmt: skip
def test_a_project_names_no_path_of_its_machine(backend: str, io_type: str, tmp_path: Path) -> None:
    project(tmp_path / "here", backend, io_type)
    for path in (tmp_path / "here").rglob("*"):
        if path.is_file():
            assert str(tmp_path).encode() not in path.read_bytes(), path


def test_same_network_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        project(tmp_path / name, "vitis", "io_parallel")
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file())
    assert [f for f in files if (tmp_path / "one" / f).read_bytes() != (tmp_path / "two" / f).read_bytes()] == []


@needs_make
@pytest.mark.parametrize("backend", ["oneapi", "libero"])
def test_make_csim_says_why_not(backend: str, tmp_path: Path) -> None:
    project(tmp_path / "here", backend, "io_parallel")
    done = csim(tmp_path / "here")
    assert done.returncode != 0
    assert {"oneapi": "icpx compiler", "libero": "SmartHLS's own headers"}[backend] in done.stderr
    assert not (tmp_path / "here" / "csim").exists()
    assert (tmp_path / "here" / "tb_data" / "tb_input_features.dat").exists()
