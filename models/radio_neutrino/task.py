"""An in-ice radio detector's trigger as a task: test windows, how triggers are judged on them, table and figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from fpgaml_models.common.rows import curve, row
from fpgaml_models.common.samples import pieces, sizes

from fpgaml.record.physics import Panel, PanelAxis, PanelCurve
from fpgaml.tasks import HeldOut, Network, Part, Row, Sample, Task
from fpgaml.tasks.task import Array, Outputs

from . import constants as c
from . import derive, events
from .baseline import score
from .data import GROUPS, Counts, Windows, parted, read, shipped, to_input
from .metrics import FIGURE_RATE, Scored, compared, compared_published, derived, published

REPEATS = 12
"""Times that each test window's pulse is put at each place, in other noise."""
BACKGROUND = 7_000
"""Derived background windows of each group of test windows."""
CHUNK = 4096
GIVEN = "arianna"
"""The published network, as a network of the task and as a column of the other's table."""
FIRES_ABOVE = {"hi_lo": float(c.HILO_THRESHOLD)}
"""The published setting of a column; of networks it is a score of 0."""
PLACE = PanelAxis(title="sample of the window at which the pulse lies", low=0, high=c.SAMPLES)
KEPT = PanelAxis(title="pulses kept", unit="%", low=0, high=100)
FALSE = PanelAxis(title="background windows kept", log=True)


class RadioNeutrino(Task):
    """Does a window of four antennas in the ice hold the pulse of a neutrino?"""

    name = "radio_neutrino"
    title = "In-ice radio neutrino trigger: Askaryan pulses in the noise of four antennas"
    experiment = "ARIANNA"
    experiment = "ARIANNA"
    data_label = c.DATA_LABEL
    networks = (
        Network(others={GIVEN: "arianna/quantised.keras"}, folds=True),
        Network(GIVEN, folder=GIVEN, folds=True, floating="quantised.keras"),
    )
    baseline = "hi_lo"
    larger_is_better = True
    titles = MappingProxyType({"hi_lo": "hi-lo", GIVEN: "published network"})
    figure_titles = MappingProxyType(
        {
            "hi_lo": "hi-lo, every threshold",
            GIVEN: "published network (RAVEL, 1,219 parameters)",
            "graph": "quantised network",
        }
    )
    int8_ranges = MappingProxyType({"": (-20.0, 20.0)})
    held_out_events = 2000

    def held_out(self, events_wanted: int, seed: int = 1) -> HeldOut:
        found = events.held_out(events_wanted, seed)
        return HeldOut(to_input(found.counts), found.signal)

    def count(self, sample: Sample) -> int:
        repeats, background = _sizes(sample)
        test = parted(_windows(sample)).test
        return len(test) + int(test.signal.sum()) * len(derive.PLACES) * repeats + GROUPS * background

    def parts(self, sample: Sample) -> Iterator[Part]:
        repeats, background = _sizes(sample)
        for group, windows in enumerate(parted(_windows(sample)).test_groups):
            rng = np.random.default_rng([sample.seed, events.Stream.TEST, group])
            pulses, noise = windows.of(True), windows.of(False)
            yield _part("published", windows.counts, {"signal": windows.signal})
            at = np.repeat(np.asarray(derive.PLACES), repeats * len(pulses))
            for piece in pieces(len(at), CHUNK):
                chosen = pulses[np.arange(piece.start, piece.stop) % len(pulses)]
                counts = derive.moved(chosen, noise, at[piece], rng)
                yield _part("pulse", counts, {"place": at[piece], "group": np.full(len(counts), group)})
            for piece in pieces(background, CHUNK):
                counts = derive.background(noise, piece.stop - piece.start, rng)
                yield _part("background", counts, {"group": np.full(len(counts), group)})

    def measure(
        self, truth: Mapping[str, Mapping[str, Array]], answers: Mapping[str, Outputs], column: str
    ) -> Mapping[str, Any]:
        labels, own = truth["published"]["signal"], _flat(answers[column]["published"])
        scored = _scored(truth, answers[column])
        found: dict[str, Any] = {
            "published": published(own, labels, FIRES_ABOVE.get(column, 0.0)),
            "derived": derived(scored),
        }
        if GIVEN in answers and column != GIVEN:
            given = _flat(answers[GIVEN]["published"])
            found["over_published_network"] = {
                "published_area": compared_published(own, given, labels),
                **compared(scored, _scored(truth, answers[GIVEN])),
            }
        return found

    def rows(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Row]:
        anywhere, recorded, over = "pulse anywhere", f"pulse at {c.PLACE}", "minus that of the published network"
        rare = [(f"{rate:g}", f"a false-positive rate of {rate:g}") for rate in (1e-2, 1e-3)]
        found = [
            row(f"ROC AUC, {anywhere}", metrics, lambda held: held["derived"]["area"], digits=4, headline=True),
            row(f"the same, {over}", metrics, lambda held: held[OVER]["area"], digits=4),
        ]
        for key, at in rare:
            found += [
                row(f"{anywhere}: kept at {at}, %", metrics, _of("derived", "efficiency", key), 100, 1),
                row(f"the same, {over}", metrics, _of(OVER, "efficiency", key), 100, 1),
            ]
        for key, at in rare:
            found += [
                row(f"{recorded}: kept at {at}, %", metrics, _of("derived", "recorded_place", key), 100, 1),
                row(f"the same, {over}", metrics, _of(OVER, "recorded_place", key), 100, 1),
            ]
        return (
            *found,
            row("published windows: ROC AUC", metrics, _of("published", "area"), digits=4),
            row(f"the same, {over}", metrics, _of(OVER, "published_area"), digits=4),
            row("published windows, published setting: pulses kept, %", metrics, _of("published", "signal"), 100, 1),
            row("published windows, published setting: noise kept, %", metrics, _of("published", "noise"), 100, 1),
        )

    def panels(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Panel]:
        by_place = [
            curve(column, held["derived"]["places"], held["derived"]["by_place"], 100)
            for column, held in metrics.items()
        ]
        return (
            Panel(
                title="the pulse anywhere in the window",
                x=FALSE,
                y=KEPT,
                curves=tuple(_roc(column, held["derived"]["curve"]) for column, held in metrics.items()),
            ),
            Panel(title=f"at a false-positive rate of {FIGURE_RATE:g}", x=PLACE, y=KEPT, curves=tuple(by_place)),
        )


