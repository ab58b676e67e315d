"""The framework is started once for a conversion, and ends with it."""

from __future__ import annotations

import importlib.util
import os
import shlex
from pathlib import Path

import numpy as np
import pytest

from fpgaml.boards import find_board
from fpgaml.checking import Checking
from fpgaml.conversion import Request, Vectors, convert
from fpgaml.errors import ToolError
from fpgaml.frontends.framework import PYTHON_VARIABLE, framework_python
from fpgaml.proof import checks
from fpgaml.proof.oracle import FrameworkUse
from fpgaml.record.verdict import Status
from fpgaml.rtl.target import RtlTarget

KERAS3 = Path(__file__).resolve().parents[1] / "fixtures" / "keras3"
MODEL, EVENTS = KERAS3 / "dense_default.keras", 60
needs_framework = pytest.mark.skipif(
    not os.environ.get(PYTHON_VARIABLE) and importlib.util.find_spec("keras") is None,
    reason=f"Keras is not installed, and {PYTHON_VARIABLE} is not set",
)


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A shell script that stands where the framework's Python does; the file in which it leaves its number."""
    python, numbers = folder / "python", folder / "numbers"
    python.write_text(f"#!/bin/sh\necho $$ >> {shlex.quote(str(numbers))}\n{script}\n")
    python.chmod(0o755)
    monkeypatch.setenv(PYTHON_VARIABLE, str(python))
    return numbers


def request(folder: Path, use: FrameworkUse = FrameworkUse.AUTO) -> Request:
    np.save(folder / "x.npy", np.random.default_rng(1).normal(size=(EVENTS, 6)).astype(np.float32))
    checking = Checking(data=folder / "x.npy", framework=use)
    return Request(folder / "p", RtlTarget(), find_board("kcu116"), checking=checking, vectors=Vectors(made_up=20))


@needs_framework
def test_one_process_answers_every_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = framework_python()
    numbers = program(tmp_path, monkeypatch, f'exec {shlex.quote(str(real))} "$@"')
    monkeypatch.setattr(checks, "CHUNK_VALUES", 70)
    conversion = convert(MODEL, request(tmp_path, FrameworkUse.REQUIRED))
    source = conversion.results.checks[0]
    assert source.status == Status.EXACT, source
    assert all(comparison.events >= 20 + EVENTS for comparison in source.outputs)
    (process,) = numbers.read_text().split()
    assert not Path(f"/proc/{process}").exists()


def test_a_framework_that_crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = program(tmp_path, monkeypatch, "echo bus error >&2; exit 135")
    source = convert(MODEL, request(tmp_path)).results.checks[0]
    assert source.status == Status.NOT_CHECKED
    assert "code 135" in source.note and "bus error" in source.note
    assert len(numbers.read_text().split()) == 1
    with pytest.raises(ToolError, match=r"code 135.*bus error"):
        convert(MODEL, request(tmp_path, FrameworkUse.REQUIRED))


def test_a_conversion_that_fails_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = program(tmp_path, monkeypatch, "exec sleep 60")

    def fail(*_: object) -> None:
        while not (numbers.exists() and numbers.read_text().strip()):  # it runs in the background
            pass
        assert Path(f"/proc/{numbers.read_text().strip()}").exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(RtlTarget, "write", fail)
    with pytest.raises(KeyboardInterrupt):
        convert(MODEL, request(tmp_path))
    assert not Path(f"/proc/{numbers.read_text().strip()}").exists()
    assert not (tmp_path / "p").exists()
