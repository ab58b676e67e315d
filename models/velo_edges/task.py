"""Edges of the vertex detector's hits as a task: test graphs, how scores are judged on them, table and figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from fpgaml_models.common.rows import curve, row
from fpgaml_models.common.samples import pieces, sizes
from fpgaml_models.velo_embedding.generate import TEST

from fpgaml.errors import FpgamlError
from fpgaml.record.physics import Panel, PanelAxis
from fpgaml.tasks import HeldOut, Network, Part, Row, Sample, Task
from fpgaml.tasks.task import Array, Outputs

from . import constants as c
from .baseline import pointing
from .data import own_graphs
from .graphs import FALSE, TRUE, Graphs
from .metrics import BEST, EFFICIENCY, PURITIES, PURITY, at_purity, evaluate
from .sets import GRAPHS_PER_CROSSING, held_out_graphs, parts

CROSSINGS = 600
"""Of the test: more than 100,000 graphs."""
CHUNK = 4096
SET = "graphs"


class VeloEdges(Task):
    """Do two hits of the vertex detector belong to one particle?"""

    name = "velo_edges"
    title = "LHCb vertex detector: edges between hits, by message passing"
    experiment = "LHCb"
    data_label = c.DATA_LABEL
    networks = (Network(folds=True),)
    baseline = "pointing"
    larger_is_better = True
    titles = MappingProxyType({"pointing": "line to the beam"})
    figure_titles = MappingProxyType(
        {
            "pointing": "edge as a line to the luminous region",
            "float": "float network",
            "graph": "quantised network",
        }
    )
    held_out_events = 2000

    def held_out(self, events: int, seed: int = 1) -> HeldOut:
        return HeldOut(held_out_graphs(events, seed).inputs)

    def count(self, sample: Sample) -> int:
        """About, of generated crossings: how many graphs they give is known once they are made."""
        return len(_own(sample)) if sample.data is not None else _crossings(sample) * GRAPHS_PER_CROSSING

    def parts(self, sample: Sample) -> Iterator[Part]:
        if sample.data is None:
            for graphs in parts(_crossings(sample), sample.seed, TEST):
                yield _part(graphs, graphs.true)
            return
        own = _own(sample)
        for number, piece in enumerate(pieces(len(own), CHUNK)):
            yield _part(own.take(piece), own.true if number == 0 else 0)

    def measure(
        self, truth: Mapping[str, Mapping[str, Array]], answers: Mapping[str, Outputs], column: str
    ) -> Mapping[str, Any]:
        found = truth[SET]
        scores = np.asarray(answers[column][SET], np.float64).reshape(found["label"].shape)
        return evaluate(scores, found["label"], int(found["true"].sum()))

    def rows(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Row]:
        return (
            row("ROC AUC of edges", metrics, lambda held: held["area"], digits=4, headline=True),
            row(
                f"true edges kept with a purity of {PURITY:.0%}, %",
                metrics,
                lambda held: at_purity(held, BEST),
                100,
                2,
            ),
            row(
                f"false edges kept with {EFFICIENCY:.0%} of the true ones, %",
                metrics,
                lambda held: held["false_kept"],
                100,
                2,
            ),
            row("true edges of the crossings that are in graphs, %", metrics, lambda held: held["in_graphs"], 100, 2),
        )

    def panels(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Panel]:
        curves = [curve(name, [100 * p for p in PURITIES], held["at_purity"], 100) for name, held in metrics.items()]
        curves = [one for one in curves if one.x]
        if not curves:
            return ()
        x = PanelAxis(title="purity: true ones among the edges that are kept", unit="%")
        y = PanelAxis(title="efficiency: true edges that are kept", unit="%")
        return (Panel(title="edges that are kept above a threshold", x=x, y=y, curves=tuple(curves)),)


def _crossings(sample: Sample) -> int:
    return sizes(sample, {SET: CROSSINGS})[SET]


def _own(sample: Sample) -> Graphs:
    """The part of a group's own crossings that judges."""
    assert sample.data is not None
    graphs = own_graphs(sample.data, sample.seed, judges=True)
    for kind, name in ((TRUE, "true"), (FALSE, "false")):
        if not (graphs.label == kind).any():
            raise FpgamlError(str(sample.data), f"has no {name} edge to judge with", "Give more crossings")
    return graphs


def _part(graphs: Graphs, true: int) -> Part:
    """`true` of several graphs stands at the first of them, so that it adds up."""
    counted = np.zeros(len(graphs), np.int64)
    counted[:1] = true
    truth: dict[str, Array] = {"label": graphs.label, "true": counted}
    return Part(SET, graphs.inputs, truth, {"pointing": pointing(graphs.hits, graphs.edges)})


TASK = VeloEdges()
