"""The framework's own answers, in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fpgaml.errors import FpgamlError, ToolError
from fpgaml.frontends.framework import (
    PYTHON_VARIABLE,
    FrameworkAnswer,
    FrameworkUnavailableError,
    framework_python,
    framework_session,
    runner,
)

DATA = Path(__file__).resolve().parents[2] / "fixtures"
KERAS3 = DATA / "keras3"
needs_framework = pytest.mark.skipif(
    not os.environ.get(PYTHON_VARIABLE) and importlib.util.find_spec("keras") is None,
    reason=f"Keras is not installed, and {PYTHON_VARIABLE} is not set",
)


def recorded(path: Path) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """A model's recorded inputs and layers."""
    with np.load(path.with_suffix(".npz")) as arrays:
        inputs = {name[3:]: arrays[name] for name in arrays if name.startswith("in/")}
        return inputs, {name[6:]: arrays[name] for name in arrays if name.startswith("layer/")}


def answers_or_skip(
    path: Path, batches: Sequence[dict[str, np.ndarray]], layers: bool = True, batch: int = 1000
) -> list[FrameworkAnswer]:
    """The answers of one session; skips where the environment has another framework than the file needs."""
    try:
        with framework_session(path, layers, batch) as session:
            asked = [session.ask(inputs) for inputs in batches]
            return [answer() for answer in asked]
    except FrameworkUnavailableError as error:
        pytest.skip(error.reason)


@needs_framework
@pytest.mark.parametrize("name", ["shared_and_nested.keras", "saved_as_h5.h5"])
def test_answers_are_those_that_were_recorded(name: str) -> None:
    inputs, layers = recorded(KERAS3 / name)
    (answer,) = answers_or_skip(KERAS3 / name, [inputs])
    assert set(layers) == set(answer.layers)
    for layer, wanted in layers.items():
        np.testing.assert_array_equal(answer.layers[layer], wanted)
    for output, values in answer.outputs.items():
        assert any(values.shape == wanted.shape and (values == wanted).all() for wanted in layers.values()), output


@needs_framework
def test_who_answered_is_known_beforehand() -> None:
    with framework_session(KERAS3 / "unnamed_input.keras") as session:
        try:
            assert {"python", "keras", "numpy"} <= set(session.versions())
        except FrameworkUnavailableError as error:
            pytest.skip(error.reason)


@needs_framework
def test_keras_2_answers() -> None:
    path = DATA / "legacy_qkeras" / "jets_dense.h5"
    if not path.exists():
        pytest.skip("the QKeras models are not in this checkout")
    with np.load(path.with_suffix(".npz")) as arrays:
        inputs, wanted = {"x": arrays["x"]}, arrays["y"]
    (answer,) = answers_or_skip(path, [inputs])
    (values,) = answer.outputs.values()
    np.testing.assert_array_equal(values, wanted)


@needs_framework
def test_batches_do_not_matter() -> None:
    """Many events after few, few after many, and a last batch that is filled up."""
    inputs, layers = recorded(KERAS3 / "unnamed_input.keras")
    wanted = next(iter(inputs.values()))
    parts = [slice(0, 3), slice(3, 24), slice(0, 24), slice(23, 24)]
    batches = [{name: array[part] for name, array in inputs.items()} for part in parts]
    answers = answers_or_skip(KERAS3 / "unnamed_input.keras", batches, layers=False, batch=5)
    assert len(wanted) == 24
    for answer, part in zip(answers, parts, strict=True):
        ((output, values),) = answer.outputs.items()
        np.testing.assert_array_equal(values, layers[output][part])
        assert answer.layers == {}


@needs_framework
def test_a_model_that_the_framework_cannot_load(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps({"class_name": "Sequential", "config": {"layers": 7}}))
        archive.writestr("metadata.json", "{}")
    with pytest.raises(ToolError, match=r"m\.keras: the framework cannot run this model"):
        answers_or_skip(path, [{"x": np.zeros((1, 2))}])


def test_no_framework(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PYTHON_VARIABLE, raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert framework_python() is None
    with pytest.raises(FrameworkUnavailableError, match=r"pip install 'fpgaml\[keras\]'"):
        framework_session(KERAS3 / "merges.keras")


def test_a_python_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PYTHON_VARIABLE, "/no/such/python")
    with pytest.raises(FpgamlError, match="cannot be run"):
        framework_python()


@pytest.mark.parametrize(
    "item",
    [
        {"class_name": "Lambda", "module": "keras.layers"},
        {"class_name": "keras>Lambda"},
        {"class_name": "__lambda__", "config": {"value": ["", None, None]}},
        {"class_name": "system", "module": "os"},
        {"class_name": "Mine", "module": None, "registered_name": "Custom>Mine"},
        {"class_name": "QDense", "module": "hgq_evil.layers"},
        {"class_name": "kerasx>Dense"},
    ],
)
def test_the_runner_refuses_foreign_code(item: dict[str, object]) -> None:
    with pytest.raises(runner.RefusedError):
        runner.packages({"config": {"layers": [{"class_name": "Dense", "module": "keras.layers"}, item]}})


def test_what_the_runner_needs() -> None:
    with zipfile.ZipFile(KERAS3 / "merges.keras") as archive:
        assert runner.packages(json.loads(archive.read("config.json"))) == {"keras", "hgq"}
    assert runner.packages({"class_name": "QDense", "config": {"name": "d"}}) == {"qkeras"}
