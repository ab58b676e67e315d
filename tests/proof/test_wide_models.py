"""Models that are right, and whose own framework is not in float32: never FAILED, and EXACT where it has float64."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

import fpgaml
from fpgaml.errors import ToolError
from fpgaml.frontends.framework import PYTHON_VARIABLE, FrameworkUnavailableError, framework_session, runner
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Dense, Input
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.proof.checks import Batch, Proof, source_check
from fpgaml.proof.oracle import Answers, Oracle
from fpgaml.record.checks import Check
from fpgaml.record.verdict import Status

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
WIDE = FIXTURES / "wide"
needs_framework = pytest.mark.skipif(
    not os.environ.get(PYTHON_VARIABLE) and importlib.util.find_spec("keras") is None,
    reason=f"Keras is not installed, and {PYTHON_VARIABLE} is not set",
)


def source_of(folder: Path, model: Path, data: Path, framework: str) -> Check:
    """How the first hop of a conversion came out."""
    found = fpgaml.convert(model, folder / "p", target="rtl", data=data, framework=framework, vectors=64)
    return found.results.checks[0]


@pytest.mark.parametrize("name", ["dot.keras", "dense.keras", "powers_of_two.h5"])
def test_recorded_answers_in_float32_are_explained(name: str, tmp_path: Path) -> None:
    path = WIDE / name
    source = source_of(tmp_path, path, path.with_suffix(".npz"), "never")
    assert source.status == Status.WITHIN_FLOAT32
    (output,) = source.outputs
    assert output.differing_values > 0


def test_a_wrong_weight_is_not_explained(tmp_path: Path) -> None:
    """One power of two of a QKeras layer is doubled."""
    path = tmp_path / "wrong.h5"
    shutil.copy(WIDE / "powers_of_two.h5", path)
    with h5py.File(path, "r+") as store:
        kernel = store["model_weights/out/out/kernel:0"]
        largest = np.unravel_index(np.argmax(np.abs(kernel[...])), kernel.shape)
        kernel[largest] = kernel[largest] * 2
    source = source_of(tmp_path, path, WIDE / "powers_of_two.npz", "never")
    assert source.status == Status.FAILED


def test_weights_that_the_order_of_float32_decides_are_no_failure(tmp_path: Path) -> None:
    """TensorFlow, compiled, rounds some of the folded weights to the other side: the report says that it may."""
    path = WIDE / "folded.keras"
    found = fpgaml.convert(path, tmp_path / "p", target="rtl", data=path.with_suffix(".npz"), framework="never")
    assert found.results.checks[0].status == Status.DISTANCE
    assert found.results.checks[0].outputs[0].largest < 2**-10
    (note,) = found.model.approximations
    assert "folded" in note.what


def asked_or_skip(path: Path) -> str:
    """The format that the framework computes a model in when it is asked for float64; skips if it is not there."""
    try:
        with framework_session(path, float64=True) as session:
            return session.precision()[0]
    except FrameworkUnavailableError as error:
        pytest.skip(error.reason)


@needs_framework
@pytest.mark.parametrize("name", ["dot.keras", "dense.keras"])
def test_keras_3_is_asked_in_float64(name: str, tmp_path: Path) -> None:
    path = WIDE / name
    if asked_or_skip(path) != "float64":
        pytest.skip("this backend does not compute every step of the model in float64")
    source = source_of(tmp_path, path, path.with_suffix(".npz"), "required")
    assert source.status == Status.EXACT, source
    assert source.oracle.endswith(", in float64")
    assert not any(output.recorded_as for output in source.outputs)


@needs_framework
def test_where_24_bits_are_enough_float32_it_is(tmp_path: Path) -> None:
    path = FIXTURES / "keras3" / "dense_default.keras"
    asked_or_skip(path)
    np.save(tmp_path / "x.npy", np.random.default_rng(1).normal(size=(20, 6)).astype(np.float32))
    source = source_of(tmp_path, path, tmp_path / "x.npy", "required")
    assert source.status == Status.EXACT
    assert "float64" not in source.oracle


def configuration(precision: str) -> dict[str, object]:
    """A model's, with other things of the same names in it."""
    policy = {"class_name": "DTypePolicy", "config": {"name": precision}}
    layer = {"config": {"dtype": policy, "name": "float32"}}
    return {"dtype": precision, "build_config": {"input_shape": [None, 4], "dtype": "int32"}, "layers": [layer]}


