"""What a conversion records of a float network's types."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml import convert, verify
from fpgaml.errors import FpgamlError
from fpgaml.record.files import read_manifest, read_results
from fpgaml.record.verdict import Status
from fpgaml.report.section import Subject
from fpgaml.report.sections import sections_of
from tests.precision.test_by_plan import FLOAT

MODEL = FLOAT / "keras3" / "mlp_softmax.keras"
DATA = MODEL.with_suffix(".npz")


def test_a_calibrated_project_says_how_its_types_came_about(tmp_path: Path) -> None:
    made = convert(MODEL, tmp_path / "p", target="rtl", data=DATA, calibrate=True, tolerance="2%", vectors=16)
    manifest, results = read_manifest(made.folder), read_results(made.folder)
    assert manifest.precision is not None and manifest.precision.how == "calibrated"
    found = results.calibration
    assert found is not None
    assert found.goal == "every output value within 2% of the output's largest magnitude"
    assert found.reference_distance is not None and found.reference_distance < 1e-3
    assert found.distance <= 0.02 < found.outputs.fewer
    source = results.checks[0]
    assert (source.status, source.compared[made.model.graph.outputs[0]].events) == (Status.DISTANCE, 64)
    titles = [section.title for section in sections_of(Subject(manifest, results))]
    assert [title for title in titles if title.startswith("Calibration")] == [
        "Calibration: types chosen on the data",
        "Calibration: tensors",
        "Calibration: distance from the float network by layer",
    ]
    again = verify(made.folder, MODEL, data=DATA)
    assert again.passed
    assert again.results.checks[0].status == Status.DISTANCE


def test_a_project_with_types_that_were_asked_for(tmp_path: Path) -> None:
    text = ["ap_fixed<12,4>", "dense.accum=ap_fixed<20,8>"]
    made = convert(MODEL, tmp_path / "p", target="rtl", data=DATA, precision=text, vectors=16)
    manifest = read_manifest(made.folder)
    assert manifest.precision is not None
    assert (manifest.precision.how, manifest.precision.asked) == ("given", tuple(text))
    assert any("accumulators are exact here" in remark for remark in manifest.remarks)
    assert manifest.input_types[0].type == "ap_fixed<12,4> RND SAT"
    assert manifest.input_types[0].reason.endswith("as --precision says")
    assert made.results.calibration is None


def test_a_target_with_rules_of_its_own_refuses(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match="not used by --target tflite"):
        convert(MODEL, tmp_path / "p", target="tflite", data=DATA, precision="ap_fixed<12,4>")


def test_a_goal_that_is_missed_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match="24 bits for every number still leave"):
        convert(MODEL, tmp_path / "p", data=np.load(DATA)["x"], calibrate=True, tolerance=1e-9)
    assert not (tmp_path / "p").exists()
