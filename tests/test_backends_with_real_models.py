"""A real model through every backend: compared where g++ can compile the project, said plainly where it cannot."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from fpgaml import convert
from fpgaml.errors import FpgamlError
from fpgaml.hls.settings import IoType
from fpgaml.hls.target import HlsTarget
from fpgaml.record.verdict import Status
from tests.paths import LEGACY, needs_compiler

DENSE, CONV = LEGACY / "calo_student_dense.h5", LEGACY / "waveform_conv1d.h5"


BOARDS = {
    "vivado": "kcu116",
    "catapult": "kcu116",
    "quartus": "agilex7-f-dk",
    "oneapi": "agilex7-f-dk",
    "libero": "polarfire-eval",
}


def converted(model: Path, folder: Path, backend: str, io: IoType | None = None) -> Status:
    """Convert; returns what became of Graph = C-simulation."""
    kind = "ap_uint<10>" if model == DENSE else "ap_int<8>"
    conversion = convert(
        model, folder, board=BOARDS[backend], target=HlsTarget(backend, io), input_type=kind, framework="never"
    )
    return conversion.results.checks[1].status


@needs_compiler
@pytest.mark.parametrize("model", [DENSE, CONV], ids=["dense", "conv"])
@pytest.mark.parametrize("io", list(IoType))
@pytest.mark.parametrize("backend", ["quartus", "catapult"])
def test_backends_with_ac_types(backend: str, io: IoType, model: Path, tmp_path: Path) -> None:
    assert converted(model, tmp_path / "p", backend=backend, io=io) == Status.EXACT


@needs_compiler
@pytest.mark.parametrize("backend", ["quartus", "catapult", "vivado"])
def test_make_csim_of_other_backends(backend: str, tmp_path: Path) -> None:
    assert converted(DENSE, tmp_path / "p", backend=backend) == Status.EXACT
    done = subprocess.run(["make", "csim"], cwd=tmp_path / "p", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "PASS" in done.stdout


@pytest.mark.parametrize(("backend", "model"), [("oneapi", DENSE), ("oneapi", CONV), ("libero", DENSE)])
def test_backends_that_need_their_vendors_headers(backend: str, model: Path, tmp_path: Path) -> None:
    status = converted(model, tmp_path / "p", backend=backend, io=IoType.PARALLEL)
    assert status == Status.NOT_CHECKED
    done = subprocess.run(["make", "csim"], cwd=tmp_path / "p", capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "headers" in done.stderr or "compiler" in done.stderr


def test_streams_for_libero_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match="io_parallel"):
        converted(DENSE, tmp_path / "p", backend="libero", io=IoType.STREAM)
    assert not (tmp_path / "p").exists()
