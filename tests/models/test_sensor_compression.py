"""Compression of trigger cells: where cells lie, formats, conventional algorithms, distances, decoder, own data."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from fpgaml_models.sensor_compression import constants as c
from fpgaml_models.sensor_compression import geometry, metrics
from fpgaml_models.sensor_compression.baseline import best_choice, super_cells, threshold, threshold_for
from fpgaml_models.sensor_compression.data import read_charges
from fpgaml_models.sensor_compression.decoder import FILE, cut, read_decoders
from fpgaml_models.sensor_compression.formats import decode, encode, largest, through
from fpgaml_models.sensor_compression.generate import HELD_OUT, TEST, Settings, generate, nearest, shares_of
from fpgaml_models.sensor_compression.normalise import codes, to_input
from fpgaml_models.sensor_compression.task import TASK

from fpgaml.errors import FpgamlError
from fpgaml.tasks import Sample


def test_cells_tile_a_hexagon() -> None:
    place = geometry.positions()
    # Neighbours in a rhombus are a pitch apart, the three cells about the middle half of it from there.
    assert np.hypot(*(place[0] - place[1])) == pytest.approx(1) == pytest.approx(np.hypot(*(place[0] - place[4])))
    assert np.hypot(*place[[3, 19, 35]].T) == pytest.approx([0.5] * 3)
    assert place.sum(axis=0) == pytest.approx([0, 0], abs=1e-12)
    assert nearest(geometry.inner_points().reshape(-1, 2)).reshape(48, 9).tolist() == [[i] * 9 for i in range(48)]
    # The image holds every cell once, and 0 and 31 side by side (a seam).
    cells = geometry.image_cells()
    assert sorted(cells[cells >= 0].tolist()) == list(range(48)) and (cells[4:, 4:] == -1).all()
    assert cells[0].tolist() == [28, 29, 30, 31, 0, 4, 8, 12] and cells[4, :4].tolist() == [47, 43, 39, 35]


def test_squares_are_those_of_the_published_telescope() -> None:
    squares = {tuple(sorted(one)) for one in geometry.squares().tolist()}
    assert len(squares) == 36
    assert {(0, 1, 4, 5), (5, 6, 9, 10), (0, 1, 27, 31), (3, 7, 34, 35), (18, 19, 35, 39)} <= squares
    by_square = dict(zip(map(tuple, map(sorted, geometry.squares().tolist())), geometry.square_weights(), strict=True))
    # A corner square's cells are in 2, 4, 2 and 4 squares, the outer corner's in 2, 2, 1 and 4.
    assert by_square[0, 1, 4, 5] == pytest.approx(1.5 / 4)
    assert by_square[8, 9, 12, 13] == pytest.approx(2.25 / 4)
    assert geometry.square_weights().sum() == pytest.approx(12)


def test_formats_against_a_search() -> None:
    for form in ((4, 1), (4, 3), (3, 2)):
        values = decode(np.arange(2 ** sum(form)), form)
        assert len(set(values.tolist())) == len(values) and values.max() == largest(form)
        counts = np.unique(np.concatenate([np.arange(300), np.geomspace(1, 2 * largest(form), 400).astype(np.int64)]))
        nearest_value = np.abs(counts[:, None] - values[None]).min(axis=1)
        assert np.array_equal(np.abs(through(counts, form) - counts), nearest_value)
        assert encode(counts, form).max() == 2 ** sum(form) - 1


def test_the_input_is_a_shift() -> None:
    charges = np.zeros((3, 48), np.int64)
    charges[0, 3] = charges[1, :2] = 1000
    charges[1, 2] = 1
    assert codes(charges)[0, 3] == 1000 * 512 // 512  # 512 is the leading bit of 1000
    assert codes(charges)[1, :3].tolist() == [1000 * 512 // 1024, 500, 0]
    assert codes(generate(Settings(500))).max() < 1024
    assert to_input(charges)[0, 3, 4, 0] == 1000 / 512 and not to_input(charges)[2].any()


def test_baselines_against_loops() -> None:
    charges = generate(Settings(40, stream=TEST))
    sent, limit = best_choice(charges, 6), 40
    above = threshold(charges, limit)
    for event in range(40):
        row = charges[event].tolist()
        chosen = sorted(range(48), key=lambda cell: (-row[cell], cell))[:6]
        total = through(np.array(sum(row)), c.CHOSEN_SUM_FORMAT)
        known = {cell: int(through(np.array(row[cell]), c.CELL_FORMAT)) for cell in chosen}
        rest = max(int(total) - sum(known.values()), 0) // 42
        assert sent.charges[event].tolist() == [known.get(cell, rest) for cell in range(48)]
        number = sum(charge > limit for charge in row)
        assert above.bits[event] == 9 + 7 * number + min(6 + 6 * number, 48)
    assert set(sent.bits) == {8 + 6 * 7 + 6 * 6} and set(best_choice(charges, 14).bits) == {8 + 14 * 7 + 48}
    known_threshold = threshold_for(charges, 96)
    assert threshold(charges, known_threshold).bits.mean() <= 96 < threshold(charges, known_threshold - 1).bits.mean()


def test_super_cells_by_hand() -> None:
    charges = np.zeros((1, 48), np.int64)
    charges[0, [0, 1, 4, 5]] = [2, 30, 0, 0]
    assert super_cells(charges, 3).charges[0, [0, 1, 4, 5]].tolist() == [8, 8, 8, 8]
    assert super_cells(charges, 4).charges[0, [0, 1, 4, 5]].tolist() == [5, 17, 5, 5]  # half, and what division leaves
    for links in c.LINKS:
        assert super_cells(charges, links).bits[0] <= c.LINK_BITS * links


def test_distances_by_hand() -> None:
    one = np.eye(48)
    assert metrics.sliced_distance(one, one).max() == 0 == metrics.telescope(one, one).max()
    # Of one point to another: the mean of |cos| over directions is 2 / pi of the distance.
    apart = np.hypot(*(geometry.positions()[0] - geometry.positions()[12]))
    assert metrics.sliced_distance(one[:1], one[12:13])[0] == pytest.approx(2 / np.pi * apart, rel=0.01)
    assert metrics.shifts(one[:1], one[12:13])[0] == pytest.approx(apart)
    # Cells 0 and 5 share one square only: by hand from the published formula, two rows of each term.
    weights = dict(zip(map(tuple, geometry.squares().tolist()), geometry.square_weights(), strict=True))
    differ = sum(w for square, w in weights.items() if (0 in square) != (5 in square))
    assert metrics.telescope(one[:1], one[5:6])[0] == pytest.approx(4 * 2 / 48 + 2 * differ / 36)
    charges = np.zeros((1, 48), np.int64)
    charges[0, 5] = 100
    assert metrics.cluster_errors(charges, charges * 1.1) == pytest.approx([0.1])


def test_generated_modules() -> None:
    charges = generate(Settings(3000))
    assert charges.shape == (3000, 48) and charges.min() == 0 and charges.max() < 2**16
    assert np.array_equal(generate(Settings(10)), charges[:10])
    assert not np.array_equal(generate(Settings(10, stream=HELD_OUT)), charges[:10])
    # A wide shower's share of a cell far from it follows the profile at the cell's middle.
    far = shares_of(np.array([[0.0, 0.0]]), np.array([1.6]))[0]
    distance = np.hypot(*geometry.positions()[12])
    assert far[12] == pytest.approx(1.6**2 / (np.pi * (distance**2 + 1.6**2) ** 2) * np.sqrt(3) / 2, rel=0.05)
    with pytest.raises(FpgamlError, match="events"):
        Settings(0)


def test_decoders_of_other_shapes_are_refused(tmp_path: Path) -> None:
    with np.load(TASK.weights / FILE) as stored:
        arrays = dict(stored)
    assert cut(np.array([[1.99, 0.26]]), 3).tolist() == [[1.75, 0.25]]
    np.savez(tmp_path / FILE, **arrays | {"7/cells/bias": np.zeros(47)})
    with pytest.raises(FpgamlError, match="decoder `7`"):
        read_decoders(tmp_path / FILE)
    del arrays["3/unfold/kernel"]
    np.savez(tmp_path / FILE, **arrays)
    with pytest.raises(FpgamlError, match="lacks 3/unfold/kernel"):
        TASK.judging(tmp_path)


def test_metrics_of_latent_values() -> None:
    """From events to the table's rows: every latent value nought is worse than nothing known but the hottest cells."""
    parts = list(TASK.parts(Sample(scale=0.03)))
    assert sum(len(part.x) for part in parts) == TASK.count(Sample(scale=0.03)) == 3000
    truth = {"modules": {"charges": np.concatenate([part.truth["charges"] for part in parts])}}
    answers = {
        name: {"modules": np.concatenate([part.baselines[name] for part in parts])} for name in parts[0].baselines
    }
    answers["graph"] = {"modules": np.zeros((3000, 16))}
    found = {name: json.loads(json.dumps(TASK.measure(truth, answers, name), allow_nan=False)) for name in answers}
    for links, width in c.LATENT_WIDTHS.items():
        held = {name: one["links"][str(links)] for name, one in found.items()}
        assert held["graph"]["bits"] == 16 * width + 9 and held["threshold"]["bits"] == pytest.approx(
            32 * links, rel=0.1
        )
        assert held["best_choice"]["distance"]["value"] < held["graph"]["distance"]["value"]
    for name, one in found.items():
        assert name == "graph" or one["links"]["5"]["cluster"]["value"] < one["links"]["2"]["cluster"]["value"]
    rows = TASK.rows(found)
    assert len(rows) == 20 and sum(row.headline for row in rows) == 1
    assert [panel.curves[0].column for panel in TASK.panels(found)] == ["best_choice"] * 3


def test_own_charges(tmp_path: Path) -> None:
    path, charges = tmp_path / "own.npz", generate(Settings(120)).astype(np.uint16)
    np.savez(path, charge=charges)
    assert np.array_equal(read_charges(path), charges)
    judged = [part.truth["charges"] for part in TASK.parts(Sample(data=path))]
    assert sum(map(len, judged)) == TASK.count(Sample(data=path)) == 36
    rows = {row.tobytes() for row in charges.astype(np.int64)}
    assert all(row.tobytes() in rows for row in itertools.chain(*judged))
    for wrong, says in ((charges[:, :47], "shape"), (charges.astype(float), "whole"), (charges[:50], "50 events")):
        np.savez(path, charge=wrong)
        with pytest.raises(FpgamlError, match=says):
            read_charges(path)
