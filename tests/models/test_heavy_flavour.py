"""The heavy-flavour trigger: its generator by closed forms, cuts and metrics by hand, its networks proved or broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fpgaml_models.common.statistics import roc_area
from fpgaml_models.heavy_flavour import constants as c
from fpgaml_models.heavy_flavour.baseline import codes, cuts
from fpgaml_models.heavy_flavour.data import from_file, mixed, stream
from fpgaml_models.heavy_flavour.generate import (
    BEAUTY,
    CHARM,
    KINDS,
    LONG_LIVED,
    generate,
    impact_parameter_resolution,
    scaled,
)
from fpgaml_models.heavy_flavour.metrics import against_lifetime, falls
from fpgaml_models.heavy_flavour.task import TASK

import fpgaml
from fpgaml.certificates.asked import claims_of
from fpgaml.certificates.certify import By, Effort, certify
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Input, Linear
from fpgaml.record.monotonicity import ClaimStatus

# --- events


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_bytes_and_every_feature_on_its_scale(kind: str) -> None:
    first, again, other = (generate(kind, 300, seed) for seed in (5, 5, 6))
    assert first.x.tobytes() == again.x.tobytes() != other.x.tobytes()
    assert generate(kind, 100, 5).x.tobytes() == first.x[:100].tobytes()
    assert first.x.dtype == np.float32 and first.x.min() >= 0 and first.x.max() <= c.SCALE


def test_lifetimes_are_exponential_above_the_least_one() -> None:
    for kind, mean in ((BEAUTY, c.BEAUTY_LIFETIME_PS), (CHARM, sum(c.CHARM_LIFETIMES_PS) / 2)):
        lifetime = generate(kind, 20_000, 1).lifetime
        assert lifetime.min() >= c.TRUE_LIFETIME_PS
        # The preselection favours no lifetime.
        assert abs(lifetime.mean() - c.TRUE_LIFETIME_PS - mean) < 4 * mean / np.sqrt(20_000)
    flat = generate(LONG_LIVED, 20_000, 1).lifetime
    assert abs(flat.mean() - 10.1) < 4 * 19.8 / np.sqrt(12 * 20_000)


def test_features_are_scaled_as_their_ends_say() -> None:
    raw = np.array([[np.exp(6.0), np.exp(1.75), 10.0, np.exp(4.0)], [1e-30, 1.0, 40.0, np.exp(50.0)]])
    np.testing.assert_allclose(scaled(raw), [[4, 4, 4, 4], [0, 0, 8, 8]], rtol=1e-6)
    # [arXiv:1412.6352]: 15 um + 29 um / pT
    np.testing.assert_allclose(impact_parameter_resolution(np.array([1.0, 2.9])), [0.044, 0.025])


def test_the_preselection_holds() -> None:
    x = np.concatenate([generate(kind, 2000, 2).x for kind in KINDS])
    assert (x[:, 1] > 0).all()  # a vertex above 1 GeV
    assert (x[:, 2] < c.SCALE).all()  # a vertex chi2 below 20


# --- baseline and metrics


def test_cuts_are_the_smallest_shifted_step() -> None:
    x = np.array([[1.0, 2.0, 3.0, 0.99], [8.0, 0.0, 0.0, 8.0]], np.float32)
    assert codes(x).tolist() == [[16, 32, 48, 15], [127, 0, 0, 127]]
    assert cuts(x, {"minipchi2": 0, "fdchi2": -10, "sumpt": 1}).tolist() == [6, 1]


def test_no_other_shifts_of_the_cuts_are_better_on_training_events() -> None:
    x, labels = mixed(4000, stream(1, 0))
    signal = labels > 0

    def area(**changes: int) -> float:
        score = cuts(x, c.CUT_OFFSETS | changes)
        return roc_area(score[signal], score[~signal]).value

    best = area()
    for name, shift in c.CUT_OFFSETS.items():
        assert all(area(**{name: shift + step}) < best + 0.002 for step in (-20, -10, 10, 20))


def test_efficiency_against_lifetime_counts_above_the_thresholds() -> None:
    background = np.arange(1000.0)  # ten of them are above 989
    scores, lifetime = np.array([990.0, 989.0, 995.0, 0.0]), np.array([0.3, 0.4, 3.0, 3.5])
    found = against_lifetime(scores, lifetime, background)
    assert [(entry["bin"], entry["efficiency"]["value"]) for entry in found] == [([0.2, 0.5], 0.5), ([2.0, 4.0], 0.5)]


def test_a_fall_is_measured_from_the_highest_before_it() -> None:
    assert falls(np.array([0.0, 3.0, 2.0, 1.5, 4.0])) == {"fall": 1.5, "at": 0.75}
    assert falls(np.array([0.0, 1.0, 1.0]))["fall"] == 0.0


def test_own_events_are_read_in_their_own_units(tmp_path: Path) -> None:
    arrays = {name: np.array([2.0, 3.0]) for name in c.FEATURES}
    np.savez(tmp_path / "own.npz", **arrays, signal=np.array([1, 0]))
    own = from_file(tmp_path / "own.npz")
    assert own.labels.tolist() == [1, 0] and own.lifetime.tolist() == [0, 0]
    np.testing.assert_allclose(own.x[0], scaled(np.full((1, 4), 2.0))[0])
    np.savez(tmp_path / "bad.npz", **arrays, signal=np.array([1, 2]))
    with pytest.raises(FpgamlError, match="has values other than 0 and 1"):
        from_file(tmp_path / "bad.npz")


# --- the networks of the page


def graph_of(name: str) -> Graph:
    """Of committed weights."""
    return fpgaml.load(TASK.weights / name).graph


def test_the_firmware_is_monotone_for_every_input_and_its_weights_keep_the_bounds() -> None:
    graph = graph_of("quantised.keras")
    for finding in certify(graph, claims_of(graph, ["+0,+1,+3"]), Effort(By.INTERVALS)):
        assert (finding.standing, finding.looked) == (ClaimStatus.PROVED, 1)
    kernels = [node.op.kernel.to_float() for node in graph.nodes if isinstance(node.op, Linear)]
    first, second, score, straight = kernels
    assert np.abs(first).max() <= c.LAMBDA
    assert np.abs(second).sum(axis=0).max() <= 1 and np.abs(score).sum(axis=0).max() <= 1
    assert straight.ravel().tolist() == [c.LAMBDA * each for each in c.MONOTONE]


def test_the_free_network_is_not_and_two_inputs_show_it() -> None:
    graph = graph_of("free/quantised.keras")
    claims = claims_of(graph, ["+0,+1,+3"])
    found = certify(graph, claims, Effort(By.INTERVALS))
    assert [finding.standing for finding in found] == [ClaimStatus.BROKEN] * 3


def test_the_emulator_sees_every_step_of_a_corner_as_the_bounds_say() -> None:
    """Every input of the last two features, the others at their ends: what intervals prove is so."""
    graph = graph_of("quantised.keras")
    [node] = graph.inputs
    for ends in ((0, 0), (0, 127), (127, 0), (127, 127)):
        last = np.stack(np.meshgrid(np.arange(128), np.arange(128), indexing="ij"), axis=-1).reshape(-1, 2)
        grid = np.concatenate([np.broadcast_to(ends, last.shape), last], axis=1) / 16
        assert isinstance(node.op, Input)
        [score] = interpret(graph, {node.name: node.op.read(grid)}).values()
        assert (np.diff(score.integers.reshape(128, 128), axis=1) >= 0).all()
