"""Physics of a trigger task: its own metric on its own test events, of one seed to choose by, of another to judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.explore.events import FEW, Part
from fpgaml.explore.judge import answers_of
from fpgaml.explore.metrics import Answers, distance
from fpgaml.explore.objectives import OBJECTIVES, Compared, Difference, Measured, Objective
from fpgaml.explore.paired import bootstrap_error, resamples, unpaired
from fpgaml.graph.graph import Graph
from fpgaml.tasks.registry import find_task
from fpgaml.tasks.task import Row, Sample, Task, Value

EVENTS = 20_000
"""That designs are chosen by, and as many that are held out, unless the user says how many."""
PUBLISHED_SEED = 1
"""Of the events that a task's own tables are of: they are held out."""
APART = 1000
"""Between that and the seed of the events that designs are chosen by."""
COLUMN = "graph"


@dataclass(frozen=True)
class TestEvents:
    """Test events of one sample; x, truth: by set, then of the truth by name."""

    x: Mapping[str, NDArray[Any]]
    truth: Mapping[str, Mapping[str, NDArray[Any]]]

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(map(len, self.x.values()))

    def drawn(self, places: Mapping[str, NDArray[np.int64]]) -> TestEvents:
        """Some of them, by place in each set; an event may be drawn several times."""
        return TestEvents(
            {name: x[places[name]] for name, x in self.x.items()},
            {name: {key: a[places[name]] for key, a in held.items()} for name, held in self.truth.items()},
        )

    @classmethod
    def of(cls, task: Task, sample: Sample) -> TestEvents:
        """A task's own."""
        x: dict[str, list[NDArray[Any]]] = {}
        truth: dict[str, dict[str, list[NDArray[Any]]]] = {}
        for part in task.parts(sample):
            if isinstance(part.x, Mapping):
                raise FpgamlError(task.name, f"reads {len(part.x)} inputs", "Explore it on a file of events: --data")
            x.setdefault(part.name, []).append(part.x)
            for name, array in part.truth.items():
                truth.setdefault(part.name, {}).setdefault(name, []).append(array)
        joined = {name: {key: np.concatenate(parts) for key, parts in held.items()} for name, held in truth.items()}
        return cls(
            {name: np.concatenate(parts) for name, parts in x.items()}, {name: joined.get(name, {}) for name in x}
        )


@dataclass(frozen=True)
class OnTask:
    """Follows `Judge`.

    Args:
        task: by name; layer: the input's; shape: of an event in the Graph.
        chosen, held: test events; reference: answers of the network as it came, by part and set.
        first_look: whether few events say anything; else the first look is at all.
    """

    task: str
    layer: str
    shape: tuple[int, ...]
    objectives: tuple[Objective, ...]
    chosen: TestEvents
    held: TestEvents
    reference: Mapping[Part, Answers]
    first_look: bool = True

    def events(self, part: Part) -> int:
        """As in `Judge`."""
        return self.of(part).total

    def of(self, part: Part) -> TestEvents:
        """A part of the events; the first look is at one of so many of each set, small sets are seen whole."""
        if part is not Part.FEW or not self.first_look:
            return self.held if part is Part.HELD_OUT else self.chosen
        return self._few

    @cached_property
    def _few(self) -> TestEvents:
        steps = {name: FEW if len(x) >= FEW * FEW * FEW else 1 for name, x in self.chosen.x.items()}
        return TestEvents(
            {name: x[:: steps[name]] for name, x in self.chosen.x.items()},
            {name: {k: a[:: steps[name]] for k, a in held.items()} for name, held in self.chosen.truth.items()},
        )

    def measure(self, graph: Graph, part: Part) -> dict[str, Measured]:
        """As in `Judge`."""
        return self.of_answers(self.answers(graph, part), part)

    def compared(self, graph: Graph) -> dict[str, Compared]:
        """As in `Judge`."""
        answers = self.answers(graph, Part.HELD_OUT)
        return {
            name: Compared(each.value, each.error, None if name == "distance" else self._difference(answers))
            for name, each in self.of_answers(answers, Part.HELD_OUT).items()
        }

    def constant(self) -> dict[str, float]:
        """As in `Judge`."""
        came = self.reference[Part.HELD_OUT]
        mean = np.concatenate(list(came.values())).mean(axis=0)
        same = {name: np.broadcast_to(mean, values.shape) for name, values in came.items()}
        try:
            return {name: each.value for name, each in self.of_answers(same, Part.HELD_OUT).items()}
        except FpgamlError:  # the metric is of what stands out, and nothing does
            return {}

    def _difference(self, answers: Answers) -> Difference:
        """Of the task's own metric; where drawing again leaves too few events for it, the error is not paired."""
        ours, theirs = (self._measured(each, Part.HELD_OUT) for each in (answers, self.reference[Part.HELD_OUT]))
        try:
            came = self._came_again
            again = [self._again(answers, places) for places in resamples(self._sizes)]
        except FpgamlError:
            return unpaired(ours, theirs)
        return Difference(ours.value - theirs.value, bootstrap_error(again, came))

    @cached_property
    def _came_again(self) -> list[float]:
        """The task's own metric of the network as it came, on events drawn again."""
        return [self._again(self.reference[Part.HELD_OUT], places) for places in resamples(self._sizes)]

    @property
    def _sizes(self) -> dict[str, int]:
        return {name: len(x) for name, x in self.held.x.items()}

    def _again(self, answers: Answers, places: Mapping[str, NDArray[np.int64]]) -> float:
        drawn = {name: values[places[name]] for name, values in answers.items()}
        row = headline(find_task(self.task), self.held.drawn(places), drawn)
        return measured(row.values[COLUMN], row).value

    def _measured(self, answers: Answers, part: Part) -> Measured:
        row = headline(find_task(self.task), self.of(part), answers)
        return measured(row.values[COLUMN], row)

    def answers(self, graph: Graph, part: Part) -> dict[str, NDArray[np.float64]]:
        """A network's answers, by set."""
        found = {}
        for name, x in self.of(part).x.items():
            outputs = answers_of(graph, {self.layer: x.reshape(len(x), *self.shape)})
            found[name] = np.concatenate(list(outputs.values()), axis=1)
        return found

    def of_answers(self, answers: Answers, part: Part) -> dict[str, Measured]:
        """Every objective of some answers."""
        found: dict[str, Measured] = {}
        for each in self.objectives:
            if each.name == "distance":
                found[each.name] = distance(answers, self.reference[part])
            else:
                found[each.name] = self._measured(answers, part)
        return found


