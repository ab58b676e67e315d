"""What a trigger task offers: events, baselines, trained networks, and how its physics is judged."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from fpgaml.frontends.chain.files import ModelFile, chained
from fpgaml.record.physics import Panel
from fpgaml.tasks.inputs import Array, Inputs, events_in

__all__ = ["Array", "HeldOut", "Inputs", "Network", "Outputs", "Part", "Row", "Sample", "Task", "Value"]

Outputs = Mapping[str, Array]
"""By test set the answers to its events, shape (events, outputs)."""


@dataclass(frozen=True)
class Interleaved:
    """Windows of endless streams, of which an instance of the RTL takes several in turn, sample by sample.

    Args:
        sequence: test events come as so many windows in a row of each recorded sequence.
        hop: samples from window to window.
        channels, rate: how many streams the experiment has, and windows a second of each.
    """

    sequence: int
    hop: int
    channels: int
    rate: float


@dataclass(frozen=True)
class Network:
    """A quantised network of a task, with its float form.

    Args:
        name: empty for the task's only or first network.
        folder: below the folder of weights, `.` or the name.
        others: further networks that are scored beside it in floating point, by column, files below the weights.
        folds: whether its RTL shares its arithmetic in time, at the rate of the task's budget; else it is unrolled.
        floating, quantised: names of its model files.
        interleaved: how the RTL of an evaluation is fed where that is not with whole windows.
        chain: folders of networks that follow each other in one core and make this one up; empty: it has files of its
            own. keep_outputs: whether what passes between them leaves too.
    """

    name: str = ""
    folder: str = "."
    others: Mapping[str, str] = field(default_factory=dict)
    folds: bool = False
    floating: str = "float.keras"
    quantised: str = "quantised.keras"
    interleaved: Interleaved | None = None
    chain: tuple[str, ...] = ()
    keep_outputs: bool = False

    def float_file(self, weights: Path) -> Path:
        """The float network's own file below a folder of weights."""
        return weights / self.folder / self.floating

    def quantised_file(self, weights: Path) -> Path:
        """The quantised network's own file."""
        return weights / self.folder / self.quantised

    def float_model(self, weights: Path) -> ModelFile:
        """The float network: its own file, or those that follow each other."""
        return self._model(weights, self.floating)

    def quantised_model(self, weights: Path) -> ModelFile:
        """The quantised network: its own file, or those that follow each other."""
        return self._model(weights, self.quantised)

    def _model(self, weights: Path, name: str) -> ModelFile:
        first, *then = (weights / folder / name for folder in self.chain or (self.folder,))
        return chained(first, then, keep_outputs=self.keep_outputs)

    def answers_file(self, weights: Path) -> Path:
        """The quantised network's recorded answers to the held-out events."""
        return weights / self.folder / "recorded.npz"


@dataclass(frozen=True)
class HeldOut:
    """Events for proofs: nothing was trained on them.

    Args:
        x: as the network reads them, shape (events, *shape); of several inputs by name.
        labels: 1 signal, 0 background, (events,); None where the network does not classify.
    """

    x: Inputs
    labels: Array | None = None


@dataclass(frozen=True)
class Sample:
    """Which test events a task is judged on.

    Args:
        scale: part of the full number of events, above 0; metrics that need more say so by being absent.
        seed: of generated events.
        data: a group's own events in place of generated ones.
    """

    scale: float = 1.0
    seed: int = 1
    data: Path | None = None


@dataclass(frozen=True)
class Part:
    """Some test events of one set, in order.

    Args:
        name: of the set.
        x: as the network reads them, shape (events, *shape); of several inputs by name.
        truth: arrays of (events, ...), by name.
        baselines: what each conventional algorithm says, shape (events, ...), by column.
    """

    name: str
    x: Inputs
    truth: Mapping[str, Array]
    baselines: Mapping[str, Array]


@dataclass(frozen=True)
class Value:
    """A number with its interval of one standard deviation; `text` where there is no number."""

    value: float | None
    low: float | None = None
    high: float | None = None
    text: str = ""

    @classmethod
    def with_error(cls, value: float, error: float) -> Value:
        """A number with a symmetric error."""
        return cls(value, value - error, value + error)

    @property
    def finite(self) -> bool:
        """Whether there is a number."""
        return self.value is not None and bool(np.isfinite(self.value))


