"""What the tests of this folder need beside fpgaml itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache

import pytest

from fpgaml.doctor import probe
from fpgaml.frontends.framework import PYTHON_VARIABLE
from fpgaml.litert import is_installed


@cache
def _has_tensorflow() -> bool:
    python = shutil.which(os.environ.get(PYTHON_VARIABLE) or sys.executable)
    if python is None:
        return False
    done = subprocess.run([python, probe.__file__], capture_output=True, text=True, check=False, timeout=30)
    return done.returncode == 0 and "tensorflow" in json.loads(done.stdout)


needs_litert = pytest.mark.skipif(not is_installed(), reason="LiteRT is not installed: pip install 'fpgaml[tflite]'")
needs_tensorflow = pytest.mark.skipif(
    not (_has_tensorflow() and is_installed()),
    reason=f"the Python of {PYTHON_VARIABLE} has no TensorFlow, or this one no LiteRT",
)
