"""The GRAND self-trigger: generator against its sources, baselines against their definitions, metrics by hand."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import h5py
import numpy as np
import pytest
from fpgaml_models.grand_trigger import baseline, constants, events, generate, metrics, pulses, spectra
from fpgaml_models.grand_trigger.baseline import Level1Registers
from fpgaml_models.grand_trigger.generate import Settings, Stream
from fpgaml_models.grand_trigger.task import TASK
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaml.boards import find_board
from fpgaml.errors import FpgamlError
from fpgaml.tasks import Sample

FOLDER = Path(constants.__file__).parent
QUIET_SKY = Settings(signal=False, lines=False, burst_fraction=0.0)


# --- the sky and the chain -------------------------------------------------------------------------------------------


def test_the_sky_has_the_published_temperatures() -> None:
    megahertz = [30, 50, 80, 100, 150, 200]
    kelvin = [17_781, 4_822, 1_453, 823, 293, 141]
    assert np.round(spectra.galactic_temperature(megahertz)).tolist() == kelvin


def test_the_matched_voltages_are_the_published_ones() -> None:
    f = np.linspace(*constants.BAND_MHZ, 3001)
    assert round(spectra.matched_voltage(spectra.galactic_temperature(f), f) * 1e6, 1) == 9.7
    assert round(spectra.matched_voltage(np.full_like(f, 300), f) * 1e6, 1) == 5.6


def test_one_count_is_the_published_voltage() -> None:
    assert round(constants.ADC_LSB_V * 1e6, 1) == 109.9


def test_the_band_is_a_butterworth_of_its_order() -> None:
    low, high = constants.BAND_MHZ
    edges = np.abs(spectra.butterworth_band([low, high, np.sqrt(low * high)]))
    assert np.allclose(edges, [np.sqrt(0.5), np.sqrt(0.5), 1])
    f = np.array([10.0, 20.0, 240.0])
    distance = (f**2 - low * high) / ((high - low) * f)
    power = 1 / (1 + distance ** (2 * constants.BUTTERWORTH_ORDER))
    assert np.allclose(np.abs(spectra.butterworth_band(f)) ** 2, power)


def test_the_band_does_not_answer_before_it_is_asked() -> None:
    f = np.arange(4097) * (500 / 8192) * 4  # to 1 GHz, far beyond the band
    response = np.fft.irfft(spectra.butterworth_band(f), 8192)
    assert np.square(response[4096:]).sum() < 1e-3 * np.square(response).sum()


def test_noise_has_its_size_and_its_spectrum() -> None:
    traces = generate.generate(QUIET_SKY, 512).traces.astype(float)
    # Cutting towards zero takes half a count off, on average, of numbers of 8 counts on average.
    assert traces.std(axis=(0, 1)) == pytest.approx([9.62] * 3, rel=0.01)
    assert abs(traces.mean()) < 0.05
    power = np.square(np.abs(np.fft.rfft(traces * np.hanning(1024)[None, :, None], axis=1))).mean(axis=(0, 2))
    f = np.fft.rfftfreq(1024, 1 / 500)
    kelvin = spectra.galactic_temperature([60.0, 100.0, 150.0, 190.0]) + constants.RECEIVER_KELVIN
    expected = kelvin * np.abs(spectra.butterworth_band([60.0, 100.0, 150.0, 190.0])) ** 2
    measured = np.array([power[np.abs(f - line) < 3].mean() for line in (60.0, 100.0, 150.0, 190.0)])
    assert measured / measured[0] == pytest.approx(expected / expected[0], rel=0.06)


def test_polarisations_and_far_samples_are_independent() -> None:
    traces = generate.generate(QUIET_SKY, 512).traces.astype(float) / 9.62
    assert abs((traces[:, :, 0] * traces[:, :, 1]).mean()) < 0.01
    assert abs((traces[:, :20, :] * traces[:, -20:, :]).mean()) < 0.05  # the window does not close on itself


# --- pulses, lines, bursts -------------------------------------------------------------------------------------------


def test_pulses_are_bipolar_short_and_in_the_band() -> None:
    shape, polarisation = pulses.shower_shapes(np.random.default_rng(1), 300)
    assert np.allclose(np.abs(shape).max(axis=1), 1)
    assert np.allclose(np.abs(polarisation).max(axis=1), 1)
    assert (shape.max(axis=1) > 0.4).all() and (shape.min(axis=1) < -0.4).all()
    energy = np.square(shape)
    place = np.abs(shape).argmax(axis=1)
    near = np.abs(np.arange(1024) - place[:, None]) < 30  # 60 ns either way
    assert ((energy * near).sum(axis=1) > 0.9 * energy.sum(axis=1)).all()
    assert place.min() >= constants.EDGE_SAMPLES - 5 and place.max() < 1024 - constants.EDGE_SAMPLES + 30
    spectrum = np.square(np.abs(np.fft.rfft(shape, axis=1)))
    f = np.fft.rfftfreq(1024, 1 / 500)
    assert ((spectrum * ((f > 40) & (f < 215))).sum(axis=1) > 0.9 * spectrum.sum(axis=1)).all()


def test_shower_fields_lie_across_the_shower_axis_and_mostly_flat() -> None:
    field = pulses.shower_polarisation(np.random.default_rng(2), 4000)
    field /= np.linalg.norm(field, axis=1, keepdims=True)
    assert np.median(np.abs(field[:, 2])) < np.median(np.linalg.norm(field[:, :2], axis=1))


def test_snr_is_the_peak_over_the_noise() -> None:
    settings = Settings(seed=5, snr=(10.0, 10.0), lines=False, noise_adc=400.0)
    windows = generate.generate(settings, 400)
    peak = np.abs(windows.traces).max(axis=(1, 2)) / 400.0
    # The noise adds to the peak or takes from it, and the largest of several samples is a little above.
    assert peak.mean() == pytest.approx(10.5, abs=0.5)
    spread = generate.generate(Settings(seed=5), 2000).snr
    assert spread.min() >= 3 and spread.max() <= 10 and np.histogram(spread, 7, (3, 10))[0].min() > 220


def test_lines_stand_at_their_frequencies() -> None:
    lines = generate.generate(replace(QUIET_SKY, lines=True), 512).traces.astype(float)
    power = np.square(np.abs(np.fft.rfft(lines * np.hanning(1024)[None, :, None], axis=1))).mean(axis=(0, 2))
    f = np.fft.rfftfreq(1024, 1 / 500)
    for line in constants.LINES_MHZ:
        beside = power[(np.abs(f - line) > 4) & (np.abs(f - line) < 8)].mean()
        assert power[np.abs(f - line).argmin()] > 2 * beside, line


def test_bursts_are_there_as_often_and_as_high_as_they_should() -> None:
    windows = generate.generate(Settings(signal=False), 4096)
    there = windows.burst != generate.QUIET
    assert there.mean() == pytest.approx(constants.BURST_FRACTION, abs=0.03)
    assert np.bincount(windows.burst[there]) / there.sum() == pytest.approx([1 / 3] * 3, abs=0.04)
    assert (windows.snr[there] >= 3).all() and (windows.snr[~there] == 0).all()
    assert (windows.snr[there] > 6).mean() == pytest.approx(0.5, abs=0.04)  # A^-2: half lies above twice the least
    assert windows.traces.min() == -8192 and windows.traces.max() == 8191  # the highest saturate


# --- digitisation and determinism ------------------------------------------------------------------------------------


def test_the_converter_cuts_towards_zero_and_saturates() -> None:
    counts = np.array([0.99, -0.99, 1.0, -1.5, 8191.9, 8192.0, 1e6, -8192.4, -1e6])
    assert generate.digitise(counts).tolist() == [0, 0, 1, -1, 8191, 8191, 8191, -8192, -8192]


def test_network_inputs_are_exact() -> None:
    counts = np.arange(-8192, 8192, dtype=np.int16)
    assert (generate.to_input(counts).astype(np.float64) * 2**constants.INPUT_SHIFT == counts).all()


def test_the_same_seed_gives_the_same_bytes_in_any_chunks() -> None:
    settings = Settings(seed=7, signal=False)
    whole = generate.generate(settings, 600)
    parts = list(generate.chunks(settings, 600, size=250))
    assert [part.events for part in parts] == [250, 250, 100]
    assert np.concatenate([part.traces for part in parts]).tobytes() == whole.traces.tobytes()
    assert np.concatenate([part.burst for part in parts]).tobytes() == whole.burst.tobytes()
    assert generate.generate(settings, 10, first=590).traces.tobytes() == whole.traces[590:].tobytes()


def test_seeds_classes_and_streams_differ() -> None:
    base = Settings(seed=7, lines=False, burst_fraction=0.0)
    others = (base, replace(base, seed=8), replace(base, stream=Stream.TEST), replace(base, signal=False))
    assert len({generate.generate(one, 1).traces.tobytes() for one in others}) == 4


@pytest.mark.parametrize(
    "bad", [{"seed": -1}, {"snr": (5.0, 3.0)}, {"snr": (0.0, 3.0)}, {"noise_adc": 0.0}, {"burst_fraction": 1.5}]
)
def test_settings_are_checked(bad: dict[str, object]) -> None:
    with pytest.raises(FpgamlError):
        Settings(**bad)  # type: ignore[arg-type]


# --- baselines -------------------------------------------------------------------------------------------------------


def test_peak_over_rms_by_hand() -> None:
    traces = np.zeros((2, 1024, 3), np.int16)
    traces[0, :, 0] = 1
    traces[0, 7, 0] = -8  # sum of squares 1023 + 64
    assert baseline.peak_over_rms(traces) == pytest.approx([8 / np.sqrt(1087 / 1024), 0])
    assert baseline.peak_over_rms_fires(traces, 124).tolist() == [True, False]  # 7.75
    assert baseline.peak_over_rms_fires(traces, 125).tolist() == [False, False]  # 7.8125, above 7.7647


def test_peak_over_rms_in_integers_is_the_ratio() -> None:
    traces = generate.generate(Settings(signal=False), 256).traces
    for threshold in (60, 75, 90):
        expected = baseline.peak_over_rms(traces) > threshold / 16
        assert (baseline.peak_over_rms_fires(traces, threshold) == expected).all()


def test_registers_are_those_of_a_station() -> None:
    # Words of channels 1 and 3 in grand-daq-master's conf/DU.conf.
    first = Level1Registers.from_words(0x800096, 0x1008A0A)
    assert (first.t1, first.t2, first.tprev * 4, first.tper * 4, first.tcmax * 4) == (2048, 150, 32, 32, 20)
    third = Level1Registers.from_words(0x64032, 0x10080A0A)
    assert third == Level1Registers()  # the control program's defaults
    assert (third.t1, third.t2, third.tprev * 4, third.tper * 4, third.tcmax * 4) == (100, 50, 512, 512, 20)
    assert (third.ncmin, third.ncmax) == (0, 10)
    assert third.words() == (0x64032, 0x10080A0A) and first.words() == (0x800096, 0x1008A0A)


@pytest.mark.parametrize("bad", [{"t1": 4096}, {"t2": 101}, {"tcmax": 8}, {"ncmin": 16}, {"ncmin": 11}, {"tper": 0}])
def test_registers_are_checked(bad: dict[str, int]) -> None:
    with pytest.raises(FpgamlError):
        Level1Registers(**bad)


def pulse_train(*samples: tuple[int, int]) -> np.ndarray:
    trace = np.zeros((1, 1024, 1), np.int16)
    for index, value in samples:
        trace[0, index, 0] = value
    return trace


# Defaults: T1 100, T2 50, 256 samples quiet before and 256 of counting, crossings at most 10 samples apart.
@pytest.mark.parametrize(
    ("samples", "changes", "fires"),
    [
        ([(500, 101)], {}, True),
        ([(500, 100)], {}, False),  # at the threshold is not above it
        ([(500, -300)], {}, False),  # positive crossings only
        ([(500, 101), (510, 51)], {"ncmin": 2}, True),  # as far as Tcmax allows
        ([(500, 101), (511, 51)], {}, False),  # farther
        ([(500, 101), (511, 50)], {}, True),  # not above T2
        ([(500, 101), (510, 51)], {"ncmax": 1}, False),
        ([(500, 101)], {"ncmin": 2}, False),
        ([(500, 101), (501, 80)], {"ncmin": 2}, False),  # no new crossing: it has stayed above T2
        ([(500, 101), (756, 51)], {}, True),  # after the count has ended
        ([(500, 101), (755, 51)], {}, False),  # in its last sample
        ([(500, 101), (511, 51), (756, 101)], {}, False),  # quiet for 255 samples only
        ([(500, 101), (511, 51), (757, 101)], {}, True),  # quiet again: the second counts
        ([(3, 101)], {}, True),  # quiet before the window
        ([(1023, 101)], {}, True),  # judged as it stands
        ([(1015, 101), (1020, 60)], {"ncmin": 3}, False),
    ],
)
def test_level_1_by_hand(samples: list[tuple[int, int]], changes: dict[str, int], fires: bool) -> None:
    registers = replace(Level1Registers(), **changes)
    trace = pulse_train(*samples)
    assert baseline.level1_machine(trace[0, :, 0], registers) is fires
    assert baseline.level1_channels(trace, registers).item() is fires


@settings(max_examples=600)
@given(
    st.lists(st.sampled_from((-9, 0, 3, 6, 9)), min_size=1, max_size=60),
    st.integers(0, 8),
    st.integers(0, 8),
    st.integers(0, 6),
    st.integers(1, 8),
    st.integers(0, 5),
    st.integers(0, 3),
    st.integers(0, 4),
)
def test_level_1_from_crossing_to_crossing_is_the_machine(
    samples: list[int], t1: int, t2: int, tprev: int, tper: int, tcmax: int, ncmin: int, more: int
) -> None:
    registers = Level1Registers(max(t1, t2), min(t1, t2), tprev, tper, tcmax, ncmin, ncmin + more)
    traces = np.array(samples, np.int16)[None, :, None]
    assert baseline.level1_channels(traces, registers).item() is baseline.level1_machine(samples, registers)


def test_level_1_of_real_windows_is_the_machine() -> None:
    traces = generate.generate(Settings(), 24).traces
    for registers in (baseline.SCAN[1], baseline.SCAN[8], Level1Registers(20, 12, 20, 40, 7, 1, 3)):
        slow = [[baseline.level1_machine(one[:, k].tolist(), registers) for k in range(3)] for one in traces]
        fast = baseline.level1_channels(traces, registers)
        assert fast.tolist() == slow and fast.any() and not fast.all()
        assert baseline.level1_fires(traces, registers, channels=(2,)).tolist() == fast[:, 2].tolist()


# --- metrics ---------------------------------------------------------------------------------------------------------


def test_working_points_and_rates_by_hand() -> None:
    background = np.arange(10_000.0)
    signal = np.array([9_985.0, 9_989.0, 9_990.0, 20_000.0])
    report = metrics.evaluate(signal, [3.1, 3.2, 4.1, 9.9], background, rates=(1e-3, 1e-4))
    point = report.points[0]
    assert point is not None and report.points[1] is None
    assert (point.efficiency.passing, point.efficiency.total, point.false_positives.passing) == (2, 4, 10)
    assert [None if one is None else one.value for one in point.by_snr[:3]] == [0.0, None, 1.0]
    assert report.background_at_efficiency.passing == 15  # all four must be kept: 9985 to 9999 come along
    assert report.message_rate_hz[0] == pytest.approx(1.5)
    assert report.rejection == pytest.approx(0.9985)
    assert report.as_dict()["points"][0]["by_snr"][1] is None


def test_a_trigger_with_settings_by_hand() -> None:
    signal = np.array([[1, 1], [1, 0], [1, 0], [1, 0]], dtype=bool)
    background = np.zeros((1000, 2), dtype=bool)
    background[:500, 0], background[:10, 1] = True, True
    found = metrics.evaluate_settings(signal, [3.1] * 4, background, ["low", "high"], rates=(0.01, 0.001))
    assert found["points"][0]["threshold"] == "high" and found["points"][1] is None
    assert found["points"][0]["efficiency"]["value"] == 0.25
    assert found["rejection_at_90"]["value"] == 0.5 and found["message_rate_at_90_hz"]["value"] == 500
    corners = [(0, 0), (0.01, 0.25), (0.5, 1), (1, 1)]
    assert found["auc"] == pytest.approx(sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(corners)))
    assert metrics.hull_area([0.5], [0.2]) == 0.5  # a point under the diagonal helps nobody


def test_all_triggers_are_judged_on_the_same_events() -> None:
    parts = list(TASK.parts(Sample(scale=0.01)))
    assert [(part.name, len(part.x)) for part in parts] == [("signal", 200), ("background", 2000)]
    assert TASK.count(Sample(scale=0.01)) == 2200
    signal, _ = parts
    assert signal.x.shape[1:] == (constants.SAMPLES, constants.POLARISATIONS)
    answers = {name: {part.name: part.baselines[name] for part in parts} for name in signal.baselines}
    truth = {part.name: part.truth for part in parts}
    found = {name: TASK.measure(truth, answers, name) for name in answers}
    assert list(found) == ["peak_over_rms", "level1"]
    assert [one["setting"] for one in found["level1"]["settings"]] == [one.title for one in baseline.SCAN]
    highest = np.abs(signal.x).max(axis=(1, 2)) * 2**constants.INPUT_SHIFT
    fires = found["level1"]["settings"][-1]["efficiency"]
    assert fires["total"] == 200 and 0 < fires["passing"] <= (highest > 100).sum()
    assert 0.5 < found["peak_over_rms"]["auc"] < 1 and found["peak_over_rms"]["points"] == [None, None]
    rows = {row.title: row for row in TASK.rows(found)}
    assert rows["ROC AUC"].headline and rows["ROC AUC"].values["peak_over_rms"].value == found["peak_over_rms"]["auc"]
    never = rows["signal efficiency at a false-positive rate of 0.0001, %"].values["level1"]
    assert not never.finite


def test_held_out_windows_are_half_signal_and_nobody_elses() -> None:
    held = TASK.held_out(100)
    assert held.labels is not None and held.labels.sum() == 50
    training = generate.to_input(events.made(1, Stream.TRAINING, 50).traces)
    assert not {window.tobytes() for window in held.x} & {window.tobytes() for window in training}


def test_bad_scores_are_refused() -> None:
    with pytest.raises(FpgamlError):
        metrics.evaluate([1.0, np.nan], [3.0, 4.0], [0.0])
    with pytest.raises(FpgamlError):
        metrics.evaluate([1.0], [3.0, 4.0], np.zeros(100_000))


# --- a group's own data, and what lies beside the code ---------------------------------------------------------------


def test_made_events_are_mixed_and_labelled() -> None:
    found = events.made(1, Stream.VALIDATION, 20)
    assert found.size == 40 and found.signal.sum() == 20 and 0 < found.signal[:20].sum() < 20
    assert np.isnan(found.snr[found.signal == 0]).all() and (found.snr[found.signal == 1] >= 3).all()


def test_own_events_are_read_from_both_formats(tmp_path: Path) -> None:
    made = events.made(1, Stream.TEST, 3)
    np.savez(tmp_path / "own.npz", traces=made.traces, signal=made.signal)
    with h5py.File(tmp_path / "own.h5", "w") as file:
        file["traces"], file["signal"], file["snr"] = made.traces.astype(float), made.signal, made.snr
    for name in ("own.npz", "own.h5"):
        read = events.read(tmp_path / name)
        assert (read.traces == made.traces).all() and (read.signal == made.signal).all()
    assert np.array_equal(read.snr, made.snr, equal_nan=True)


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"traces": np.zeros((2, 1024, 3))}, "lacks signal"),
        ({"traces": np.zeros((2, 3, 1024)), "signal": np.zeros(2)}, "shape"),
        ({"traces": np.full((2, 1024, 3), 0.5), "signal": np.zeros(2)}, "whole"),
        ({"traces": np.full((2, 1024, 3), 8192), "signal": np.zeros(2)}, "14 bits"),
        ({"traces": np.zeros((2, 1024, 3)), "signal": np.full(2, 2)}, "label"),
        ({"traces": np.zeros((2, 1024, 3)), "signal": np.zeros(2), "snr": np.zeros(3)}, "3 numbers"),
    ],
)
def test_own_events_are_checked(tmp_path: Path, arrays: dict[str, np.ndarray], says: str) -> None:
    np.savez(tmp_path / "own.npz", **arrays)
    with pytest.raises(FpgamlError, match=says):
        events.read(tmp_path / "own.npz")


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    for name in ("own.npz", "own.h5", "own.root"):
        (tmp_path / name).write_bytes(b"nothing")
        with pytest.raises(FpgamlError):
            events.read(tmp_path / name)


def test_the_budget_follows_from_its_numbers() -> None:
    budget = tomllib.loads((FOLDER / "budget.toml").read_text())
    limits = {limit["what"]: limit for limit in budget["limit"]}
    assert find_board(budget["board"]).clock_mhz == budget["clock_mhz"]
    assert limits["initiation_interval"]["limit"] == budget["clock_mhz"] * 1e6 / constants.PRETRIGGER_HZ
    three_layers = 1024 * 32 * 33 + (512 + 256) * 32 * 352  # multiplications a window, kernels of 11, pools of 2
    multipliers = three_layers * constants.PRETRIGGER_HZ / (budget["clock_mhz"] * 1e6)
    assert multipliers < limits["dsp"]["limit"] < multipliers + 2
    kinds = {"estimate", "hls-csynth", "post-synthesis", "post-route", "simulated"}
    assert all(set(limit["met_by"]) <= kinds and limit["why"] for limit in limits.values())


def test_constants_and_assumptions_are_what_the_readme_says() -> None:
    assert constants.DATA_LABEL in (FOLDER / "README.md").read_text()
    assert all(sentence and not sentence.endswith(".") for sentence in constants.ASSUMPTIONS)
