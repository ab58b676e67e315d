"""lar_timing: pulses, filters and generator against their sources' numbers; metrics on cases made by hand."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fpgaml_models.lar_timing import constants as c
from fpgaml_models.lar_timing.baseline import (
    OptimalFilter,
    derive_filter,
    filter_for,
    firmware_filter,
    maximum_finder,
    published_filter,
)
from fpgaml_models.lar_timing.cluster import coupled, ring_of_cell, shower_fractions
from fpgaml_models.lar_timing.data import read_events, write_events
from fpgaml_models.lar_timing.evaluation import filtered, filters
from fpgaml_models.lar_timing.generate import (
    CHUNK,
    Events,
    Settings,
    chunks,
    digitise,
    generate,
    join,
    previous_pulse,
    respond,
)
from fpgaml_models.lar_timing.metrics import evaluate, ratio_of_rms
from fpgaml_models.lar_timing.pileup import deposit_mean, filling_scheme, noise_covariance, pileup_moments
from fpgaml_models.lar_timing.pulse import crosstalk_pulse, ionisation_pulse, sampled
from fpgaml_models.lar_timing.task import TASK
from fpgaml_models.lar_timing.windows import AFTER, BEFORE, TIME_UNIT_NS, WINDOW, Windows, ring_sums, windows_of
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.tasks import Sample

Real = NDArray[np.float64]
QUIET = Settings(sequences=20, pileup=(0.0,), noise=0.0, crosstalk=False, trains=False, shower_rate=0.02, seed=3)
MIDDLE = c.CELLS // 2


def in_gev(adc: NDArray[np.uint16]) -> Real:
    return (adc.astype(np.float64) - c.ADC_PEDESTAL) * c.ADC_LSB_GEV


# --- Pulses ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pulse", "values"), [(ionisation_pulse, c.PULSE_CHECK), (crosstalk_pulse, c.CROSSTALK_CHECK)])
def test_pulses_have_their_published_values(pulse: Any, values: dict[int, float]) -> None:
    assert pulse()(list(values)) == pytest.approx(list(values.values()), abs=6e-5)


def test_shape_of_the_ionisation_pulse() -> None:
    time = np.arange(0, 700, 0.5)
    pulse = ionisation_pulse()(time)
    peak_time, peak = c.PULSE_PEAK
    assert (time[pulse.argmax()], pulse.max()) == (peak_time, pytest.approx(peak, abs=5e-5))
    assert 122 < time[np.flatnonzero(pulse < -1e-6)[0]] < 124  # zero crossing at 123 ns
    assert pulse[(time > 250) & (time < 420)] == pytest.approx(-0.181, abs=1e-3)  # flat undershoot
    assert ionisation_pulse()(600.0) == pytest.approx(-0.0008, abs=5e-5)


def test_shape_of_the_crosstalk_pulse() -> None:
    time = np.arange(0, 700, 0.5)
    pulse = crosstalk_pulse()(time)
    assert (time[pulse.argmax()], pulse.max()) == (32.0, pytest.approx(0.9998, abs=5e-5))
    assert (time[pulse.argmin()], pulse.min()) == (96.5, pytest.approx(-0.575, abs=5e-4))


def test_closed_forms_are_the_electronics_response_to_a_triangle() -> None:
    """The drift current passed through one-pole filters step by step, without any partial fractions."""
    step, until = 0.02, 650.0
    time = np.arange(0, until, step)
    current = np.clip(1 - time / c.DRIFT_NS, 0, None)

    def one_pole(signal: Real, decay: float) -> Real:
        keep = np.exp(-step / decay)
        return np.fromiter(accumulate(signal * (1 - keep), lambda old, new: old * keep + new), float, len(signal))

    shaped = current
    for decay in (c.PREAMPLIFIER_NS, c.SHAPER_NS, c.SHAPER_NS, c.SHAPER_NS):
        shaped = one_pole(shaped, decay)
    slope = np.gradient(shaped, step)
    curvature = np.gradient(np.gradient(one_pole(shaped, c.PREAMPLIFIER_NS), step), step)
    for pulse, simulated in ((ionisation_pulse(), slope), (crosstalk_pulse(), curvature)):
        exact = pulse(time)
        scale = exact.max() / simulated.max()
        assert np.abs(exact - scale * simulated)[5:].max() < 4e-3  # the steps' own error, 0.04 ns of delay


@pytest.mark.parametrize("pulse", [ionisation_pulse, crosstalk_pulse])
def test_derivatives(pulse: Any) -> None:
    time = np.concatenate([np.arange(0.5, 419), np.arange(421.5, 700)])
    numeric = (pulse()(time + 1e-4) - pulse()(time - 1e-4)) / 2e-4
    assert pulse(1)(time) == pytest.approx(numeric, abs=2e-6)
    assert not np.any(pulse()(np.array([-30.0, -1e-9]))) and not np.any(pulse(1)([-30.0, -1e-9]))


# --- Optimal filtering -----------------------------------------------------------------------------------------------


def test_golden_vector() -> None:
    energy, energy_time = published_filter().apply(sampled(ionisation_pulse(), 4, 1))
    assert float(energy) == pytest.approx(c.GOLDEN_ENERGY, abs=5e-9)
    assert float(energy_time / energy) == pytest.approx(c.GOLDEN_TIME_NS, abs=5e-8)
    assert np.sqrt(np.sum(published_filter().energy ** 2)) == pytest.approx(0.749, abs=5e-4)


@pytest.mark.parametrize(("samples", "first"), [(4, 1), (5, 0), (12, -7)])
@pytest.mark.parametrize("collisions", c.PILEUP_MEANS)
def test_derived_weights_meet_their_conditions(collisions: float, samples: int, first: int) -> None:
    weights = filter_for(collisions, samples, first)
    shape, slope = sampled(ionisation_pulse(), samples, first), sampled(ionisation_pulse(1), samples, first)
    assert weights.apply(shape) == (pytest.approx(1, abs=1e-9), pytest.approx(0, abs=1e-8))
    assert weights.apply(slope) == (pytest.approx(0, abs=1e-9), pytest.approx(-1, abs=1e-8))
    assert weights.last == first + samples - 1


def test_derived_weights_are_the_best() -> None:
    """No step along directions that keep the conditions lowers the variance of energy or time."""
    covariance = noise_covariance(200, 6)
    weights = derive_filter(covariance)
    conditions = np.stack([sampled(ionisation_pulse(order), 6, 1) for order in (0, 1)])
    allowed = np.linalg.svd(conditions)[2][2:]
    assert np.abs(conditions @ allowed.T).max() < 1e-12
    for vector in (weights.energy, weights.energy_time):
        # The gradient of v'Rv vanishes along them, and R is positive definite.
        assert np.abs(allowed @ covariance @ vector).max() < 1e-12 * max(1.0, np.abs(vector).max())
    assert np.linalg.eigvalsh(covariance).min() > 0


def test_filters_for_the_noise_at_hand_are_better_on_it() -> None:
    data = generate(Settings(sequences=500, pileup=(200.0,), crosstalk=False, trains=False, shower_rate=0, seed=8))
    windows = windows_of(data, 1)
    spread = {name: filtered(windows, weights)[0].std() for name, weights in filters(200.0).items()}
    assert spread["of_12"] < spread["of_4"] < spread["of_published"]
    weights = filters(200.0)["of_12"].energy
    assert spread["of_12"] == pytest.approx(np.sqrt(weights @ noise_covariance(200, 12) @ weights), rel=0.03)


def test_no_weights_without_a_pulse() -> None:
    with pytest.raises(FpgamlError, match="no weights meet the conditions"):
        derive_filter(np.eye(4), first=-4)
    with pytest.raises(FpgamlError, match="at least two samples"):
        derive_filter(np.eye(1))


def test_firmware_filter_is_exact_in_integers() -> None:
    weights = filter_for(200.0)
    firmware = firmware_filter(weights)
    counts = np.random.default_rng(4).integers(0, 2**15, (300, 4)).astype(np.uint16)
    sums = firmware.apply(counts)
    for row, energy, energy_time in zip(counts.tolist(), sums[0].tolist(), sums[1].tolist(), strict=True):
        assert energy == sum(int(a) * (s - c.ADC_PEDESTAL) for a, s in zip(firmware.energy, row, strict=True))
        assert energy_time == sum(int(b) * (s - c.ADC_PEDESTAL) for b, s in zip(firmware.energy_time, row, strict=True))
    largest = [int(np.abs(part).max()) for part in (firmware.energy, firmware.energy_time)]
    assert all(2**16 <= value < 2**17 for value in largest)  # all 18 bits are used
    exact = weights.apply((counts.astype(float) - c.ADC_PEDESTAL) * c.ADC_LSB_GEV)
    for rounded, value, shift in zip(
        firmware.in_gev(sums), exact, (firmware.energy_shift, firmware.time_shift), strict=True
    ):
        assert np.abs(rounded - value).max() <= 4 * 0.5 * 2.0**-shift * 2**15 * c.ADC_LSB_GEV


def test_rounding_to_the_largest_coefficient_does_not_overflow() -> None:
    firmware = firmware_filter(OptimalFilter(np.array([1.9999999, -0.5]), np.array([-8.0, 4.0])), bits=8)
    assert firmware.energy.tolist() == [127, -32] and firmware.energy_shift == 6
    assert firmware.energy_time.tolist() == [-64, 32] and firmware.time_shift == 3


def test_maximum_finder() -> None:
    energy = np.array([[3.0, 1.0, 2.0, 2.0, 0.0, 5.0], [-2.0, -1.0, -3.0, 0.0, 1.0, 0.5]])
    found = maximum_finder(energy)
    assert found.tolist() == [[3, 0, 2, 0, 0, 5], [0, -1, 0, 0, 1, 0]]


# --- Cluster ---------------------------------------------------------------------------------------------------------


def test_shower_fractions_are_integrals_of_the_profile() -> None:
    fractions = shower_fractions([0.3], [-0.7], 7)[0]
    fine = (np.arange(2000) + 0.5) / 2000 - 0.5
    for eta, phi in ((0, 0), (0, -1), (1, 1), (-3, 2)):
        r2 = (eta + fine[:, None] - 0.3) ** 2 + (phi + fine[None, :] + 0.7) ** 2
        density = c.SHOWER_RADIUS_CELLS**2 / np.pi / (r2 + c.SHOWER_RADIUS_CELLS**2) ** 2
        assert fractions[eta + 3, phi + 3] == pytest.approx(density.mean(), rel=1e-5)
    assert shower_fractions([0.3], [-0.7], 301).sum() == pytest.approx(1, abs=1e-5)


def test_crosstalk_couples_to_eight_neighbours() -> None:
    energy = np.zeros((5, 5))
    energy[2, 2] = 1.0
    edge, corner = c.CAPACITIVE_CROSSTALK + c.INDUCTIVE_CROSSTALK, c.INDUCTIVE_CROSSTALK
    expected = [[corner, edge, corner], [edge, 0, edge], [corner, edge, corner]]
    assert coupled(energy) == pytest.approx(np.array(expected), abs=1e-15)
    energy[0, 0] = 2.0  # a corner of the outer ring reaches one inner cell alone
    assert coupled(energy)[0, 0] == pytest.approx(3 * corner)
    assert coupled(energy)[0, 1] == pytest.approx(edge)


def test_rings() -> None:
    ring = ring_of_cell()
    assert np.bincount(ring.ravel()).tolist() == [1, 4, 4, 4, 8, 4]
    assert ring[2, 2] == 0 and ring[1, 2] == 1 and ring[1, 1] == 2 and ring[0, 2] == 3 and ring[0, 0] == 5


# --- Generator -------------------------------------------------------------------------------------------------------


def test_same_seed_same_bytes() -> None:
    settings = Settings(sequences=CHUNK + 10, crossings=16)
    first, second = generate(settings), join(list(chunks(settings)))
    shorter, longer = generate(replace(settings, sequences=30)), generate(replace(settings, sequences=2 * CHUNK))
    for name in (field.name for field in fields(Events)):
        array = getattr(first, name)
        assert array.tobytes() == getattr(second, name).tobytes()
        assert array[:30].tobytes() == getattr(shorter, name).tobytes()
        assert array.tobytes() == getattr(longer, name)[: len(array)].tobytes()
    assert np.any(first.adc != generate(replace(settings, seed=2)).adc)
    assert np.any(first.adc != generate(replace(settings, stream=1)).adc)
    assert np.any(first.adc[:10] != first.adc[CHUNK:])
    assert first.adc.dtype == np.uint16 and first.adc.shape == (CHUNK + 10, 16, 5, 5)
    assert first.pileup[:4].tolist() == [140, 200, 140, 200]


def test_samples_are_the_sum_of_pulses() -> None:
    data = generate(replace(QUIET, sequences=CHUNK, shower_rate=0.01))
    crossings = np.arange(data.adc.shape[1])
    alone = [n for n in range(len(data)) if data.shower[n].sum() == 1 and data.energy[n].max() > 0.5]
    checked = 0
    for n in alone:
        start = int(np.flatnonzero(data.shower[n])[0])
        energy, energy_time = float(data.energy[n, start]), float(data.energy_time[n, start])
        late = crossings >= start - 1
        before = in_gev(data.adc[n, :, MIDDLE, MIDDLE])[: max(start - 1, 0)]
        if start < 3 or np.any(before):
            continue  # perhaps a shower before the record
        time = c.CROSSING_NS * (crossings - start) - energy_time / energy
        expected = energy * ionisation_pulse()(time) * (crossings - start < c.PULSE_CROSSINGS)
        measured = in_gev(data.adc[n, :, MIDDLE, MIDDLE])
        assert (
            np.abs(measured - expected)[late].max() <= 1.001 * c.ADC_LSB_GEV
        )  # half of it rounding, half what is left before
        checked += 1
    assert checked >= 3


@pytest.mark.parametrize("pulse", [ionisation_pulse, crosstalk_pulse])
def test_deposits_are_delayed_by_their_time(pulse: Any) -> None:
    energy, time = np.zeros((1, 40, 2, 1)), np.zeros((1, 40, 2, 1))
    energy[0, [4, 9], [0, 1], 0] = 3.0
    time[0, [4, 9], [0, 1], 0] = 0.2, -0.3
    signal = respond(energy, energy * time, pulse)
    crossings = np.arange(40)
    for cell, start, delay in ((0, 4, 0.2), (1, 9, -0.3)):
        exact = 3.0 * pulse()(c.CROSSING_NS * (crossings - start) - delay) * (crossings - start < c.PULSE_CROSSINGS)
        assert signal[0, :, cell, 0] == pytest.approx(exact, abs=3e-3)  # the first order leaves E tau^2 g'' / 2
        undelayed = 3.0 * pulse()(c.CROSSING_NS * (crossings - start)) * (crossings - start < c.PULSE_CROSSINGS)
        assert np.abs(undelayed - exact).max() > 0.015


def test_crosstalk_adds_what_neighbours_induce() -> None:
    """Between the outer cells that border on the middle one: the sum over cells of what is induced is known."""
    quiet, induced = generate(replace(QUIET, crosstalk=False)), generate(replace(QUIET, crosstalk=True))
    assert np.array_equal(quiet.energy, induced.energy) and np.array_equal(quiet.shower, induced.shower)
    difference = in_gev(induced.adc) - in_gev(quiet.adc)
    n, start = np.argwhere(induced.shower & (np.arange(64) < 50) & (induced.energy > 2))[0]
    others = np.count_nonzero(induced.shower[n, max(start - 25, 0) : start + 8]) - 1
    assert others == 0 and start >= 1
    # The induced pulse peaks 32 ns after the start: the edge neighbours' samples at 25 ns get 6.3 % of 0.895 or more.
    energy = float(induced.energy[n, start])
    edges = [difference[n, start + 1, 1, 2], difference[n, start + 1, 3, 2], difference[n, start + 1, 2, 1]]
    floor = (c.CAPACITIVE_CROSSTALK + c.INDUCTIVE_CROSSTALK) * energy * float(crosstalk_pulse()(25 - c.SHOWER_TIME_NS))
    assert min(edges) >= floor - c.ADC_LSB_GEV


def test_moments_of_pileup() -> None:
    """Mean, RMS and autocovariance of samples against Campbell's theorem."""
    for collisions in c.PILEUP_MEANS:
        settings = Settings(
            sequences=1000, crossings=40, pileup=(collisions,), crosstalk=False, trains=False, shower_rate=0, seed=5
        )
        samples = in_gev(generate(replace(settings, noise=0.0)).adc[:, :, MIDDLE, MIDDLE])
        expected_mean, expected_rms = pileup_moments(collisions)
        # Samples of one sequence are correlated: count sequences. The fourth moment gives the variance's error.
        error_of_mean = samples.mean(axis=1).std() / np.sqrt(len(samples))
        variances = np.mean((samples - expected_mean) ** 2, axis=1)
        assert abs(samples.mean() - expected_mean) < 5 * error_of_mean + 1e-4
        assert abs(variances.mean() - expected_rms**2) < 5 * variances.std() / np.sqrt(len(samples)) + 2e-6
        covariance = noise_covariance(collisions, 12, noise=0.0)
        for lag in (1, 2, 4, 8, 11):
            products = np.mean(samples[:, lag:] * samples[:, : samples.shape[1] - lag], axis=1)
            assert abs(products.mean() - covariance[0, lag]) < 5 * products.std() / np.sqrt(len(samples)) + 2e-6
    assert pileup_moments(c.PILEUP_RMS_AT)[1] == pytest.approx(c.PILEUP_RMS_GEV)
    assert deposit_mean() > 0


