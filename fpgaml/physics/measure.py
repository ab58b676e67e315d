"""The metrics of labelled events in every column: what results.json says of the physics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.labels import Classes, Labels, Reals, Truth, TwoClasses, read_labels
from fpgaml.errors import FpgamlError
from fpgaml.graph.ops import Shape
from fpgaml.physics.classes import confusion
from fpgaml.physics.distributions import common_edges, distribution, resolution
from fpgaml.physics.roc import LEAST_BACKGROUND, Separation, too_rare
from fpgaml.record.physics import Column, ColumnRole, Confusion, Distribution, Physics, Resolution, Roc

Answers = Mapping[str, NDArray[np.float64]]
"""By output, shape (events, elements)."""

MOST_CURVES = 16
"""Curves and histograms of an output and column; of more elements or classes areas alone are kept."""
SIGNAL, BACKGROUND = "signal", "background"


@dataclass(frozen=True)
class Scored:
    """A column with its answers to the first `column.events` events."""

    column: Column
    answers: Answers


def area_under_roc(path: Path, scores: Answers) -> dict[str, float]:
    """ROC AUC of every output element: of its class against the others where there are several; none of real numbers.

    Args:
        path: as for `read_labels`.
        scores: by output name, shape (events, *shape).

    Returns:
        By output name, with `[index]` where an output has several elements.

    Raises:
        FpgamlError: as for `read_labels` and `Labels.matched`.
    """
    events = len(next(iter(scores.values())))
    labels = read_labels(path, events)
    truths = labels.matched({name: values.shape[1:] for name, values in scores.items()})
    flat = {name: scores[name].reshape(events, -1) for name in truths}
    found = {}
    for name, truth in truths.items():
        for question in questions(name, truth, flat[name].shape[1]):
            found[question.key] = Separation.of(question.signal, flat[name][:, question.element]).area
    return found


def measure(labels: Labels, outputs: Mapping[str, Shape], columns: Sequence[Scored]) -> Physics:
    """Every metric that the labels allow, of every column that is no other's equal.

    Args:
        outputs: shape of one event, by name.
        columns: one of role FIXED, which answers all events; a source model before it, firmware behind it.

    Raises:
        FpgamlError: the labels fit no output, or answers are not finite.
    """
    truths = labels.matched(outputs)
    told = [scored for scored in columns if not scored.column.equal_to]
    found = _Found()
    for name, truth in truths.items():
        answers = {scored.column.key: _finite(scored, name) for scored in told}
        if isinstance(truth, Reals):
            found.of_reals(name, truth, answers)
        else:
            found.of_classes(name, truth, answers, _source(told))
    fixed = next(scored.column for scored in columns if scored.column.role == ColumnRole.FIXED)
    return Physics(
        roc_auc=found.areas.get(fixed.equal_to or fixed.key, {}),
        labels=_counts(next(iter(truths.values()))),
        columns=tuple(scored.column for scored in columns),
        rocs=tuple(found.rocs),
        confusions=tuple(found.confusions),
        resolutions=tuple(found.resolutions),
        distributions=tuple(found.distributions),
        notes=tuple(dict.fromkeys(found.notes)),
    )


@dataclass(frozen=True)
class Question:
    """Which events an element of an output should tell from all others.

    Args:
        key: of the area; output, positive: of the curve, and the class that is signal where there are several.
        signal: shape (events,).
    """

    key: str
    output: str
    positive: str
    element: int
    signal: NDArray[np.bool_]


def questions(output: str, truth: Truth, elements: int) -> Iterator[Question]:
    """One for each element; none of a class that is not among the events, nor of real numbers."""
    if isinstance(truth, TwoClasses):
        for element in range(elements):
            key = output if elements == 1 else f"{output}[{element}]"
            yield Question(key, key, "", element, truth.signal)
    elif isinstance(truth, Classes):
        for element in range(elements):
            signal = truth.index == element
            if signal.any():
                yield Question(f"{output}[{element}]", output, str(element), element, signal)


@dataclass
class _Found:
    """What was found so far; areas: by column, then by output element."""

    areas: dict[str, dict[str, float]] = field(default_factory=dict)
    rocs: list[Roc] = field(default_factory=list)
    confusions: list[Confusion] = field(default_factory=list)
    resolutions: list[Resolution] = field(default_factory=list)
    distributions: list[Distribution] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of_classes(self, name: str, truth: TwoClasses | Classes, answers: Answers, source: str) -> None:
        """Every column of an output; source: the column that losses are counted from, empty for none."""
        elements = next(iter(answers.values())).shape[1]
        asked = list(questions(name, truth, elements))
        for question in asked:
            self._separations(question, {key: a[:, question.element] for key, a in answers.items()}, source, len(asked))
        if isinstance(truth, Classes):
            missing = sorted({*range(truth.count)} - {question.element for question in asked})
            if missing:
                self.notes.append(f"{name}: no events of class {', '.join(map(str, missing))}, so no ROC of it")
            for key, values in answers.items():
                few = Classes(truth.index[: len(values)], truth.count)
                self.confusions.append(confusion(name, key, few, values))

    def _separations(self, question: Question, scores: Answers, source: str, asked: int) -> None:
        """One element in every column."""
        whole = {}
        for key, values in scores.items():
            signal = question.signal[: len(values)]
            if signal.all() or not signal.any():
                self.notes.append(f"{question.key}: the {len(values)} events that {key} answered are of one class")
                continue
            whole[key] = Separation.of(signal, values)
        drawn = asked <= MOST_CURVES
        edges = common_edges([*scores.values()]) if drawn else np.zeros(0)
        for key, separation in whole.items():
            loss, loss_error = None, None
            if key != source and source in whole:
                common = len(scores[source])
                same = separation
                if common != len(scores[key]):
                    same = Separation.of(question.signal[:common], scores[key][:common])
                loss, loss_error = same.loss(whole[source])
            curve = separation.curve() if drawn else ((), ())
            self.areas.setdefault(key, {})[question.key] = separation.area
            self.rocs.append(
                Roc(
                    output=question.output,
                    positive=question.positive,
                    column=key,
                    signal=len(separation.signal),
                    background=len(separation.background),
                    area=separation.area,
                    error=separation.error,
                    loss=loss,
                    loss_error=loss_error,
                    false_positive=curve[0],
                    true_positive=curve[1],
                    efficiencies=separation.efficiencies(),
                )
            )
            if drawn:
                what = (f"class {question.positive}", "others") if question.positive else (SIGNAL, BACKGROUND)
                for label, values in zip(what, (separation.signal, separation.background), strict=True):
                    self.distributions.append(distribution(question.key, key, "score", label, values, edges))
            rare = too_rare(len(separation.background))
            if rare:
                rates, needed = ", ".join(f"{rate:g}" for rate in rare), LEAST_BACKGROUND / rare[0]
                said = f"that takes {needed:,.0f} background events or more"
                self.notes.append(f"no efficiency at false-positive rates of {rates}: {said}")

    def of_reals(self, name: str, truth: Reals, answers: Answers) -> None:
        """Every column of an output with real-valued truth."""
        elements = truth.values.shape[1]
        for element in range(elements):
            output = name if elements == 1 else f"{name}[{element}]"
            residuals = {key: a[:, element] - truth.values[: len(a), element] for key, a in answers.items()}
            edges = common_edges([*residuals.values()])
            for key, values in residuals.items():
                self.resolutions.append(resolution(output, key, values))
                if elements <= MOST_CURVES:
                    self.distributions.append(distribution(output, key, "residual", "", values, edges))


def _finite(scored: Scored, name: str) -> NDArray[np.float64]:
    values = scored.answers[name]
    if not np.isfinite(values).all():
        raise FpgamlError(f"{scored.column.title}, {name}", "NaN or infinity among the answers")
    return values


def _source(told: Sequence[Scored]) -> str:
    return next((scored.column.key for scored in told if scored.column.role == ColumnRole.FLOAT), "")


def _counts(truth: Truth) -> dict[str, int]:
    """Events of each class."""
    if isinstance(truth, TwoClasses):
        signal = int(np.count_nonzero(truth.signal))
        return {SIGNAL: signal, BACKGROUND: len(truth.signal) - signal}
    if isinstance(truth, Classes):
        return {str(index): int(count) for index, count in enumerate(np.bincount(truth.index, minlength=truth.count))}
    return {}
