"""The search itself: generation after generation, until there are as many designs as were asked for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from fpgaml.explore.asking import GENERATION
from fpgaml.explore.outcome import Outcome, Stage
from fpgaml.explore.space import Values
from fpgaml.explore.study import Asked, Finished, Study
from fpgaml.explore.trial import Trials
from fpgaml.progress import Progress

WAIT_SECONDS = 0.5
"""Between looks at what other processes have finished."""


@dataclass(frozen=True)
class Effort:
    """How long to search.

    Args:
        trials: designs in all, those of earlier runs too; seconds: of this run; None: no such end.
    """

    trials: int = 200
    seconds: float | None = None


def search(study: Study, trials: Trials, effort: Effort, progress: Progress) -> list[Finished]:
    """Look at designs until there are enough; returns all that were looked at, by number."""
    end = None if effort.seconds is None else time.monotonic() + effort.seconds
    finished = study.finished()
    with progress.bar("designs", effort.trials, "designs") as advance:
        advance(min(len(finished), effort.trials))
        while len(finished) < effort.trials and not _over(end):
            generation = [each for each in study.generation() if each.number < effort.trials]
            rivals, known = _rivals(finished, generation), {_key(each.values): each.outcome for each in finished}
            looked = 0
            for asked in generation:
                if _over(end):
                    break
                with study.claimed(asked) as mine:
                    if mine:
                        study.tell(asked, known.get(_key(asked.values)) or trials.run(asked.values, rivals))
                        looked += 1
            if not looked and not _over(end):
                time.sleep(WAIT_SECONDS)
            before, finished = len(finished), study.finished()
            advance(min(len(finished), effort.trials) - min(before, effort.trials))
    return finished


def _rivals(finished: Sequence[Finished], generation: Sequence[Asked]) -> list[Outcome]:
    """Of earlier generations the designs that were looked at on all events and keep to the budget."""
    first = min((each.number for each in generation), default=0) // GENERATION * GENERATION
    return [
        each.outcome
        for each in finished
        if each.number < first and each.outcome.stage is Stage.ALL and each.outcome.feasible
    ]


def _over(end: float | None) -> bool:
    return end is not None and time.monotonic() > end


def _key(values: Values) -> str:
    return repr(sorted(values.items()))
