"""What labelled events say of a model: the same metrics for its source in floating point, fixed point and firmware.

Every entry names the output and the column that it is of. A column that answered every event as another did has no
entries of its own: `Physics.holder` says whose count for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from fpgaml.record.base import Above, Count, Fact, Fraction, Kind, Name, NotNegative, Positive, absent, empty


class ColumnRole(StrEnum):
    """What the answers of a column stand for."""

    BASELINE = "baseline"
    """A conventional algorithm."""
    FLOAT = "float"
    """The source model, by its framework or by recorded answers; a task's float network."""
    FIXED = "fixed"
    """The Graph."""
    HARDWARE = "hardware"
    """Firmware, simulated."""


class Column(Fact):
    """Somebody whose answers were judged."""

    key: Name
    """In the entries: source, fixed, or what the firmware is run by."""
    role: ColumnRole
    title: Name
    tool: str = ""
    """Who answered."""
    kind: Kind = Kind.SIMULATED
    events: Positive
    equal_to: str = ""
    """The key of an earlier column that gave the same answer to every event, on every bit."""


class Efficiency(Fact):
    """Signal kept where at most a part of the background is."""

    rate: Fraction
    """The false-positive rate that is allowed."""
    threshold: float
    """An event passes whose score is above it."""
    false_positives: Count
    """Background events that pass."""
    value: Fraction
    low: Fraction
    high: Fraction
    """Wilson's interval, 68.3 %."""


class Roc(Fact):
    """How well one output element separates signal from background."""

    output: Name
    """With `[index]` where an output has several elements."""
    positive: str = ""
    """Of several classes the one that is signal, against all others; empty for two."""
    column: Name
    signal: Positive
    background: Positive
    area: Fraction
    error: NotNegative | None
    """One standard deviation (DeLong); None with fewer than two events of a class."""
    loss: float | None = Field(default=None, exclude_if=absent)
    """What the area lost against the source model's on the same events; below zero where it gained."""
    loss_error: NotNegative | None = Field(default=None, exclude_if=absent)
    """One standard deviation, with what both columns have in common taken off."""
    false_positive: tuple[Fraction, ...] = ()
    true_positive: tuple[Fraction, ...] = ()
    """The curve from (0, 0) to (1, 1), thinned to 200 points, of which the low end has most."""
    efficiencies: tuple[Efficiency, ...] = ()
    """At the rates that the number of background events supports, from the highest."""

    @property
    def title(self) -> str:
        """Output and class."""
        return f"{self.output}, class {self.positive}" if self.positive else self.output

    def at(self, rate: float) -> Efficiency | None:
        """The efficiency at a false-positive rate; None where there are too few background events."""
        return next((each for each in self.efficiencies if abs(each.rate - rate) <= 1e-9 * rate), None)


class Confusion(Fact):
    """Which class an output of one element a class says, by the largest one."""

    output: Name
    column: Name
    classes: tuple[Name, ...] = Field(min_length=2)
    counts: tuple[tuple[Count, ...], ...]
    """A row for each true class, a column for each one said."""
    accuracy: Fraction
    low: Fraction
    high: Fraction
    """Wilson's interval, 68.3 %."""


class Resolution(Fact):
    """How far an output is from the truth, in its own units."""

    output: Name
    column: Name
    bias: float
    """The mean of answer minus truth."""
    bias_error: NotNegative
    rms: NotNegative
    """Of answer minus truth, bias included."""
    rms_error: NotNegative
    half_width: NotNegative
    """Half the width of the interval between the quantiles at 16 and 84 %."""
    half_width_error: NotNegative


class Distribution(Fact):
    """Counts of events by score or by residual."""

    output: Name
    column: Name
    what: Literal["score", "residual"]
    label: str = ""
    """The class of the events; empty for residuals."""
    edges: tuple[float, ...] = Field(min_length=2)
    counts: tuple[Count, ...] = Field(min_length=1)
    below: Count = 0
    above: Count = 0
    """Events beyond the edges."""


class PanelAxis(Fact):
    """An axis of a panel."""

    title: Name
    unit: str = ""
    log: bool = False
    low: float | None = Field(default=None, exclude_if=absent)
    high: float | None = Field(default=None, exclude_if=absent)
    ticks: Mapping[str, float] = Field(default_factory=dict, exclude_if=empty)
    """Where labels stand, if they are not numbers."""


class PanelCurve(Fact):
    """A column's points in a panel."""

    column: Name
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    """Ends of an interval of one standard deviation; empty where there is none."""


class Panel(Fact):
    """Curves of a task's evaluation on one pair of axes."""

    title: Name
    x: PanelAxis
    y: PanelAxis
    curves: tuple[PanelCurve, ...] = Field(min_length=1)


class StudyValue(Fact):
    """A number as a table shows it, with its errors."""

    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


class StudyRow(Fact):
    """One metric of a task; `title` holds its unit."""

    title: Name
    headline: bool = False
    values: Mapping[Name, StudyValue]
    """By column, in the unit of the title."""


class Study(Fact):
    """A task's own evaluation: its metrics and figure, in the task's terms."""

    task: Name
    network: str = ""
    data: Name
    """What kind of events: real, synthetic."""
    seed: Count
    events: Mapping[str, Count]
    """By test set."""
    columns: tuple[Column, ...] = Field(min_length=1)
    rows: tuple[StudyRow, ...]
    panels: tuple[Panel, ...]


class NoPhysics(Fact):
    """Without labels there is nothing to say."""


class Physics(Fact):
    """Metrics on labelled data."""

    kind: Literal[Kind.SIMULATED] = Kind.SIMULATED
    roc_auc: Mapping[str, Fraction] = Field(default_factory=dict)
    """Of the Graph's outputs, by output: areas under the ROC curve for two classes."""
    labels: Mapping[str, Count] = Field(default_factory=dict, exclude_if=empty)
    """Events of each class; empty for real numbers."""
    background_hz: Above | None = Field(default=None, exclude_if=absent)
    """How often background comes, where the user says so: false-positive rates are trigger rates then."""
    columns: tuple[Column, ...] = Field(default=(), exclude_if=empty)
    rocs: tuple[Roc, ...] = Field(default=(), exclude_if=empty)
    confusions: tuple[Confusion, ...] = Field(default=(), exclude_if=empty)
    resolutions: tuple[Resolution, ...] = Field(default=(), exclude_if=empty)
    distributions: tuple[Distribution, ...] = Field(default=(), exclude_if=empty)
    notes: tuple[Annotated[str, Field(min_length=1)], ...] = Field(default=(), exclude_if=empty)
    """What could not be stated, and why."""
    study: Study | None = Field(default=None, exclude_if=absent)
    """Of `fpgaml evaluate TASK`."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.roc_auc or self.rocs or self.confusions or self.resolutions or self.study):
            raise ValueError("physics without a metric")
        return self

    def column(self, key: str) -> Column | None:
        """A column by its key."""
        return next((column for column in self.columns if column.key == key), None)

    def of_role(self, role: ColumnRole) -> Column | None:
        """The first column of a role."""
        return next((column for column in self.columns if column.role == role), None)

    def holder(self, key: str) -> str:
        """The column whose entries count for this one: itself, or the one that it equals."""
        found = self.column(key)
        return found.equal_to or key if found else key

    def roc(self, output: str, column: str, positive: str = "") -> Roc | None:
        """An output's ROC in a column, those of equal columns included."""
        wanted = (output, self.holder(column), positive)
        return next((each for each in self.rocs if (each.output, each.column, each.positive) == wanted), None)
