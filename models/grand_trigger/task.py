"""GRAND's self-trigger as a task: test windows, how triggers are judged on them, table and figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from fpgaml_models.common.rows import curve, row
from fpgaml_models.common.samples import pieces, require_both_classes, sizes

from fpgaml.record.physics import Panel, PanelAxis
from fpgaml.tasks import HeldOut, Network, Part, Row, Sample, Task
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
SNR_CENTRES = [(low + high) / 2 for low, high in pairwise(SNR_EDGES)]
SNR = PanelAxis(title="SNR: peak of the pulse over the noise")


class GrandTrigger(Task):
    """Does a window of a radio antenna hold the pulse of an air shower?"""

    name = "grand_trigger"
    title = "GRAND radio self-trigger: air-shower pulses in antenna waveforms"
    experiment = "GRAND"
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
        def efficiency(point: Mapping[str, Any] | None) -> Any:
            return None if point is None else point["efficiency"]

        def at(index: int) -> Callable[[Mapping[str, Any]], Any]:
            return lambda held: efficiency(held["points"][index])

        def limit(held: Mapping[str, Any]) -> Any:
            return efficiency(held["at_transmission_limit"])

        return (
            row("ROC AUC", metrics, lambda held: [held["auc"], held.get("auc_error")], digits=4, headline=True),
            *(
                row(f"signal efficiency at a false-positive rate of {rate:g}, %", metrics, at(index), 100, 1)
                for index, rate in enumerate(FALSE_POSITIVE_RATES)
            ),
            row("background rejected at 90 % efficiency, %", metrics, _rejection, 100, 2, missing="never 90 %"),
            row(
                "messages a second at 90 % efficiency, of 1000",
                metrics,
                lambda held: held["message_rate_at_90_hz"],
                1,
                1,
            ),
            row("signal efficiency at 250 messages a second, %", metrics, limit, 100, 2),
        )

    def panels(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Panel]:
        found = []
        for index, rate in enumerate(FALSE_POSITIVE_RATES):
            points = {name: held["points"][index] for name, held in metrics.items()}
            curves = [curve(name, SNR_CENTRES, point["by_snr"]) for name, point in points.items() if point is not None]
            if curves:
                title = f"false-positive rate {rate:g} ({c.PRETRIGGER_HZ * rate:g} Hz of messages)"
                y = PanelAxis(title="efficiency for air showers", low=-0.02, high=1.02)
                found.append(Panel(title=title, x=SNR, y=y, curves=tuple(curves)))
        return found


def _sizes(sample: Sample) -> dict[str, int]:
    return sizes(sample, {"signal": TEST_SIGNAL, "background": TEST_BACKGROUND})


def _made(sample: Sample, name: str) -> Iterator[Events]:
    signal = name == "signal"
    for windows in chunks(Generator(sample.seed, Stream.TEST, signal), _sizes(sample)[name], CHUNK):
        snr = windows.snr if signal else np.full(windows.events, np.nan)
        yield Events(windows.traces, np.full(windows.events, int(signal), np.int8), snr)


def _own(sample: Sample) -> Events:
    """The part of a group's own events that judges."""
    assert sample.data is not None
    test = source.parted(sample.data, sample.seed)[2]
    require_both_classes(sample.data, test.signal, "to judge with")
    return test


def _cut(events: Events) -> Iterator[Events]:
    yield from (events.take(piece) for piece in pieces(events.size, CHUNK))


def _rejection(held: Mapping[str, Any]) -> dict[str, Any] | None:
    kept = held["rejection_at_90"]
    if kept is None:
        return None
    low, high = kept["background"]["interval"]
    return {"value": kept["value"], "interval": [1 - high, 1 - low]}


TASK = GrandTrigger()
