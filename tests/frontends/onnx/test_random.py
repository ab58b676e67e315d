"""Random ONNX networks against onnxruntime; `soak` runs thousands of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fpgaml.frontends.framework import framework_python
from fpgaml.frontends.framework.onnx import PACKAGE
from tests.frontends.onnx.soak import Tally, soak


def test_every_value_is_equal(tmp_path: Path) -> None:
    python = str(framework_python(PACKAGE) or sys.executable)
    if subprocess.run([python, "-c", "import onnxruntime"], capture_output=True, check=False).returncode:
        pytest.skip("onnxruntime is not installed")
    tally = Tally()
    soak(range(80), tmp_path, tally)
    assert (tally.wrong, tally.refused) == ([], [])
    assert len(tally.kinds) > 30
