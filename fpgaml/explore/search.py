"""The search itself: generation after generation, until there are as many designs as were asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from fpgaml.cluster.pool import Pool
from fpgaml.cluster.run import open_pool
from fpgaml.cluster.workers import HERE, Workers
from fpgaml.explore.asking import GENERATION
from fpgaml.explore.children import key
from fpgaml.explore.designs import DesignJob, Looked, look_at
from fpgaml.explore.front import front_of
from fpgaml.explore.outcome import Outcome
from fpgaml.explore.study import Asked, Finished, Study
from fpgaml.explore.trial import Trials
from fpgaml.progress import Progress

WAIT_SECONDS = 0.5
"""Between looks at what other processes have finished."""


@dataclass(frozen=True)
class Effort:
    """How long to search, and by whom.

    Args:
        trials: designs in all, those of earlier runs too; seconds: of this run; None: no such end.
    """

    trials: int = 200
    seconds: float | None = None
    workers: Workers = HERE


def search(study: Study, trials: Trials, effort: Effort, progress: Progress) -> list[Finished]:
    """Look at designs until there are enough; returns all that were looked at, by number."""
    end = None if effort.seconds is None else time.monotonic() + effort.seconds
    finished = study.finished()
    with progress.bar("designs", effort.trials, "designs") as advance:
        advance(min(len(finished), effort.trials))
        if len(finished) >= effort.trials:
            return finished
        with open_pool(DesignJob(trials), effort.workers, progress) as pool:
            while len(finished) < effort.trials and not _over(end):
                done = _Generation(study, pool, finished, effort.trials, end).run(advance)
                before, finished = len(finished), study.finished()
                advance(min(len(finished), effort.trials) - min(before + done, effort.trials))
                if not done and len(finished) == before:
                    time.sleep(WAIT_SECONDS)
    return finished


@dataclass(frozen=True)
class _Generation:
    """What is open of the last generation.

    Args:
        finished: of all generations; most: no design from this number on.
    """

    study: Study
    pool: Pool[Looked]
    finished: Sequence[Finished]
    most: int
    end: float | None

    def run(self, advance: Callable[[int], object]) -> int:
        """Look at what nobody else looks at, and return how much that was."""
        designs = [each for each in self.study.generation() if each.number < self.most]
        known = {key(each.values): each.outcome for each in self.finished}
        done = 0
        with ExitStack() as claims:
            mine = [each for each in designs if claims.enter_context(self.study.claimed(each))]
            for asked in mine:
                if key(asked.values) in known:
                    self.study.tell(asked, replace(known[key(asked.values)], seconds=0.0))
                    advance(1)
                    done += 1
            new = [each for each in mine if key(each.values) not in known]
            rivals = self._rivals(new)
            for part in self._parts(new):
                if _over(self.end):
                    break
                for asked, outcome in look_at(self.pool, part, rivals):
                    self.study.tell(asked, outcome)
                    advance(1)
                    done += 1
        return done

    def _parts(self, designs: Sequence[Asked]) -> list[Sequence[Asked]]:
        """All at once; one by one where the time is limited, as far as several are not done at once anyhow."""
        if self.end is None:
            return [designs]
        size = max(1, self.pool.room)
        return [designs[first : first + size] for first in range(0, len(designs), size)]

    def _rivals(self, designs: Sequence[Asked]) -> list[Outcome]:
        """The front of earlier generations: whoever looks at a design, and whenever, it is measured by the same."""
        first = min((each.number for each in designs), default=0) // GENERATION * GENERATION
        earlier = [each for each in self.finished if each.number < first]
        return [each.outcome for each in front_of(earlier, self.study.objectives)]


def _over(end: float | None) -> bool:
    return end is not None and time.monotonic() > end
