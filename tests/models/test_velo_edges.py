"""The edge classifier: graphs cut by hand, the baseline against lines, metrics on hand-made scores."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from fpgaml_models.velo_edges import constants as c
from fpgaml_models.velo_edges.baseline import SPREAD, pointing
from fpgaml_models.velo_edges.data import own_graphs, read_hits
from fpgaml_models.velo_edges.graphs import FALSE, PADDING, TRUE, graphs_of
from fpgaml_models.velo_edges.metrics import efficiencies_at, evaluate
from fpgaml_models.velo_edges.sets import held_out_graphs
from fpgaml_models.velo_edges.task import TASK
from fpgaml_models.velo_embedding.generate import Hits, Settings, generate
from fpgaml_models.velo_embedding.geometry import planes

import fpgaml
from fpgaml.errors import FpgamlError
from fpgaml.tasks import Sample


def hits(*rows: tuple[int, float, float, int, int]) -> Hits:
    """Hits from (plane, r, azimuth, event, track), z being the plane's."""
    plane, r, phi, event, track = (np.array(column) for column in zip(*rows, strict=True))
    x, y, z = r * np.cos(phi), r * np.sin(phi), planes()[plane]
    kinds = (np.float32, np.float32, np.float32, np.int16, np.int32, np.int32)
    return Hits(*(a.astype(k) for a, k in zip((x, y, z, plane, event, track), kinds, strict=True)))


MIDDLE = 0.5 * c.WEDGE


def test_edges_join_hits_one_or_two_planes_apart() -> None:
    """Planes 20, 22 and 25 of one track, another track's hit between them; plane 25 is too far from 22."""
    found = graphs_of(
        hits((20, 10.0, MIDDLE, 0, 1), (21, 11.0, MIDDLE, 0, 2), (22, 12.0, MIDDLE, 0, 1), (25, 14.0, MIDDLE, 0, 1))
    )
    assert len(found) == 1 and found.true == 1  # of 20 and 22
    there = found.label[0] != PADDING
    edges = {tuple(edge): label for edge, label in zip(found.edges[0][there], found.label[0][there], strict=True)}
    assert edges == {(0, 1): FALSE, (0, 2): TRUE, (1, 2): FALSE}
    assert (found.edges[0][~there] == c.NONE).all()
    r, phi, z = found.hits[0, 0]
    assert abs(r * 64 - 10) <= 64 / 2**13 and phi == 0 and abs(z * 1024 - planes()[20]) <= 1024 / 2**13
    assert (found.hits[0, 4:] == 0).all()


def test_what_is_cut() -> None:
    steep = graphs_of(hits((20, 10.0, MIDDLE, 0, 1), (22, 45.0, MIDDLE, 0, 1)))  # 35 mm in 25 mm
    assert len(steep) == 0 and steep.true == 1
    wedges = graphs_of(hits((20, 10.0, 0.9 * c.WEDGE, 0, 1), (22, 11.0, 1.1 * c.WEDGE, 0, 1)))
    assert len(wedges) == 0
    noise = graphs_of(hits((20, 10.0, MIDDLE, 0, -1), (22, 11.0, MIDDLE, 0, -1)))
    assert noise.label[0, 0] == FALSE and noise.true == 0
    # A window ends behind plane 12: its last edge reaches plane 14, and an edge from 13 begins the next graph.
    windows = graphs_of(hits(*((plane, 10.0, MIDDLE, 0, 1) for plane in (12, 13, 14))))
    assert [list(label[label != PADDING]) for label in windows.label] == [[TRUE, TRUE], [TRUE]]


def test_a_full_graph_loses_its_last_hits_and_edges() -> None:
    many = [(plane, 10.0 + 0.1 * n, MIDDLE, 0, n) for plane in (20, 22, 24) for n in range(12)]
    found = graphs_of(hits(*many))
    assert len(found) == 1 and found.true == 24
    assert (found.label[0] != PADDING).all() and found.edges.max() < c.NODES
    assert np.unique(found.edges[0], axis=0).shape == (c.EDGES, 2)


