"""`fpgaml convert --budget`: read before the work, judged at its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from fpgaml.cli.main import app
from fpgaml.errors import FpgamlError
from tests.paths import ROOT

pytest.importorskip("alkaid", reason="alkaid is not installed")

KERAS3 = ROOT / "tests" / "fixtures" / "keras3"


def convert(folder: Path, limit: str, *options: str) -> Any:
    """A small network as RTL, checked against its recorded answers."""
    (folder / "budget.toml").write_text(f"[[limit]]\n{limit}\n")
    with np.load(KERAS3 / "dense_default.npz") as stored:
        np.save(folder / "x.npy", stored["in/x"])
        np.save(folder / "y.npy", stored["layer/third"])
    files = ("--data", str(folder / "x.npy"), "--reference", str(folder / "y.npy"), "-o", str(folder / "project"))
    few = ("--framework", "never", "--vectors", "16", "--golden", "16", "--force")
    command = ["convert", str(KERAS3 / "dense_default.keras"), "--target", "rtl", "--board", "kcu116", *files, *few]
    return CliRunner().invoke(app, [*command, "--budget", str(folder / "budget.toml"), *options])


def test_the_conversion_is_judged_at_its_end(tmp_path: Path) -> None:
    done = convert(tmp_path, 'what = "latency"\nlimit = 1\nunit = "us"')
    assert done.exit_code == 1 and "OPEN: 0 of 1 limit met, 1 open" in done.output
    assert (tmp_path / "project" / "manifest.json").is_file()
    done = convert(tmp_path, 'what = "latency"\nlimit = 1\nunit = "us"', "--accept-estimates", "--json")
    assert done.exit_code == 0
    budget = json.loads(done.output)["budget"]
    assert budget["verdict"] == "met" and budget["lines"][0]["number"]["kind"] == "estimate"


def test_a_bad_budget_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    done = convert(tmp_path, 'what = "latncy"\nlimit = 1')
    assert isinstance(done.exception, FpgamlError) and "nearest: latency" in str(done.exception)
    assert not (tmp_path / "project").exists()
