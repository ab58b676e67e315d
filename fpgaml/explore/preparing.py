"""What an exploration needs before it begins: the network, events in two parts, and who judges its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fpgaml.data.dataset import DataSet
from fpgaml.data.labels import read_labels
from fpgaml.errors import FpgamlError
from fpgaml.explore.events import MOST_VALUES, Events, Part, read_events
from fpgaml.explore.floating import float_subject
from fpgaml.explore.judge import Judge, answers_of, judge_of
from fpgaml.explore.metrics import Answers
from fpgaml.explore.objectives import Measured, Objective
from fpgaml.explore.on_task import events_of, judge_of_task
from fpgaml.explore.request import Request
from fpgaml.explore.subject import QuantisedSubject, Subject
from fpgaml.frontends.model import ParsedModel
from fpgaml.frontends.registry import parse_model
from fpgaml.graph.graph import Graph
from fpgaml.precision.build import NothingToRoundError
from fpgaml.progress import Progress
from fpgaml.source import settle
from fpgaml.tasks.task import Task


@dataclass(frozen=True)
class Prepared:
    """What is explored, and by whom it is judged.

    Args:
        objectives: in the words of a task, where one is explored.
        as_it_came: physics of the network before, on the events held out; whole: that network, if it has types for all
            its numbers.
        notes: what else a reader must know of the events.
    """

    subject: Subject
    judge: Judge
    objectives: tuple[Objective, ...]
    as_it_came: dict[str, Measured]
    whole: Graph | None = None
    notes: tuple[str, ...] = ()


def prepare(model: Path, request: Request, progress: Progress) -> Prepared:
    """Read model and events, and run the network as it came.

    Raises:
        FpgamlError: bad input.
    """
    with progress.step("reading the model"):
        parsed = parse_model(model)
        data = request.checking.events(parsed.input_shapes)
    if data is None:
        raise FpgamlError("--data", "there are no events to judge designs by", "Give --data")
    labels = None if request.checking.labels is None else read_labels(request.checking.labels, data.events)
    events = read_events(data, labels, request.seed)
    subject, reference = _subject(model, parsed, request.input_types, data, events, progress)
    judge = judge_of(events, request.objectives, reference)
    held = {name: values[events.span(Part.HELD_OUT)] for name, values in reference.items()}
    came = judge.of_answers(held, Part.HELD_OUT)
    whole = subject.whole if isinstance(subject, QuantisedSubject) else None
    return Prepared(subject.varied(request.vary), judge, tuple(request.objectives), came, whole, _cut(events))


def prepare_task(model: Path, task: Task, request: Request, progress: Progress) -> Prepared:
    """The same for a network of a task, which is judged on the task's own test events; no file of events counts but for
    the types of inputs.

    Raises:
        FpgamlError: bad input.
    """
    with progress.step("reading the model"):
        parsed = parse_model(model)
        data = request.checking.events(parsed.input_shapes)
    assert data is not None  # a task brings some
    with progress.step(f"making test events of {task.name}"):
        chosen, held = events_of(task, request.task_events, request.seed)
    ((layer, shape),) = parsed.input_shapes.items()
    reals = {layer: np.concatenate([x.reshape(-1, *shape) for x in chosen.x.values()]).astype(np.float64)}
    quantised: QuantisedSubject | None = None
    try:
        found, floating = float_subject(model, parsed, request.input_types, data, reals, progress)
        subject: Subject = found
        whole = floating.graph
    except NothingToRoundError:
        quantised = QuantisedSubject.of(settle(model, parsed, request.input_types, data))
        subject, whole = quantised, quantised.whole
    with progress.step("running the network as it came"):
        judge = judge_of_task(task, whole, request.objectives, (chosen, held))
        came = judge.of_answers(judge.reference[Part.HELD_OUT], Part.HELD_OUT)
    words = {each.name: each for each in judge.objectives}
    objectives = tuple(words.get(each.name, each) for each in request.objectives)
    return Prepared(subject.varied(request.vary), judge, objectives, came, None if quantised is None else whole)


def _cut(events: Events) -> tuple[str, ...]:
    """That not all events are looked at, where it is so."""
    if not events.left_out:
        return ()
    said = f"the first {events.total:,} of {events.total + events.left_out:,} events are looked at"
    return (f"{said}: {MOST_VALUES:,} numbers at most are held in memory",)


def _subject(
    path: Path, parsed: ParsedModel, input_types: Sequence[str], data: DataSet, events: Events, progress: Progress
) -> tuple[Subject, Answers]:
    """The network, and its answers as it came to all events."""
    try:
        found, floating = float_subject(path, parsed, input_types, data, events.of(Part.CHOOSING), progress)
    except NothingToRoundError:
        subject = QuantisedSubject.of(settle(path, parsed, input_types, data))
        with progress.step("running the network as it came"):
            return subject, answers_of(subject.whole, events.reals)
    with progress.step("running the float network on the events held out"):
        held = answers_of(floating.graph, events.of(Part.HELD_OUT))
    chosen = {name: values.reshape(len(values), -1) for name, values in floating.answers.items()}
    return found, {name: np.concatenate([chosen[name], held[name]]) for name in chosen}