def test_graphs_of_generated_crossings_hold_each_pair_once() -> None:
    crossing = generate(Settings(events=1, stream=2))
    found = graphs_of(crossing)
    assert 0.8 < found.kept / found.true < 0.9
    assert found.kept == np.count_nonzero(found.label == TRUE)
    for edges, label in zip(found.edges, found.label, strict=True):
        real = edges[label != PADDING]
        assert (real[:, 0] < real[:, 1]).all() and len(np.unique(real, axis=0)) == len(real)
    again = held_out_graphs(5)
    assert len(again) == 5 and np.array_equal(held_out_graphs(9).hits[:5], again.hits)


def test_a_line_from_the_luminous_region_points_back() -> None:
    """Pulls by hand: azimuth off by 0.01 at 10 and 12 mm; a line that meets the beam 122 mm, two widths, too far."""
    z1, z2 = 0.25, 0.275  # 256 and 281.6 mm
    near = [[10 / 64, 0, z1], [12 / 64, 0, z2], [12 / 64, 0.01 / c.PHI_UNIT, z2]]
    vertex = 4.2 + 2 * 61.0
    slope = 10 / (256 - vertex)
    far = [10 / 64 + slope * 25.6 / 64, 0, z2]
    nodes = np.zeros((1, c.NODES, 3), np.float32)
    nodes[0, :4] = [*near, far]
    edges = np.full((1, c.EDGES, 2), c.NONE, np.float32)
    edges[0, :3] = [[0, 1], [0, 2], [0, 3]]
    scores = pointing(nodes, edges)[0]
    assert np.isfinite(scores).all()
    assert scores[1] - scores[0] == pytest.approx(-(0.01**2) / (SPREAD**2 * (1 / 100 + 1 / 144)), rel=1e-4)
    spread = SPREAD**2 * ((256 - 4.2) ** 2 + (281.6 - 4.2) ** 2) / (slope * 25.6) ** 2
    assert scores[2] == pytest.approx(-(122.0**2) / (61.0**2 + spread), rel=1e-3)


def test_efficiency_at_a_purity() -> None:
    true, false = np.array([5.0, 4.0, 3.0, 1.0]), np.array([3.5, 3.0, 0.0])
    # Above 3.5 two of two; 4 of 6 keep all; at 3.0 it is 3 of 5, since ties stay together.
    assert efficiencies_at(true, false, (1.0, 0.6, 0.7)) == [0.5, 1.0, 0.5]
    assert efficiencies_at(np.array([0.0]), np.array([1.0]), [0.9]) == [None]
    scores = np.array([[5.0, 3.5, 9.0], [4.0, 3.0, 9.0]])
    label = np.array([[TRUE, FALSE, PADDING], [TRUE, FALSE, PADDING]], np.int8)
    found = evaluate(scores, label, 4)
    assert found["area"] == [1.0, 0.0] and found["false_kept"] == [0.0, 0.0]
    assert found["in_graphs"]["value"] == 0.5


def test_a_file_of_hits(tmp_path: Path) -> None:
    made = generate(Settings(events=20, seed=3))
    arrays = {"x": made.x, "y": made.y, "z": made.z, "event": made.event, "track": made.track}
    path = tmp_path / "hits.npz"
    order = np.random.default_rng(1).permutation(len(made))
    np.savez(path, **{name: array[order] for name, array in arrays.items()})
    read = read_hits(path)
    assert np.array_equal(read.plane, made.plane) and read.events == 20
    judged, trained = (own_graphs(path, 1, judges=judges) for judges in (True, False))
    assert judged.true + trained.true == graphs_of(made).true
    (part,) = TASK.parts(Sample(data=path))
    assert int(part.truth["true"].sum()) == judged.true
    np.savez(path, **(arrays | {"z": made.z + 30}))
    with pytest.raises(FpgamlError, match="mm from the nearest plane"):
        read_hits(path)


def test_edges_are_gathered_and_summed_in_the_firmware() -> None:
    graph = fpgaml.load(TASK.networks[0].quantised_file(TASK.weights)).graph
    kinds = Counter(type(node.op).__name__ for node in graph.nodes)
    assert kinds["ScatterAdd"] == 2 and not kinds["Einsum"]
