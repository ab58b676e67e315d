"""Modulator faults as a task: test pulses, how detectors are judged on them, table and figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from fpgaml_models.common.rows import Held, curve, row
from fpgaml_models.common.samples import pieces, sizes

from fpgaml.record.physics import Panel, PanelAxis
from fpgaml.tasks import HeldOut, Network, Part, Row, Sample, Task
from fpgaml.tasks.task import Array, Outputs

from . import constants as c
from .baseline import CALIBRATION_PULSES, Calibrated, rms
from .data import read_own
from .generate import CALIBRATION, CHUNK, HEALTHY, HELD_OUT, TEST, Counts, Settings, chunks, generate
from .metrics import FAULT_SHARE, RATES, SIZE_EDGES, SIZE_RATE, alarms_a_day, evaluate

TEST_PULSES = {HEALTHY: 100_000, **dict.fromkeys(c.FAULTS, 4_000)}
FAULTY = "fault"
"""The test set of a group's own faults, whose families are not asked for."""
SHOWN_RATES = (1e-2, 1e-3, 1e-4)
ALARMS = PanelAxis(title="false alarms of a modulator", unit="a day", log=True)
SIZE = PanelAxis(title="size of a fault", unit="% of full scale", log=True)
FOUND = PanelAxis(title="faults found", low=-0.02, high=1.02)


class AcceleratorFault(Task):
    """Is a modulator about to fail, by the waveforms of one pulse?"""

    name = "accelerator_fault"
    experiment = "SNS"
    title = "Accelerator modulators (HVCM): an autoencoder whose score is computed in firmware"
    data_label = c.DATA_LABEL
    networks = (Network(folds=True),)
    baseline = "rms"
    larger_is_better = True
    titles = MappingProxyType(
        {
            "rms": "RMS from the reference",
            "channel_limits": "limits of channels",
            "projection": "linear projection, 14 components",
        }
    )
    figure_titles = MappingProxyType(
        {
            "rms": "RMS from the reference",
            "channel_limits": "limits of channels",
            "projection": "linear projection, 14 components",
            "float": "float autoencoder",
            "graph": "quantised Graph",
        }
    )
    held_out_events = 2_000

    def held_out(self, events: int, seed: int = 1) -> HeldOut:
        """Half healthy, then faults of all families in equal parts."""
        half = events - events // 2
        each = -(-(events - half) // len(c.FAULTS))
        sets = [Settings(half, HEALTHY, seed, HELD_OUT), *(Settings(each, name, seed, HELD_OUT) for name in c.FAULTS)]
        counts = np.concatenate([generate(one).counts for one in sets])[:events]
        return HeldOut(counts.astype(np.float32), (np.arange(events) >= half).astype(np.uint8))

    def count(self, sample: Sample) -> int:
        if sample.data is None:
            return sum(sizes(sample, TEST_PULSES, CHUNK // 20).values())
        own = read_own(sample.data, sample.seed)
        return len(own.healthy) + len(own.faulty)

    def parts(self, sample: Sample) -> Iterator[Part]:
        if sample.data is not None:
            own = read_own(sample.data, sample.seed)
            known = Calibrated.of(own.training)
            for name, counts in ((HEALTHY, own.healthy), (FAULTY, own.faulty)):
                for piece in pieces(len(counts), CHUNK):
                    yield _part(name, counts[piece], np.zeros(len(counts[piece])), known)
            return
        known = Calibrated.of(generate(Settings(CALIBRATION_PULSES, HEALTHY, sample.seed, CALIBRATION)).counts)
        for name, pulses in sizes(sample, TEST_PULSES, CHUNK // 20).items():
            for made in chunks(Settings(pulses, name, sample.seed, TEST)):
                yield _part(name, made.counts, made.size, known)

    def measure(
        self, truth: Mapping[str, Mapping[str, Array]], answers: Mapping[str, Outputs], column: str
    ) -> Mapping[str, Any]:
        scores = {name: np.asarray(array, np.float64).reshape(-1) for name, array in answers[column].items()}
        size = {name: held["size"] for name, held in truth.items()}
        return evaluate(scores.pop(HEALTHY), scores, size)

    def rows(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Row]:
        families = list(next(iter(metrics.values()))["families"])
        found = [
            row("ROC AUC, all faults", metrics, lambda held: held["pooled"], digits=4, headline=True),
            row(
                f"AUC of precision and recall, {FAULT_SHARE:.0%} faults".replace("%", " %"),
                metrics,
                lambda held: held["precision_recall"],
                digits=4,
            ),
        ]
        for name in families:
            found.append(row(f"{name}: ROC AUC", metrics, _family(name), digits=4))
        for rate in SHOWN_RATES:
            title = f"faults found at {alarms_a_day(rate):,.0f} false alarms a day ({rate:g} a pulse), %"
            found.append(row(title, metrics, _at(RATES.index(rate)), 100, 1))
        return found

    def panels(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Panel]:
        alarms = [alarms_a_day(rate) for rate in RATES]
        found = [curve(name, alarms, [_efficiency(one) for one in held["detection"]]) for name, held in metrics.items()]
        middle = [100 * float(np.sqrt(low * high)) for low, high in pairwise(SIZE_EDGES)]
        by_size = [curve(name, middle, held["by_size"]) for name, held in metrics.items() if held["by_size"]]
        panels = [Panel(title="all faults, equally frequent", x=ALARMS, y=FOUND, curves=tuple(found))]
        if any(one.x for one in by_size):
            title = f"at {alarms_a_day(SIZE_RATE):,.0f} false alarms a day"
            panels.append(Panel(title=title, x=SIZE, y=FOUND, curves=tuple(by_size)))
        return panels


def _part(name: str, counts: Counts, size: Array, known: Calibrated) -> Part:
    scores = {
        "rms": rms(counts),
        "channel_limits": known.channel_limits(counts),
        "projection": known.residual(counts),
    }
    return Part(name, counts, {"size": size}, {title: found[:, None] for title, found in scores.items()})


def _family(name: str) -> Callable[[Held], Any]:
    return lambda held: held["families"][name]


def _at(place: int) -> Callable[[Held], Any]:
    return lambda held: _efficiency(held["detection"][place])


def _efficiency(point: Mapping[str, Any] | None) -> Any:
    return point and point["efficiency"]


TASK = AcceleratorFault()
