"""Energy and time of a liquid-argon cell as a task: test crossings, resolutions, table and figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from fpgaml_models.common.rows import curve, row

from fpgaml.errors import FpgamlError
from fpgaml.record.physics import Panel, PanelAxis
from fpgaml.tasks import HeldOut, Interleaved, Network, Part, Row, Sample, Task
from fpgaml.tasks.task import Array, Outputs

from . import constants as c
from .evaluation import answered, filtered, filters
from .generate import Settings, chunks
from .metrics import CROSSING_LABELS, evaluate, ratio_of_rms
from .windows import TEST, TIME_UNIT_NS, WINDOW, Windows, held_out, windows_of

TEST_SEQUENCES = 10_000
"""Of 64 crossings, for each test set."""
SETS = {
    f"mu{collisions:.0f}_{'crosstalk' if crosstalk else 'no_crosstalk'}": (collisions, crosstalk)
    for collisions in c.PILEUP_MEANS
    for crosstalk in (True, False)
}
WINDOWS = Settings().crossings - WINDOW + 1
"""Of a sequence."""
HEADLINE_SET = "mu200_crosstalk"
SINCE = PanelAxis(
    title="crossings since the previous pulse",
    low=-0.3,
    high=len(CROSSING_LABELS) - 0.7,
    ticks={label: float(place) for place, label in enumerate(CROSSING_LABELS)},
)
RMS = PanelAxis(title="energy, RMS of the error", unit="MeV", log=True)
ENERGY = PanelAxis(title="true energy", unit="GeV", log=True)
BIAS = PanelAxis(title="energy, bias", unit="MeV")
CORE = PanelAxis(title="time, core (68 %)", unit="ns", log=True)


class LarTiming(Task):
    """Energy and time of a calorimeter cell in every bunch crossing."""

    name = "lar_timing"
    title = "ATLAS liquid-argon cells: energy and time in every bunch crossing"
    experiment = "ATLAS"
    data_label = c.DATA_LABEL
    networks = (
        Network(interleaved=Interleaved(WINDOWS, hop=1, channels=c.CHANNELS_PER_FPGA, rate=1e9 / c.CROSSING_NS)),
    )
    baseline = "of_12"
    larger_is_better = False
    titles = MappingProxyType(
        {
            "of_published": "optimal filter, published",
            "of_4": "optimal filter, 4 samples",
            "of_12": "optimal filter, 12 samples",
        }
    )
    figure_titles = MappingProxyType(
        {
            "of_4": "optimal filter, 4 samples",
            "of_12": "optimal filter, 12 samples",
            "float": "float network",
            "graph": "quantised Graph",
        }
    )
    held_out_events = 10_000

    def held_out(self, events: int, seed: int = 1) -> HeldOut:
        return HeldOut(held_out(events, seed).x)

    def count(self, sample: Sample) -> int:
        return len(SETS) * _sequences(sample) * WINDOWS

    def parts(self, sample: Sample) -> Iterator[Part]:
        if sample.data is not None:
            raise FpgamlError("--data", f"{self.name} is tested on generated crossings alone", "Leave it out")
        for name, (collisions, crosstalk) in SETS.items():
            wanted = Settings(
                _sequences(sample), seed=sample.seed, stream=TEST, pileup=(collisions,), crosstalk=crosstalk
            )
            weights = filters(collisions)
            for events in chunks(wanted):
                windows = windows_of(events)
                truth = {"target": windows.target, "shower": windows.shower, "previous": windows.previous}
                baselines = {title: _as_network(*filtered(windows, one)) for title, one in weights.items()}
                yield Part(name, windows.x, truth, baselines)

    def measure(
        self, truth: Mapping[str, Mapping[str, Array]], answers: Mapping[str, Outputs], column: str
    ) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for name, held in truth.items():
            windows = _truth(held)
            found[name] = evaluate(windows, *answered(answers[column][name]))
            if "float" in answers and column != "float":
                pair = (answered(answers[one][name])[0] for one in (column, "float"))
                found[name]["rms_over_float"] = ratio_of_rms(windows, *pair).as_json()
        return found

    def rows(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Row]:
        def of(
            title: str, key: str, scale: float, digits: int, name: str = HEADLINE_SET, headline: bool = False
        ) -> Row:
            return row(title, metrics, lambda held: held[name][key], scale, digits, headline=headline)

        headline = "headline_energy_resolution_gev"
        return (
            of("energy, RMS of the error, MeV", headline, 1e3, 1, headline=True),
            of("the same over that of the float network", "rms_over_float", 1, 3),
            of("energy, core (68 %), MeV", "energy_core_gev", 1e3, 1),
            of("energy, bias, MeV", "energy_bias_gev", 1e3, 1),
            of("time, core (68 %), ns", "time_core_ns", 1, 3),
            of("time, bias, ns", "time_bias_ns", 1, 3),
            of("deposits above 1 GeV that get a time, %", "timed_fraction", 100, 1),
            of("empty crossings, RMS, MeV", "empty_crossing_rms_gev", 1e3, 1),
            of("no crosstalk: energy, RMS, MeV", headline, 1e3, 1, "mu200_no_crosstalk"),
            of("no crosstalk: time, core, ns", "time_core_ns", 1, 3, "mu200_no_crosstalk"),
            of("mu = 140: energy, RMS, MeV", headline, 1e3, 1, "mu140_crosstalk"),
            of("mu = 140: time, core, ns", "time_core_ns", 1, 3, "mu140_crosstalk"),
        )

    def panels(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Panel]:
        held = {column: found[HEADLINE_SET] for column, found in metrics.items()}
        by_distance = [
            curve(
                column, range(len(CROSSING_LABELS)), [entry["energy_rms_gev"] for entry in one["against_distance"]], 1e3
            )
            for column, one in held.items()
        ]
        bias, time = (
            [
                curve(
                    column,
                    [_centre(entry) for entry in one["against_energy"]],
                    [entry[key] for entry in one["against_energy"]],
                    scale,
                )
                for column, one in held.items()
            ]
            for key, scale in (("energy_bias_gev", 1e3), ("time_core_ns", 1.0))
        )
        crosstalk = "µ = 200, with crosstalk"
        return (
            Panel(title=f"energy of deposits of 0.5 to 5 GeV, {crosstalk}", x=SINCE, y=RMS, curves=tuple(by_distance)),
            Panel(title=f"bias of the energy, all deposits, {crosstalk}", x=ENERGY, y=BIAS, curves=tuple(bias)),
            Panel(title=f"time of deposits above 1 GeV, {crosstalk}", x=ENERGY, y=CORE, curves=tuple(time)),
        )


def _centre(entry: Mapping[str, Any]) -> float:
    """The middle of a bin of energies, on a logarithmic axis."""
    low, high = entry["bin"]
    return float(np.sqrt(low * high))


def _sequences(sample: Sample) -> int:
    return max(2, round(TEST_SEQUENCES * sample.scale))


def _as_network(energy: Array, energy_time: Array) -> Array:
    """A filter's answer in a network's units: (m, 2)."""
    return np.stack([energy, energy_time / TIME_UNIT_NS], axis=-1)


def _truth(held: Mapping[str, Array]) -> Windows:
    """Windows without their samples, which metrics do not look at."""
    count = len(held["target"])
    return Windows(
        np.zeros((count, 0), np.float32), held["target"], held["shower"], held["previous"], np.zeros(count, np.float32)
    )


TASK = LarTiming()
