"""The calorimeter anomaly trigger: its generator against closed forms, its baseline and its metrics by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from fpgaml_models.calo_anomaly import constants as c
from fpgaml_models.calo_anomaly.baseline import TOTAL_BITS, hottest_region, total_energy
from fpgaml_models.calo_anomaly.data import from_file, made
from fpgaml_models.calo_anomaly.generate import (
    BACKGROUND,
    BLOCK,
    DISPLACED,
    HARD,
    KINDS,
    SIGNALS,
    SOFT,
    Crossing,
    chunks,
    digitise,
    exposed,
    generate,
    pileup_energies,
)
from fpgaml_models.calo_anomaly.metrics import (
    FEWEST_EVENTS,
    blind_regions,
    efficiencies,
    fewest_background,
    heated_images,
    resolution,
    threshold_at,
)
from fpgaml_models.calo_anomaly.task import TASK

from fpgaml.errors import FpgamlError
from fpgaml.tasks import Sample

# --- generator


def test_regions_are_those_of_the_trigger() -> None:
    assert (c.PHI, c.ETA, c.REGIONS, c.ET_MAX) == (18, 14, 252, 1023)
    widths = np.diff(c.ETA_EDGES)
    assert len(widths) == c.ETA
    np.testing.assert_allclose(widths, widths[::-1])
    # Four towers of 0.087 in the ten inner rings.
    np.testing.assert_allclose(widths[2:12], 4 * 0.087, atol=2e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_bytes(kind: str) -> None:
    first, again, other = (generate(kind, 300, seed) for seed in (5, 5, 6))
    assert first.images.tobytes() == again.images.tobytes()
    assert first.signal_gev.tobytes() == again.signal_gev.tobytes()
    assert first.images.tobytes() != other.images.tobytes()
    assert first.images.dtype == np.uint16
    assert first.images.shape == (300, 18, 14)
    assert first.images.max() <= c.ET_MAX


def test_chunks_do_not_change_events() -> None:
    whole = generate(BACKGROUND, BLOCK + 700, 3)
    parts = list(chunks(BACKGROUND, BLOCK + 700, 3, size=1_900))
    assert [len(part) for part in parts] == [1_900, 1_900, 1_900]
    assert np.concatenate([part.images for part in parts]).tobytes() == whole.images.tobytes()
    middle = generate(BACKGROUND, 20, 3, start=BLOCK - 10)
    assert middle.images.tobytes() == whole.images[BLOCK - 10 : BLOCK + 10].tobytes()
    assert middle.interactions.tolist() == whole.interactions[BLOCK - 10 : BLOCK + 10].tolist()
    assert len(generate(BACKGROUND, 0, 3)) == 0


def test_kinds_have_streams_of_their_own() -> None:
    images = {generate(kind, 10, 1).interactions.tobytes() for kind in KINDS}
    assert len(images) == len(KINDS)


def test_pileup_moments() -> None:
    """Mean, variance and covariance of the compound Poisson distribution, in closed form."""
    crossing, events = Crossing(), 40_000
    rng = np.random.default_rng(11)
    interactions = rng.poisson(crossing.pileup, events)
    energies = pileup_energies(rng, interactions, crossing)
    mu, e, r = crossing.pileup, crossing.deposit_gev, np.broadcast_to(crossing.deposits, (c.PHI, c.ETA))
    variance = mu * r * e**2 * (2 + r)
    # 5 standard errors for 252 means; the variance's own error from the fourth moment of what was drawn.
    np.testing.assert_array_less(np.abs(energies.mean(axis=0) - mu * r * e), 5 * np.sqrt(variance / events))
    centred = energies - energies.mean(axis=0)
    error = np.sqrt((np.mean(centred**4, axis=0) - variance**2) / events)
    np.testing.assert_array_less(np.abs(energies.var(axis=0) - variance), 5 * error)
    # The total: all regions together are one large region.
    total, whole = energies.sum(axis=(1, 2)), float(r.sum())
    expected = mu * whole * e**2 * (2 + whole)
    assert total.mean() == pytest.approx(mu * whole * e, abs=5 * np.sqrt(expected / events))
    assert total.var() == pytest.approx(expected, rel=5 * np.sqrt(2 / events))
    assert expected == pytest.approx(r.sum() * mu * 2 * e**2 + mu * (whole * e) ** 2)


def test_interactions_are_poisson() -> None:
    n = generate(BACKGROUND, 20_000, 2).interactions
    assert n.mean() == pytest.approx(c.PILEUP, abs=5 * np.sqrt(c.PILEUP / len(n)))
    assert n.var() == pytest.approx(c.PILEUP, rel=5 * np.sqrt(2 / len(n)))


def test_jets_fall_with_their_power() -> None:
    leading = generate(BACKGROUND, 40_000, 4).jet_gev
    # Pairs are Poisson of mean 0.55 in a crossing.
    with_jets = np.mean(leading > 0)
    expected = 1 - np.exp(-c.PILEUP * c.JET_PAIR_PROBABILITY)
    assert with_jets == pytest.approx(expected, abs=5 * np.sqrt(expected / len(leading)))
    # Far above the lower end the spread of the second jet changes no ratio of rates.
    pairs_above = [-np.log(1 - np.mean(leading > gev)) for gev in (40, 80)]
    ratio = pairs_above[1] / pairs_above[0]
    assert ratio == pytest.approx(2**-c.JET_POWER, rel=5 / np.sqrt(np.sum(leading > 80)))
    without = generate(BACKGROUND, 500, 4, crossing=Crossing(jet_pair_probability=0.0))
    assert not without.jet_gev.any()


def test_counts_are_truncated_and_saturate() -> None:
    gev = np.array([0.0, 0.49, 0.5, 0.99, 1.0, 511.0, 511.49, 511.5, 5000.0])
    assert digitise(gev).tolist() == [0, 0, 1, 1, 2, 1022, 1022, 1023, 1023]


def test_what_signals_put_in() -> None:
    quiet = Crossing(pileup=1e-9)
    hard, soft, displaced = (generate(kind, 2_000, 8, crossing=quiet) for kind in (HARD, SOFT, DISPLACED))
    # One region, and the image holds what the truth says, but for truncation.
    assert ((displaced.images > 0).sum(axis=(1, 2)) == 1).all()
    seen = displaced.images.sum(axis=(1, 2)) * c.ET_STEP_GEV
    assert (np.abs(displaced.signal_gev - seen - 0.25) <= 0.25 + 1e-9).all()
    assert displaced.signal_gev.min() >= 20
    assert displaced.signal_gev.max() <= 300
    # Up to 6 clusters of up to 4 regions; hotter than soft deposits, and fewer regions.
    assert (hard.images > 0).sum(axis=(1, 2)).max() <= 24
    assert np.median(hard.images.max(axis=(1, 2))) > 5 * np.median(soft.images.max(axis=(1, 2)))
    assert np.median((soft.images > 0).sum(axis=(1, 2))) > 50
    # Isotropic: cos(theta) is flat, and what is seen is sin(theta) of the energy; in small steps, to see soft ones.
    fine = generate(SOFT, 2_000, 8, crossing=Crossing(pileup=1e-9, step_gev=0.02)).images
    inner = fine[:, :, 4:10].sum() / fine.sum()
    edges = np.tanh(np.array([1.044, 3.0]))
    weight = edges * np.sqrt(1 - edges**2) + np.arcsin(edges)
    assert inner == pytest.approx(weight[0] / weight[1], abs=0.005)


def test_signals_lie_flat_in_azimuth() -> None:
    hits = (generate(HARD, 5_000, 9, crossing=Crossing(pileup=1e-9)).images > 0).sum(axis=(0, 2))
    expected = hits.mean()
    # Regions of one cluster hang together: allow twice the Poisson error.
    assert np.abs(hits - expected).max() < 2 * 5 * np.sqrt(expected)


def test_outlier_exposure_only_adds() -> None:
    images = generate(BACKGROUND, 2_000, 1).images
    heated = exposed(images, 1)
    assert heated.tobytes() == exposed(images, 1).tobytes() != exposed(images, 2).tobytes()
    assert (heated >= images).all()
    raised = (heated > images).sum(axis=(1, 2))
    assert raised.min() <= 1
    assert raised.max() > 200


@pytest.mark.parametrize(
    "call",
    [
        lambda: generate("muons", 1, 1),
        lambda: generate(BACKGROUND, -1, 1),
        lambda: Crossing(pileup=0.0),
        lambda: Crossing(jet_pair_probability=1.5),
    ],
)
def test_refused_settings(call: object) -> None:
    assert callable(call)
    with pytest.raises(FpgamlError, match="calo_anomaly"):
        call()


# --- baseline


def test_baseline_golden_vectors() -> None:
    images = np.zeros((4, 18, 14), np.uint16)
    images[1, 17, 13] = 1023
    images[2] = 1023
    images[3] = np.arange(252).reshape(18, 14)
    assert total_energy(images).tolist() == [0, 1023, 257_796, 31_626]
    assert hottest_region(images).tolist() == [0, 1023, 1023, 251]
    assert TOTAL_BITS == 18
    assert total_energy(images[:0]).shape == (0,)
    assert hottest_region(images[:0]).shape == (0,)


@pytest.mark.parametrize("image", [np.zeros((1, 14, 18), int), np.zeros((1, 18, 14)), np.full((1, 18, 14), 1024)])
def test_baseline_refuses(image: np.ndarray) -> None:
    with pytest.raises(FpgamlError, match="calo_anomaly"):
        total_energy(image)


# --- metrics


def test_efficiency_at_rates_by_hand() -> None:
    background = np.arange(100.0)
    signal = np.array([10.0, 74.5, 75.0, 200.0])
    whole, quarter = efficiencies(background, signal, [100.0, 25.0], crossing_rate_hz=100.0)
    assert whole.threshold.score == -np.inf
    assert (whole.value.value, whole.low, whole.high) == (1.0, 1.0, 1.0)
    assert whole.threshold.rate_hz.error == 0
    # 25 of 100 above: 75 to 99, so the threshold is 74; 20 or 30 above move it to 79 or 69.
    assert quarter.threshold.score == 74
    assert quarter.threshold.events == 25
    assert (quarter.threshold.rate_hz.value, quarter.threshold.rate_hz.error) == (25.0, 5.0)
    assert (quarter.value.value, quarter.low, quarter.high) == (0.75, 0.25, 0.75)


def test_ties_never_exceed_the_rate() -> None:
    scores = np.repeat([0.0, 1.0, 2.0], [50, 30, 25])
    threshold = threshold_at(scores, 50.0, crossing_rate_hz=105.0)
    assert (threshold.score, threshold.events, threshold.rate_hz.value) == (1.0, 25, 25.0)
    assert threshold.wanted_hz == 50.0


def test_rates_need_background() -> None:
    assert fewest_background(1e3) == 800_000
    needed = fewest_background(1e6)
    assert threshold_at(np.arange(needed), 1e6).events == FEWEST_EVENTS
    with pytest.raises(FpgamlError, match="Use at least 800"):
        threshold_at(np.arange(needed - 1), 1e6)
    with pytest.raises(FpgamlError, match="trigger rate"):
        threshold_at(np.arange(needed), 0.0)
    with pytest.raises(FpgamlError, match="NaN"):
        threshold_at(np.full(needed, np.nan), 1e6)


def test_resolution_by_hand() -> None:
    rng = np.random.default_rng(3)
    reference = rng.uniform(0, 200, 4_000)
    same = resolution(reference, reference)
    assert (same.bias.value, same.width.value, same.rms.value, same.largest, same.different) == (0, 0, 0, 0, 0)
    found = resolution(reference, reference + rng.normal(2, 3, 4_000))
    assert found.bias.value == pytest.approx(2, abs=5 * found.bias.error)
    assert found.width.value == pytest.approx(3, abs=5 * found.width.error)
    assert found.rms.value == pytest.approx(np.sqrt(13), abs=5 * found.rms.error)
    assert found.width.error == pytest.approx(3 * 1.26 / np.sqrt(2 * 4_000), rel=0.4)
    with pytest.raises(FpgamlError, match="same events"):
        resolution([1.0, 2.0], [1.0])


def test_blind_regions_are_found() -> None:
    image = np.full((18, 14), 5, np.uint16)
    heated = heated_images(image, 1000)
    assert heated.shape == (252, 18, 14)
    assert (total_energy(heated) == 252 * 5 + 1000).all()
    assert (heated_images(image, 2000).max(axis=(1, 2)) == 1023).all()
    weights = np.ones((18, 14))
    weights[3, 4] = weights[17, 0] = 0
    assert blind_regions(5 * 250, (heated * weights).sum(axis=(1, 2))) == 2


# --- the whole measurement, with scores that need no network


def test_metrics_of_simple_scores() -> None:
    """All columns, from events to the table's rows, with scores that need no network."""
    scores = {
        "total_energy": total_energy,
        "teacher": lambda images: np.square(images.astype(float)).sum(axis=(1, 2)),
        "float": lambda images: images.astype(float).max(axis=(1, 2)),
        "graph": lambda images: np.floor(images.max(axis=(1, 2)) / 4.0) * 4,
    }
    parts = list(TASK.parts(Sample(scale=0.02)))
    sets = [part.name for part in parts]
    assert sets == ["heated", *SIGNALS, BACKGROUND]
    assert [len(part.x) for part in parts] == [253, 400, 400, 400, 20_000]
    assert sum(len(part.x) for part in parts) == TASK.count(Sample(scale=0.02))
    answers = {
        name: {part.name: np.asarray(score(part.x), float)[:, None] for part in parts} for name, score in scores.items()
    }
    metrics = {name: TASK.measure({}, answers, name) for name in scores}
    metrics = json.loads(json.dumps(metrics, allow_nan=False))
    hard = metrics["teacher"]["signals"][HARD]
    assert hard["roc_area"]["value"] > metrics["total_energy"]["signals"][HARD]["roc_area"]["value"] > 0.9
    rates = [entry["threshold"]["wanted_hz"] for entry in hard["efficiencies"]]
    assert rates == [40e6, 10e6, 1e6, 100e3]
    values = [entry["value"]["value"] for entry in hard["efficiencies"]]
    assert values[0] == 1
    assert values == sorted(values, reverse=True)
    coarse = metrics["graph"]["minus_float"][BACKGROUND]
    assert -3 <= coarse["bias"]["value"] <= 0
    assert coarse["largest"] == 3
    assert "minus_float" not in metrics["teacher"] and "minus_teacher" not in metrics["total_energy"]
    assert [held["blind_regions"] for held in metrics.values()] == [0] * 4
    rows = {row.title: row for row in TASK.rows(metrics)}
    mean = rows["ROC AUC, mean of the signals"]
    areas = [metrics["graph"]["signals"][name]["roc_area"]["value"] for name in SIGNALS]
    assert mean.headline and mean.values["graph"].value == pytest.approx(np.mean(areas))
    assert set(rows["score, 68 % half width about the float's (background)"].values) == {"graph"}


