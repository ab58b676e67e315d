"""The vertex detector's events: numbers that were published or worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from fpgaml_models.velo_embedding import constants as c
from fpgaml_models.velo_embedding.generate import NOISE, Hits, Settings, generate
from fpgaml_models.velo_embedding.geometry import planes, sensors

from fpgaml.errors import FpgamlError

# --- The generator ---------------------------------------------------------------------------------------------------


def per_track(hits: Hits) -> list[np.ndarray]:
    """Places of the hits of each track, along z."""
    order = np.lexsort((hits.z, hits.track, hits.event))
    order = order[hits.track[order] != NOISE]
    ends = np.flatnonzero(np.diff(hits.event[order] * 10_000 + hits.track[order])) + 1
    return np.split(order, ends)


def test_the_detector_is_the_published_one() -> None:
    z, detector = planes(), sensors()
    assert len(z) == 52 and (z[0], z[-1]) == (-287.5, 750.0)
    # Planes 0 and 1 cover opposite halves; at the beam nothing is covered, and the innermost pixel is at 5.1 mm.
    here = {place: detector.plane[detector.cover(*np.full((2, 208), place) * [[1], [-1]])] for place in (-10.0, 10.0)}
    assert set(here[-10.0] % 2) | set(here[10.0] % 2) == {0, 1}
    assert not detector.cover(np.zeros(208), np.zeros(208)).any()
    side = 5.11 / np.sqrt(2)
    assert set(detector.plane[detector.cover(np.full(208, -side), np.full(208, -side))] % 2) == {0}
    assert not detector.cover(np.full(208, -side + 0.02), np.full(208, -side + 0.02)).any()


def test_events_are_as_many_and_as_long_as_the_published_ones() -> None:
    hits = generate(Settings(events=400))
    assert len(hits) / 400 == pytest.approx(c.HITS_PER_EVENT, rel=0.1)
    assert np.mean(hits.track == NOISE) == pytest.approx(c.NOISE_SHARE, abs=0.015)
    lengths = np.array([len(track) for track in per_track(hits)])
    assert lengths.min() == 3 and lengths.mean() == pytest.approx(c.HITS_PER_TRACK, rel=0.1)
    steps = np.concatenate([np.diff(hits.plane[track].astype(int)) for track in per_track(hits)])
    assert np.mean(steps == 2) == pytest.approx(0.961, abs=0.01)  # of the ten published events
    assert np.all(np.diff(hits.event) >= 0) and np.hypot(hits.x, hits.y).min() > 5.0


def test_tracks_are_straight_but_for_resolution_and_scattering() -> None:
    for settings, low, high in (
        (Settings(events=40, scattering=False, resolution=0.0), 0.0, 1e-5),
        (Settings(events=40, scattering=False), 0.0120, 0.0128),
        (Settings(events=40), 0.017, 0.021),  # 0.0182 in the published events
    ):
        hits, found = generate(settings), []
        for track in per_track(hits):
            line = np.stack([np.ones(len(track)), hits.z[track].astype(float)], axis=1)
            for place in (hits.x, hits.y):
                residual = place[track] - line @ np.linalg.lstsq(line, place[track].astype(float), rcond=None)[0]
                found.append(np.sqrt(np.sum(residual**2) / (len(track) - 2)))
        centre = np.sqrt(np.mean(np.square(found))) if not settings.scattering else np.median(found)
        assert low <= centre <= high, settings


def test_a_shorter_set_is_the_beginning_of_a_longer_one() -> None:
    long, short = generate(Settings(events=30)), generate(Settings(events=5))
    assert short.events == 5
    for name in Hits.__annotations__:
        assert np.array_equal(getattr(short, name), getattr(long.take(long.event < 5), name))
    assert not np.array_equal(generate(Settings(events=5, stream=1)).x[:50], short.x[:50])
    with pytest.raises(FpgamlError, match="inefficiency: is a probability"):
        Settings(inefficiency=1.0)
