"""What a limit can be on: the units that it may be given in, and the kinds of number that can show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fpgaml.boards.families import FAMILIES
from fpgaml.record.base import Kind
from fpgaml.record.number import Number, What

Reading = Callable[[Number], float | None]
"""A number in the unit of a limit; None where it does not say that."""

SYNTHESISED = (Kind.POST_SYNTHESIS, Kind.POST_ROUTE)
RUN = (Kind.SIMULATED, Kind.MEASURED)
PERCENT, SHARE = "%", "share"


class Demand(StrEnum):
    """What a limit on exactness can ask for besides a distance."""

    PROVED = "proved"
    """Every check was made, and is exact."""
    PASSED = "passed"
    """No check failed; one that was not made does not count."""


@dataclass(frozen=True)
class Measure:
    """What a limit can be on.

    Args:
        what: the numbers that it is read from.
        units: how numbers are read in each unit, the usual one first.
        met_by: kinds that show it where a limit names none; kinds: all that can.
        about: what a limit's `of` names; empty where it names nothing.
        at_least: whether a limit is a lower one.
        has_rate: whether a limit needs `at`, a false-positive rate.
        signed: whether a limit may be negative.
    """

    what: What
    units: Mapping[str, Reading]
    met_by: tuple[Kind, ...]
    kinds: tuple[Kind, ...]
    about: str = ""
    at_least: bool = False
    has_rate: bool = False
    signed: bool = False
    demands: tuple[Demand, ...] = field(default=())

    @property
    def unit(self) -> str:
        """The usual one."""
        return next(iter(self.units))


def _scaled(unit: str, factor: float = 1.0) -> Reading:
    return lambda number: number.value * factor if number.unit == unit else None


def _cycles_ns(factor: float) -> Reading:
    """Cycles as a time."""
    return lambda number: number.value * number.clock_ns * factor if _clocked(number) and number.clock_ns else None


def _per_second(factor: float) -> Reading:
    """Cycles from one result to the next as results in a second."""

    def read(number: Number) -> float | None:
        if not _clocked(number) or not number.clock_ns or not number.value:
            return None
        return factor * 1e9 / (number.value * number.clock_ns)

    return read


def _clocked(number: Number) -> bool:
    return number.unit == "cycles"


def _of_device(factor: float) -> Reading:
    return lambda number: None if number.share is None else factor * number.share


def _counted(unit: str) -> Reading:
    """A count; ALMs and LUTs are different things, but an estimate is of either."""

    def read(number: Number) -> float | None:
        alike = number.kind == Kind.ESTIMATE or unit == "LUT" or ("ALM" in number.unit) == (unit == "ALM")
        return number.value if alike or number.what not in (What.LUT, What.LUTRAM) else None

    return read


def _plain(factor: float = 1.0) -> Reading:
    return lambda number: factor * number.value


def _resource(what: What, *names: str) -> Measure:
    units = {name: _counted(name) for name in dict.fromkeys(names)}
    units |= {PERCENT: _of_device(100.0), SHARE: _of_device(1.0)}
    return Measure(what, units, SYNTHESISED, (Kind.ESTIMATE, Kind.HLS_CSYNTH, *SYNTHESISED))


TIMED = (Kind.ESTIMATE, Kind.HLS_CSYNTH, *RUN)
ROUTED = (Kind.POST_ROUTE,)
CLOCKED = (Kind.ESTIMATE, Kind.HLS_CSYNTH, *SYNTHESISED)
NANOSECONDS = {"ns": 1.0, "us": 1e-3, "ms": 1e-6}
FRACTION: Mapping[str, Reading] = {"": _plain(), SHARE: _plain(), PERCENT: _plain(100.0)}

LUTS = ("LUT", *(family.lut for family in FAMILIES))
DSPS = ("DSP", *(family.dsp for family in FAMILIES))
BLOCKS = ("BRAM", *(family.block_ram.name for family in FAMILIES))

MEASURES: Mapping[str, Measure] = {
    "latency": Measure(
        What.LATENCY,
        {"ns": _scaled("ns"), "us": _scaled("ns", 1e-3), "ms": _scaled("ns", 1e-6), "cycles": _scaled("cycles")},
        RUN,
        TIMED,
    ),
    "initiation_interval": Measure(
        What.INTERVAL,
        {"cycles": _scaled("cycles")} | {unit: _cycles_ns(factor) for unit, factor in NANOSECONDS.items()},
        RUN,
        TIMED,
    ),
    "rate": Measure(
        What.INTERVAL,
        {unit: _per_second(factor) for unit, factor in {"MHz": 1e-6, "kHz": 1e-3, "Hz": 1.0}.items()},
        RUN,
        TIMED,
        at_least=True,
    ),
    "lut": _resource(What.LUT, *LUTS),
    "lutram": _resource(What.LUTRAM, *LUTS),
    "ff": _resource(What.FF, "FF", "register"),
    "dsp": _resource(What.DSP, *DSPS),
    "bram": _resource(What.BRAM, *BLOCKS),
    "uram": _resource(What.URAM, "URAM"),
    "fmax": Measure(What.FMAX, {"MHz": _scaled("MHz")}, ROUTED, CLOCKED, about="clock", at_least=True),
    "slack": Measure(
        What.SLACK,
        {"ns": _scaled("ns"), "ps": _scaled("ns", 1e3)},
        ROUTED,
        SYNTHESISED,
        about="timing check",
        at_least=True,
        signed=True,
    ),
    "power": Measure(
        What.POWER, {"W": _scaled("W"), "mW": _scaled("W", 1e3)}, (Kind.ESTIMATE,), (Kind.ESTIMATE, Kind.MEASURED)
    ),
    "exactness": Measure(
        What.EXACTNESS,
        {"LSB": _scaled("LSB")},
        (Kind.SIMULATED,),
        (Kind.SIMULATED,),
        about="check",
        demands=tuple(Demand),
    ),
    "roc_auc": Measure(What.ROC_AUC, {"": _plain()}, RUN, RUN, about="output", at_least=True),
    "auc_loss": Measure(What.AUC_LOSS, {"": _plain()}, RUN, RUN, about="output"),
    "efficiency": Measure(What.EFFICIENCY, FRACTION, RUN, RUN, about="output", at_least=True, has_rate=True),
    "accuracy": Measure(What.ACCURACY, FRACTION, RUN, RUN, about="output", at_least=True),
    "resolution": Measure(What.RESOLUTION, {"": _plain()}, RUN, RUN, about="output"),
    "port_bits": Measure(
        What.PORT_BITS, {"bit": _scaled("bit")}, (Kind.DECLARED,), (Kind.DECLARED,), about="input or output"
    ),
    "overflow": Measure(What.OVERFLOW, FRACTION, RUN, RUN, about="quantizer"),
}
"""By the name that a limit gives: one line for each thing that a budget can name."""
