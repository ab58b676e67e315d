"""Files on which the HDF5 library itself gives up."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.frontends import hdf5
from fpgaml.frontends.registry import parse_model
from tests.paths import LEGACY

MODEL = LEGACY / "calo_student_dense.h5"


@pytest.mark.parametrize(("code", "said"), [("import os; os.abort()", "crashes"), ("while True: pass", "does not end")])
def test_a_reader_that_dies_or_hangs_is_an_error(
    code: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = tmp_path / "probe.py"
    probe.write_text(code)
    monkeypatch.setattr(hdf5, "PROBE", probe)
    monkeypatch.setattr(hdf5, "PROBE_SECONDS", 1.0)
    model = Path(shutil.copy(MODEL, tmp_path))  # a file of its own: one that was survived is not tried again
    with pytest.raises(FpgamlError, match=said):
        parse_model(model)


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
        assert parse_model(path).input_shapes
    except FpgamlError as error:
        assert str(error)
