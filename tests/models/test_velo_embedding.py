"""The vertex detector's events: numbers that were published or worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fpgaml_models.velo_embedding import constants as c
from fpgaml_models.velo_embedding.baseline import FAR, azimuth, vertex
from fpgaml_models.velo_embedding.blocks import BLOCK, blocks_of
from fpgaml_models.velo_embedding.data import own_events, read_hits
from fpgaml_models.velo_embedding.generate import NOISE, Hits, Settings, generate, join
from fpgaml_models.velo_embedding.geometry import planes, sensors
from fpgaml_models.velo_embedding.inputs import network_inputs, radius_azimuth_z
from fpgaml_models.velo_embedding.metrics import counts, euclidean, evaluate
from fpgaml_models.velo_embedding.pairs import candidates
from fpgaml_models.velo_embedding.task import TASK

from fpgaml.errors import FpgamlError
from fpgaml.tasks import Sample

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
    hits = generate(Settings(events=300))
    assert len(hits) / 300 == pytest.approx(c.HITS_PER_EVENT, rel=0.1)
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


# --- Pairs and graphs ------------------------------------------------------------------------------------------------


def made_up(plane: list[int], track: list[int], event: list[int] | None = None) -> Hits:
    """Hits whose z is their plane's number."""
    z, nowhere = np.asarray(plane, np.float32), np.zeros(len(plane), np.float32)
    numbers = np.zeros(len(plane), np.int32) if event is None else np.asarray(event, np.int32)
    return Hits(nowhere, nowhere, z, z.astype(np.int16), numbers, np.asarray(track, np.int32))


def test_edges_join_successive_hits_of_a_track_on_near_planes() -> None:
    hits = made_up([0, 2, 2, 6, 7, 12, 0, 2], [5, 5, NOISE, 5, NOISE, 5, 5, 5], [0, 0, 0, 0, 0, 0, 1, 1])
    found = [
        (int(a), int(b), bool(true))
        for pairs in candidates(hits)
        for a, b, true in zip(pairs.first, pairs.second, pairs.true, strict=True)
    ]
    # Planes 6 and 12 are too far from one another, and another event's hits are nobody's neighbours.
    near = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (6, 7)]
    assert [pair[:2] for pair in found] == near
    assert [pair[:2] for pair in found if pair[2]] == [(0, 1), (1, 3), (6, 7)]


def test_pairs_are_those_of_a_slow_search() -> None:
    hits = generate(Settings(events=3, collisions=1.0))
    (pairs, *_) = candidates(hits)
    here = hits.take(hits.event == 0)
    step = here.plane[None, :].astype(int) - here.plane[:, None]
    assert {*zip(pairs.first, pairs.second, strict=True)} == {*zip(*np.nonzero((step >= 1) & (step <= 4)), strict=True)}
    wanted = set()
    for track in per_track(here):
        for a, b in pairwise(track):
            if 1 <= here.plane[b] - here.plane[a] <= 4:
                wanted.add((a, b))
    assert {*zip(pairs.first[pairs.true], pairs.second[pairs.true], strict=True)} == wanted


def test_windows_of_azimuth_and_vertex() -> None:
    """Two hits of a line from z = 4.2 mm on the beam, on both sides of the jump of the azimuth."""
    first, second = np.array([[10.0, np.pi - 0.01, 104.2]]), np.array([[12.0, -np.pi + 0.02, 124.2]])
    assert azimuth(first, second) == pytest.approx(0.03)
    assert vertex(first, second) == pytest.approx(0.03)
    assert azimuth(first, second + np.array([19.0, 0.0, 0.0])) == FAR  # 21 mm further out
    # Ten mm further along: the line meets the beam at 104.2 - 10 * 30 / 2 = -45.8, 50 mm off.
    assert vertex(first, second + np.array([0.0, 0.0, 10.0])) == pytest.approx(max(50.0 / 3300.0, 0.03))
    assert vertex(first, first) == FAR


def test_graph_size_at_an_edge_efficiency() -> None:
    """One event of ten tracks of two hits, the edges 1 to 10 apart, and one false pair half a unit above each."""
    places = np.arange(1.0, 11.0)
    hits = made_up([0] * 10 + [1] * 10, [*range(10)] * 2)
    # Along axis k, track k alone has a length: other pairs are further apart than any true one.
    answers = np.zeros((20, 11))
    answers[:10, 10] = 0.0
    answers[10:, :10] = np.diag(places)
    found = counts(hits, answers, euclidean)
    assert (found.hits, found.edges, found.pairs) == ([20.0], [10.0], [100.0])
    # Every first hit lies at the origin: of each second hit all ten pairs are as long as its true edge.
    sizes = found.sizes(np.array([0.5, 0.8, 1.0]), np.ones(1))
    assert sizes == pytest.approx([50 / 20, 80 / 20, 100 / 20])
    result = evaluate(found, {"itself": found})
    place = result["efficiency"].index(0.9)
    assert result["edges_per_hit"][place][0] == pytest.approx(90 / 20)
    assert result["purity"][place][0] == pytest.approx(0.1)
    assert result["edges_per_event"][place][0] == pytest.approx(90)
    assert result["over_itself"][place] == [pytest.approx(1.0), 0.0]


