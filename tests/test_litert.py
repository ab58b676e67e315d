"""Running a `.tflite` by named kernels."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from tests.paths import ROOT

pytest.importorskip("ai_edge_litert")

from fpgaml.litert import Kernels, describe, run

MODEL = ROOT / "tests" / "fixtures" / "tflite" / "waveform_int8.tflite"
NAME = "serving_default_wave:0"


def events(count: int) -> np.ndarray:
    return np.random.default_rng(3).integers(-128, 128, size=(count, 20, 2)).astype(np.int8)


def test_ports_are_described() -> None:
    ports = describe(MODEL)
    (port,) = ports.inputs
    assert (port.name, port.shape, port.batch, port.resizable, port.dtype) == (NAME, (20, 2), 1, True, np.dtype("int8"))
    assert len(port.scales) == len(port.zero_points) == 1
    assert ports.outputs[0].scales == (1 / 256,)


def test_batches_change_nothing() -> None:
    x = events(1203)
    (together,) = run(MODEL, {NAME: x}).values()
    (alone,) = zip(*(run(MODEL, {NAME: x[i : i + 1]}).values() for i in range(20)), strict=True)
    assert together.shape == (1203, 3)
    assert np.array_equal(together[:20], np.concatenate(alone))


@pytest.mark.parametrize(("count", "invocations"), [(0, 0), (1, 1), (1000, 1), (1203, 2)])
def test_no_invocation_is_for_trial(count: int, invocations: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from ai_edge_litert.interpreter import Interpreter

    made: list[None] = []
    invoke = Interpreter.invoke
    monkeypatch.setattr(Interpreter, "invoke", lambda interpreter: (made.append(None), invoke(interpreter)))
    (found,) = run(MODEL, {NAME: events(count)}).values()
    assert found.shape == (count, 3)
    assert len(made) == invocations


def test_a_model_that_does_not_take_batches_takes_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """It loads with another batch, and says no when it runs."""
    from ai_edge_litert.interpreter import Interpreter

    (wanted,) = run(MODEL, {NAME: events(5)}).values()
    invoke, sizes = Interpreter.invoke, []

    def only_one(interpreter: Interpreter) -> None:
        sizes.append(int(interpreter.get_input_details()[0]["shape"][0]))
        if sizes[-1] != 1:
            raise RuntimeError("RESHAPE failed to prepare")
        invoke(interpreter)

    monkeypatch.setattr(Interpreter, "invoke", only_one)
    (found,) = run(MODEL, {NAME: events(5)}).values()
    assert np.array_equal(found, wanted)
    assert sizes == [5, 1, 1, 1, 1, 1]


def test_the_reference_kernels_are_those_recorded() -> None:
    with np.load(MODEL.with_suffix(".npz")) as arrays:
        (found,) = run(MODEL, {NAME: arrays["in/wave"]}, Kernels.REFERENCE).values()
        assert np.array_equal(found, arrays["out/output_0"])


@pytest.mark.parametrize("kernels", list(Kernels))
def test_all_kernels_run_and_nearly_agree(kernels: Kernels) -> None:
    x = events(50)
    (reference,), (other,) = run(MODEL, {NAME: x}).values(), run(MODEL, {NAME: x}, kernels).values()
    assert np.abs(reference.astype(int) - other.astype(int)).max() < 8


def test_bad_inputs_are_named(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match="no data for its input serving_default_wave:0"):
        run(MODEL, {"wave": events(1)})
    with pytest.raises(FpgamlError, match="takes int8, not float64"):
        run(MODEL, {NAME: events(1).astype(float)})
    with pytest.raises(FpgamlError, match=r"takes .'events', 20, 2., not"):
        run(MODEL, {NAME: events(1)[:, :3]})
    with pytest.raises(FpgamlError, match="cannot be read"):
        run(tmp_path / "none.tflite", {NAME: events(1)})
    broken = tmp_path / "cut.tflite"
    shutil.copy(MODEL, broken)
    broken.write_bytes(MODEL.read_bytes()[:8])
    with pytest.raises(FpgamlError, match="LiteRT cannot load it"):
        describe(broken)
