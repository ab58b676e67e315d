"""The best few of an exploration made and measured: those whose physics is worth their making."""

from __future__ import annotations

from fpgaml.explore.best import best_of, wanted_of
from fpgaml.explore.exploration import Exploration
from fpgaml.explore.finish import Ended, finish
from fpgaml.explore.request import Request
from fpgaml.explore.study import Finished
from fpgaml.progress import Progress

WORSE = 1.0
"""Standard deviations by which a design's physics may be below that of the network as it came.

Both are of the same events, so that their difference is known far better than either: more would be a real loss."""


def make(found: Exploration, request: Request, count: int, progress: Progress) -> tuple[Ended, ...]:
    """Convert, prove and synthesise so many; their files must lie in the folder already."""
    chosen = best_of(worth_making(found), count) if count else []
    return finish(wanted_of(chosen, request.output), request.budget, progress) if chosen else ()


def worth_making(found: Exploration) -> list[Finished]:
    """The designs of the front whose physics on the events held out is within the error of the network's as it came.

    Returns:
        The cheapest first; the whole front, where no design is so good, or where nothing is measured but distances.
    """
    able = [each for each in found.front if _as_good(found, each)] or list(found.front)
    costs = [each.name for each in found.objectives if not each.physics]
    return sorted(able, key=lambda each: each.outcome.costs[costs[0]]) if costs else able


def _as_good(found: Exploration, design: Finished) -> bool:
    for each in found.objectives:
        if not each.physics or each.name == "distance":
            continue
        here, came = (design.held_out or {})[each.name], found.as_it_came[each.name]
        if each.loss(here.value) > each.loss(came.value) + WORSE * (came.error or 0.0):
            return False
    return True
