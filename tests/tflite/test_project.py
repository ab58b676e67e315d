"""`fpgaml convert --target tflite`: what a project holds, and that what it says is so."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpgaml import litert
from fpgaml.errors import FpgamlError
from fpgaml.litert import Kernels
from fpgaml.physics.roc import roc_auc
from fpgaml.report.read import read_project
from fpgaml.tflite import scores
from tests.paths import LEGACY, fpgaml, needs_compiler
from tests.tflite.needs import needs_tensorflow

pytestmark = needs_tensorflow
MODEL, DATA = LEGACY / "waveform_conv1d.h5", LEGACY / "waveform_conv1d.npz"
OPTIONS = ("--target", "tflite", "--data", DATA, "--framework", "never")


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Truth that goes with the trace's largest value."""
    x = np.load(DATA)["x"]
    largest = x.reshape(len(x), -1).max(axis=1)
    path = tmp_path_factory.mktemp("labels") / "labels.npy"
    np.save(path, (largest > np.median(largest)).astype(np.int64))
    return path


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, labels: Path) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("tflite") / "project"
    done = fpgaml("convert", MODEL, *OPTIONS, "--labels", labels, "-o", folder)
    assert done.returncode == 0, done.stderr
    yield folder


def _section(project: Path) -> dict[str, Any]:
    section: dict[str, Any] = json.loads((project / "results.json").read_text())["tflite"]
    return section


def test_files_and_schemas(project: Path) -> None:
    report = read_project(project)
    assert not report.edited
    names = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    assert names == {
        "README.md",
        "example/Makefile",
        "example/run_golden.c",
        "graph.json",
        "manifest.json",
        "network.tflite",
        "network.txt",
        "network_model.c",
        "network_model.h",
        "results.json",
        "tb_data/golden.json",
        "tb_data/input_trace.txt",
        "tb_data/output_score.txt",
        "tb_data/output_score_optimised.txt",
        "tb_data/output_score_xnnpack.txt",
    }
    assert report.results.tflite.timing is None
    assert report.manifest.settings.activations == "int8"
    assert report.results.tflite.bytes.integer == (project / "network.tflite").stat().st_size


