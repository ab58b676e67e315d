"""Which frontend reads a file, and a frontend of another package: read, converted, and proved by its own oracle."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.frontends import registry
from fpgaml.frontends.registry import FRONTENDS, find_frontend, frontends, parse_model, what_is_read
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.types import FixedType, Quantizer
from tests.paths import ROOT, fpgaml

TOY = "TOY1\n3 -5\n2 7\n-1 4\n"
FIXTURES = ROOT / "tests" / "fixtures"


@pytest.fixture
def packaged(tmp_path: Path) -> Path:
    """A folder with another package, installed: nothing but an entry point that names the toy."""
    info = tmp_path / "site" / "toy_frontend-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-frontend\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[fpgaml.frontends]\ntoy = tests.frontends.toy:FRONTEND\n")
    return info.parent


def test_every_frontend_of_the_table_is_one() -> None:
    for name, frontend in zip(FRONTENDS, frontends(), strict=False):
        assert frontend.name == name
        assert frontend.reads in what_is_read()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("keras3/merges.keras", "keras3"),
        ("keras3/saved_as_h5.h5", "keras3"),
        ("keras2/merges.h5", "keras2"),
        ("keras2/pair.json", "keras2"),
        ("tflite/waveform_int8.tflite", "tflite"),
        ("pytorch/mlp.pt2", "pytorch"),
        ("symbolic/exact.sympy", "symbolic"),
        ("symbolic/hall_of_fame.csv", "symbolic"),
    ],
)
def test_exactly_one_frontend_recognises_a_file(file: str, name: str) -> None:
    path = FIXTURES / file
    with path.open("rb") as stream:
        head = stream.read(registry.HEAD_BYTES)
    assert [frontend.name for frontend in frontends() if frontend.recognises(path, head)] == [name]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\x1c\0\0\0TFL3" + bytes(100), "is damaged"),
        (b"hello, world, hello", "Give one of these: .*a Keras 3 .keras or .h5"),
    ],
)
def test_files_that_nobody_can_read(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "model.any"
    path.write_bytes(content)
    with pytest.raises(FpgamlError, match=said):
        parse_model(path)
    with pytest.raises(FpgamlError, match=r"Did you mean model\.any\?"):
        parse_model(tmp_path / "modl.any")


def test_recognising_a_flatbuffer_imports_no_other_reader() -> None:
    code = (
        "import sys; from pathlib import Path; from fpgaml.frontends.registry import find_frontend\n"
        f"assert find_frontend(Path({str(FIXTURES / 'tflite' / 'waveform_int8.tflite')!r})).name == 'tflite'\n"
        "print([m for m in ('h5py', 'keras', 'ai_edge_litert', 'fpgaml.proof.oracle') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.strip() == "[]"


def test_one_line_of_the_table_adds_a_frontend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "matrix.toy"
    path.write_text(TOY)
    with pytest.raises(FpgamlError, match="is not a model file"):
        find_frontend(path)
    monkeypatch.setitem(FRONTENDS, "toy", "tests.frontends.toy:FRONTEND")
    graph = parse_model(path).build({"x": Quantizer(FixedType(1, 3, 0))}).graph
    (y,) = interpret(graph, read_inputs(graph, {"x": np.array([[1.0, 2.0, -3.0]])})).values()
    assert y.to_float().tolist() == [[1 * 3 + 2 * 2 + 3, -5 + 2 * 7 - 3 * 4]]


@pytest.mark.parametrize(("name", "code", "said"), [("right", 0, "toys by numpy"), ("wrong", 1, "FAILED")])
def test_another_packages_frontend_brings_its_own_oracle(
    name: str, code: int, said: str, packaged: Path, tmp_path: Path
) -> None:
    path = tmp_path / f"{name}.toy"
    path.write_text(TOY)
    np.save(tmp_path / "events.npy", np.random.default_rng(3).integers(-8, 8, (50, 3)).astype(np.float64))
    options = ("--target", "rtl", "--input-type", "ap_fixed<4,4>", "--data", tmp_path / "events.npy")
    run = fpgaml("convert", path, "-o", tmp_path / "project", *options, PYTHONPATH=f"{ROOT}:{packaged}")
    assert run.returncode == code, run.stderr
    assert said in run.stdout
    assert "Toy 1" in (tmp_path / "project" / "manifest.json").read_text()


def test_a_frontend_that_cannot_be_imported_is_named(packaged: Path, tmp_path: Path) -> None:
    points = packaged / "toy_frontend-1.0.dist-info" / "entry_points.txt"
    points.write_text("[fpgaml.frontends]\nbroken = no_such_package:FRONTEND\n")
    path = tmp_path / "matrix.toy"
    path.write_text(TOY)
    run = fpgaml("convert", path, PYTHONPATH=f"{ROOT}:{packaged}")
    assert run.returncode == 2
    assert "broken: this frontend cannot be imported" in run.stderr
    assert "Traceback" not in run.stderr
