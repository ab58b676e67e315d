"""What a network's answers to events are worth, by the objectives that need events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.labels import Classes, Labels, Reals, TwoClasses
from fpgaml.emulator.engine import choose_engine
from fpgaml.errors import FpgamlError
from fpgaml.explore.events import Events, Part
from fpgaml.explore.objectives import Measured, Objective
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import read_inputs
from fpgaml.physics.intervals import half_width
from fpgaml.physics.measure import questions
from fpgaml.physics.roc import Separation
from fpgaml.progress import Silent
from fpgaml.proof.checks import chunk_events

Answers = Mapping[str, NDArray[np.float64]]
"""By output, shape (events, elements)."""


class Judge(Protocol):
    """Says what a network's physics is; it pickles."""

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """Those that it can say."""

    def events(self, part: Part) -> int:
        """How many events a part has."""

    def measure(self, graph: Graph, part: Part) -> dict[str, Measured]:
        """Every objective on a part of the events."""


@dataclass(frozen=True)
class OnEvents:
    """Follows `Judge`: on labelled events of a file.

    Args:
        objectives: that are wanted; reference: answers of the network as it came to all events, where the distance
            from them is wanted.
    """

    all: Events
    objectives: tuple[Objective, ...]
    reference: Answers

    def events(self, part: Part) -> int:
        """As in `Judge`."""
        return self.all.count(part)

    def measure(self, graph: Graph, part: Part) -> dict[str, Measured]:
        """As in `Judge`."""
        answers = answers_of(graph, self.all.of(part))
        # By place: outputs of a rounded network may have other names.
        return self.of_answers(dict(zip(self.reference, answers.values(), strict=True)), part)

    def of_answers(self, answers: Answers, part: Part) -> dict[str, Measured]:
        """Every objective of some answers to a part of the events."""
        found: dict[str, Measured] = {}
        for each in self.objectives:
            if each.name == "distance":
                wanted = {name: values[self.all.span(part)] for name, values in self.reference.items()}
                found[each.name] = distance(answers, wanted)
            else:
                labels = self.all.labels_of(part)
                assert labels is not None  # `judge_of` refuses such objectives otherwise
                found[each.name] = METRICS[each.name](answers, labels)
        return found


def answers_of(graph: Graph, reals: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """A network's answers.

    Args:
        reals: by input layer, shape (events, *shape).
    """
    events = len(next(iter(reals.values())))
    engine, size = choose_engine(graph, events, Silent()), chunk_events(graph)
    parts: dict[str, list[NDArray[np.float64]]] = {name: [] for name in graph.outputs}
    for first in range(0, events, size):
        chunk = {node: reals[layer][first : first + size] for layer, node in graph.input_layers.items()}
        for name, values in engine.run(read_inputs(graph, chunk)).items():
            parts[name].append(values.to_float().reshape(values.shape[0], -1))
    return {name: np.concatenate(found) for name, found in parts.items()}


def judge_of(events: Events, objectives: Sequence[Objective], reference: Answers) -> OnEvents:
    """A judge for some objectives.

    Raises:
        FpgamlError: an objective needs labels of another kind, or a task.
    """
    wanted = tuple(each for each in objectives if each.physics)
    for each in wanted:
        if each.name == "headline":
            raise FpgamlError("--objective headline", "is a task's own metric", "Give auc, or explore a task")
        if each.name != "distance" and events.labels is None:
            raise FpgamlError(f"--objective {each.name}", "needs to know the truth", "Give --labels, or take distance")
    judge = OnEvents(events, wanted, reference)
    for part in Part:
        judge.of_answers({name: values[events.span(part)] for name, values in reference.items()}, part)
    return judge


def area(answers: Answers, labels: Labels) -> Measured:
    """The ROC AUC, its mean over all outputs and classes.

    The error is the mean of theirs (DeLong's): what it would be if all went up and down together, which is the most.
    """
    areas, errors = [], []
    for name, truth in labels.matched(_shapes(answers)).items():
        if isinstance(truth, Reals):
            raise FpgamlError("--objective auc", "the labels are real numbers, not classes", "Take resolution")
        for question in questions(name, truth, answers[name].shape[1]):
            if question.signal.all() or not question.signal.any():
                continue
            found = Separation.of(question.signal, answers[name][:, question.element])
            areas.append(found.area)
            errors.append(found.error)
    if not areas:
        raise FpgamlError("--objective auc", "events of one class only", "Give labels of both signal and background")
    known = [error for error in errors if error is not None]
    return Measured(float(np.mean(areas)), float(np.mean(known)) if len(known) == len(areas) else None)


def accuracy(answers: Answers, labels: Labels) -> Measured:
    """The part of the events whose largest output is that of their class, with its binomial error."""
    for name, truth in labels.matched(_shapes(answers)).items():
        if isinstance(truth, Classes):
            right = answers[name].argmax(axis=1) == truth.index
        elif isinstance(truth, TwoClasses) and answers[name].shape[1] == 2:
            right = answers[name].argmax(axis=1) == truth.signal
        else:
            continue
        part = float(right.mean())
        return Measured(part, sqrt(part * (1 - part) / len(right)))
    raise FpgamlError("--objective accuracy", "no output has an element for each class", "Take auc")


def spread(answers: Answers, labels: Labels) -> Measured:
    """Half the width of the central 68 % of answer minus truth, the mean over all elements, with the mean error."""
    found = []
    for name, truth in labels.matched(_shapes(answers)).items():
        if not isinstance(truth, Reals):
            raise FpgamlError("--objective resolution", "the labels are classes, not real numbers", "Take auc")
        residuals = answers[name] - truth.values
        found += [half_width(residuals[:, element]) for element in range(residuals.shape[1])]
    widths, errors = zip(*found, strict=True)
    return Measured(float(np.mean(widths)), float(np.mean(errors)))


METRICS: Mapping[str, Callable[[Answers, Labels], Measured]] = {
    "auc": area,
    "accuracy": accuracy,
    "resolution": spread,
}


def distance(answers: Answers, wanted: Answers) -> Measured:
    """The RMS distance from other answers, as a part of the standard deviation of these; the mean over all elements.

    The error of a mean square m of n values d is std(d) / sqrt(n); that of its root, half of that over the root.
    """
    values, errors = [], []
    for name, answer in answers.items():
        squares = (answer - wanted[name]) ** 2
        scale = wanted[name].std(axis=0)
        kept = scale > 0
        root = np.sqrt(squares.mean(axis=0))
        deviation = squares.std(axis=0) / sqrt(len(answer)) / (2 * np.where(root > 0, root, 1.0))
        values += list((root[kept] / scale[kept]).tolist())
        errors += list((deviation[kept] / scale[kept]).tolist())
    return Measured(float(np.mean(values)), float(np.mean(errors))) if values else Measured(0.0, 0.0)


def _shapes(answers: Answers) -> dict[str, tuple[int, ...]]:
    return {name: values.shape[1:] for name, values in answers.items()}
