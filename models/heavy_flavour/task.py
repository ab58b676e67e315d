"""Heavy-flavour vertices as a task: test events, efficiencies against lifetime, table and figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from fpgaml_models.common.rows import curve, row
from fpgaml_models.common.samples import pieces, require_both_classes, sizes, split

from fpgaml.record.physics import Panel, PanelAxis
from fpgaml.tasks import HeldOut, Network, Part, Row, Sample, Task
from fpgaml.tasks.task import Array, Outputs

from . import constants as c
from . import data
from .baseline import cuts
from .generate import BACKGROUND, BEAUTY, BLOCK, CHARM, LONG_LIVED, generate, scaled
from .metrics import against_lifetime, falls, separation

TEST = {BEAUTY: 40_000, CHARM: 40_000, LONG_LIVED: 40_000, BACKGROUND: 200_000}
OWN = "signal"
"""The test set of a group's own signal."""
LINE = "line"
"""The test set of a line of vertices: flight distance and impact parameter rise together, the rest is typical."""
LINE_POINTS = 512
SHOWN_FROM_PS = 2.0
"""Bins of lifetime from here on are in the table; all are in the figure."""
FREE = "free_float"
LIFETIME = PanelAxis(title="true lifetime", unit="ps", log=True)
EFFICIENCY = PanelAxis(title="efficiency at 1 % background", low=-0.02, high=1.02)
ALONG = PanelAxis(title="fdchi2 and minipchi2, part of their scales", low=-0.02, high=1.02)
SCORE = PanelAxis(title="score (logarithm of the odds)")


