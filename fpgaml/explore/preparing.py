"""What an exploration needs before it begins: the network, events in two parts, and who judges its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fpgaml.data.dataset import DataSet
from fpgaml.data.labels import read_labels
from fpgaml.errors import FpgamlError
from fpgaml.explore.events import Events, Part, read_events
from fpgaml.explore.floating import float_subject
from fpgaml.explore.judge import Answers, OnEvents, answers_of, judge_of
from fpgaml.explore.objectives import Measured
from fpgaml.explore.request import Request
from fpgaml.explore.subject import QuantisedSubject, Subject
from fpgaml.frontends.model import ParsedModel
from fpgaml.frontends.registry import parse_model
from fpgaml.precision.build import NothingToRoundError
from fpgaml.progress import Progress
from fpgaml.source import settle


@dataclass(frozen=True)
class Prepared:
    """What is explored, and by whom it is judged.

    Args:
        as_it_came: physics of the network before, on the events held out.
    """

    subject: Subject
    judge: OnEvents
    as_it_came: dict[str, Measured]


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
    return Prepared(subject.varied(request.vary), judge, judge.of_answers(held, Part.HELD_OUT))


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
