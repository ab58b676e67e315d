"""Designs against each other: which ones no other beats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fpgaml.record.number import STRENGTH, What
from fpgaml.report.compare.numbers import Row

FEWEST = 3
"""Designs from which a plot says more than a table."""
PAIRS = (
    *((What.LUT, What.LATENCY), (What.LUT, What.INTERVAL)),
    *((What.LUT, what) for what in (What.ROC_AUC, What.EFFICIENCY, What.ACCURACY, What.RESOLUTION)),
)
"""What is set against what: resources against time, resources against physics."""


@dataclass(frozen=True)
class Place:
    """One design; x, y: its two numbers; on_front: whether no other one is better in one and at least as good in the
    other."""

    name: str
    x: float
    y: float
    on_front: bool


@dataclass(frozen=True)
class Front:
    """Designs by two numbers of one kind each, in the order of the first; those with both alone."""

    x: Row
    y: Row
    places: tuple[Place, ...]


def fronts(rows: Sequence[Row]) -> Iterator[Front]:
    """Each pair that enough designs have, which differ in both."""
    for across, up in PAIRS:
        x, y = _common(rows, across), _common(rows, up)
        if x is None or y is None:
            continue
        names = [name for name in x.values if name in y.values]
        if len(names) >= FEWEST and x.differs and y.differs:
            yield Front(x, y, _places({name: (x.values[name].value, y.values[name].value) for name in names}, x, y))


def _common(rows: Sequence[Row], what: What) -> Row | None:
    """The number that most designs have, of the strongest kind; a latency in ns, which holds across clocks."""
    having = [row for row in rows if row.what == what and row.comparable and row.unit != "cycles"]
    having = having or [row for row in rows if row.what == what and row.comparable]
    return max(having, key=lambda row: (len(row.values), STRENGTH.index(row.kind)), default=None)


def _places(values: Mapping[str, tuple[float, float]], x: Row, y: Row) -> tuple[Place, ...]:
    signs = [-1.0 if row.what.more_is_better else 1.0 for row in (x, y)]
    cost = {name: (signs[0] * pair[0], signs[1] * pair[1]) for name, pair in values.items()}
    places = [Place(name, *values[name], on_front=not _beaten(cost[name], cost.values())) for name in values]
    return tuple(sorted(places, key=lambda place: (place.x, cost[place.name][1])))


def _beaten(own: tuple[float, float], others: Iterable[tuple[float, float]]) -> bool:
    return any(other != own and other[0] <= own[0] and other[1] <= own[1] for other in others)
