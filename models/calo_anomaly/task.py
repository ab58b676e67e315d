"""The calorimeter anomaly trigger as a task: test crossings, efficiencies at trigger rates, table and figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

import numpy as np
from fpgaml_models.common.rows import curve, value_of
from fpgaml_models.common.samples import pieces, sizes
from fpgaml_models.common.statistics import Measured, roc_area

from fpgaml.record.physics import Panel, PanelAxis, PanelCurve
from fpgaml.tasks import HeldOut, Network, Part, Row, Sample, Task, Value
from fpgaml.tasks.task import Array, Inputs, Outputs

from . import constants as c
from . import data
from .baseline import BASELINES
from .generate import BACKGROUND, BLOCK, SIGNALS, Images, chunks, generate
from .metrics import (
    Efficiency,
    blind_regions,
    efficiencies,
    fewest_background,
    heated_images,
    resolution,
)

TEST_SIGNAL, TEST_BACKGROUND = 20_000, 1_000_000
"""A trigger rate of 1 kHz takes 800,000 crossings to state."""
HEAT_COUNTS = 400
"""What a region must be able to show by itself: 200 GeV."""
HEATED = "heated"
"""The test set of one empty image, and of that image with each region heated in turn."""
TEACHER = "teacher"
RATE_COLUMNS = (100e3, 10e3, 1e3)
"""Trigger rates in the table, Hz."""
TRIGGER_RATE = PanelAxis(title="trigger rate", unit="Hz", log=True)
EFFICIENCY = PanelAxis(title="signal efficiency", low=-0.02, high=1.02)


class CaloAnomaly(Task):
    """How unusual is the calorimeter's image of this bunch crossing?"""

    name = "calo_anomaly"
    title = "Calorimeter anomaly trigger, CICADA-like: an autoencoder distilled into a small student"
    experiment = "CMS"
    data_label = c.DATA_LABEL
    networks = (
        Network(others={TEACHER: "teacher.keras"}),
        Network("conv", "conv", others={TEACHER: "teacher.keras"}),
    )
    baseline = "total_energy"
    larger_is_better = True
    figure_titles = MappingProxyType(
        {
            "total_energy": "total energy",
            "hottest_region": "hottest region",
            TEACHER: "teacher (autoencoder)",
            "float": "float student",
            "graph": "quantised Graph",
        }
    )
    held_out_events = 2000

    def held_out(self, events: int, seed: int = 1) -> HeldOut:
        found = data.held_out(-(-events // 4), seed)
        return HeldOut(found.images, (found.kinds > 0).astype(np.uint8))

    def count(self, sample: Sample) -> int:
        if sample.data is not None:
            own = data.from_file(sample.data)
            return len(own.test) + sum(len(images) for images in own.signals.values()) + 1 + c.REGIONS
        return sum(_sizes(sample).values()) + 1 + c.REGIONS

    def parts(self, sample: Sample) -> Iterator[Part]:
        own = None if sample.data is None else data.from_file(sample.data)
        yield _part(HEATED, _heated(_first_background(sample, own)))
        signals = _made_signals(sample) if own is None else own.signals.items()
        for name, images in signals:
            yield from (_part(name, part) for part in _cut(images))
        background = _made_background(sample) if own is None else _cut(own.test)
        yield from (_part(BACKGROUND, part) for part in background)

    def from_framework(self, column: str, x: Inputs, answers: Array) -> Array:
        if column != TEACHER:
            return super().from_framework(column, x, answers)
        from .networks import teacher_score

        assert not isinstance(x, Mapping)
        return teacher_score(x, answers)[:, None]

    def measure(
        self, truth: Mapping[str, Mapping[str, Array]], answers: Mapping[str, Outputs], column: str
    ) -> Mapping[str, Any]:
        scores = {name: array.reshape(-1) for name, array in answers[column].items()}
        background, heated = scores[BACKGROUND], scores[HEATED]
        rates = [rate for rate in c.RATES_HZ if len(background) >= fewest_background(rate)]
        signals = [name for name in scores if name not in (BACKGROUND, HEATED)]
        found: dict[str, Any] = {
            "signals": {
                name: {
                    "roc_area": asdict(roc_area(scores[name], background)),
                    "efficiencies": [_plain(one) for one in efficiencies(background, scores[name], rates)],
                }
                for name in signals
            },
            "blind_regions": blind_regions(float(heated[0]), heated[1:]),
        }
        networks = [name for name in answers if name not in BASELINES]
        for reference in (TEACHER, "float"):
            if reference in answers and column in networks and column not in (reference, TEACHER):
                other = {name: array.reshape(-1) for name, array in answers[reference].items()}
                chosen = (BACKGROUND, *signals)
                found[f"minus_{reference}"] = {
                    name: asdict(resolution(other[name][: 10 * BLOCK], scores[name][: 10 * BLOCK])) for name in chosen
                }
        return found

    def rows(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Row]:
        names = list(next(iter(metrics.values()))["signals"])
        rows = [
            Row("ROC AUC, mean of the signals", {k: _mean_area(v) for k, v in metrics.items()}, headline=True, digits=4)
        ]
        for name in names:
            areas = {column: value_of(held["signals"][name]["roc_area"]) for column, held in metrics.items()}
            rows.append(Row(f"{name}: ROC AUC", areas, digits=4))
            for rate in RATE_COLUMNS:
                values = {column: _at_rate(held["signals"][name], rate) for column, held in metrics.items()}
                if any(value.finite for value in values.values()):
                    rows.append(Row(f"{name}: efficiency at {rate / 1e3:g} kHz, %", values, 100, 1))
        for reference in (TEACHER, "float"):
            widths = {
                column: value_of(held[f"minus_{reference}"][BACKGROUND]["width"])
                for column, held in metrics.items()
                if f"minus_{reference}" in held
            }
            rows.append(Row(f"score, 68 % half width about the {reference}'s (background)", widths, digits=2))
        blind = {column: Value(held["blind_regions"]) for column, held in metrics.items()}
        rows.append(Row("regions where 200 GeV do not raise the score, of 252", blind, digits=0))
        return [row for row in rows if row.values]

    def panels(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Panel]:
        names = list(next(iter(metrics.values()))["signals"])
        return [
            Panel(
                title=f"anomaly: {name.replace('_', ' ')}",
                x=TRIGGER_RATE,
                y=EFFICIENCY,
                curves=tuple(_curve(column, held["signals"][name]["efficiencies"]) for column, held in metrics.items()),
            )
            for name in names
        ]


def _curve(column: str, entries: Sequence[Mapping[str, Any]]) -> PanelCurve:
    """Efficiency against the rate that was reached, with binomial errors and what the background leaves open."""
    kept = [entry for entry in entries if entry["threshold"]["score"] is not None]
    rates = [entry["threshold"]["rate_hz"]["value"] for entry in kept]
    return curve(column, rates, ({"value": entry["value"]["value"], "interval": _ends(entry)} for entry in kept))


def _ends(entry: Mapping[str, Any]) -> tuple[float, float]:
    """Of the interval of an efficiency: both parts of its error added in quadrature."""
    value, error = entry["value"]["value"], entry["value"]["error"]
    return (
        value - float(np.hypot(error, value - entry["low"])),
        value + float(np.hypot(error, entry["high"] - value)),
    )


def _sizes(sample: Sample) -> dict[str, int]:
    return sizes(sample, {**dict.fromkeys(SIGNALS, TEST_SIGNAL), BACKGROUND: TEST_BACKGROUND}, BLOCK // 50)


def _made_signals(sample: Sample) -> Iterator[tuple[str, Images]]:
    for name in SIGNALS:
        yield name, generate(name, _sizes(sample)[name], data.signal_seed(sample.seed)).images


def _made_background(sample: Sample) -> Iterator[Images]:
    for part in chunks(BACKGROUND, _sizes(sample)[BACKGROUND], data.rate_seed(sample.seed)):
        yield part.images


def _cut(images: Images) -> Iterator[Images]:
    yield from (images[piece] for piece in pieces(len(images), 10 * BLOCK))


def _first_background(sample: Sample, own: data.Events | None) -> Images:
    if own is not None:
        return own.test
    return generate(BACKGROUND, BLOCK, data.rate_seed(sample.seed)).images


def _heated(background: Images) -> Images:
    image = np.median(background, axis=0).astype(np.uint16)
    return np.concatenate([image[None], heated_images(image, HEAT_COUNTS)])


def _part(name: str, images: Images) -> Part:
    return Part(name, images, {}, {title: score(images)[:, None] for title, score in BASELINES.items()})


def _plain(efficiency: Efficiency) -> dict[str, Any]:
    """As JSON takes it: a threshold that lets everything through is null."""
    plain = asdict(efficiency)
    if not np.isfinite(plain["threshold"]["score"]):
        plain["threshold"]["score"] = None
    return plain


def _mean_area(held: Mapping[str, Any]) -> Value:
    areas = [Measured(**one["roc_area"]) for one in held["signals"].values()]
    error = float(np.sqrt(sum(one.error**2 for one in areas))) / len(areas)
    return Value.with_error(float(np.mean([one.value for one in areas])), error)


def _at_rate(held: Mapping[str, Any], rate: float) -> Value:
    for entry in held["efficiencies"]:
        if entry["threshold"]["wanted_hz"] == rate:
            return Value(entry["value"]["value"], *_ends(entry))
    return Value(None, text="too little background")


TASK = CaloAnomaly()