def test_noise_and_truth() -> None:
    data = generate(Settings(sequences=300, pileup=(0.0,), crosstalk=False, shower_rate=0.0))
    samples = in_gev(data.adc)
    assert samples.std() == pytest.approx(c.NOISE_GEV, rel=0.01) and abs(samples.mean()) < 1e-3
    assert not data.energy.any() and not data.shower.any()
    busy = generate(Settings(sequences=300, crossings=64, pileup=(200.0,)))
    minimum_bias = busy.energy[busy.filled & ~busy.shower]
    assert minimum_bias.mean() == pytest.approx(200 * c.OCCUPANCY * deposit_mean(), rel=0.1)
    assert not busy.energy[~busy.filled].any() and not busy.shower[~busy.filled].any()
    times = busy.energy_time[busy.shower] / busy.energy[busy.shower]
    assert np.abs(times).max() < c.SHOWER_TIME_NS + 5 * c.COLLISION_SPREAD_NS and times.std() > 0.5
    assert busy.shower.sum() == pytest.approx(c.SHOWER_RATE * busy.filled.sum(), rel=0.15)


def test_trains() -> None:
    scheme = filling_scheme()
    assert scheme.sum() == 288 and len(scheme) == 350
    assert scheme[:72].all() and not scheme[72:80].any() and scheme[80] and not scheme[312:].any()
    filled = generate(Settings(sequences=CHUNK, crossings=400)).filled
    assert filled.mean() == pytest.approx(288 / 350, abs=0.01)
    twice = np.concatenate([scheme, scheme, scheme])
    assert any(np.array_equal(filled[0], twice[start : start + 400]) for start in range(350))


