"""Whole conversions of real models."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from fpgaml import convert, load, verify
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.hls.settings import IoType
from fpgaml.hls.target import HlsTarget
from fpgaml.physics.roc import roc_auc
from fpgaml.record.verdict import Status
from fpgaml.rtl.settings import ShellKind
from fpgaml.rtl.target import RtlTarget
from tests.paths import ARIANNA, LEGACY, WIDE, fpgaml, needs_arianna, needs_compiler

INPUT_TYPES = {
    "calo_student_dense": "ap_uint<10>",
    "calo_student_conv": "ap_uint<10>",
    "jets_dense": "ap_fixed<14,4>",
    "waveform_conv1d": "ap_int<8>",
}


@needs_arianna
def test_the_graph_equals_the_recorded_answers_of_arianna() -> None:
    model = load(ARIANNA / "model.keras")
    waveforms = np.load(ARIANNA / "X_test.npy")[..., 0].transpose(0, 2, 1)
    values = read_inputs(model.graph, {model.graph.inputs[0].name: waveforms})
    scores = interpret(model.graph, values)[model.graph.outputs[0]].to_float().ravel()
    recorded = np.load(ARIANNA / "y_keras.npy").ravel()
    assert np.count_nonzero(scores == recorded) == 1000
    assert str(model.inputs[0].quantizer.type) == "ap_fixed<9,4>"
    assert roc_auc(np.load(ARIANNA / "y_test.npy"), scores) == pytest.approx(0.9963, abs=5e-5)


@needs_arianna
@needs_compiler
def test_arianna_as_a_stream_project_for_kcu116(tmp_path: Path) -> None:
    conversion = convert(
        ARIANNA / "model.keras",
        tmp_path / "project",
        board="kcu116",
        target=HlsTarget(io=IoType.STREAM),
        data=ARIANNA / "X_test.npy",
        data_axes=(0, 2, 1),
        reference=ARIANNA / "y_keras.npy",
        labels=ARIANNA / "y_test.npy",
    )
    source, target = conversion.results.checks
    assert (source.status, source.compared["q_dense"].events) == (Status.EXACT, 1000)
    assert (target.status, target.compared["q_dense"].events) == (Status.EXACT, 1256)
    assert conversion.results.roc_auc["q_dense"] == pytest.approx(0.9963, abs=5e-5)


@needs_compiler
@pytest.mark.parametrize("name", INPUT_TYPES)
def test_every_layer_of_the_legacy_models(name: str, tmp_path: Path) -> None:
    """In an environment that need not have Keras: against the outputs that Keras 2 and QKeras recorded."""
    conversion = convert(
        LEGACY / f"{name}.h5",
        tmp_path / "project",
        board="kcu116",
        data=LEGACY / f"{name}.npz",
        input_type=INPUT_TYPES[name],
        layers=True,
        framework="never",
    )
    source, target = conversion.results.checks
    layers = {layer.name.removeprefix("layer/"): layer for layer in source.layers}
    inexact = [name for name, layer in layers.items() if not layer.exact]
    assert inexact == (["softmax"] if name == "jets_dense" else [])
    assert len(source.layers) >= 5
    assert source.status == (Status.DISTANCE if inexact else Status.EXACT)
    if inexact:
        assert layers["softmax"].largest < 1e-3
    assert target.status == Status.EXACT


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project, written once."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    folder = tmp_path_factory.mktemp("converted") / "project"
    convert(LEGACY / "calo_student_dense.h5", folder, board="kcu116", data=LEGACY / "calo_student_dense.npz")
    return folder


def test_the_input_type_comes_from_the_data(project: Path) -> None:
    (choice,) = json.loads((project / "manifest.json").read_text())["input_types"]
    assert choice["origin"] == "data"
    bits = int(np.load(LEGACY / "calo_student_dense.npz")["x"].max()).bit_length()
    assert choice["type"] == f"ap_ufixed<{bits},{bits}> RND SAT"


def test_the_same_input_gives_the_same_bytes(project: Path, tmp_path: Path) -> None:
    convert(LEGACY / "calo_student_dense.h5", tmp_path / "b", board="kcu116", data=LEGACY / "calo_student_dense.npz")
    first = {p.relative_to(project): p.read_bytes() for p in project.rglob("*") if p.is_file()}
    second = {p.relative_to(tmp_path / "b"): p.read_bytes() for p in (tmp_path / "b").rglob("*") if p.is_file()}
    assert first == second


def test_verify_passes_and_names_edited_files(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    assert verify(copy).results.passed
    (copy / "README.md").write_text("mine now")
    again = verify(copy)
    assert again.results.passed
    assert again.edited == ("README.md",)


def test_verify_finds_a_flipped_weight(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    (weights,) = copy.glob("firmware/weights/w2.txt")
    first, comma, rest = weights.read_text().partition(",")
    weights.write_text(f"{float(first) + 0.25}{comma}{rest}")
    done = fpgaml("verify", copy)
    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert "w2.txt" in done.stdout


def test_verify_finds_a_changed_golden_vector(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    (golden,) = copy.glob("tb_data/output_*.txt")
    lines = golden.read_text().splitlines()
    lines[5] = format(int(lines[5], 16) ^ 1, "x")
    golden.write_text("\n".join(lines) + "\n")
    check = next(c for c in verify(copy).results.checks if c.name == "Graph = golden vectors")
    assert check.status == Status.FAILED
    (comparison,) = check.outputs
    assert comparison.first is not None
    assert (comparison.differing_values, comparison.first.event) == (1, 5)


def test_make_csim_passes_and_fails_at_the_first_differing_bit(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(project, copy)
    done = subprocess.run(["make", "csim"], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "PASS: 512 events" in done.stdout
    (golden,) = copy.glob("tb_data/output_*.txt")
    lines = golden.read_text().splitlines()
    lines[3] = format(int(lines[3], 16) ^ 4, "x")
    golden.write_text("\n".join(lines) + "\n")
    done = subprocess.run(["make", "csim"], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "event 3" in done.stdout
    assert "bit 2" in done.stdout


def test_a_source_that_differs_fails(tmp_path: Path) -> None:
    recorded = dict(np.load(LEGACY / "calo_student_dense.npz"))
    recorded["y"][17] += 0.5
    np.savez(tmp_path / "data.npz", x=recorded["x"], y=recorded["y"])
    done = fpgaml(
        *("convert", LEGACY / "calo_student_dense.h5", "--board", "kcu116", "--output", tmp_path / "project"),
        *("--input-type", "ap_uint<10>", "--data", tmp_path / "data.npz"),
    )
    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert "event 17" in done.stdout


def test_rounding_of_the_input_is_shown_apart(tmp_path: Path) -> None:
    """An input type too coarse for the data: exactness is judged where it holds the data."""
    recorded = dict(np.load(LEGACY / "jets_dense.npz"))
    x = recorded["x"].copy()
    x[0, 0] += 2.0**-12
    np.savez(tmp_path / "data.npz", x=x, y=recorded["y"])
    conversion = convert(
        LEGACY / "jets_dense.h5",
        tmp_path / "project",
        board="kcu116",
        data=tmp_path / "data.npz",
        input_type="ap_fixed<14,4>",
        tolerance_lsb=100.0,
    )
    source = conversion.results.checks[0]
    (comparison,), (rounding,) = source.outputs, source.input_rounding
    assert (comparison.events, rounding.events) == (255, 1)
    assert source.status == Status.WITHIN


@pytest.mark.parametrize(("off", "status"), [(0.0, Status.WITHIN_FLOAT32), (1.0, Status.FAILED)])
def test_sums_that_float32_cannot_hold(tmp_path: Path, off: float, status: Status) -> None:
    """Keras's own answers, in float32, differ from the exact ones: no failure, and no proof; a wrong answer is one."""
    recorded = dict(np.load(WIDE / "dot.npz"))
    exact = (recorded["a"].astype(np.float64) * recorded["b"]).sum(axis=1, keepdims=True)
    assert np.count_nonzero(recorded["y"] != exact.astype(np.float32)) > 20
    recorded["y"][7] += off
    np.savez(tmp_path / "data.npz", **recorded)
    conversion = convert(
        WIDE / "dot.keras",
        tmp_path / "project",
        board="kcu116",
        target=RtlTarget(),
        input_type="ap_fixed<18,8>",
        data=tmp_path / "data.npz",
    )
    source = conversion.results.checks[0]
    assert source.status == status, source
    assert conversion.passed == (status != Status.FAILED)
    assert not conversion.proved


