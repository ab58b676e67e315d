"""What a report draws, as data: no format yet, no colour, no size. `report/svg` makes pictures of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What something drawn stands for; a picture tells roles apart by shape or pattern too, not by colour alone."""

    PLAIN = "plain"
    BASELINE = "baseline"
    FLOAT = "float"
    FIXED = "fixed"
    HARDWARE = "hardware"
    LIMIT = "limit"
    OVER = "over"
    """Beyond a limit."""


@dataclass(frozen=True)
class Axis:
    """An axis; low, high: its ends, None: those of what is drawn; ticks: words at values, in place of numbers."""

    title: str
    unit: str = ""
    log: bool = False
    low: float | None = None
    high: float | None = None
    ticks: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Curve:
    """A line through points.

    Args:
        y_low, y_high: a band of one standard deviation, where there is one.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    role: Role = Role.PLAIN
    y_low: Sequence[float] = ()
    y_high: Sequence[float] = ()


@dataclass(frozen=True)
class Curves:
    """Curves on one pair of axes: a ROC, efficiency against rate."""

    x: Axis
    y: Axis
    curves: Sequence[Curve]


@dataclass(frozen=True)
class Steps:
    """Counts between edges, one more edge than counts."""

    name: str
    edges: Sequence[float]
    counts: Sequence[float]
    role: Role = Role.PLAIN


@dataclass(frozen=True)
class Histogram:
    """Counts by value: errors, scores."""

    x: Axis
    y: Axis
    steps: Sequence[Steps]


@dataclass(frozen=True)
class Bar:
    """A number as a length; `note` stands beside it; bars of one group in a row share a heading."""

    label: str
    value: float
    role: Role = Role.PLAIN
    note: str = ""
    group: str = ""


@dataclass(frozen=True)
class Bars:
    """Numbers beside each other; `limit` is a line across them all."""

    x: Axis
    bars: Sequence[Bar]
    limit: float | None = None


@dataclass(frozen=True)
class Span:
    """Something that takes from `start` to `stop` (exclusive), in the unit of the axis; `note` says more of it."""

    start: float
    stop: float
    role: Role = Role.PLAIN
    note: str = ""


@dataclass(frozen=True)
class Lane:
    """A row of a timeline; note: at its end, such as how it is folded and how full its FIFO gets."""

    label: str
    spans: Sequence[Span]
    note: str = ""


@dataclass(frozen=True)
class Moment:
    """A line across all lanes."""

    at: float
    label: str
    role: Role = Role.LIMIT


@dataclass(frozen=True)
class Timeline:
    """What works when."""

    x: Axis
    lanes: Sequence[Lane]
    moments: Sequence[Moment] = ()


@dataclass(frozen=True)
class Box:
    """A node of a network.

    Args:
        lines: what it is, and then what it costs; one without any is an end of the network.
        share: its part of the cost of all (0 to 1), where that is known.
    """

    key: str
    title: str
    lines: Sequence[str] = ()
    share: float | None = None


@dataclass(frozen=True)
class Edge:
    """From one box to another, by their keys; text: the type of what goes there; note: the same at length."""

    source: str
    target: str
    text: str = ""
    note: str = ""


@dataclass(frozen=True)
class Network:
    """Boxes in the order of computation, and edges, which go forward only; cost: what the boxes' shares are of."""

    boxes: Sequence[Box]
    edges: Sequence[Edge]
    cost: str = ""


@dataclass(frozen=True)
class Range:
    """What a type can hold and what was seen, in real units.

    Args:
        low, high: ends of the type; seen_low, seen_high: of the values before it.
        note: such as what one bit less would clip.
    """

    label: str
    low: float
    high: float
    seen_low: float
    seen_high: float
    note: str = ""


@dataclass(frozen=True)
class Ranges:
    """Types and what they saw, one below the other, each drawn relative to its own type."""

    ranges: Sequence[Range]


@dataclass(frozen=True)
class Point:
    """One design among others; `note` says what it is."""

    name: str
    x: float
    y: float
    role: Role = Role.PLAIN
    note: str = ""


@dataclass(frozen=True)
class Points:
    """Designs against each other; front: names of those that no other beats, in their order along x."""

    x: Axis
    y: Axis
    points: Sequence[Point]
    front: Sequence[str] = ()


@dataclass(frozen=True)
class Matrix:
    """Counts by row and column, such as classes by what was said of them.

    Args:
        x, y: what the columns and the rows stand for; columns, rows: their names.
        counts: a sequence for each row.
    """

    x: str
    y: str
    columns: Sequence[str]
    rows: Sequence[str]
    counts: Sequence[Sequence[int]]


Drawing = Curves | Histogram | Matrix | Bars | Timeline | Network | Ranges | Points
