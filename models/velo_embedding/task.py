"""The embedding of vertex-detector hits as a task: test events, graphs, table and figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from fpgaml_models.common.rows import curve, row
from fpgaml_models.common.samples import pieces, sizes

from fpgaml.record.physics import Panel, PanelAxis
from fpgaml.tasks import HeldOut, Network, Part, Row, Sample, Task
from fpgaml.tasks.events import fingerprint
from fpgaml.tasks.task import Array, Outputs

from . import constants as c
from .baseline import WINDOWS
from .data import held_out, own_events
from .generate import TEST, Hits, Settings, chunks
from .inputs import network_inputs, radius_azimuth_z
from .metrics import EFFICIENCIES, HEADLINE, Counts, counts, euclidean, evaluate

SET = "crossings"
TEST_EVENTS = 60
"""Bunch crossings: 120,000 hits."""
MISSING = PanelAxis(title="true edges that the graph lacks", unit="%", log=True)
SIZE = PanelAxis(title="edges of the graph for each hit", log=True, high=1500.0)


class VeloEmbedding(Task):
    """Embeds hits so that successive ones of a track lie together."""

    name = "velo_embedding"
    title = "LHCb vertex detector: hits embedded so that those of a track lie together"
    experiment = "LHCb"
    data_label = c.DATA_LABEL
    networks = (Network(),)
    baseline = "azimuth"
    larger_is_better = False
    titles = MappingProxyType({"azimuth": "window of azimuth", "vertex": "windows of azimuth and vertex"})
    figure_titles = MappingProxyType(
        {
            "azimuth": "window of azimuth, scanned",
            "vertex": "windows of azimuth and vertex, scanned together",
            "float": "float network, radius of the embedding scanned",
            "graph": "quantised Graph",
        }
    )
    held_out_events = 10_000

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], Counts] = {}

    def held_out(self, events: int, seed: int = 1) -> HeldOut:
        return HeldOut(held_out(events, seed))

    def count(self, sample: Sample) -> int:
        return sum(len(hits) for hits in _test(sample))

    def parts(self, sample: Sample) -> Iterator[Part]:
        for hits in _test(sample):
            x = network_inputs(hits.x, hits.y, hits.z)
            truth = {name: getattr(hits, name) for name in ("z", "plane", "event", "track")}
            place = radius_azimuth_z(x)
            yield Part(SET, x, truth, dict.fromkeys(WINDOWS, place))

    def measure(
        self, truth: Mapping[str, Mapping[str, Array]], answers: Mapping[str, Outputs], column: str
    ) -> Mapping[str, Any]:
        held = truth[SET]
        nowhere = np.zeros(len(held["z"]), np.float32)
        hits = Hits(nowhere, nowhere, held["z"], held["plane"], held["event"], held["track"])

        def of(name: str) -> Counts:
            return self._counted(name, hits, np.asarray(answers[name][SET], np.float64))

        compared = [name for name in ("azimuth", "float") if name in answers and name != column]
        return {SET: evaluate(of(column), {name: of(name) for name in compared if column not in WINDOWS})}

    def _counted(self, column: str, hits: Hits, places: Array) -> Counts:
        """Pairs of a column; what firmware answers as the Graph does is counted once."""
        key = fingerprint(places), fingerprint(hits.z), column if column in WINDOWS else ""
        if key not in self._kept:
            self._kept[key] = counts(hits, places, WINDOWS.get(column, euclidean))
        return self._kept[key]

    def rows(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Row]:
        def at(title: str, key: str, efficiency: float, digits: int, scale: float = 1.0, headline: bool = False) -> Row:
            place = EFFICIENCIES.index(efficiency)
            return row(title, metrics, lambda held: held[SET][key][place], scale, digits, headline=headline)

        return (
            at(f"edges for each hit at {HEADLINE:.0%} edge efficiency", "edges_per_hit", HEADLINE, 2, headline=True),
            at("the same over that of the window of azimuth", "over_azimuth", HEADLINE, 3),
            at("the same over that of the float network", "over_float", HEADLINE, 3),
            at("edges for each event at 99%, thousands", "edges_per_event", HEADLINE, 1, 1e-3),
            at("true edges among them, %", "purity", HEADLINE, 2, 100),
            at("edges for each hit at 98%", "edges_per_hit", 0.98, 2),
            at("edges for each hit at 95%", "edges_per_hit", 0.95, 2),
            at("edges for each hit at 90%", "edges_per_hit", 0.9, 2),
        )

    def panels(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Panel]:
        missing = [100 * (1 - efficiency) for efficiency in EFFICIENCIES]
        curves = tuple(curve(column, missing, held[SET]["edges_per_hit"]) for column, held in metrics.items())
        return (Panel(title="graph size against edge efficiency", x=MISSING, y=SIZE, curves=curves),)


def _test(sample: Sample) -> Iterator[Hits]:
    """Test events, some at a time."""
    if sample.data is None:
        yield from chunks(Settings(sizes(sample, {SET: TEST_EVENTS}, 2)[SET], sample.seed, TEST))
        return
    hits = own_events(sample.data, sample.seed).test
    for part in pieces(hits.events, 20):
        yield hits.take((hits.event >= part.start) & (hits.event < part.stop))


TASK = VeloEmbedding()
