"""Which frontend reads a file; files on which the HDF5 library itself gives up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.frontends import detect
from tests.paths import LEGACY

MODEL = LEGACY / "calo_student_dense.h5"


def test_a_tflite_file_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(b"\x1c\0\0\0TFL3" + bytes(100))
    with pytest.raises(FpgamlError, match="is damaged"):
        detect.parse_model(path)


@pytest.mark.parametrize(("code", "said"), [("import os; os.abort()", "crashes"), ("while True: pass", "does not end")])
def test_a_reader_that_dies_or_hangs_is_an_error(
    code: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "probe.py").write_text(code)
    monkeypatch.setattr(detect, "__file__", str(tmp_path / "detect.py"))
    monkeypatch.setattr(detect, "PROBE_SECONDS", 1.0)
    with pytest.raises(FpgamlError, match=said):
        detect.parse_model(MODEL)


@pytest.mark.parametrize("seed", range(12))
def test_damaged_files_give_errors_or_models(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    content = np.frombuffer(MODEL.read_bytes(), dtype=np.uint8).copy()
    for place in rng.integers(8, content.size, 20):
        content[place] = rng.integers(256)
    if seed % 3 == 0:
        start = int(rng.integers(8, content.size - 4096))
        content[start : start + 2048] = 0
    path = tmp_path / "damaged.h5"
    content.tofile(path)
    try:
        assert detect.parse_model(path).input_shapes
    except FpgamlError as error:
        assert str(error)