@dataclass(frozen=True)
class Row:
    """One metric.

    Args:
        title: with its unit.
        values: by column; a column without an entry has no such metric.
        scale, digits: how numbers are shown: times `scale`, with so many digits behind the point.
        headline: whether it is the number that the task is judged by.
    """

    title: str
    values: Mapping[str, Value]
    scale: float = 1.0
    digits: int = 3
    headline: bool = False


class Task(ABC):
    """A trigger task; one object of a subclass in each task's package, found through the entry point `fpgaml.tasks`."""

    name: ClassVar[str]
    title: ClassVar[str]
    experiment: ClassVar[str] = ""
    """Whose problem it is."""
    data_label: ClassVar[str]
    """`real`, `synthetic, sourced` or `synthetic, assumed`."""
    networks: ClassVar[Sequence[Network]]
    """The first is meant where none is named."""
    baseline: ClassVar[str]
    """The column of the conventional algorithm that networks are compared with."""
    larger_is_better: ClassVar[bool]
    """Of the headline metric."""
    titles: ClassVar[Mapping[str, str]] = {}
    """What to call baselines and further networks in tables, where their names do not say enough."""
    figure_titles: ClassVar[Mapping[str, str]]
    """The columns that are drawn, in order, and what to call them there: what else differs between them, too."""
    int8_ranges: ClassVar[Mapping[str, tuple[float, float]]] = {}
    """Outputs between which decisions are made, by name (empty: every output): events beyond set no int8 scale."""
    held_out_events: ClassVar[int]
    """How many events have recorded answers."""

    @property
    def target_settings(self) -> Mapping[str, Mapping[str, Any]]:
        """What the task brings to the settings of targets, by target and field."""
        return {"tflite": {"output_ranges": self.int8_ranges}}

    @property
    def folder(self) -> Path:
        """Where its page, weights and budget lie: beside its class."""
        return Path(inspect.getfile(type(self))).parent

    @property
    def weights(self) -> Path:
        """The folder of trained networks."""
        return self.folder / "weights"

    @property
    def training_module(self) -> str:
        """Run with `python -m` in an environment that has Keras."""
        return f"{type(self).__module__.rpartition('.')[0]}.train"

    def network(self, name: str) -> Network | None:
        """A network by its name."""
        return next((network for network in self.networks if network.name == name), None)

    def judging(self, weights: Path) -> Task:
        """The task that judges the networks of a folder: another where software works on with what firmware answers.

        Raises:
            FpgamlError: the folder lacks what that software needs.
        """
        return self

    @abstractmethod
    def held_out(self, events: int, seed: int = 1) -> HeldOut:
        """Events that nothing was trained on, the same for the same arguments."""

    @abstractmethod
    def parts(self, sample: Sample) -> Iterator[Part]:
        """Test events, a part at a time; the same for the same sample.

        Raises:
            FpgamlError: a group's own events cannot be used.
        """

    @abstractmethod
    def count(self, sample: Sample) -> int:
        """How many test events a sample has, for showing progress."""

    def from_framework(self, column: str, x: Inputs, answers: Array) -> Array:
        """What a Keras network's answers mean as scores, shape (events, outputs); most are scores already."""
        return np.asarray(answers, np.float64).reshape(events_in(x), -1)

    @abstractmethod
    def measure(
        self, truth: Mapping[str, Mapping[str, Array]], answers: Mapping[str, Outputs], column: str
    ) -> Mapping[str, Any]:
        """Physics metrics of one column, ready for JSON.

        Args:
            truth: by test set, then by name.
            answers: of every column, for comparisons between them.
            column: which one; baselines may answer in another form than networks.
        """

    @abstractmethod
    def rows(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Row]:
        """The table: metrics by column, as `measure` gave them, brought into rows."""

    @abstractmethod
    def panels(self, metrics: Mapping[str, Mapping[str, Any]]) -> Sequence[Panel]:
        """The figure that a physicist wants: curves of columns, for a PNG and for the reports of projects alike.

        Args:
            metrics: by column, of those that `figure_titles` names, in its order.
        """
