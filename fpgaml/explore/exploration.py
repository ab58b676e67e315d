"""An exploration from its request to its front."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fpgaml.errors import EXIT_CHECK_FAILED, FpgamlError
from fpgaml.explore.cost import errors_note
from fpgaml.explore.costing import Costing
from fpgaml.explore.finish import Ended
from fpgaml.explore.front import front_of, nearest
from fpgaml.explore.limits import Limits, limits_of
from fpgaml.explore.objectives import Measured, Objective
from fpgaml.explore.preparing import prepare, prepare_task
from fpgaml.explore.request import Request
from fpgaml.explore.search import search
from fpgaml.explore.space import Space
from fpgaml.explore.study import Finished, Study
from fpgaml.explore.subject import Recipe, Subject
from fpgaml.explore.trial import Trials
from fpgaml.explore.worth import better_than_constant
from fpgaml.progress import Progress, Silent


@dataclass(frozen=True)
class Exploration:
    """What an exploration found.

    Args:
        front: designs that no other beats, with their physics on the events held out.
        designs: all that were looked at; as_it_came: physics of the network before, on the events held out.
        costs_as_it_came: of that network, where it has types for all its numbers.
        constant: what one same answer to every event held out is worth, by objective where that can be said.
        notes: what else its reader must know; made: what came of the best few.
    """

    objectives: tuple[Objective, ...]
    front: tuple[Finished, ...]
    designs: tuple[Finished, ...]
    as_it_came: dict[str, Measured]
    costs_as_it_came: Mapping[str, float]
    trials: Trials
    constant: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    made: tuple[Ended, ...] = ()

    @property
    def subject(self) -> Subject:
        """What was explored."""
        return self.trials.subject

    @property
    def useful(self) -> tuple[Finished, ...]:
        """The designs of the front that are better than one same answer to every event."""
        return tuple(
            each for each in self.front if better_than_constant(self.objectives, each.held_out or {}, self.constant)
        )

    def recipe(self, design: Finished) -> Recipe:
        """What makes a design's network again."""
        return self.subject.recipe(self.trials.bits(design.values))

    def keys(self, design: Finished) -> Mapping[str, str | Path]:
        """What else a design's fpgaml.yaml says."""
        return self.trials.costing.keys(design.values)


class NoDesignError(FpgamlError):
    """No design keeps to the budget."""

    exit_code = EXIT_CHECK_FAILED


def explore(model: Path, request: Request, progress: Progress | None = None) -> Exploration:
    """Search designs of a model, and find those that no other beats.

    Raises:
        FpgamlError: bad input, or the time was over before a design was looked at.
        NoDesignError: no design keeps to the budget; names the nearest.
    """
    progress = progress or Silent()
    if request.task is None:
        prepared = prepare(model, request, progress)
    else:
        prepared = prepare_task(model, request.task, request, progress)
    subject, judge, objectives = prepared.subject, prepared.judge, prepared.objectives
    costing = request.costing
    limits = limits_of(request.budget, frozenset(each.name for each in judge.objectives))
    trials = Trials(subject, costing, judge, limits, objectives)
    space = Space((*subject.tensors, *costing.choices))
    study = Study(request.output, request.about(model, space), space, objectives, request.seed)
    designs = search(study, trials, request.effort, progress)
    front = front_of(designs, objectives)
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
        objectives,
        tuple(front_of([each for each in designs if each.number in kept], objectives)),
        tuple(designs),
        prepared.as_it_came,
        {} if prepared.whole is None else costing.costs(prepared.whole, costing.first).numbers,
        trials,
        judge.constant(),
        (*prepared.notes, *_how_far_off(costing, front), *_not_alike(costing, designs), *_not_looked_at(limits)),
    )


def _how_far_off(costing: Costing, front: Sequence[Finished]) -> Iterator[str]:
    """What is known of the errors of the costs: once for each kind of firmware and family of devices."""
    said = (errors_note(costing.board(each.values), costing.target(each.values)) for each in front)
    yield from (f"costs are expected, not measured: {text}" for text in dict.fromkeys(said))


def _not_alike(costing: Costing, designs: Sequence[Finished]) -> Iterator[str]:
    """That LUTs of different families are counted as if they were the same, where they are."""
    kinds = sorted({costing.board(each.values).family.lut for each in designs})
    if len(kinds) > 1:
        yield f"LUT counts {' and '.join(kinds)} alike, which hold different amounts of logic: compare within a board"


def _not_looked_at(limits: Limits) -> Iterator[str]:
    yield from (f"not looked at while searching: {text}" for text in limits.others)


def _none(designs: Sequence[Finished]) -> FpgamlError:
    if not designs:
        advice = "Give more time: the search goes on when it is started again"
        return FpgamlError("--time-limit", "ended before a design was looked at", advice)
    near = nearest(designs)
    if near is None:
        return NoDesignError("fpgaml explore", f"no design could be looked at: {designs[0].outcome.why}")
    over = "; ".join(f"{text} missed by {100 * by:.3g} %" for text, by in near.outcome.violations.items())
    numbers = ", ".join(f"{name} {value:.6g}" for name, value in near.outcome.numbers.items())
    reason = (
        f"none of {len(designs)} designs keeps to the budget; the nearest is design {near.number} ({numbers}): {over}"
    )
    return NoDesignError("--budget", reason, "Loosen that limit, or search longer: --trials")