OVER = "over_published_network"


def _of(*keys: str) -> Any:
    """What stands below keys of a column's metrics."""

    def find(held: Mapping[str, Any]) -> Any:
        value: Any = held
        for key in keys:
            value = value[key]
        return value

    return find


def _roc(column: str, found: Mapping[str, Sequence[float]]) -> PanelCurve:
    """A ROC curve in %, from the first background event on."""
    points = [(x, y) for x, y in zip(found["false_positive"], found["true_positive"], strict=True) if x > 0]
    return PanelCurve(column=column, x=tuple(x for x, _ in points), y=tuple(100 * y for _, y in points))


def _windows(sample: Sample) -> Windows:
    return shipped() if sample.data is None else read(sample.data)


def _sizes(sample: Sample) -> tuple[int, int]:
    """Times that a pulse is put at each place, and background windows of a group."""
    found = sizes(sample, {"repeats": REPEATS, "background": BACKGROUND})
    return found["repeats"], found["background"]


def _part(name: str, counts: Counts, truth: Mapping[str, Array]) -> Part:
    return Part(name, to_input(counts), truth, {"hi_lo": score(counts)[:, None]})


def _flat(answers: Array) -> Array:
    return np.asarray(answers, np.float64).reshape(-1)


def _scored(truth: Mapping[str, Mapping[str, Array]], answers: Outputs) -> Scored:
    return Scored(
        _flat(answers["pulse"]),
        _flat(answers["background"]),
        truth["pulse"]["place"],
        truth["pulse"]["group"],
        truth["background"]["group"],
    )


TASK = RadioNeutrino()
