"""`fpgaml.emulate`: arrays in, arrays out, on every bit what the interpreter says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fpgaml
from fpgaml.emulator import build
from fpgaml.emulator.compiled import Emulator
from fpgaml.errors import FpgamlError, ToolError
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.ops import Dense
from fpgaml.graph.types import FixedType
from fpgaml.graph.values import FixedArray
from fpgaml.running.emulate import Emulated
from fpgaml.source import LoadedModel
from tests.graph.build import fixed, graph_of
from tests.paths import LEGACY, ROOT, needs_compiler

MODEL = LEGACY / "calo_student_dense.h5"
INPUT = "ap_uint<10>"

pytestmark = needs_compiler


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return fpgaml.load(MODEL, input_type=INPUT)


@pytest.fixture(scope="module")
def events() -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 900, (400, 252)).astype(np.float32)


def expected(model: LoadedModel, events: np.ndarray) -> FixedArray:
    (node,), (output,) = model.graph.input_layers.values(), model.graph.outputs
    return interpret(model.graph, read_inputs(model.graph, {node: events}))[output]


def test_real_numbers_are_rounded_by_the_input_and_answered_exactly(model: LoadedModel, events: np.ndarray) -> None:
    want = expected(model, events).to_float()
    answers = {
        "float32": fpgaml.emulate(model, events),
        "float64": fpgaml.emulate(model, events.astype(np.float64)),
        "one thread": fpgaml.emulate(model, events, threads=1),
        "by name": fpgaml.emulate(model, {"inputs": events}),
        "every second": fpgaml.emulate(model, np.repeat(events, 2, axis=0)[::2]),
    }
    for how, found in answers.items():
        assert np.array_equal(found, want), how
    # 16 bits of answer fit into float32: it is kept; whole numbers come as float64.
    assert answers["float32"].dtype == np.float32
    whole = events.astype(np.int32)
    assert np.array_equal(fpgaml.emulate(model, whole), expected(model, whole).to_float())
    assert fpgaml.emulate(model, whole).dtype == np.float64


def test_raw_integers_pass_without_a_copy(
    model: LoadedModel, events: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    (output,) = model.graph.outputs
    point = int(model.graph.types[output].uniform().fractional)
    raw = events.astype(np.int16)
    seen: list[int] = []
    pointers = Emulator.integers

    def watched(self: Any, arrays: Any) -> Any:
        seen.extend(array.ctypes.data for array in arrays.values())
        return pointers(self, arrays)

    monkeypatch.setattr(Emulator, "integers", watched)
    found = fpgaml.emulate(model, raw, raw=True)
    assert np.array_equal(found, expected(model, raw).at(point))
    assert found.dtype.kind == "i" and found.dtype.itemsize <= 4
    assert seen == [raw.ctypes.data]
    assert np.array_equal(fpgaml.emulate(model, raw.astype(np.int64), raw=True), found)


def test_a_project_and_its_file_are_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    folder = ROOT / "tests" / "fixtures" / "keras3"
    with np.load(folder / "dense_default.npz") as stored:
        x = stored["in/x"]
    project = tmp_path / "project"
    file = folder / "dense_default.keras"
    fpgaml.convert(file, project, target="rtl", board="kcu116", vectors=16, framework="never")
    found = fpgaml.emulate(project, x)
    assert np.array_equal(found, fpgaml.predict(project, x)["third"])
    raw = fpgaml.emulate(project, np.zeros((3, 6), np.int8), raw=True)
    assert np.array_equal(raw, fpgaml.predict(project, np.zeros((3, 6)), raw=True)["third"])
    monkeypatch.setattr(build, "_compile", None)  # nothing is compiled from here on
    assert np.array_equal(fpgaml.emulate(str(project), x), found)


CASES: dict[str, tuple[Any, dict[str, Any], str]] = {
    "another shape": (np.zeros((4, 7)), {}, "events of shape"),
    "another input": ({"other": np.zeros((4, 252))}, {}, "no events for this input"),
    "texts": (np.array([["a"] * 252]), {}, "events of type"),
    "reals as raw": (np.zeros((4, 252)), {"raw": True}, "events of type float64, where integers are taken"),
    "beyond the type": (np.full((4, 252), 70000), {"raw": True}, "values of 70000 to 70000"),
    "NaN": (np.full((4, 252), np.nan), {}, "NaN or infinity"),
    "no threads": (np.zeros((4, 252)), {"threads": 0}, "0 run nothing"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_refused(case: str, model: LoadedModel) -> None:
    events, options, said = CASES[case]
    with pytest.raises(FpgamlError, match=said):
        fpgaml.emulate(model, events, **options)


def test_answers_of_many_bits_are_the_nearest_numbers_and_no_raw_integers() -> None:
    graph = graph_of(Dense(fixed([[(1 << 40) + 1], [3]]), None), (2,), kind=FixedType(1, 39, 0))
    opened = Emulated.of(graph, {}, {})
    x = np.array([[2.0**38 + 1, -5], [-(2.0**39), 7], [1, 0]])
    found = opened.run({"x0": x}, raw=False, threads=None)["y"]
    exact = [int(a) * ((1 << 40) + 1) + 3 * int(b) for a, b in x]
    assert found[:, 0].tolist() == [float(n) for n in exact]
    with pytest.raises(FpgamlError, match="y has more bits than an integer of 64 bits holds"):
        opened.run({"x0": x.astype(np.int64)}, raw=True, threads=None)


def test_what_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FpgamlError, match="no such project or model file"):
        fpgaml.emulate(tmp_path / "none.keras", np.zeros((1, 2)))
    monkeypatch.setenv("FPGAML_CXX", "no-such-compiler")
    with pytest.raises(ToolError, match=r"needs g\+\+"):
        fpgaml.emulate(MODEL, np.zeros((1, 252)), input_type=INPUT)
