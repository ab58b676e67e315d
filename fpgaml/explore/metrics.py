"""What answers to events are worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.labels import Classes, Labels, Reals, TwoClasses
from fpgaml.errors import FpgamlError
from fpgaml.explore.objectives import Measured
from fpgaml.physics.intervals import half_width
from fpgaml.physics.measure import questions
from fpgaml.physics.roc import Separation

Answers = Mapping[str, NDArray[np.float64]]
"""By output, shape (events, elements)."""


def area(answers: Answers, labels: Labels) -> Measured:
    """The ROC AUC, its mean over all outputs and classes.

    The error is the mean of theirs (DeLong's): what it would be if all went up and down together, which is the most.
    """
    found = list(areas(answers, labels))
    if not found:
        raise FpgamlError("--objective auc", "events of one class only", "Give labels of both signal and background")
    known = [each.error for each in found if each.error is not None]
    error = float(np.mean(known)) if len(known) == len(found) else None
    return Measured(float(np.mean([each.area for each in found])), error)


def areas(answers: Answers, labels: Labels) -> Iterator[Separation]:
    """One for each output and class."""
    for name, truth in labels.matched(_shapes(answers)).items():
        if isinstance(truth, Reals):
            raise FpgamlError("--objective auc", "the labels are real numbers, not classes", "Take resolution")
        for question in questions(name, truth, answers[name].shape[1]):
            if not question.signal.all() and question.signal.any():
                yield Separation.of(question.signal, answers[name][:, question.element])


def accuracy(answers: Answers, labels: Labels) -> Measured:
    """The part of the events whose largest output is that of their class, with its binomial error."""
    found = right(answers, labels)
    part = float(found.mean())
    return Measured(part, sqrt(part * (1 - part) / len(found)))


def right(answers: Answers, labels: Labels) -> NDArray[np.bool_]:
    """Whether the largest output of an event is that of its class, shape (events,)."""
    for name, truth in labels.matched(_shapes(answers)).items():
        if isinstance(truth, Classes):
            return np.asarray(answers[name].argmax(axis=1) == truth.index)
        if isinstance(truth, TwoClasses) and answers[name].shape[1] == 2:
            return np.asarray(answers[name].argmax(axis=1) == truth.signal)
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