def test_digitisation_rounds_and_saturates() -> None:
    lsb = c.ADC_LSB_GEV
    counts = digitise(np.array([0.0, 0.49 * lsb, 0.51 * lsb, -0.51 * lsb, -1e3, 1e3, (32767 - 900) * lsb]))
    assert counts.tolist() == [900, 900, 901, 899, 0, 32767, 32767]


def test_distance_to_the_previous_pulse() -> None:
    energy = np.zeros((2, 40))
    energy[0, [3, 4, 30]] = [0.5, 9.0, 0.49]
    distance = previous_pulse(energy)
    assert distance[0, [0, 3, 4, 5, 28, 29, 30, 39]].tolist() == [25, 25, 1, 1, 24, 25, 25, 25]
    assert (distance[1] == 25).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"sequences": 0},
        {"crossings": 0},
        {"seed": -1},
        {"pileup": ()},
        {"pileup": (-1.0,)},
        {"shower_rate": 1.5},
        {"shower_energy": (0.0, 1.0)},
        {"noise": -0.1},
    ],
)
def test_settings_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(FpgamlError, match=next(iter(wrong))):
        Settings(**wrong)


# --- Windows ---------------------------------------------------------------------------------------------------------


def test_windows_hold_the_samples_around_their_crossing() -> None:
    data = generate(Settings(sequences=3, crossings=20))
    windows = windows_of(data, 2)
    assert len(windows) == 3 * (20 - WINDOW + 1) and windows.x.shape == (len(windows), WINDOW, 2)
    middle = in_gev(data.adc[1, :, MIDDLE, MIDDLE])
    edges = in_gev(data.adc[1])[:, [1, 3, 2, 2], [2, 2, 1, 3]].sum(axis=1)
    for index in range(9):
        entry, crossing = 9 + index, BEFORE + index
        inside = slice(crossing - BEFORE, crossing + AFTER + 1)
        assert windows.x[entry, :, 0].tolist() == middle[inside].tolist()  # exact: multiples of 2^-8
        assert windows.x[entry, :, 1].tolist() == edges[inside].tolist()
        assert windows.target[entry].tolist() == [
            data.energy[1, crossing],
            data.energy_time[1, crossing] / TIME_UNIT_NS,
        ]
        assert windows.shower[entry] == data.shower[1, crossing]
        assert windows.previous[entry] == data.previous[1, crossing]
        assert windows.pileup[entry] == 200


