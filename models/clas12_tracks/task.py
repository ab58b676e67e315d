"""Track candidates of CLAS12's drift chambers as a task: test candidates, efficiencies, wires, table and figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from fpgaml_models.common.rows import curve, row
from fpgaml_models.common.samples import pieces, sizes

from fpgaml.record.physics import Panel, PanelAxis
from fpgaml.tasks import HeldOut, Network, Part, Row, Sample, Task
from fpgaml.tasks.task import Array, Outputs

from . import constants as c
from . import metrics as m
from .baseline import FITS, judge
from .data import held_out, test_candidates
from .generate import TEST, Candidates, chunks

SIX, FIVE = "six", "five"
"""Test sets: candidates with all six segments, and the same with one missing."""
TEST_CANDIDATES = {"candidates": 120_000}
"""Each is in both sets."""
PIECE = 10_000
FALSE_RATE = PanelAxis(title="false candidates kept", low=0.0008, high=0.12, log=True)
EFFICIENCY = PanelAxis(title="tracks kept", low=-0.02, high=1.02)
SUPERLAYER = PanelAxis(
    title="superlayer of the missing segment", low=0.6, high=6.4, ticks={str(each): float(each) for each in range(1, 7)}
)
WIRES = PanelAxis(title="restored segment, core (68 %)", unit="wires", log=True)


class Clas12Tracks(Task):
    """Is this combination of segments a track, and where is the segment that is missing?"""

    name = "clas12_tracks"
    title = "CLAS12 drift chambers: track candidates of six segments classified, a missing segment restored"
    experiment = "CLAS12"
    data_label = c.DATA_LABEL
    networks = (
        Network(),
        Network("restore", "restore"),
        Network("chain", "chain", chain=("restore", "."), keep_outputs=True),
    )
    baseline = "parabola"
    larger_is_better = True
    titles = MappingProxyType({"parabola": "parabola with stereo", "without_stereo": "parabola"})
    figure_titles = MappingProxyType(
        {"parabola": "parabola with stereo", "float": "float network", "graph": "quantised Graph"}
    )
    held_out_events = 5_000

    def held_out(self, events: int, seed: int = 1) -> HeldOut:
        return HeldOut(held_out(events, seed))

    def count(self, sample: Sample) -> int:
        candidates = len(test_candidates(sample.data)) if sample.data else _candidates(sample)
        return 2 * candidates

    def parts(self, sample: Sample) -> Iterator[Part]:
        for candidates in _made(sample):
            truth: dict[str, Array] = {
                "label": candidates.label,
                "missing": candidates.missing,
                "wires": candidates.wires,
            }
            for name, x in ((SIX, candidates.wires), (FIVE, candidates.five)):
                yield Part(name, x, truth, {column: judge(column, x) for column in FITS})

    def measure(
        self, truth: Mapping[str, Mapping[str, Array]], answers: Mapping[str, Outputs], column: str
    ) -> Mapping[str, Any]:
        told = m.of_baseline if column in FITS else m.of_network
        found: dict[str, Any] = {"classes": {}}
        for name, held in truth.items():
            judged = told(answers[column][name])
            if judged.score is not None:
                found["classes"][name] = m.classification(judged, held["label"])
            if judged.wires is not None and name == FIVE:
                true = held["label"] != c.FALSE
                found["restored"] = m.restoration(
                    judged.wires[true], held["wires"][true].astype(np.float64), held["missing"][true]
                )
        if judged_both(found):
            found["gain"] = m.gain(found["classes"][SIX], found["classes"][FIVE])
        return found

    def rows(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Row]:
        networks = [held for column, held in metrics.items() if column not in FITS]
        judges = any(held["classes"] for held in networks)
        restores = any("restored" in held for held in networks)
        rows: list[Row] = []
        if judges:
            rows += _classes(metrics, headline=FIVE if restores else SIX, both=restores)
        if restores:
            rows += _restored(metrics, headline=not judges)
        return rows

    def panels(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Panel]:
        networks = [held for column, held in metrics.items() if column not in FITS]
        restores, judges = (any(held.get(key) for held in networks) for key in ("restored", "classes"))
        panels: list[Panel] = []
        for name, title in ((SIX, "candidates of six"), (FIVE, "candidates of five")):
            if not judges or (name == FIVE and not restores):
                continue
            curves = [
                curve(column, m.FALSE_RATES, [held["classes"][name]["efficiency"][f"{r:g}"] for r in m.FALSE_RATES])
                for column, held in metrics.items()
            ]
            panels.append(Panel(title=title, x=FALSE_RATE, y=EFFICIENCY, curves=tuple(curves)))
        if restores:
            curves = [
                curve(column, range(1, 7), [each["core"] for each in held["restored"]["superlayers"]])
                for column, held in metrics.items()
            ]
            panels.append(Panel(title="a segment restored", x=SUPERLAYER, y=WIRES, curves=tuple(curves)))
        return tuple(panels)


def judged_both(found: Mapping[str, Any]) -> bool:
    """Whether a column says of both sets which candidates are true, restoring what is missing."""
    return len(found["classes"]) == 2 and "restored" in found


Find = Callable[[Mapping[str, Any]], Any]


def _classes(metrics: Mapping[str, Mapping[str, Any]], headline: str, both: bool) -> list[Row]:
    rows: list[Row] = []
    for name in (SIX, FIVE):
        which = f"candidates of {name}" if both or name == SIX else "candidates of five, 0 for the sixth"
        for rate in (0.01, 0.001):
            title = f"{which}: tracks kept, {100 * rate:g} % of the false ones, %"
            is_headline = name == headline and rate == m.HEADLINE_RATE
            find = _kept(name, rate)
            rows.append(row(title, metrics, find, 100, 2, headline=is_headline, missing="too few events"))
        rows.append(row(f"{which}: accuracy, %", metrics, _of_class(name, "accuracy"), 100, 2))
        rows.append(row(f"{which}: charge right, %", metrics, _of_class(name, "charge_right"), 100, 2))
    if both:
        rows.append(row("tracks gained by candidates of five, %", metrics, lambda held: held["gain"], 100, 2))
    return rows


def _kept(name: str, rate: float) -> Find:
    return lambda held: held["classes"][name]["efficiency"][f"{rate:g}"]


def _of_class(name: str, key: str) -> Find:
    return lambda held: held["classes"][name][key]


def _core(superlayer: int) -> Find:
    return lambda held: held["restored"]["superlayers"][superlayer]["core"]


def _restored(metrics: Mapping[str, Mapping[str, Any]], headline: bool) -> list[Row]:
    within = f"restored within {m.WITHIN_WIRES:g} wire, %"
    rows = [
        row(within, metrics, lambda held: held["restored"]["within"], 100, 2, headline=headline),
        row("restored segment, RMS, wires", metrics, lambda held: held["restored"]["rms"]),
        row("restored segment, core (68 %), wires", metrics, lambda held: held["restored"]["core"]),
    ]
    for place in range(c.SUPERLAYERS):
        rows.append(row(f"superlayer {place + 1}: core (68 %), wires", metrics, _core(place)))
    title = "segments that were there: unchanged, %"
    return [*rows, row(title, metrics, lambda held: held["restored"]["unchanged"], 100, 2)]


def _candidates(sample: Sample) -> int:
    return sizes(sample, TEST_CANDIDATES, 100)["candidates"]


def _made(sample: Sample) -> Iterator[Candidates]:
    if sample.data is None:
        yield from chunks(_candidates(sample), sample.seed, TEST)
        return
    own = test_candidates(sample.data)
    for place in pieces(len(own), PIECE):
        yield Candidates(own.wires[place], own.label[place], own.missing[place])


TASK = Clas12Tracks()