def test_every_dtype_of_a_configuration() -> None:
    assert runner.in_float64(configuration("float32")) == configuration("float64")


@dataclass
class TwoFormats(Oracle):
    """Answers in float64 until it is told otherwise, then in float32; `off` is added to the former."""

    graph: Graph
    off: float
    title = "two formats"
    asked: list[str] = field(default_factory=list)
    _dtype: type = np.float64

    def answers(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Answers:
        x = FixedArray.from_float(inputs["x"])
        exact = interpret(self.graph, {"x": x})["y"].to_float()
        self.asked.append(self._dtype.__name__)
        return {"y": (exact + (self.off if self._dtype == np.float64 else 0)).astype(self._dtype)}

    def return_to_float32(self) -> bool:
        before, self._dtype = self._dtype, np.float32
        return before == np.float64


def wide(weight: int = 12345) -> Graph:
    graph = GraphBuilder("wide")
    x = graph.add(Input((1,), Quantizer(FixedType(1, 3, 14), Rounding.RND, Overflow.SAT)), name="x", source="x")
    return graph.build([graph.add(Dense(FixedArray(np.array([[weight]]), 14), None), x, name="y")])


@pytest.mark.parametrize(
    ("model", "off", "status", "asked"),
    [
        (12345, 0.0, Status.EXACT, ["float64", "float64"]),
        (12345, 2.0**-28, Status.WITHIN_FLOAT32, ["float64", "float32", "float32"]),  # equal only after rounding
        (12344, 0.0, Status.FAILED, ["float64", "float32", "float32"]),
    ],
)
def test_float64_answers_count_where_they_are_equal(model: int, off: float, status: Status, asked: list[str]) -> None:
    graph, oracle = wide(), TwoFormats(wide(model), off)
    proof = Proof(graph=graph, hops=[], oracle=oracle, model_rounds=True)
    values = FixedArray(np.random.default_rng(2).integers(-(1 << 17), 1 << 17, (30, 1)), 14)
    for start in (0, 15):
        proof.run(Batch({"x": FixedArray(values.integers[start : start + 15], 14)}, None, "vectors", start))
    assert source_check(proof, None, "").status == status
    assert oracle.asked == asked


def test_a_difference_in_float64_is_told_even_where_float32_hides_it() -> None:
    """Off by 2**-28 = 3.725e-09 in float64, and by the last bit of float32."""
    graph = wide()
    x = FixedArray(np.array([[77777]]), 14)

    class Rounded(TwoFormats):
        def answers(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Answers:
            (y,) = super().answers(inputs, first_event).values()
            return {"y": np.nextafter(y, np.float32(np.inf)) if y.dtype == np.float32 else y}

    proof = Proof(graph=graph, hops=[], oracle=Rounded(wide(), 2.0**-28), model_rounds=True)
    proof.run(Batch({"x": x}, None, "vectors", 0))
    found = source_check(proof, None, "")
    assert found.status == Status.WITHIN_FLOAT32
    assert "asked in float64 it differs, by up to 3.725e-09" in found.note


def test_a_question_that_cannot_be_asked_again_is_an_error() -> None:
    class Gone(TwoFormats):
        def return_to_float32(self) -> bool:
            raise ToolError("m.keras", "the framework's process ended", "")

    proof = Proof(graph=wide(), hops=[], oracle=Gone(wide(12344), 0.0), model_rounds=True, oracle_required=True)
    with pytest.raises(ToolError, match="process ended"):
        proof.run(Batch({"x": FixedArray(np.array([[77777]]), 14)}, None, "vectors", 0))
