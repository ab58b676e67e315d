"""The radio neutrino trigger: published numbers found again, hi-lo against its definition, what is derived, metrics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fpgaml_models.radio_neutrino import baseline, data, derive, events, metrics, overlap, pulses
from fpgaml_models.radio_neutrino import constants as c
from fpgaml_models.radio_neutrino.baseline import HiLo
from fpgaml_models.radio_neutrino.task import GIVEN, TASK
from hypothesis import given, settings
from hypothesis import strategies as st

import fpgaml
from fpgaml.errors import FpgamlError
from fpgaml.graph.interpreter import interpret
from fpgaml.tasks import Sample
from fpgaml.tasks.columns import read_events
from tests.paths import ARIANNA, needs_arianna

WINDOWS = data.shipped()
IS_SIGNAL = WINDOWS.signal == 1


# --- the published windows, and what is published of them -----------------------------------------------------------


@needs_arianna
def test_the_shipped_windows_are_the_published_ones_in_counts() -> None:
    published = np.load(ARIANNA / "X_test.npy")[..., 0].transpose(0, 2, 1).astype(np.float64)
    assert np.array_equal(WINDOWS.counts, np.rint(published * 64))
    assert np.array_equal(WINDOWS.signal, np.load(ARIANNA / "y_test.npy"))


def test_one_rms_is_the_published_one() -> None:
    rms = float(WINDOWS.of(False).astype(np.float64).std())
    assert rms == pytest.approx(c.NOISE_RMS_COUNTS, rel=1e-4)
    assert rms / 64 == pytest.approx(c.NOISE_RMS_UNITS, rel=1e-4)


def test_hi_lo_fires_in_as_many_windows_as_is_published() -> None:
    found = baseline.score(WINDOWS.counts)
    assert {threshold: int((found > threshold).sum()) for threshold in c.PUBLISHED_HILO_CANDIDATES} == (
        c.PUBLISHED_HILO_CANDIDATES
    )


def test_the_published_network_fires_in_the_published_windows() -> None:
    """As the system's firmware feeds it: counts shifted right by one."""
    network = TASK.network(GIVEN) or pytest.fail("not a network of the task")
    graph = fpgaml.load(network.quantised_file(TASK.weights)).graph
    (answer,) = interpret(graph, read_events(graph, data.to_input(WINDOWS.counts))).values()
    fires = answer.to_float().reshape(-1) > 0
    assert (int(fires[IS_SIGNAL].sum()), int(fires[~IS_SIGNAL].sum())) == c.PUBLISHED_NETWORK_FIRES


def test_networks_read_nine_bits() -> None:
    counts = np.array([-2048, -513, -512, -3, -2, -1, 0, 1, 2, 3, 511, 512, 2047], np.int16)
    wanted = [-256, -256, -256, -2, -1, -1, 0, 0, 1, 1, 255, 255, 255]
    assert (data.to_input(counts) * 32).tolist() == wanted


# --- hi-lo ----------------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 9), st.integers(1, 4), st.integers(0, 40))
def test_hi_lo_is_its_definition(seed: int, window: int, coincidence: int, antennas: int, threshold: int) -> None:
    counts = np.random.default_rng(seed).integers(-40, 41, (3, 24, c.ANTENNAS)).astype(np.int16)
    chosen = HiLo(window, coincidence, antennas)
    stepwise = [baseline.fires(one, threshold, chosen) for one in counts]
    assert (baseline.score(counts, chosen) > threshold).tolist() == stepwise


def test_hi_lo_by_hand() -> None:
    counts = np.zeros((1, 64, c.ANTENNAS), np.int16)
    counts[0, 10, 0], counts[0, 14, 0] = 100, -90  # four samples apart: within a window of five
    counts[0, 45, 2], counts[0, 44, 2] = 80, -200  # the gate opens at 45, 31 samples after the other's at 14
    assert baseline.score(counts).tolist() == [80]
    assert baseline.fires(counts[0], 79) and not baseline.fires(counts[0], 80)
    late = np.roll(counts, 1, axis=1)
    late[0, :, 0] = counts[0, :, 0]  # 32 samples after it
    assert baseline.score(late).tolist() == [0]
    assert baseline.score(late, HiLo(coincidence=33)).tolist() == [80]
    assert baseline.score(counts, HiLo(window=4)).tolist() == [0]


# --- parts, and what is derived from them ---------------------------------------------------------------------------


def test_no_window_is_in_two_parts() -> None:
    parts = data.parted(WINDOWS)
    every = [parts.training, parts.validation, *parts.test_groups]
    assert [len(part) for part in every] == [400, 100, *[50] * 10]
    assert [int(part.signal.sum()) for part in every] == [72, 18, *[9] * 10]
    seen = {window.tobytes() for part in every for window in part.counts}
    assert len(seen) == len(WINDOWS)


def test_a_moved_pulse_is_the_published_window_moved() -> None:
    pulse, noise = WINDOWS.of(True)[:40], WINDOWS.of(False)[:100]
    for place, begin in ((c.PLACE, 0), (8, c.PLACE - 8), (200, c.PLACE - 200)):
        found = derive.moved(pulse, noise, np.full(40, place), np.random.default_rng(1))
        first, last = max(-begin, 0) + derive.FADE, min(256 - begin, 256) - derive.FADE
        assert np.array_equal(found[:, first:last], pulse[:, first + begin : last + begin])
    with pytest.raises(FpgamlError, match="outside of 0 to 255"):
        derive.moved(pulse, noise, np.full(40, 256), np.random.default_rng(1))