def test_the_filter_finds_a_shower_in_its_window() -> None:
    windows = windows_of(generate(replace(QUIET, sequences=500, shower_rate=0.01, shower_energy=(10.0, 50.0))))
    strong = windows.take(windows.shower & (windows.target[:, 0] > 2) & (windows.previous == 25))
    assert len(strong) > 10
    for weights in filters(200.0).values():
        energy, energy_time = filtered(strong, weights)
        time = strong.target[:, 1] * TIME_UNIT_NS / strong.target[:, 0]
        isolated = np.abs(energy / strong.target[:, 0] - 1) < 0.03
        assert isolated.mean() > 0.7  # the others follow a small deposit, or a shower that touched the cell
        assert np.median(np.abs(energy_time / energy - time)) < 0.2


def test_windows_of_wrong_data() -> None:
    data = generate(Settings(sequences=2, crossings=WINDOW - 1))
    with pytest.raises(FpgamlError, match="fewer than the window's 12"):
        windows_of(data)
    with pytest.raises(FpgamlError, match="rings"):
        ring_sums(data.adc, 7)
    with pytest.raises(FpgamlError, match="cells"):
        ring_sums(data.adc[..., :3])


# --- Metrics ---------------------------------------------------------------------------------------------------------


def made_up(energy: Real, time: Real, previous: Real | None = None) -> Windows:
    """Shower crossings with the given truth."""
    count = len(energy)
    return Windows(
        x=np.zeros((count, WINDOW, 1), np.float32),
        target=np.stack([energy, energy * time / TIME_UNIT_NS], axis=1).astype(np.float32),
        shower=np.ones(count, np.bool_),
        previous=np.asarray(25 * np.ones(count) if previous is None else previous, np.int16),
        pileup=np.full(count, 200, np.float32),
    )


