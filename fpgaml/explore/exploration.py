"""An exploration from its request to its front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fpgaml.data.labels import read_labels
from fpgaml.errors import EXIT_CHECK_FAILED, FpgamlError
from fpgaml.explore.costing import Unrolled
from fpgaml.explore.events import Events, Part, read_events
from fpgaml.explore.floating import float_subject
from fpgaml.explore.front import front_of, nearest
from fpgaml.explore.judge import Answers, OnEvents, answers_of, judge_of
from fpgaml.explore.limits import limits_of
from fpgaml.explore.objectives import Measured, Objective
from fpgaml.explore.request import Request
from fpgaml.explore.search import search
from fpgaml.explore.space import Bits, Space, matching
from fpgaml.explore.study import Finished, Study
from fpgaml.explore.subject import FloatSubject
from fpgaml.explore.trial import Trials
from fpgaml.frontends.registry import parse_model
from fpgaml.progress import Progress, Silent


@dataclass(frozen=True)
class Exploration:
    """What an exploration found.

    Args:
        front: designs that no other beats, with their physics on the events held out.
        designs: all that were looked at; as_it_came: physics of the network before, on the events held out.
    """

    objectives: tuple[Objective, ...]
    front: tuple[Finished, ...]
    designs: tuple[Finished, ...]
    as_it_came: dict[str, Measured]
    subject: FloatSubject
    notes: tuple[str, ...] = ()


class NoDesignError(FpgamlError):
    """No design keeps to the budget."""

    exit_code = EXIT_CHECK_FAILED


def explore(model: Path, request: Request, progress: Progress | None = None) -> Exploration:
    """Search designs of a model, and find those that no other beats.

    Raises:
        FpgamlError: bad input.
        NoDesignError: no design keeps to the budget; names the nearest.
    """
    progress = progress or Silent()
    with progress.step("reading the model"):
        parsed = parse_model(model)
        data = request.checking.events(parsed.input_shapes)
    if data is None:
        raise FpgamlError("--data", "there are no events to judge designs by", "Give --data")
    labels = None if request.checking.labels is None else read_labels(request.checking.labels, data.events)
    events = read_events(data, labels, request.seed)
    found, floating = float_subject(model, parsed, request.input_types, data, events.of(Part.CHOOSING), progress)
    with progress.step("running the float network on the events held out"):
        held = answers_of(floating.graph, events.of(Part.HELD_OUT))
    reference = _joined([{name: a.reshape(len(a), -1) for name, a in floating.answers.items()}, held])
    subject = replace(found, tensors=_varied(found, request.vary))
    judge = judge_of(events, request.objectives, reference)
    costing = Unrolled(request.board)
    limits = limits_of(request.budget, frozenset(each.name for each in judge.objectives))
    trials = Trials(subject, costing, judge, limits, tuple(request.objectives))
    space = Space((*subject.tensors, *costing.choices))
    study = Study(request.output, request.about(model, space), space, request.objectives, request.seed)
    designs = search(study, trials, request.effort, progress)
    front = front_of(designs, request.objectives)
    if not front:
        raise _none(designs)
    with progress.bar("the front on the events held out", len(front), "designs") as advance:
        for design in front:
            if design.held_out is None:
                study.tell_held_out(design, trials.held_out(design.values))
            advance(1)
    kept = {design.number for design in front}
    designs = study.finished()
    return Exploration(
        tuple(request.objectives),
        tuple(front_of([each for each in designs if each.number in kept], request.objectives)),
        tuple(designs),
        _as_it_came(judge, reference, events),
        subject,
        tuple(f"not looked at while searching: {text}" for text in limits.others),
    )


def _varied(subject: FloatSubject, vary: Sequence[str]) -> tuple[Bits, ...]:
    names = [each.name for each in subject.tensors]
    wanted = matching(vary or ["*"], names, "--vary")
    return tuple(each for each in subject.tensors if each.name in wanted)


def _joined(parts: Sequence[Answers]) -> Answers:
    import numpy as np

    first, second = parts
    return {name: np.concatenate([first[name], other]) for name, other in zip(first, second.values(), strict=True)}


def _as_it_came(judge: OnEvents, reference: Answers, events: Events) -> dict[str, Measured]:
    held = {name: values[events.span(Part.HELD_OUT)] for name, values in reference.items()}
    return judge.of_answers(held, Part.HELD_OUT)


def _none(designs: Sequence[Finished]) -> FpgamlError:
    near = nearest(designs)
    if near is None:
        failed = designs[0].outcome.why if designs else "none was looked at"
        return NoDesignError("fpgaml explore", f"no design could be looked at: {failed}")
    over = "; ".join(f"{text} missed by {100 * by:.3g} %" for text, by in near.outcome.violations.items())
    numbers = ", ".join(f"{name} {value:.6g}" for name, value in near.outcome.numbers.items())
    reason = (
        f"none of {len(designs)} designs keeps to the budget; the nearest is design {near.number} ({numbers}): {over}"
    )
    return NoDesignError("--budget", reason, "Loosen that limit, or search longer: --trials")