def test_the_same_input_gives_the_same_bytes(project: Path, labels: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    done = fpgaml("convert", MODEL, *OPTIONS, "--labels", labels, "-o", again)
    assert done.returncode == 0, done.stderr
    for path in project.rglob("*"):
        if path.is_file():
            name = path.relative_to(project)
            assert (again / name).read_bytes() == path.read_bytes(), name


def _codes(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    rows = [[int(token, 16) for token in line.split()] for line in path.read_text().splitlines()]
    return np.array(rows, np.uint8).view(np.int8).reshape(-1, *shape)


@pytest.mark.parametrize("kernels", list(Kernels))
def test_golden_vectors_are_what_the_named_kernels_give(project: Path, kernels: Kernels) -> None:
    golden = json.loads((project / "tb_data" / "golden.json").read_text())
    given = golden["inputs"][0]
    codes = _codes(project / given["file"], tuple(given["shape"]))
    assert len(codes) == 256 + 256
    assert codes.min() == -128
    assert codes.max() == 127
    wanted = next(entry for entry in golden["outputs"] if entry["kernels"] == kernels)
    found = litert.run(project / "network.tflite", {given["tensor"]: codes}, kernels)
    np.testing.assert_array_equal(found[wanted["tensor"]], _codes(project / wanted["file"], (1,)))


def test_golden_inputs_are_the_data_over_the_scale(project: Path) -> None:
    given = json.loads((project / "tb_data" / "golden.json").read_text())["inputs"][0]
    x = np.load(DATA)["x"].astype(np.float64)
    typed = np.clip(np.round(x), -128, 127)  # the model's own first quantizer: ap_fixed<8,8> RND_CONV SAT
    scaled = typed / given["scale"]
    codes = np.clip(np.floor(np.abs(scaled) + 0.5) * np.sign(scaled) + given["zero_point"], -128, 127)
    np.testing.assert_array_equal(_codes(project / given["file"], x.shape[1:])[256:], codes)


@needs_compiler
def test_the_c_array_holds_the_file_and_is_aligned(project: Path, tmp_path: Path) -> None:
    main = tmp_path / "main.c"
    main.write_text(
        '#include "network_model.h"\n#include <stdint.h>\n#include <stdio.h>\nint main(void) {\n'
        "  fwrite(network_model, 1, network_model_size, stdout);\n"
        "  return (uintptr_t)network_model % 16 != 0;\n}\n"
    )
    program = tmp_path / "main"
    sources = [str(main), str(project / "network_model.c")]
    subprocess.run(["gcc", "-std=c11", "-Wall", "-Werror", f"-I{project}", "-o", str(program), *sources], check=True)
    done = subprocess.run([str(program)], capture_output=True, check=True)
    assert done.stdout == (project / "network.tflite").read_bytes()


def test_distances_and_kernels_are_those_of_the_data(project: Path, labels: Path) -> None:
    section = _section(project)
    x = np.clip(np.round(np.load(DATA)["x"].astype(np.float64)), -128, 127)
    path = project / "network.tflite"
    integer = {kernels: scores(path, x, kernels) for kernels in Kernels}
    scale = json.loads((project / "manifest.json").read_text())["outputs"][0]["scale"]
    for entry in section["kernels"]:
        steps = np.abs(integer[entry["kernels"]] - integer[Kernels.REFERENCE]) / scale
        assert entry["differing"] == np.count_nonzero(np.round(steps))
        assert entry["largest_lsb"] == round(steps.max())
    fixed = np.load(DATA)["y"].astype(np.float64).reshape(-1, 1)  # the source model equals the Graph on these events
    found = next(entry for entry in section["distances"] if entry["pair"] == "integer from fixed")
    assert found["largest"] == pytest.approx(np.abs(integer[Kernels.REFERENCE] - fixed).max(), rel=1e-9)
    assert found["mean"] == pytest.approx(np.abs(integer[Kernels.REFERENCE] - fixed).mean(), rel=1e-9)
    truth = np.load(labels)
    assert section["roc_auc"]["integer"]["score"] == roc_auc(truth, integer[Kernels.REFERENCE])
    physics = json.loads((project / "results.json").read_text())["physics"]
    assert physics["roc_auc"]["score"] == roc_auc(truth, fixed)


def test_the_integers_are_checked_against_the_reference_kernels(project: Path) -> None:
    checks = {entry["name"]: entry for entry in json.loads((project / "results.json").read_text())["checks"]}
    assert checks["source model = Graph"]["status"] == "exact"
    assert checks["Graph = float network"]["status"] == "distance reported"
    integer = checks["integer Graph = LiteRT reference kernels"]
    assert integer["status"] == "exact", integer
    assert integer["outputs"][0]["events"] == 256 + 256 + len(np.load(DATA)["x"])


def test_verify_runs_the_vectors_again(project: Path, tmp_path: Path) -> None:
    assert fpgaml("verify", project, "--data", DATA, "--framework", "never").returncode == 0
    damaged = tmp_path / "damaged"
    shutil.copytree(project, damaged)
    vectors = damaged / "tb_data" / "output_score.txt"
    lines = vectors.read_text().splitlines()
    lines[3] = format((int(lines[3], 16) + 1) % 256, "x")
    vectors.write_text("\n".join(lines) + "\n")
    done = fpgaml("verify", damaged)
    assert done.returncode == 1
    assert "1 of 512 events differ" in done.stdout


def test_the_example_compiles_against_the_c_api(project: Path) -> None:
    import os

    include = os.environ.get("FPGAML_TFLITE_INCLUDE", "/usr/local/include")
    if not (Path(include) / "tensorflow/lite/c/c_api.h").exists():
        pytest.skip("FPGAML_TFLITE_INCLUDE names no folder with tensorflow/lite/c/c_api.h")
    command = ["make", "-C", str(project / "example"), "check", f"TFLITE_INCLUDE={include}", "CFLAGS=-Wall -Werror"]
    subprocess.run(command, check=True, capture_output=True)


def test_timing_and_the_float_file_only_where_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "timed"
    done = fpgaml("convert", MODEL, *OPTIONS, "--int16x8", "--time", "--keep-float", "--name", "trigger", "-o", folder)
    assert done.returncode == 0, done.stderr
    report = read_project(folder)
    timing = report.results.tflite.timing
    assert {(entry.network, entry.kernels, entry.kind) for entry in timing} == {
        ("integer", "xnnpack", "measured"),
        ("integer", "reference", "measured"),
        ("float32", "xnnpack", "measured"),
    }
    assert all(entry.percentile_5_us <= entry.median_us <= entry.percentile_95_us for entry in timing)
    assert "median_us" not in (folder / "manifest.json").read_text()
    assert (folder / "trigger_float32.tflite").stat().st_size == report.results.tflite.bytes.float32
    assert report.manifest.outputs[0].width == 16


def test_scores_are_the_same_whatever_the_chunks(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.load(DATA)["x"]
    whole = scores(project / "network.tflite", x)
    assert whole.shape == (len(x), 1)
    monkeypatch.setattr("fpgaml.tflite.running.scoring.CHUNK_VALUES", 7 * x[0].size)
    np.testing.assert_array_equal(scores(project / "network.tflite", x.reshape(len(x), -1)), whole)


def test_scores_refuse_what_the_model_does_not_take(project: Path) -> None:
    path = project / "network.tflite"
    x = np.load(DATA)["x"].astype(np.float64)
    with pytest.raises(FpgamlError, match="data of shape"):
        scores(path, x[:, :10])
    x[5, 0, 0] = np.nan
    with pytest.raises(FpgamlError, match="first in event 5"):
        scores(path, x)
    with pytest.raises(FpgamlError, match="no output 3"):
        scores(path, x, output=3)