def test_perfect_estimates() -> None:
    energy, time = np.linspace(0.3, 30, 400), np.linspace(-2, 2, 400)
    result = evaluate(made_up(energy, time), energy, energy * time)
    for name in ("headline_energy_resolution_gev", "energy_bias_gev", "time_core_ns", "time_bias_ns"):
        assert result[name] == pytest.approx([0, 0], abs=1e-6)
    assert result["timed_fraction"][0] == 1 and 0 < result["timed_fraction"][1] < 0.01
    assert result["empty_crossing_rms_gev"] == [None, None]
    assert [row["events"] for row in result["against_distance"]][:-1] == [0] * 7


def test_bias_and_resolution_of_known_errors() -> None:
    energy = np.full(1000, 2.0)
    push = np.where(np.arange(1000) % 2, 0.3, -0.1)  # mean 0.1, standard deviation 0.2
    previous = np.where(np.arange(1000) < 400, 5, 25)
    truth = made_up(energy, np.zeros(1000), previous)
    result = evaluate(truth, energy + push, (energy + push) * 0.25)
    assert result["energy_bias_gev"] == [pytest.approx(0.1, abs=1e-9), pytest.approx(0.2 / np.sqrt(1000), rel=0.3)]
    assert result["headline_energy_resolution_gev"][0] == pytest.approx(0.2)
    assert result["time_bias_ns"][0] == pytest.approx(0.25)
    (row,) = [entry for entry in result["against_energy"] if entry["events"]]
    assert row["bin"] == [2.0, 4.0] and row["events"] == 1000 and row["timed_events"] == 1000
    by_distance = {tuple(entry["bin"]): entry["events"] for entry in result["against_distance"]}
    assert by_distance[4, 6] == 400 and by_distance[25, 26] == 600 and sum(by_distance.values()) == 1000


