"""The best few of an exploration made and measured: those whose physics is worth their making."""

from __future__ import annotations

from fpgaml.explore.best import best_of, wanted_of
from fpgaml.explore.exploration import Exploration
from fpgaml.explore.finish import Ended, finish
from fpgaml.explore.request import Request
from fpgaml.explore.study import Finished
from fpgaml.explore.worth import AS_GOOD, as_good
from fpgaml.progress import Progress


def make(found: Exploration, request: Request, count: int, progress: Progress) -> tuple[Ended, ...]:
    """Convert, prove and synthesise so many; their files must lie in the folder already."""
    chosen = best_of(worth_making(found), count) if count else []
    return finish(wanted_of(chosen, request.output), request.budget, progress) if chosen else ()


def worth_making(found: Exploration) -> list[Finished]:
    """The designs of the front that are as good as the network as it came; where none is, those of any use.

    Returns:
        The cheapest first.
    """
    able = _as_good(found) or list(found.useful) or list(found.front)
    costs = [each.name for each in found.objectives if not each.physics]
    return sorted(able, key=lambda each: each.outcome.costs[costs[0]]) if costs else able


def how_chosen(found: Exploration) -> str:
    """Which designs were made, in words."""
    if not any(each.physics and each.name != "distance" for each in found.objectives):
        return "made: some of the front, spread over it evenly"
    good = len(_as_good(found))
    if good:
        return f"made: {len(found.made)} of the {good} on the front that {'is' if good == 1 else 'are'} {AS_GOOD}"
    return f"made: some of the front, spread over it evenly; none is {AS_GOOD}"


def _as_good(found: Exploration) -> list[Finished]:
    return [each for each in found.front if as_good(found.objectives, each.held_out or {})]
