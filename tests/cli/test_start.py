"""`fpgaml --help` and `fpgaml convert --help` start quickly: what only work needs is not imported for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "h5py", "hls4ml", "keras", "tensorflow", "jsonschema", "cocotb", "alkaid")
"""Not pydantic: typer imports it where it is installed."""


@pytest.mark.parametrize("arguments", [["--help"], ["convert", "--help"], ["verify", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom fpgaml.cli.main import app\n"
        f"try:\n    app({arguments!r})\nexcept SystemExit:\n    pass\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage" in done.stdout
    assert done.stdout.splitlines()[-1] == "HEAVY []"
