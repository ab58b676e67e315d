"""GRAND's self-trigger as a task: test windows, how triggers are judged on them, table and figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.record.physics import Panel, PanelAxis, PanelCurve
from fpgaml.tasks import HeldOut, Network, Part, Row, Sample, Task, Value
from fpgaml.tasks.task import Array, Outputs

from . import constants as c
from . import events as source
from .baseline import SCAN, level1_scan, peak_over_rms
from .events import Events
from .generate import Settings as Generator
from .generate import Stream, chunks, to_input
from .metrics import FALSE_POSITIVE_RATES, SNR_EDGES, evaluate, evaluate_settings

TEST_SIGNAL, TEST_BACKGROUND = 20_000, 200_000
"""200,000 background windows leave 20 at a false-positive rate of 1e-4."""
CHUNK = 2048
SNR = PanelAxis(title="SNR: peak of the pulse over the noise")


class GrandTrigger(Task):
    """Does a window of a radio antenna hold the pulse of an air shower?"""

    name = "grand_trigger"
    title = "GRAND radio self-trigger: air-shower pulses in antenna waveforms"
    data_label = c.DATA_LABEL
    networks = (Network(folds=True),)
    baseline = "peak_over_rms"
    larger_is_better = True
    titles = MappingProxyType({"peak_over_rms": "peak over RMS", "level1": "level 1"})
    figure_titles = MappingProxyType(
        {
            "peak_over_rms": "peak over RMS",
            "level1": "GRAND level 1, scanned",
            "float": "float, published architecture (NUTRIG, 14,433 parameters)",
            "graph": "quantised, an architecture of our own (2,481 parameters)",
        }
    )
    int8_ranges = MappingProxyType({"": (-20.0, 20.0)})
    held_out_events = 2000

    def held_out(self, events: int, seed: int = 1) -> HeldOut:
        found = source.held_out(events, seed)
        return HeldOut(to_input(found.traces), found.signal)

    def count(self, sample: Sample) -> int:
        return sum(_sizes(sample).values()) if sample.data is None else _own(sample).size

    def parts(self, sample: Sample) -> Iterator[Part]:
        own = None if sample.data is None else _own(sample)
        for name in ("signal", "background"):
            chosen = _made(sample, name) if own is None else _cut(own.of(name == "signal"))
            for part in chosen:
                yield Part(
                    name,
                    to_input(part.traces),
                    {"snr": np.nan_to_num(part.snr, nan=-1.0)},  # in none of the bins
                    {"peak_over_rms": peak_over_rms(part.traces)[:, None], "level1": level1_scan(part.traces)},
                )

    def measure(
        self, truth: Mapping[str, Mapping[str, Array]], answers: Mapping[str, Outputs], column: str
    ) -> Mapping[str, Any]:
        signal, background = answers[column]["signal"], answers[column]["background"]
        snr = truth["signal"]["snr"]
        if column == "level1":
            return evaluate_settings(signal, snr, background, [one.title for one in SCAN])
        return evaluate(signal[:, 0], snr, background[:, 0]).as_dict()

    def rows(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Row]:
        return (
            Row("ROC AUC", {name: _area(held) for name, held in metrics.items()}, digits=4, headline=True),
            *(
                Row(f"signal efficiency at a false-positive rate of {rate:g}, %", _efficiencies(metrics, index), 100, 1)
                for index, rate in enumerate(FALSE_POSITIVE_RATES)
            ),
            Row("background rejected at 90 % efficiency, %", _rejections(metrics), 100, 2),
            Row("messages a second at 90 % efficiency, of 1000", _messages(metrics), 1, 1),
            Row("signal efficiency at 250 messages a second, %", _at_limit(metrics), 100, 2),
        )

    def panels(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Panel]:
        found = []
        for index, rate in enumerate(FALSE_POSITIVE_RATES):
            points = {name: held["points"][index] for name, held in metrics.items()}
            curves = [_curve(name, point["by_snr"]) for name, point in points.items() if point is not None]
            if curves:
                title = f"false-positive rate {rate:g} ({c.PRETRIGGER_HZ * rate:g} Hz of messages)"
                y = PanelAxis(title="efficiency for air showers", low=-0.02, high=1.02)
                found.append(Panel(title=title, x=SNR, y=y, curves=tuple(curves)))
        return found


def _curve(column: str, bins: Sequence[Any]) -> PanelCurve:
    """Efficiency in bins of SNR with Wilson's intervals."""
    centres = [(low + high) / 2 for low, high in pairwise(SNR_EDGES)]
    kept = [(x, one) for x, one in zip(centres, bins, strict=True) if one is not None]
    return PanelCurve(
        column=column,
        x=tuple(x for x, _ in kept),
        y=tuple(one["value"] for _, one in kept),
        # At none and at all, Wilson's interval ends a rounding error beyond the value.
        low=tuple(min(one["interval"][0], one["value"]) for _, one in kept),
        high=tuple(max(one["interval"][1], one["value"]) for _, one in kept),
    )


def _sizes(sample: Sample) -> dict[str, int]:
    sizes = {"signal": TEST_SIGNAL, "background": TEST_BACKGROUND}
    return {name: max(1, round(size * sample.scale)) for name, size in sizes.items()}


def _made(sample: Sample, name: str) -> Iterator[Events]:
    signal = name == "signal"
    for windows in chunks(Generator(sample.seed, Stream.TEST, signal), _sizes(sample)[name], CHUNK):
        snr = windows.snr if signal else np.full(windows.events, np.nan)
        yield Events(windows.traces, np.full(windows.events, int(signal), np.int8), snr)


def _own(sample: Sample) -> Events:
    """The part of a group's own events that judges."""
    assert sample.data is not None
    test = source.parted(sample.data, sample.seed)[2]
    if not 0 < int(test.signal.sum()) < test.size:
        raise FpgamlError(str(sample.data), "too few events of one class to judge with", "Give more of both classes")
    return test


def _cut(events: Events) -> Iterator[Events]:
    for first in range(0, events.size, CHUNK):
        yield events.take(slice(first, first + CHUNK))


def _area(held: Mapping[str, Any]) -> Value:
    error = held.get("auc_error")
    return Value(held["auc"]) if error is None else Value.with_error(held["auc"], error)


def _fraction(held: Mapping[str, Any] | None) -> Value:
    if held is None:
        return Value(None, text="none")
    return Value(held["value"], *held["interval"])


def _efficiencies(metrics: Mapping[str, Mapping[str, Any]], index: int) -> dict[str, Value]:
    points = {name: held["points"][index] for name, held in metrics.items()}
    return {name: _fraction(point and point["efficiency"]) for name, point in points.items()}


def _rejections(metrics: Mapping[str, Mapping[str, Any]]) -> dict[str, Value]:
    found = {}
    for name, held in metrics.items():
        kept = held["rejection_at_90"]
        if kept is None:
            found[name] = Value(None, text="never 90 %")
        else:
            low, high = kept["background"]["interval"]
            found[name] = Value(kept["value"], 1 - high, 1 - low)
    return found


def _messages(metrics: Mapping[str, Mapping[str, Any]]) -> dict[str, Value]:
    return {name: _fraction(held["message_rate_at_90_hz"]) for name, held in metrics.items()}


def _at_limit(metrics: Mapping[str, Mapping[str, Any]]) -> dict[str, Value]:
    points = {name: held["at_transmission_limit"] for name, held in metrics.items()}
    return {name: _fraction(point and point["efficiency"]) for name, point in points.items()}


TASK = GrandTrigger()