def test_overlapping_windows_are_cut_from_one_stream() -> None:
    pulse, noise = WINDOWS.of(True)[:20], WINDOWS.of(False)[:100]
    found = derive.overlapping(noise, pulse, 64, np.random.default_rng(2))
    for index, place in enumerate((0, 64, 128, 192)):
        alone = derive.moved(pulse, noise, np.full(20, place), np.random.default_rng(2))
        assert np.array_equal(found[:, index], alone)


def test_the_best_of_overlapping_windows_counts() -> None:
    """A trigger that sees a pulse at one place of 16 keeps a 16th of the arrivals at a hop of 256, all at 16."""
    signal, noise = np.zeros((10, 2, 16)), np.zeros((10, 400, 16))
    signal[:, :, 4] = 5.0
    kept = [overlap.kept(signal, noise, hop) for hop in (256, 64, 16)]
    assert kept == [[1 / 16, 0.0], [1 / 4, 0.0], [1.0, 0.0]]


def test_derived_noise_has_the_power_of_the_published() -> None:
    noise = WINDOWS.of(False)
    derived = derive.background(noise, 4000, np.random.default_rng(3)).astype(np.float64)
    across = np.sqrt(np.square(derived).mean(axis=(0, 2)))
    assert across == pytest.approx(np.full(256, noise.std()), rel=0.06)
    together = np.corrcoef(derived.transpose(2, 0, 1).reshape(4, -1))
    assert np.abs(together - np.eye(4)).max() < 0.01


def test_drawn_pulses_are_like_those_that_training_did_not_see() -> None:
    """Their mean shape, of the training windows, is that of the test windows, whose noise is another."""
    parts = data.parted(WINDOWS)
    one, other = (pulses.shape_of(part.of(True)) for part in (parts.training, parts.test))
    likeness = np.abs(np.correlate(one, other, "full")).max() / np.sqrt(np.sum(abs(one) ** 2) * np.sum(abs(other) ** 2))
    assert likeness > 0.9
    f = np.fft.fftfreq(len(one), 1e-3)
    power = abs(np.fft.fft(one)) ** 2
    assert power[(f > 60) & (f < 480)].sum() > 0.98 * power.sum()  # nothing at negative frequencies


def test_training_windows_are_half_pulses_in_a_pair_of_antennas() -> None:
    made = events.training(data.parted(WINDOWS), 400, 1.0, 1)
    assert int(made.signal.sum()) == 200
    excess = np.square(made.of(True).astype(np.float64)).mean(axis=1) / c.NOISE_RMS_COUNTS**2 - 1
    larger = np.argmax([excess[:, [0, 2]].sum(axis=1), excess[:, [1, 3]].sum(axis=1)], axis=0)
    assert 0.3 < larger.mean() < 0.7
    rows = np.arange(200)
    off = np.stack([excess[rows, 1 - larger], excess[rows, 3 - larger]])
    assert abs(off.mean()) < 0.03 and excess.mean() > 0.05


# --- metrics --------------------------------------------------------------------------------------------------------


def test_efficiency_and_its_jackknife_by_hand() -> None:
    background = np.arange(1000.0)  # 10 of 1000 lie above 989
    signal = np.array([989.0, 990.0, 2000.0, 5.0])
    groups = np.array([0, 0, 1, 1])
    scored = metrics.Scored(signal, background, np.array([72, 72, 8, 8]), groups, np.arange(1000) % 2)
    assert metrics.efficiency(1e-2)(scored) == 0.5
    assert metrics.efficiency(1e-2, 72)(scored) == 0.5 and metrics.efficiency(1e-2, 9)(scored) is None
    assert metrics.efficiency(1e-3)(scored) is None  # one background event would say where its threshold is
    # The mean of two groups' means has the jackknife error |difference| / 2.
    found = metrics.jackknife(lambda one: float(one.signal.mean()), scored)
    assert found == pytest.approx([996.0, abs(1002.5 - 989.5) / 2])
    difference = metrics.jackknife(metrics.difference(metrics.area), scored, scored)
    assert difference == [0.0, 0.0]


def test_parts_are_what_count_says_and_the_same_again() -> None:
    sample = Sample(scale=0.05, seed=3)
    parts = list(TASK.parts(sample))
    assert sum(len(part.x) for part in parts) == TASK.count(sample)
    assert {part.name for part in parts} == {"published", "pulse", "background"}
    again = next(TASK.parts(sample))
    assert np.array_equal(again.x, parts[0].x)
    assert (np.concatenate([part.x for part in parts]) * 32 % 1 == 0).all()


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    np.savez(path, counts=WINDOWS.counts[:200].astype(float), signal=WINDOWS.signal[:200])
    assert np.array_equal(data.read(path).counts, WINDOWS.counts[:200])
    for changed, said in (
        ({"counts": WINDOWS.counts.transpose(0, 2, 1)}, r"shape \(1000, 4, 256\)"),
        ({"counts": WINDOWS.counts + 0.5}, "not whole numbers of 12 bits"),
        ({"signal": WINDOWS.signal * 2}, "not one label of 0 or 1"),
    ):
        np.savez(path, **({"counts": WINDOWS.counts, "signal": WINDOWS.signal} | changed))
        with pytest.raises(FpgamlError, match=said):
            data.read(path)
    with pytest.raises(FpgamlError, match="windows with a pulse"):
        data.parted(WINDOWS.take(slice(100)))
