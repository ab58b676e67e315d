"""Compression of trigger cells as a task: test events, what comes back of them at each number of links, figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from fpgaml_models.common.rows import value_of

from fpgaml.record.physics import Panel, PanelAxis, PanelCurve
from fpgaml.tasks import HeldOut, Network, Part, Row, Sample, Task, Value
from fpgaml.tasks.task import Array, Outputs

from . import constants as c
from .baseline import CALIBRATION_EVENTS, Charges, Sent, best_choice, super_cells, threshold, threshold_for
from .data import read_charges, test_part, training_part
from .decoder import FILE, FLOAT, Decoder, cut, read_decoders
from .formats import bits
from .generate import CALIBRATION, CHUNK, HELD_OUT, TEST, Settings, chunks, generate
from .metrics import cluster_errors, mean, rms, shifts, sliced_distance, telescope
from .normalise import to_input

TEST_EVENTS = 100_000
SET = "modules"
BASELINES = ("best_choice", "threshold", "super_cells")
FEWEST_LINKS = min(c.LINKS)
SENT = PanelAxis(title="sent of an event, with the module's sum", unit="bits")


class SensorCompression(Task):
    """What does a module of a calorimeter send of its 48 trigger cells?

    Args:
        trained: the folder whose decoders read what firmware answers.
    """

    name = "sensor_compression"
    experiment = "CMS"
    title = "Trigger cells of a calorimeter module, ECON-like: encoder in firmware, decoder in software"
    data_label = c.DATA_LABEL
    networks = (Network(),)
    baseline = "best_choice"
    larger_is_better = False
    titles = MappingProxyType(
        {"best_choice": "best choice", "threshold": "threshold", "super_cells": "super cells, 2 x 2"}
    )
    figure_titles = MappingProxyType(
        {
            "best_choice": "best choice: the highest cells",
            "threshold": "threshold (mean of bits)",
            "super_cells": "super cells: sums of 2 x 2",
            "float": "float encoder, nothing rounded",
            "graph": "quantised encoder, 3 to 9 bits a value",
        }
    )
    held_out_events = 2_000

    def __init__(self, trained: Path | None = None) -> None:
        self._trained = trained

    def judging(self, weights: Path) -> Task:
        read_decoders(weights / FILE)
        return SensorCompression(weights)

    @cached_property
    def _decoders(self) -> Mapping[str, Decoder]:
        return read_decoders((self._trained or self.weights) / FILE)

    def held_out(self, events: int, seed: int = 1) -> HeldOut:
        return HeldOut(to_input(generate(Settings(events, seed, HELD_OUT))))

    def count(self, sample: Sample) -> int:
        return _size(sample) if sample.data is None else len(test_part(read_charges(sample.data), sample.seed))

    def parts(self, sample: Sample) -> Iterator[Part]:
        if sample.data is None:
            known = generate(Settings(CALIBRATION_EVENTS, sample.seed, CALIBRATION))
            events: Iterator[Charges] = chunks(Settings(_size(sample), sample.seed, TEST))
        else:
            own = read_charges(sample.data)
            known, test = training_part(own, sample.seed), test_part(own, sample.seed)
            events = (test[start : start + CHUNK] for start in range(0, len(test), CHUNK))
        thresholds = {links: threshold_for(known, c.LINK_BITS * links) for links in c.LINKS}
        for charges in events:
            sent = {
                "best_choice": [best_choice(charges, c.BEST_CELLS[links]) for links in c.LINKS],
                "threshold": [threshold(charges, thresholds[links]) for links in c.LINKS],
                "super_cells": [super_cells(charges, links) for links in c.LINKS],
            }
            baselines = {name: _packed(several) for name, several in sent.items()}
            yield Part(SET, to_input(charges), {"charges": charges}, baselines)

    def measure(
        self, truth: Mapping[str, Mapping[str, Array]], answers: Mapping[str, Outputs], column: str
    ) -> Mapping[str, Any]:
        charges, answer = truth[SET]["charges"], answers[column][SET]
        if column == "float":  # nothing is cut, so nothing depends on the links
            found = self._decoders[FLOAT].charges(answer, charges)
            return {"links": dict.fromkeys(map(str, c.LINKS), _judged(charges, found, None))}
        return {
            "links": {
                str(links): _judged(charges, *self._received(column, place, answer, charges))
                for place, links in enumerate(c.LINKS)
            }
        }

    def _received(self, column: str, place: int, answer: Array, charges: Array) -> tuple[Array, float]:
        """The charges that software gets back with so many links, and mean bits of an event."""
        if column in BASELINES:
            return answer[:, place, : c.CELLS], float(answer[:, place, c.CELLS].mean())
        width = c.LATENT_WIDTHS[c.LINKS[place]]
        found = self._decoders[str(width)].charges(cut(answer, width), charges)
        return found, float(c.LATENT * width + bits(c.SUM_FORMAT))

    def rows(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Row]:
        def row(title: str, key: str, links: int, scale: float = 1.0, digits: int = 3, headline: bool = False) -> Row:
            held = {column: found["links"][str(links)][key] for column, found in metrics.items()}
            values = {
                column: Value(one) if isinstance(one, float) else value_of(one) for column, one in held.items() if one
            }
            return Row(f"{links} links, {c.LINK_BITS * links} bits: {title}", values, scale, digits, headline)

        found = []
        for links in c.LINKS:
            found += [
                row("bits of an event", "bits", links, digits=1),
                row("sliced energy mover's distance, pitches", "distance", links, 1.0, 4, links == FEWEST_LINKS),
                row("telescope distance, 1e-3", "telescope", links, 1e3),
                row("charge of the hottest cluster, RMS of the error, %", "cluster", links, 100, 2),
                row("shift of the mean place, pitches", "shift", links, 1.0, 4),
            ]
        return found

    def panels(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Panel]:
        shown = (
            ("distance", 1.0, PanelAxis(title="sliced energy mover's distance", unit="pitches", log=True)),
            ("cluster", 100.0, PanelAxis(title="charge, RMS of the error", unit="%", log=True)),
            ("shift", 1.0, PanelAxis(title="shift of the energy-weighted place", unit="pitches", log=True)),
        )
        titles = ("shape of a module's charge", "energy of the hottest cluster", "place of the charge")
        return [
            Panel(title=title, x=SENT, y=axis, curves=tuple(_curve(*one, key, scale) for one in metrics.items()))
            for title, (key, scale, axis) in zip(titles, shown, strict=True)
        ]


def _size(sample: Sample) -> int:
    return max(100, round(TEST_EVENTS * sample.scale))


def _packed(several: Sequence[Sent]) -> Array:
    """Charges and bits for each number of links: (n, links, 48 + 1)."""
    return np.stack([np.column_stack([one.charges, one.bits]) for one in several], axis=1).astype(np.int32)


def _judged(charges: Array, found: Array, sent: float | None) -> dict[str, Any]:
    return {
        "bits": sent,
        "distance": asdict(mean(sliced_distance(charges, found))),
        "telescope": asdict(mean(telescope(charges, found))),
        "cluster": asdict(rms(cluster_errors(charges, found))),
        "shift": asdict(mean(shifts(charges, found))),
    }


def _curve(column: str, held: Mapping[str, Any], key: str, scale: float) -> PanelCurve:
    """Error against bits; what sends no number of bits is drawn at those of the links."""
    entries = held["links"]
    place = {links: entries[str(links)]["bits"] or float(c.LINK_BITS * links) for links in c.LINKS}
    pairs = [(one["value"], one["error"]) for one in (entries[str(links)][key] for links in c.LINKS)]
    return PanelCurve(
        column=column,
        x=tuple(place.values()),
        y=tuple(scale * value for value, _ in pairs),
        low=tuple(scale * (value - error) for value, error in pairs),
        high=tuple(scale * (value + error) for value, error in pairs),
    )


TASK = SensorCompression()
