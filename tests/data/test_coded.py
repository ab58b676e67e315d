"""Events as integer codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.data.coded import answers_as_codes, coded, to_codes, to_reals
from fpgaml.data.coding import PortCoding
from fpgaml.data.dataset import open_data
from fpgaml.errors import FpgamlError

CODING = PortCoding(0.25, -3, 8)


def read(path: Path) -> np.ndarray:
    data = coded(open_data(path, {"x": (2,)}), {"x": CODING})
    return np.concatenate([batch["x"] for batch in data.chunks()])


def test_real_numbers_are_quantised_and_whole_ones_are_codes(tmp_path: Path) -> None:
    np.save(tmp_path / "reals.npy", np.array([[0.0, 0.125], [-0.125, 1e9]], dtype=np.float32))
    np.save(tmp_path / "codes.npy", np.array([[0, 5], [-128, 127]]))
    assert read(tmp_path / "reals.npy").tolist() == [[-3, -2], [-4, 127]]
    assert read(tmp_path / "codes.npy").tolist() == [[0, 5], [-128, 127]]


def test_whole_numbers_beyond_the_codes_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "codes.npy", np.array([[0, 5], [-129, 127]]))
    with pytest.raises(FpgamlError, match="-129 in event 1 is no int8 code"):
        read(tmp_path / "codes.npy")


def test_codes_survive_as_real_numbers() -> None:
    for scale in (0.0286291763, 3.1e-5, 17.3):
        coding = PortCoding(float(np.float32(scale)), 5, 16)
        codes = np.arange(-32768, 32768)
        assert np.array_equal(to_codes(to_reals(codes, coding), coding), codes)
        assert np.array_equal(answers_as_codes(to_reals(codes, coding), coding), codes)


def test_answers_between_codes_stay_there() -> None:
    assert answers_as_codes(np.array([0.375]), CODING).tolist() == [-1.5]
    assert answers_as_codes(np.array([7], dtype=np.int8), CODING).tolist() == [7]


def test_quantising_is_that_of_litert() -> None:
    pytest.importorskip("ai_edge_litert")
    from fpgaml.frontends.tflite.parsed import parse
    from fpgaml.graph.interpreter import interpret
    from fpgaml.graph.values import FixedArray
    from fpgaml.litert import run
    from tests.paths import ROOT

    path = ROOT / "tests" / "fixtures" / "tflite" / "waveform_float_ports.tflite"
    model = parse(path)
    (port,), (out,) = model.border.inputs, model.border.outputs
    rng = np.random.default_rng(2)
    halves = (rng.integers(-150, 150, size=(300, 20, 2)) + 0.5) * port.coding.scale  # ties, and beyond the ends
    reals = np.where(rng.random(halves.shape) < 0.5, halves, rng.normal(size=halves.shape)).astype(np.float32)
    codes = to_codes(reals, port.coding)
    found = interpret(model.build({}).graph, {port.name: FixedArray(codes.astype(np.int64), 0)})[out.name].at(0)
    wanted = answers_as_codes(run(path, {port.outer.name: reals})[out.outer.name], out.coding)
    assert np.array_equal(found, wanted)
