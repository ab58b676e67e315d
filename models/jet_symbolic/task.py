"""Jets of five classes as a task: test jets, accuracies, areas under ROC curves, table and figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from fpgaml_models.common.rows import curve, row
from fpgaml_models.common.samples import sizes

from fpgaml.record.physics import Panel, PanelAxis
from fpgaml.tasks import HeldOut, Network, Part, Row, Sample, Task
from fpgaml.tasks.task import Array, Outputs

from . import constants as c
from .baseline import baselines
from .data import parts_of
from .generate import PROOF, TEST, Jets, jets, pieces
from .metrics import evaluate

TEST_JETS = {"jets": 100_000}
CLASSES = PanelAxis(
    title="class",
    low=-0.3,
    high=len(c.CLASSES) - 0.7,
    ticks={name: float(place) for place, name in enumerate(c.CLASSES)},
)
RIGHT = PanelAxis(title="part of the jets that are found")
AREA = PanelAxis(title="area under the ROC curve")


class JetSymbolic(Task):
    """Five classes of jets, told apart by formulas."""

    name = "jet_symbolic"
    title = "Jets by their substructure: formulas in place of a network"
    experiment = "CMS, ATLAS"
    data_label = c.DATA_LABEL
    networks = (Network(floating="float.sympy", quantised="quantised.sympy", others={"network": "network.keras"}),)
    baseline = "linear"
    larger_is_better = True
    titles = MappingProxyType(
        {
            "one_feature": "best feature alone",
            "linear": "linear discriminant",
            "network": "quantised network",
            "float": "formulas in float64",
        }
    )
    figure_titles = MappingProxyType(
        {
            "one_feature": "best feature alone",
            "linear": "linear discriminant",
            "network": "quantised network",
            "graph": "formulas, quantised Graph",
        }
    )
    held_out_events = 10_000

    def held_out(self, events: int, seed: int = 1) -> HeldOut:
        return HeldOut(jets(events, seed, PROOF).x)

    def count(self, sample: Sample) -> int:
        if sample.data is not None:
            return len(parts_of(sample.data)[2].y)
        return sizes(sample, TEST_JETS)["jets"]

    def parts(self, sample: Sample) -> Iterator[Part]:
        if sample.data is not None:
            yield _part(parts_of(sample.data)[2])
            return
        for some in pieces(self.count(sample), sample.seed, TEST):
            yield _part(some)

    def measure(
        self, truth: Mapping[str, Mapping[str, Array]], answers: Mapping[str, Outputs], column: str
    ) -> Mapping[str, Any]:
        reference = answers["network"]["jets"] if "network" in answers and column != "network" else None
        return evaluate(answers[column]["jets"], truth["jets"]["class"], reference)

    def rows(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Row]:
        def of_class(title: str, key: str, place: int, scale: float, digits: int) -> Row:
            return row(title, metrics, lambda held: held[key][place], scale, digits)

        return (
            row("accuracy, %", metrics, lambda held: held["accuracy"], 100, 2, headline=True),
            row("same class as the network, %", metrics, lambda held: held["agreement"], 100, 2),
            *(of_class(f"{name}: found, %", "by_class", place, 100, 1) for place, name in enumerate(c.CLASSES)),
            *(of_class(f"{name}: area under ROC", "areas", place, 1, 4) for place, name in enumerate(c.CLASSES)),
        )

    def panels(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Panel]:
        places = range(len(c.CLASSES))
        found = [curve(column, places, held["by_class"]) for column, held in metrics.items()]
        areas = [curve(column, places, held["areas"]) for column, held in metrics.items()]
        return (
            Panel(title="jets of each class that are found", x=CLASSES, y=RIGHT, curves=tuple(found)),
            Panel(title="one class against the others", x=CLASSES, y=AREA, curves=tuple(areas)),
        )


def _part(some: Jets) -> Part:
    scored = {name: np.asarray(each.scores(some.x), np.float64) for name, each in baselines().items()}
    return Part("jets", some.x, {"class": some.y}, scored)


TASK = JetSymbolic()
