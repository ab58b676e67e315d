"""What a calibration has to keep: a distance from the float answers, or an area under the ROC curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.labels import Labels, read_labels
from fpgaml.errors import FpgamlError
from fpgaml.physics.measure import questions
from fpgaml.physics.roc import Separation

Outputs = Mapping[str, NDArray[np.float64]]
"""By output, shape (events, *shape)."""
DEFAULT_TOLERANCE = "1%"


@dataclass(frozen=True)
class Goal:
    """How far a calibrated network may be from its float answers.

    Args:
        tolerance: the largest distance of any output value; relative: as a part of the output's largest magnitude
            on the data, not in output units.
        auc_loss: what the area under the ROC curve of any output element may lose; None: the tolerance counts.
        headroom: integer bits beyond what the data need.
    """

    tolerance: float = 0.01
    relative: bool = True
    auc_loss: float | None = None
    headroom: int = 1

    def __str__(self) -> str:
        if self.auc_loss is not None:
            return f"a ROC AUC at most {self.auc_loss:g} below the float network's"
        if self.relative:
            return f"every output value within {100 * self.tolerance:g}% of the output's largest magnitude"
        return f"every output value within {self.tolerance:g} of the float network's"


def read_goal(tolerance: str | None, auc_loss: float | None) -> Goal:
    """From the command line's words: `0.01` in output units, or `1%` of the output's largest magnitude.

    Raises:
        FpgamlError: both are given, or one that cannot be kept.
    """
    if auc_loss is not None:
        if tolerance is not None:
            raise FpgamlError("--auc-loss", "not together with --tolerance", "Give the one that the physics needs")
        if not 0 < auc_loss < 1:
            raise FpgamlError("--auc-loss", f"{auc_loss:g} is not between 0 and 1", "Give for example 0.001")
        return Goal(auc_loss=auc_loss)
    text = (tolerance or DEFAULT_TOLERANCE).strip()
    relative = text.endswith("%")
    try:
        value = float(text.removesuffix("%")) / (100 if relative else 1)
    except ValueError:
        value = 0.0
    if not 0 < value < np.inf:
        advice = "Give a distance in output units, such as 0.01, or a part of the output's range, such as 1%"
        raise FpgamlError("--tolerance", f"`{text}` is not a distance above zero", advice)
    return Goal(value, relative)


@dataclass(frozen=True)
class Judge:
    """Says how far answers are from the float answers.

    Args:
        float_answers: by output; labels: of as many events, where the AUC counts.
    """

    goal: Goal
    float_answers: Outputs
    labels: Labels | None = None

    def distance(self, answers: Outputs) -> float:
        """The largest over all outputs, in output units."""
        pairs = zip(answers.values(), self.float_answers.values(), strict=True)
        return max(float(np.abs(found - wanted).max()) for found, wanted in pairs)

    def loss(self, answers: Outputs) -> float:
        """What the area under the ROC curve of the worst output element loses; below zero where all gain."""
        assert self.labels is not None
        ours = dict(zip(self.float_answers, answers.values(), strict=True))
        truths = self.labels.matched({name: values.shape[1:] for name, values in self.float_answers.items()})
        losses = []
        for name, truth in truths.items():
            found, wanted = (each[name].reshape(len(each[name]), -1) for each in (ours, self.float_answers))
            for question in questions(name, truth, wanted.shape[1]):
                here, there = (Separation.of(question.signal, each[:, question.element]) for each in (found, wanted))
                losses.append(there.area - here.area)
        return max(losses)

    def used(self, answers: Outputs) -> float:
        """How much of what is allowed is used up: at most 1 where the goal is met."""
        goal = self.goal
        if goal.auc_loss is not None:
            return self.loss(answers) / goal.auc_loss
        shares = []
        for found, wanted in zip(answers.values(), self.float_answers.values(), strict=True):
            limit = goal.tolerance * (float(np.abs(wanted).max()) if goal.relative else 1.0)
            largest = float(np.abs(found - wanted).max())
            shares.append(largest / limit if limit else (np.inf if largest else 0.0))
        return max(shares)


def labels_for(goal: Goal, labels: Path | None, events: int) -> Labels | None:
    """The labels that the goal needs.

    Raises:
        FpgamlError: it needs labels and there are none, or none of classes.
    """
    if goal.auc_loss is None:
        return None
    if labels is None:
        raise FpgamlError("--auc-loss", "needs to know which events are signal", "Give --labels as well")
    found = read_labels(labels, events)
    if not (found.whole or found.one_hot):
        reason = f"needs classes, and the labels in {labels.name} are real numbers"
        raise FpgamlError("--auc-loss", reason, "Give --tolerance instead")
    return found