def headline(task: Task, events: TestEvents, answers: Answers) -> Row:
    """A task's own metric of some answers.

    Raises:
        FpgamlError: there are too few events to state it.
    """
    metrics = task.measure(events.truth, {COLUMN: dict(answers)}, COLUMN)
    row = next(row for row in task.rows({COLUMN: metrics}) if row.headline)
    if COLUMN not in row.values or not row.values[COLUMN].finite:
        raise FpgamlError(task.name, f"{events.total} events are too few for {row.title}", "Give more --events")
    return row


def measured(value: Value, row: Row) -> Measured:
    """As tables show it; the error is half the width of its interval."""
    assert value.value is not None
    if value.low is None or value.high is None:
        return Measured(value.value * row.scale)
    return Measured(value.value * row.scale, (value.high - value.low) / 2 * row.scale)


def events_of(task: Task, events: int | None, seed: int) -> tuple[TestEvents, TestEvents]:
    """Test events to choose by, and those held out: the task's own published ones, as many of them.

    Args:
        events: how many to choose by; None: EVENTS.
    """
    whole = task.count(Sample())
    scale = min(1.0, (events or EVENTS) / whole)
    chosen = TestEvents.of(task, Sample(scale, PUBLISHED_SEED + APART + seed))
    return chosen, TestEvents.of(task, Sample(scale, PUBLISHED_SEED))


def judge_of_task(
    task: Task, graph: Graph, objectives: Sequence[Objective], events: tuple[TestEvents, TestEvents]
) -> OnTask:
    """A judge for some objectives, that knows how the network as it came answers.

    Args:
        graph: of the network as it came.

    Raises:
        FpgamlError: an objective that a task does not have, or too few events.
    """
    for each in objectives:
        if each.physics and each.name not in ("headline", "distance"):
            reason = "is for labelled events of your own"
            raise FpgamlError(f"--objective {each.name}", reason, f"{task.name} has headline, and distance")
    ((layer, node),) = graph.input_layers.items()
    judge = OnTask(task.name, layer, graph.shapes[node], (), *events, reference={})
    judge = replace(judge, reference={part: judge.answers(graph, part) for part in Part})
    row = headline(task, judge.of(Part.CHOOSING), judge.reference[Part.CHOOSING])
    headline(task, judge.of(Part.HELD_OUT), judge.reference[Part.HELD_OUT])
    try:
        headline(task, judge.of(Part.FEW), judge.reference[Part.FEW])
    except FpgamlError:
        judge = replace(judge, first_look=False)
    worst = 0.0 if task.larger_is_better else OBJECTIVES["headline"].worst
    own = replace(OBJECTIVES["headline"], most=task.larger_is_better, title=row.title, worst=worst)
    return replace(judge, objectives=tuple(own if e.name == own.name else e for e in objectives if e.physics))