def test_the_page_shows_what_students_of_other_widths_reached() -> None:
    found = json.loads((TASK.weights / "capacity.json").read_text())
    page = (TASK.folder / "README.md").read_text()
    for name, held in found.items():
        if name not in ("settings", "seconds"):
            hard, displaced = (
                f"{100 * held[kind][2][0]:.1f} ± {100 * held[kind][2][1]:.1f}" for kind in (HARD, DISPLACED)
            )
            assert f"| {hard} | {displaced} |" in page
    missing = found["teacher"][HARD][2][0] - found["taught_16"][HARD][2][0]
    assert 0.2 < (found["hard_jets_256"][HARD][2][0] - found["taught_16"][HARD][2][0]) / missing < 0.6


def test_held_out_events_are_nobody_elses() -> None:
    held = TASK.held_out(80)
    assert held.labels is not None and held.labels.tolist() == [0] * 20 + [1] * 60
    events = made(background=2_000, seed=1)
    test = next(part.x for part in TASK.parts(Sample(scale=0.0005)) if part.name == BACKGROUND)
    others = {image.tobytes() for image in (*events.training, *events.validation, *test)}
    assert len(others) > 1_000
    assert not any(image.tobytes() in others for image in held.x)


def test_own_events_judge(tmp_path: Path) -> None:
    arrays = {"background": generate(BACKGROUND, 300, 1).images, "mine": generate(HARD, 20, 1).images}
    path = tmp_path / "events.npz"
    _write(path, arrays)
    parts = {part.name: part.x for part in TASK.parts(Sample(data=path))}
    assert {name: len(x) for name, x in parts.items()} == {"heated": 253, "mine": 20, BACKGROUND: 120}
    np.testing.assert_array_equal(parts[BACKGROUND], arrays["background"][180:])
    assert TASK.count(Sample(data=path)) == 393