def test_errors_are_those_of_events() -> None:
    """Of 200 events, graphs of 2 and of 4 hits in turn: their mean is known to half their difference over root 200."""
    parts = [made_up([0, 1] * (1 + n % 2), [0, 0, 1, 1][: 2 * (1 + n % 2)]) for n in range(200)]
    order = [part.take(np.argsort(part.plane, kind="stable")) for part in parts]
    hits = join([replace(part, event=np.full(len(part), n, np.int32)) for n, part in enumerate(order)])
    result = evaluate(counts(hits, np.zeros((len(hits), 4)), euclidean))
    size, error = result["edges_per_event"][result["efficiency"].index(0.99)]
    assert size == pytest.approx((1 + 4) / 2)
    assert error == pytest.approx(1.5 / np.sqrt(200), rel=0.25)


def test_every_column_of_the_table() -> None:
    sample = Sample(scale=0.05)
    parts = list(TASK.parts(sample))
    assert sum(len(part.x) for part in parts) == TASK.count(sample)
    truth = {"crossings": {name: np.concatenate([p.truth[name] for p in parts]) for name in parts[0].truth}}
    answers = {name: {"crossings": np.concatenate([p.baselines[name] for p in parts])} for name in parts[0].baselines}
    x = np.concatenate([part.x for part in parts])
    answers |= {"float": {"crossings": x}, "graph": {"crossings": 2 * x}}
    metrics = {column: TASK.measure(truth, answers, column) for column in answers}
    (headline,) = (row for row in TASK.rows(metrics) if row.headline)
    # Azimuth, radius and z themselves are an embedding too, whatever their scale, and a window is better.
    assert headline.values["graph"].value == headline.values["float"].value > headline.values["azimuth"].value
    (ratio,) = (row for row in TASK.rows(metrics) if "float network" in row.title)
    assert list(ratio.values) == ["graph"] and ratio.values["graph"].value == 1.0
    (panel,) = TASK.panels(metrics)
    assert [curve.column for curve in panel.curves] == list(metrics)


# --- What the network reads, and files -------------------------------------------------------------------------------


def test_inputs_are_cylindrical_coordinates() -> None:
    x, y, z = (np.array([value], np.float32) for value in (-24.0, 7.0, -256.0))
    inputs = network_inputs(x, y, z)
    assert inputs.tolist() == [pytest.approx([25 / 32, -0.96, 0.28, -0.5])]
    assert radius_azimuth_z(inputs)[0] == pytest.approx([25.0, np.arctan2(7.0, -24.0), -256.0])


def test_blocks_neighbour_in_azimuth_and_know_their_edges() -> None:
    hits = generate(Settings(events=6))
    blocks = blocks_of(hits, 1)
    assert len(blocks.x) % BLOCK == 0 and len(blocks.x) > len(hits) - 6 * BLOCK
    plane, number, after = blocks.y[:BLOCK].T
    assert len({*number}) == BLOCK
    first = hits.take(hits.event == 0)
    assert np.array_equal(plane, first.plane[number.astype(int)])
    joined = after >= 0
    track = first.track[number[joined].astype(int)]
    assert np.array_equal(track, first.track[after[joined].astype(int)]) and np.all(track >= 0)
    turned = np.unwrap(np.arctan2(blocks.x[:BLOCK, 2], blocks.x[:BLOCK, 1]))
    assert np.all(np.diff(turned) >= -1e-6) and turned[-1] - turned[0] < 3.0


def test_own_events_in_any_order(tmp_path: Path) -> None:
    hits = generate(Settings(events=10, collisions=1.0))
    order = np.random.default_rng(1).permutation(len(hits))
    arrays = {name: getattr(hits, name)[order] for name in Hits.__annotations__}
    arrays["event"] = 1000 - arrays["event"]
    np.savez(tmp_path / "own.npz", **arrays)
    own = read_hits(tmp_path / "own.npz")
    assert own.events == 10 and np.array_equal(np.bincount(own.event), np.bincount(hits.event)[::-1])
    parted = own_events(tmp_path / "own.npz", 1)
    assert (parted.training.events, parted.test.events) == (7, 3)
    assert len(parted.training) + len(parted.test) == len(hits)
    for broken, reason in (
        ({"track": None}, "lacks track"),
        ({"plane": arrays["plane"] + 1000}, "must lie from 0 to 51"),
        ({"event": arrays["event"].astype(float)}, "Give integers"),
        ({"x": arrays["x"][1:]}, "Give one value a hit"),
        ({"z": arrays["z"] * np.float32(np.nan)}, "NaN"),
    ):
        changed = {name: array for name, array in (arrays | broken).items() if array is not None}
        np.savez(tmp_path / "own.npz", **changed)
        with pytest.raises(FpgamlError, match=reason):
            read_hits(tmp_path / "own.npz")
