"""Jets by formulas: the generator, baselines in integers, metrics, the search, and types that keep what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fpgaml_models.jet_symbolic import constants as c
from fpgaml_models.jet_symbolic.baseline import CODE_STEP, OneFeature, baselines, codes, fit_linear
from fpgaml_models.jet_symbolic.data import read_jets
from fpgaml_models.jet_symbolic.formula import Formula, Term
from fpgaml_models.jet_symbolic.generate import PROOF, TEST, features, jets
from fpgaml_models.jet_symbolic.metrics import evaluate, margin
from fpgaml_models.jet_symbolic.quantise import Bits, quantised, source_of
from fpgaml_models.jet_symbolic.search import Effort, explained, search

from fpgaml.errors import FpgamlError
from fpgaml.frontends.symbolic.expression import Fixed, walk
from fpgaml.frontends.symbolic.oracle import values_of
from fpgaml.frontends.symbolic.pysr import read_rows
from fpgaml.tasks import find_task

MASS, MULTIPLICITY = c.FEATURES.index("mass"), c.FEATURES.index("multiplicity")
WEIGHTS = find_task("jet_symbolic").weights


def test_jets_have_the_masses_and_multiplicities_that_are_stated() -> None:
    rng = np.random.default_rng(3)
    for name, mass in (("W", 80.4), ("Z", 91.2), ("t", 172.8)):
        drawn = features(np.full(20_000, c.CLASSES.index(name)), rng)
        peak = drawn[np.abs(drawn[:, MASS] - mass) < 2 * 0.07 * mass]
        assert np.median(peak[:, MASS]) == pytest.approx(mass, rel=0.02)
        lost = 1 - len(peak) / len(drawn)  # beyond two standard deviations: 4.55 % of those that are contained
        share = c.UNCONTAINED[name]
        assert share * 0.5 < lost - 0.0455 * (1 - share) < share * 1.01
    for name in ("q", "g"):
        drawn = features(np.full(20_000, c.CLASSES.index(name)), rng)
        assert np.median(drawn[:, MASS]) == pytest.approx(c.QCD_MASS_GEV[name], rel=0.03)
        mean = c.MULTIPLICITY[name]
        assert drawn[:, MULTIPLICITY].mean() == pytest.approx(mean, rel=0.02)
        # Poisson's variance and the gamma distribution's add up.
        assert drawn[:, MULTIPLICITY].var() == pytest.approx(mean + (0.25 * mean) ** 2, rel=0.06)


def test_two_point_correlations_follow_from_mass_and_momentum() -> None:
    """z (1 - z) theta**2 = (m / pT)**2: what the second C1 is, up to smearings of 12 % and 2 x 8 %."""
    drawn = features(np.zeros(20_000, np.int64), np.random.default_rng(4))
    ratio = np.log(drawn[:, c.FEATURES.index("c1_b2")] / (drawn[:, MASS] / c.PT_GEV) ** 2)
    assert np.median(ratio) == pytest.approx(0, abs=0.01)
    assert ratio.std() == pytest.approx(np.hypot(0.12, 2 * 0.08), rel=0.05)


def test_the_same_seed_gives_the_same_jets_and_streams_never_meet() -> None:
    assert np.array_equal(jets(500, 7, TEST).x, jets(500, 7, TEST).x)
    assert not np.array_equal(jets(500, 7, TEST).x, jets(500, 7, PROOF).x)
    drawn = jets(30_000, 1, TEST)
    assert np.abs(drawn.x.mean(axis=0)).max() < 0.03 and np.abs(drawn.x.std(axis=0) - 1).max() < 0.05


def test_the_linear_discriminant_is_fishers() -> None:
    rng = np.random.default_rng(5)
    y = rng.integers(0, 5, 4000)
    centres = rng.normal(0, 1.5, (5, 16))
    x = (centres[y] + rng.standard_normal((4000, 16))).astype(np.float32)
    found = fit_linear(x, y).scores(x).argmax(axis=1)
    # With a spread of one in all directions the nearest centre is the best that can be done.
    nearest = ((x[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    assert (found == nearest).mean() > 0.97
    assert codes(np.array([[-9.0, 0.03, 7.99]], np.float32)).tolist() == [[-128, 0, 127]] and CODE_STEP == 0.0625


def test_baselines_have_a_fair_chance() -> None:
    drawn = jets(20_000, 1, TEST)
    right = {name: (each.scores(drawn.x).argmax(axis=1) == drawn.y).mean() for name, each in baselines().items()}
    assert 0.5 < right["one_feature"] < right["linear"] < 0.7
    one = baselines()["one_feature"]
    assert isinstance(one, OneFeature) and one.feature == MASS
    assert all(each.scores(drawn.x).dtype == np.int64 for each in baselines().values())


def test_metrics_of_a_hand_made_case() -> None:
    scores = np.eye(5)[[0, 1, 1, 2, 3, 4]] + np.arange(5) * 0.01
    found = evaluate(scores, np.array([0, 1, 2, 2, 3, 4]), np.eye(5)[[0, 1, 1, 2, 3, 3]])
    assert found["accuracy"]["value"] == pytest.approx(5 / 6)
    assert [held["value"] for held in found["by_class"]] == [1, 1, 0.5, 1, 1]
    assert found["agreement"]["value"] == pytest.approx(5 / 6)
    assert margin(np.array([[1.0, 3.0, 2.0, 0.0, 0.0]]), 1).tolist() == [1.0]
    assert found["areas"][1][0] == pytest.approx(1 - 0.5 / 5)  # one of five others has the same margin


def test_the_search_finds_the_terms_that_a_target_is_made_of() -> None:
    x = np.random.default_rng(6).normal(0, 1, (2000, 5))
    target = 1.5 * np.tanh(1.2 * x[:, 0] - 0.7 * x[:, 3]) + 0.5 * x[:, 2] - 2
    found = list(search(x, target, 2, np.random.default_rng(1), Effort(drawn=200, parents=8, generations=14)))
    left = [np.var(target - formula.values(x)) / np.var(target) for formula in found]
    assert found[1].terms[1].function == "identity" and found[1].terms[1].first == 2
    assert left[0] < 0.25 and left[1] < 0.01
    assert {place for term in found[0].terms for place in (term.first, term.second)} == {0, 3}
    same = Term("tanh", 0, 3, 1.2, -0.7, 0.0)
    assert explained(x, np.tanh(1.2 * x[:, 0] - 0.7 * x[:, 3]), same) == pytest.approx(1, abs=0.03)


def test_formulas_files_and_types_say_the_same() -> None:
    formula = Formula(
        (Term("tanh", 0, 3, 1.25, -0.75, 0.5), Term("gauss", 2, 4, 0.5, 0.0, 0.25), Term("identity", 2, 2, 1, 0, 0)),
        (1.5, -0.5, 0.25),
        -0.125,
    )
    x = np.random.default_rng(7).normal(0, 1.5, (3000, 16))
    source = source_of([formula.expression()] * 5)
    np.testing.assert_allclose(values_of(source, x)[:, 0], formula.values(x), rtol=1e-12, atol=1e-12)
    fine = quantised([formula] * 5, Bits(14, 13, 12, 12), x)
    assert np.abs(values_of(fine, x)[:, 0] - formula.values(x)).max() < 0.01
    coarse = quantised([formula] * 5, Bits(6, 6, 3), x)
    kinds = [part.quantizer.type for part in walk(coarse.outputs[0][1]) if isinstance(part, Fixed)]
    assert max(int(kind.width) for kind in kinds) == 6
    # Two terms of feature 2 alone are one table.
    assert len(coarse.outputs[0][1].parts) == 2


def test_the_committed_tables_are_fronts() -> None:
    for name in c.CLASSES:
        rows = read_rows(WEIGHTS / f"hall_of_fame_{name}.csv")
        assert len(rows) == 8 and rows[-1].loss < rows[0].loss


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"x": np.zeros((200, 16))}, "lacks y"),
        ({"x": np.zeros((200, 15)), "y": np.zeros(200, np.int64)}, r"x: has the shape \(200, 15\)"),
        ({"x": np.zeros((200, 16)), "y": np.full(200, 5)}, "y: is no class from 0 to 4"),
        ({"x": np.zeros((20, 16)), "y": np.zeros(20, np.int64)}, "holds 20 jets"),
    ],
)
def test_files_that_are_refused(arrays: dict[str, np.ndarray], said: str, tmp_path: Path) -> None:
    kept: dict[str, Any] = dict(arrays)
    np.savez(tmp_path / "own.npz", **kept)
    with pytest.raises(FpgamlError, match=said):
        read_jets(tmp_path / "own.npz")