@pytest.mark.parametrize("ending", ["npz", "h5", "root"])
def test_own_events(tmp_path: Path, ending: str) -> None:
    arrays = {"background": generate(BACKGROUND, 300, 1).images, "mine": generate(HARD, 20, 1).images.astype(int)}
    path = tmp_path / f"events.{ending}"
    _write(path, arrays)
    events = from_file(path)
    assert [len(part) for part in (events.training, events.validation, events.test)] == [150, 30, 120]
    assert events.label == "real"
    assert list(events.signals) == ["mine"]
    np.testing.assert_array_equal(events.signals["mine"], arrays["mine"])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"signal": np.zeros((200, 18, 14), int)}, "background"),
        ({"background": np.zeros((99, 18, 14), int)}, "99 events"),
        ({"background": np.zeros((200, 14, 18), int)}, "shape"),
        ({"background": np.zeros((200, 18, 14))}, "float64"),
        ({"background": np.full((200, 18, 14), 1024)}, "outside"),
    ],
)
def test_own_events_refused(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    path = tmp_path / "events.npz"
    _write(path, arrays)
    with pytest.raises(FpgamlError, match=message):
        from_file(path)


def test_no_such_file(tmp_path: Path) -> None:
    (tmp_path / "broken.npz").write_bytes(b"no archive")
    for name in ("none.npz", "none.h5", "broken.npz", "events.root"):
        with pytest.raises(FpgamlError, match=name):
            from_file(tmp_path / name)


def test_signals_have_names() -> None:
    assert SIGNALS == (HARD, SOFT, DISPLACED)


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    if path.suffix == ".npz":
        np.savez(path, **arrays)
        return
    if path.suffix == ".root":
        uproot = pytest.importorskip("uproot")
        with uproot.recreate(path) as file:
            for name, array in arrays.items():
                file.mktree(name, {"images": (array.dtype, (252,))})
                file[name].extend({"images": array.reshape(len(array), -1)})
        return
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array
