"""Bad input of `--target tflite`: one line that says what and what to do, exit code 2, nothing left behind."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.paths import LEGACY, fpgaml
from tests.tflite.needs import needs_tensorflow

MODEL, DATA = LEGACY / "waveform_conv1d.h5", LEGACY / "waveform_conv1d.npz"


def _refused(folder: Path, *arguments: object, **environment: str) -> str:
    done = fpgaml("convert", *arguments, "-t", "tflite", "--framework", "never", "-o", folder, **environment)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not folder.exists()
    return done.stderr


def test_no_events_to_calibrate_on(tmp_path: Path) -> None:
    said = _refused(tmp_path / "p", MODEL)
    assert "no events to calibrate on" in said
    assert "Give --data events.npy" in said


def test_no_tensorflow(tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    try:
        import tensorflow  # noqa: F401
    except ImportError:
        said = _refused(tmp_path / "p", MODEL, "--data", DATA, FPGAML_FRAMEWORK_PYTHON=sys.executable)
        assert "TensorFlow is not installed" in said
        assert "pip install 'fpgaml[tensorflow]'" in said
    else:
        pytest.skip("this Python has TensorFlow")


@needs_tensorflow
def test_data_of_another_shape(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((10, 63, 3), np.float32))
    assert "63" in _refused(tmp_path / "p", MODEL, "--data", tmp_path / "x.npy")


@needs_tensorflow
def test_a_full_disk(small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 330_000)
    said = _refused(small_disk / "p", MODEL, "--data", DATA)
    assert "the disk is full" in said
    assert [path.name for path in small_disk.iterdir()] == ["filler"]
