"""`fpgaml predict` writes what the interpreter says, on every bit, in every format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import h5py
import numpy as np
import pytest

import fpgaml
from fpgaml.checking import Checking
from fpgaml.errors import FpgamlError
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.serial import read_graph
from fpgaml.running import predict as module
from fpgaml.running.outputs import Output, writer
from fpgaml.running.predict import Prediction, predict_into
from tests.paths import ROOT

pytest.importorskip("alkaid", reason="alkaid is not installed")

KERAS3 = ROOT / "tests" / "fixtures" / "keras3"
READERS: Mapping[str, Callable[[Path, str], np.ndarray]] = {
    ".npz": lambda path, name: np.load(path)[name],
    ".npy": lambda path, _: np.load(path),
    ".h5": lambda path, name: h5py.File(path)[name][:],
    ".csv": lambda path, _: np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2),
}


@pytest.fixture(scope="module")
def events() -> np.ndarray:
    with np.load(KERAS3 / "dense_default.npz") as stored:
        return np.asarray(stored["in/x"], np.float64)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rtl") / "project"
    fpgaml.convert(KERAS3 / "dense_default.keras", folder, target="rtl", board="kcu116", vectors=16, framework="never")
    return folder


def written(project: Path, events: np.ndarray, path: Path, *, raw: bool = False) -> Prediction:
    data = path.parent / "events.npy" if path.parent.is_dir() else path.parent.parent / "events.npy"
    np.save(data, events)
    return predict_into(project, path, Checking(data=data), raw=raw)


@pytest.mark.parametrize("ending", [".npz", ".npy", ".h5", ".csv"])
def test_every_format_holds_every_bit(
    ending: str, project: Path, events: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "chunk_events", lambda graph: 7)
    graph = read_graph(project)
    (node,), (name,) = graph.input_layers.values(), graph.outputs
    expected = interpret(graph, read_inputs(graph, {node: events}))[name]
    path = tmp_path / f"out{ending}"
    found = written(project, events, path)
    assert (found.events, found.title) == (len(events), "netlist")
    assert found.standing.startswith("proved: Graph = netlist")
    np.testing.assert_array_equal(READERS[ending](path, name), expected.to_float())
    raw = written(project, events, tmp_path / f"raw{ending}", raw=True)
    (output,) = raw.outputs
    integers = READERS[ending](tmp_path / f"raw{ending}", name)
    np.testing.assert_array_equal(np.ldexp(integers, -int(output.facts["fractional"])), expected.to_float())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["events.npy", f"out{ending}", f"raw{ending}"])


def test_the_interface_gives_the_same(project: Path, events: np.ndarray, tmp_path: Path) -> None:
    written(project, events, tmp_path / "out.npy")
    (answers,) = fpgaml.predict(project, events).values()
    np.testing.assert_array_equal(answers, np.load(tmp_path / "out.npy"))


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("out.txt", "no format has the ending"),
        ("missing/out.npy", "there is no folder"),
        ("events.npy", "is the file that events are read from"),
    ],
)
def test_bad_outputs_are_refused_before_firmware_is_opened(
    output: str, reason: str, project: Path, events: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "start", lambda *_, **__: pytest.fail("firmware was opened"))
    with pytest.raises(FpgamlError, match=reason):
        written(project, events, tmp_path / output)


def test_a_run_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.npz"
    path.write_text("old")
    outputs = [Output("y", (2,), np.dtype(np.float64), {})]
    with pytest.raises(RuntimeError), writer(path, outputs, 4) as write:
        write({"y": np.zeros((2, 2))})
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_several_outputs_in_one_file(tmp_path: Path) -> None:
    a, b = np.arange(6.0).reshape(3, 2), np.arange(3)
    outputs = [Output("a", (2,), a.dtype, {}), Output("b", (), b.dtype, {"fractional": 3})]
    for name in ("x.npz", "x.h5", "x.csv"):
        with writer(tmp_path / name, outputs, 3) as write:
            for start in (0, 2):
                write({"a": a[start : start + 2], "b": b[start : start + 2]})
    with np.load(tmp_path / "x.npz") as stored:
        assert sorted(stored.files) == ["a", "b", "fractional/b"]
        assert (stored["a"].tolist(), stored["b"].tolist(), int(stored["fractional/b"])) == (a.tolist(), [0, 1, 2], 3)
    with h5py.File(tmp_path / "x.h5") as file:
        assert (file["a"][:].tolist(), dict(file["b"].attrs)) == (a.tolist(), {"fractional": 3})
    assert (tmp_path / "x.csv").read_text() == "a[0],a[1],b\n0.0,1.0,0\n2.0,3.0,1\n4.0,5.0,2\n"


def test_outputs_have_the_axes_of_the_model_file(tmp_path: Path) -> None:
    folder = ROOT / "tests" / "fixtures" / "onnx"
    with np.load(folder / "answers.npz") as stored:
        answers = {
            key.removeprefix("max_pools/y/"): stored[key] for key in stored.files if key.startswith("max_pools/y/")
        }
        x = stored["max_pools/x/x"]
    project = tmp_path / "project"
    kind = "ap_fixed<24,12>"
    fpgaml.convert(
        folder / "max_pools.onnx", project, target="rtl", board="kcu116", input_type=kind, vectors=4, framework="never"
    )
    found = fpgaml.predict(project, x)
    assert sorted(found) == sorted(answers)
    for name, array in found.items():
        assert array.shape == answers[name].shape
        np.testing.assert_array_equal(array, answers[name].astype(np.float64))
