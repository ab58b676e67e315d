"""CLAS12's track candidates: geometry by hand, fits by least squares, metrics of a few candidates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fpgaml_models.clas12_tracks import baseline, generate, metrics
from fpgaml_models.clas12_tracks import constants as c
from fpgaml_models.clas12_tracks.data import held_out, read_candidates
from fpgaml_models.clas12_tracks.generate import Tracks, exact_wires, field_integral, mixtures, paths, segments
from fpgaml_models.clas12_tracks.task import FIVE, SIX, TASK

from fpgaml.errors import FpgamlError
from fpgaml.tasks import Sample


def tracks(theta: list[float], momentum: float = 1e9, phi: float = 0.0, charge: float = 1.0) -> Tracks:
    every = np.ones(len(theta))
    return Tracks(momentum * every, np.array(theta), phi * every, charge * every, 0 * every)


def test_a_straight_track_has_one_wire_in_all_superlayers() -> None:
    wires, _ = exact_wires(tracks([5.0, 25.0, 40.0]))
    zero = 1 + 111 * np.tan(np.radians(20)) / (np.tan(np.radians(20)) + np.tan(np.radians(15)))
    assert wires == pytest.approx(np.array([[1.0], [zero], [112.0]]) * np.ones(6), abs=1e-6)


def test_stereo_wires_alternate_by_what_the_azimuth_shifts_them() -> None:
    flat, beside = (exact_wires(tracks([25.0], phi=phi))[0][0] for phi in (0.0, 10.0))
    # At the normal through the target the radius is the plane's distance times sin 25; the pitch grows with it.
    width = (np.tan(np.radians(15)) + np.tan(np.radians(20))) / 111
    shift = np.tan(np.radians(6)) * np.sin(np.radians(25)) * np.tan(np.radians(10)) / width
    assert beside - flat == pytest.approx(shift * np.array([1, -1, 1, -1, 1, -1]), abs=1e-6)


def test_the_field_turns_a_track_by_its_integral_over_the_momentum() -> None:
    assert field_integral(np.array([5.0, 40.0])) == pytest.approx([2.8, 0.54])
    for charge in (-1.0, 1.0):
        _, slope = paths(tracks([20.0], momentum=5.0, charge=charge))
        turned = np.arctan(slope[0, 5]) - np.radians(20 - 25)
        # All but the tails of a Gaussian of 0.6 m around 3.46 m lie before the last plane.
        assert turned == pytest.approx(charge * 0.299792 * field_integral(np.array(20.0)) / 5.0, rel=0.02)


def test_more_steps_move_few_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = generate.draw_tracks(2000, np.random.default_rng(1))
    few, _ = exact_wires(drawn)
    monkeypatch.setattr(generate, "STEPS", 2 * generate.STEPS)
    many, _ = exact_wires(drawn)
    assert np.quantile(np.abs(few - many), 0.99) < 0.05


def test_a_segment_is_the_mean_of_the_nearest_wires(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c, "LAYER_EFFICIENCY", 1.0)
    monkeypatch.setattr(c, "DOUBLE_HIT", 0.0)
    wires = np.full((1, 6), 50.1)
    # Layers shifted by -1/4 read 50.35, those by +1/4 read 49.85: wire 50 in all of them.
    assert segments(wires, np.zeros((1, 6)), np.random.default_rng(0)).tolist() == [[50.0] * 6]
    # Half a wire a layer: 48.85+.25, 49.35-.25, ... rounded are 49, 49, 50, 50, 51, 51.
    assert segments(wires, np.full((1, 6), 0.5), np.random.default_rng(0)).tolist() == [[50.0] * 6]
    monkeypatch.setattr(c, "LAYER_EFFICIENCY", 0.0)
    assert np.isnan(segments(wires, np.zeros((1, 6)), np.random.default_rng(0))).all()


def test_candidates_are_those_that_the_cuts_leave_and_the_same_however_many() -> None:
    found, few = generate.generate(12_000, stream=generate.TEST), generate.generate(50, stream=generate.TEST)
    assert np.array_equal(found.wires[:50], few.wires) and np.array_equal(found.label[:50], few.label)
    assert generate.inside(found.wires.astype(np.float64)).all()
    assert (found.wires * 16 == np.rint(found.wires * 16)).all()
    assert [(found.label[:10_000] == each).mean() for each in range(3)] == pytest.approx([0.5, 0.25, 0.25], abs=0.03)
    assert ((found.five == 0).sum(-1) == 1).all()
    wrong, foreign = mixtures(500, np.random.default_rng(4))
    left = np.ones_like(foreign)
    left[np.arange(500), generate.lost(foreign, np.random.default_rng(4))] = False
    assert ((foreign & left).any(-1) & (~foreign & left).any(-1)).all(), "what is left is still a mixture"
    assert (baseline.judge("parabola", wrong.astype(np.float32))[:, 0] < -0.5).mean() > 0.8
    assert (held_out(10) == 0).sum(-1).tolist() == [0, 1] * 5


@pytest.mark.parametrize("name", baseline.FITS)
def test_the_fit_in_integers_is_the_least_squares_fit(name: str) -> None:
    fit = baseline.FITS[name]
    wires = np.random.default_rng(2).integers(16 * 20, 16 * 90, (40, 6))
    solved = np.linalg.lstsq(fit.design, wires.T / 16, rcond=None)[0]
    residual = ((wires.T / 16 - fit.design @ solved) ** 2).sum(0)
    score = baseline.judge(name, (wires / 16).astype(np.float32))
    assert score[:, 0] ** 2 == pytest.approx(residual, rel=0.02, abs=0.5)
    assert np.mean((score[:, 1] > 0) == (solved[2] > 0)) > 0.95
    missing = np.arange(40) % 6
    five = wires.copy()
    five[np.arange(40), missing] = 0
    for given, restored, lost in zip(wires, fit.restore(five), missing, strict=True):
        others = np.delete(np.arange(6), lost)
        line = np.linalg.lstsq(fit.design[others], given[others], rcond=None)[0]
        assert restored[others].tolist() == given[others].tolist()
        assert restored[lost] == pytest.approx(fit.design[lost] @ line, abs=4)


def test_metrics_of_a_few_candidates() -> None:
    label = np.array([0, 0, 1, 2], np.uint8)
    scores = np.array([[3.0, 0, 0], [0, 1, 0], [0, 2, 1], [1, 4, 3]])
    judged = metrics.of_network(scores)
    assert judged.score is not None and judged.score.tolist() == [-3, 1, 2, 3]
    found = metrics.classification(judged, label)
    assert (found["accuracy"]["value"], found["charge_right"]["value"]) == (0.5, 0.5)
    assert found["roc_area"][0] == 1.0 and found["efficiency"]["0.01"] is None
    truth = np.full((4, 6), 10.0)
    wires = truth.copy()
    wires[0, 0], wires[1, 1], wires[2, 2] = 10.5, 8.0, 10.0
    restored = metrics.restoration(wires, truth, np.array([0, 1, 2, 3], np.uint8))
    assert (restored["within"]["value"], restored["unchanged"]["value"]) == (0.75, 1.0)
    assert restored["rms"][0] == pytest.approx(np.std([0.5, -2.0, 0, 0]))
    with pytest.raises(FpgamlError, match="5 outputs"):
        metrics.of_network(np.zeros((2, 5)))


def test_the_gain_of_candidates_of_five() -> None:
    """Of 0.98 a superlayer: 6 x 0.02 / 0.98 as many tracks have five segments as have six."""
    six, five = ({"efficiency": {"0.01": {"value": v, "passing": int(1000 * v), "total": 1000}}} for v in (0.9, 0.45))
    value, error = metrics.gain(six, five)
    assert value == pytest.approx(0.5 * 0.12 / 0.98) and 0 < (error or 0) < 0.01


def test_own_candidates_are_read_and_wrong_ones_refused(tmp_path: Path) -> None:
    made = generate.generate(2000)
    np.savez(tmp_path / "own.npz", wires=made.wires, label=made.label)
    own = read_candidates(tmp_path / "own.npz")
    assert np.array_equal(own.wires, made.wires) and own.missing[:7].tolist() == [0, 1, 2, 3, 4, 5, 0]
    parts = list(TASK.parts(replace(Sample(), data=tmp_path / "own.npz")))
    assert {part.name for part in parts} == {SIX, FIVE} and sum(len(part.x) for part in parts) == 2 * 600
    for arrays, said in (
        ({"wires": made.wires}, "lacks label"),
        ({"wires": made.wires[:, :5], "label": made.label}, r"\(n, 6\)"),
        ({"wires": made.wires + 100, "label": made.label}, "from 1 to 112"),
        ({"wires": made.wires, "label": made.label + 2}, "from 0 to 2"),
    ):
        np.savez(tmp_path / "bad.npz", **arrays)
        with pytest.raises(FpgamlError, match=said):
            read_candidates(tmp_path / "bad.npz")