def test_times_need_energy() -> None:
    truth = made_up(np.full(100, 1.5), np.zeros(100))
    estimate = np.where(np.arange(100) < 40, 0.1, 1.5)
    result = evaluate(truth, estimate, np.ones(100))
    assert result["timed_fraction"][0] == pytest.approx(0.6)
    assert result["time_bias_ns"][0] == pytest.approx(1 / 1.5)


def test_wrong_estimates_are_refused() -> None:
    truth = made_up(np.ones(5), np.zeros(5))
    with pytest.raises(FpgamlError, match="shape"):
        evaluate(truth, np.ones(4), np.ones(5))
    with pytest.raises(FpgamlError, match="NaN"):
        evaluate(truth, np.ones(5), np.array([1, 1, np.nan, 1, 1.0]))


def test_every_algorithm_on_every_set() -> None:
    sample = Sample(scale=0.002)
    parts = list(TASK.parts(sample))
    assert [part.name for part in parts] == [
        f"mu{mu}_{xt}" for mu in (140, 200) for xt in ("crosstalk", "no_crosstalk")
    ]
    assert sum(len(part.x) for part in parts) == TASK.count(sample) == 4 * 20 * 53
    truth = {part.name: part.truth for part in parts}
    answers: dict[str, Any] = {name: {p.name: p.baselines[name] for p in parts} for name in parts[0].baselines}
    noise = np.random.default_rng(2)
    answers["float"] = {p.name: p.truth["target"] + noise.normal(0.5, 0.1, p.truth["target"].shape) for p in parts}
    answers["graph"] = {part.name: part.truth["target"] for part in parts}
    metrics = {name: TASK.measure(truth, answers, name) for name in answers}
    assert list(metrics) == ["of_published", "of_4", "of_12", "float", "graph"]
    headline = metrics["graph"]["mu200_crosstalk"]
    assert headline["energy_bias_gev"][0] == 0 < metrics["of_4"]["mu200_crosstalk"]["headline_energy_resolution_gev"][0]
    assert metrics["float"]["mu200_crosstalk"]["energy_bias_gev"][0] == pytest.approx(0.5, abs=0.2)
    (row,) = (row for row in TASK.rows(metrics) if row.headline)
    assert row.values["graph"].value == headline["headline_energy_resolution_gev"][0] == 0