class HeavyFlavour(Task):
    """Is this two-track vertex the decay of a beauty or charm hadron?"""

    name = "heavy_flavour"
    title = "LHCb heavy-flavour trigger: a monotone Lipschitz network, proved monotone in firmware"
    experiment = "LHCb"
    data_label = c.DATA_LABEL
    networks = (
        Network(others={FREE: "free/float.keras"}),
        Network("free", "free"),
    )
    baseline = "cuts"
    larger_is_better = True
    titles = MappingProxyType({"cuts": "cuts", FREE: "free network (float)"})
    figure_titles = MappingProxyType(
        {FREE: "free network (float)", "float": "float network", "graph": "quantised Graph", "cuts": "cuts"}
    )
    held_out_events = 2000

    def held_out(self, events: int, seed: int = 1) -> HeldOut:
        return HeldOut(*data.held_out(events, seed))

    def count(self, sample: Sample) -> int:
        if sample.data is not None:
            return len(_own(sample.data, sample.seed)[0]) + LINE_POINTS
        return sum(sizes(sample, TEST).values()) + LINE_POINTS

    def parts(self, sample: Sample) -> Iterator[Part]:
        line = _line()
        yield _part(LINE, line, np.zeros(len(line)))
        if sample.data is not None:
            x, labels, lifetime = _own(sample.data, sample.seed)
            for name, chosen in ((OWN, labels == 1), (BACKGROUND, labels == 0)):
                yield _part(name, x[chosen], lifetime[chosen])
            return
        for name, events in sizes(sample, TEST).items():
            made = generate(name, events, data.stream(sample.seed, data.TEST))
            for piece in pieces(events, 10 * BLOCK):
                yield _part(name, made.x[piece], made.lifetime[piece])

    def measure(
        self, truth: Mapping[str, Mapping[str, Array]], answers: Mapping[str, Outputs], column: str
    ) -> Mapping[str, Any]:
        scores = {name: np.asarray(array, np.float64).reshape(-1) for name, array in answers[column].items()}
        background = scores[BACKGROUND]
        signals = {name: scores[name] for name in (BEAUTY, CHARM, OWN) if name in scores}
        found: dict[str, Any] = {name: separation(one, background) for name, one in signals.items()}
        if len(signals) > 1:
            found["all"] = separation(np.concatenate(list(signals.values())), background)
        timed = LONG_LIVED if LONG_LIVED in scores else OWN
        lifetime = np.asarray(truth[timed]["lifetime"], np.float64)
        found["against_lifetime"] = against_lifetime(scores[timed], lifetime, background)
        found["along"] = {**falls(scores[LINE]), "scores": scores[LINE].tolist()[:: LINE_POINTS // 64]}
        return found

    def rows(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Row]:
        first = next(iter(metrics.values()))
        names = [name for name in ("all", BEAUTY, CHARM, OWN) if name in first]
        rows = [each for name in names for each in _separations(metrics, name, name == names[0])]
        bins = [(number, *entry["bin"]) for number, entry in enumerate(first["against_lifetime"])]
        rows += [_in_bin(metrics, number, low, high) for number, low, high in bins if low >= SHOWN_FROM_PS]
        networks = {column: held for column, held in metrics.items() if column != self.baseline}
        title = "largest fall of the score as fdchi2 and minipchi2 rise together"
        rows.append(row(title, networks, lambda held: {"value": held["along"]["fall"]}, digits=2))
        return [each for each in rows if each.values]

    def panels(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Panel]:
        timed, along = [], []
        for column, held in metrics.items():
            entries = held["against_lifetime"]
            places = [float(np.sqrt(np.prod(entry["bin"]))) for entry in entries]
            timed.append(curve(column, places, [entry["efficiency"] for entry in entries]))
            if column != self.baseline:
                scores = [{"value": score} for score in held["along"]["scores"]]  # a network's answer has no error
                along.append(curve(column, np.linspace(0, 1, len(scores)).tolist(), scores))
        return (
            Panel(title="long-lived beauty hadrons", x=LIFETIME, y=EFFICIENCY, curves=tuple(timed)),
            Panel(title="vertices that are ever farther away", x=ALONG, y=SCORE, curves=tuple(along)),
        )


def _separations(metrics: Mapping[str, Mapping[str, Any]], name: str, headline: bool) -> Iterator[Row]:
    """ROC area and efficiencies of one signal."""
    title = "beauty and charm" if name == "all" else name
    yield row(f"{title}: ROC AUC", metrics, lambda held: held[name]["roc_area"], digits=4, headline=headline)
    for rate in c.BACKGROUND_RATES:
        yield row(
            f"{title}: efficiency at {rate:.1%} background, %",
            metrics,
            partial(_at_rate, name=name, rate=rate),
            100,
            1,
            missing="too little background",
        )


def _at_rate(held: Mapping[str, Any], name: str, rate: float) -> Any:
    return held[name]["efficiency"][f"{rate:g}"]


def _in_bin(metrics: Mapping[str, Mapping[str, Any]], number: int, low: float, high: float) -> Row:
    """The efficiency for one bin of lifetime."""
    title = f"lifetime {low:g} to {high:g} ps: efficiency at {c.BACKGROUND_RATES[0]:.1%} background, %"
    return row(title, metrics, lambda held: held["against_lifetime"][number]["efficiency"], 100, 1)


def _line() -> Array:
    """Vertices with a transverse momentum of 3 GeV and a vertex chi2 of 1; the two others rise to their ends."""
    typical = scaled(np.array([[1.0, 3.0, 1.0, 1.0]]))[0]
    rising = c.SCALE * np.arange(LINE_POINTS) / LINE_POINTS
    columns = (rising, np.full_like(rising, typical[1]), np.full_like(rising, typical[2]), rising)
    return np.stack(columns, axis=1).astype(np.float32)


def _own(path: Path, seed: int) -> tuple[Array, Array, Array]:
    """The test part of a group's own events."""
    found = data.from_file(path)
    places = split(len(found.x), seed).test
    labels = found.labels[places]
    require_both_classes(path, labels, "to judge with")
    return found.x[places], labels, found.lifetime[places]


def _part(name: str, x: Array, lifetime: Array) -> Part:
    return Part(name, x, {"lifetime": np.asarray(lifetime)}, {"cuts": cuts(x)[:, None].astype(np.float64)})


TASK = HeavyFlavour()
