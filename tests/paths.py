"""Where test data lies, and how the command line is run in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LEGACY = ROOT / "tests" / "fixtures" / "legacy_qkeras"
WIDE = ROOT / "tests" / "fixtures" / "wide"
SHARED = ROOT.parent / "shared" / "data"
ARIANNA = SHARED / "arianna"

needs_arianna = pytest.mark.skipif(not ARIANNA.is_dir(), reason="the arianna data is not beside this checkout")
needs_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")


def fpgaml(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line; the framework is not asked unless a test says so."""
    return subprocess.run(
        [sys.executable, "-m", "fpgaml", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "120", **environment},
        timeout=600,
    )