def test_ratio_of_resolutions() -> None:
    rng = np.random.default_rng(3)
    truth = made_up(np.full(4000, 2.0), np.zeros(4000))
    noise = rng.normal(0, 0.1, 4000)
    ratio = ratio_of_rms(truth, 2.0 + 3 * noise, 2.0 + noise)
    assert ratio.value == pytest.approx(3) and ratio.error < 1e-9  # the same events: nothing is left to chance
    other = ratio_of_rms(truth, 2.0 + rng.normal(0, 0.1, 4000), 2.0 + noise)
    assert abs(other.value - 1) < 4 * other.error and 0.01 < other.error < 0.05


def test_held_out_windows_are_nobody_elses() -> None:
    held = TASK.held_out(500).x
    assert held.shape == (500, WINDOW, 3) and np.array_equal(held[:300], TASK.held_out(300).x)
    seen = windows_of(generate(Settings(sequences=20))).x
    assert not {window.tobytes() for window in held} & {window.tobytes() for window in seen}


# --- Files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".npz", ".h5"])
def test_events_survive_a_file(tmp_path: Path, ending: str) -> None:
    data = generate(Settings(sequences=4, crossings=16))
    path = tmp_path / f"events{ending}"
    write_events(path, data)
    again = read_events(path)
    for field in fields(Events):
        assert np.array_equal(getattr(again, field.name), getattr(data, field.name)), field.name