def test_help_names_the_commands() -> None:
    done = fpgaml("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("convert", "verify", "report", "boards", "doctor"))


@needs_compiler
def test_the_python_api_takes_text(tmp_path: Path) -> None:
    name = LEGACY / "calo_student_dense"
    conversion = convert(
        f"{name}.h5", str(tmp_path / "p"), board="u250", data=f"{name}.npz", target=HlsTarget(io="io_stream")
    )
    assert conversion.proved
    assert conversion.written.firmware.settings.to_json()["io"] == IoType.STREAM
    assert verify(str(tmp_path / "p"), data=f"{name}.npz").results.passed


def test_what_was_not_checked_is_not_proved(tmp_path: Path) -> None:
    """The framework is not asked and the RTL not simulated: the Python API says what the command line says."""
    name = LEGACY / "calo_student_dense"
    conversion = convert(
        f"{name}.h5",
        tmp_path / "p",
        target=RtlTarget(shell=ShellKind.NATIVE),
        input_type="ap_uint<10>",
        framework="never",
    )
    assert conversion.passed
    assert not conversion.proved
    assert conversion.results.verdict == "not fully proved"
    written = json.loads((tmp_path / "p" / "results.json").read_text())
    assert (written["passed"], written["verdict"]) == (True, "not fully proved")
    again = verify(tmp_path / "p", framework="never")
    assert again.passed and not again.proved
    done = fpgaml("report", str(tmp_path / "p"))
    assert done.returncode == 0
    assert "CONVERTED, NOT FULLY PROVED: source model = Graph: not checked" in done.stdout