def test_own_data_needs_three_arrays(tmp_path: Path) -> None:
    data = generate(Settings(sequences=4, crossings=16, shower_rate=0.5, pileup=(0.0,)))
    path = tmp_path / "own.npz"
    arrays: dict[str, Any] = {"adc": data.adc.astype(np.int64), "energy": data.energy, "energy_time": data.energy_time}
    np.savez(path, **arrays)
    own = read_events(path)
    assert np.array_equal(own.adc, data.adc) and own.filled.all() and np.array_equal(own.shower, data.energy > 0)
    for broken, reason in (
        ({"energy": None}, "lacks energy"),
        ({"adc": data.adc[:, :, :3]}, "shape"),
        ({"adc": data.adc.astype(float)}, "counts of 15 bits"),
        ({"adc": data.adc + np.uint16(2**15)}, "counts of 15 bits"),
        ({"energy": data.energy[:, 1:]}, "shape"),
        ({"energy_time": data.energy_time * np.float32(np.nan)}, "NaN"),
    ):
        np.savez(path, **{name: array for name, array in (arrays | broken).items() if array is not None})
        with pytest.raises(FpgamlError, match=reason):
            read_events(path)
    path.write_bytes(b"not an archive")
    with pytest.raises(FpgamlError, match="cannot be read"):
        read_events(path)
    for missing, reason in ((tmp_path / "none.npz", "no such file"), (tmp_path, "no format has the ending")):
        with pytest.raises(FpgamlError, match=reason):
            read_events(missing)
    with pytest.raises(FpgamlError, match="ending"):
        write_events(tmp_path / "events.csv", data)
