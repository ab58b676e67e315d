"""Branch and bound: boxes of inputs are cut until in each of them a claim is proved, or until it is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from fpgaml.certificates.claim import Claim
from fpgaml.certificates.finding import Counterexample, Finding, Slope
from fpgaml.certificates.interval import Interval
from fpgaml.certificates.propagate import Propagation
from fpgaml.certificates.space import Codes, Space
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.types import Ints
from fpgaml.progress import Progress
from fpgaml.record.monotonicity import ClaimStatus, Method

AT_ONCE = 64
"""Boxes that are looked at together."""
PAIRS, FIRST_PAIRS = 256, 4096
"""Pairs of inputs that are tried in the boxes of one look, where nothing is proved yet; and before all."""
SEED = 20261127


@dataclass(frozen=True, eq=False)
class Boxes:
    """low <= code <= high, element by element, of shape (boxes, elements)."""

    low: Codes
    high: Codes

    def __len__(self) -> int:
        return len(self.low)

    def picked(self, which: Ints) -> Boxes:
        """Some of them."""
        return Boxes(self.low[which], self.high[which])

    def parts(self, most: int) -> Iterator[Boxes]:
        """So many at a time."""
        for start in range(0, len(self), most):
            yield self.picked(slice(start, start + most))  # type: ignore[arg-type]


class Search:
    """For one claim.

    Args:
        graph: the network; space: its inputs; claim: what is to be proved.
    """

    def __init__(self, graph: Graph, space: Space, claim: Claim) -> None:
        self._graph, self._space, self._claim = graph, space, claim
        self._propagation = Propagation(graph, claim.output)
        self._random = np.random.default_rng((SEED, claim.element))

    def run(self, budget: int, progress: Progress) -> Finding:
        """Prove the claim, break it, or spend the budget.

        Args:
            budget: boxes that may be looked at.
            progress: hears of the boxes.
        """
        space, claim = self._space, self._claim
        whole = Boxes(space.low[None], space.high[None])
        if space.sizes[claim.element] < 2:
            return Finding(claim, ClaimStatus.PROVED, Method.INTERVALS, why="the element has one value", looked=0)
        stack, looked = [whole], 0
        slopes = _Slopes()
        with progress.bar("proving by intervals", budget, "boxes") as advance:
            while stack:
                boxes = stack.pop()
                if looked + len(boxes) > budget:
                    why = f"after {looked:,} boxes; the last of them were not narrow enough to tell"
                    return Finding(claim, ClaimStatus.NOT_PROVED, Method.INTERVALS, why=why, looked=looked)
                change = self._propagation.change(
                    space.boxes(boxes.low, boxes.high), space.step(claim.element, len(boxes))
                )
                proved = claim.holds_in(change)
                slopes.add(change, proved)
                left = boxes.picked(~proved)
                looked += len(boxes)
                advance(len(boxes))
                if not len(left):
                    continue
                broken, left = self._try(left, FIRST_PAIRS if looked == 1 else PAIRS, slopes)
                if broken is not None:
                    return Finding(claim, ClaimStatus.BROKEN, Method.INTERVALS, counterexample=broken, looked=looked)
                stack.extend(self._cut(left).parts(AT_ONCE))
        return Finding(claim, ClaimStatus.PROVED, Method.INTERVALS, slope=slopes.slope(space, claim), looked=looked)

    def _try(self, boxes: Boxes, pairs: int, slopes: _Slopes) -> tuple[Counterexample | None, Boxes]:
        """Pairs of inputs one step apart in boxes: the one that breaks the claim most, and boxes still to be cut.

        A box of one such pair needs no cut: what the pair shows is all there is.
        """
        element, each = self._claim.element, max(1, pairs // len(boxes))
        last = boxes.high.copy()
        last[:, element] -= 1
        single = (boxes.low == last).all(axis=1)
        low, high = (np.repeat(end, each, axis=0) for end in (boxes.low, last))
        points = self._random.integers(low, high, endpoint=True)
        found = try_points(self._graph, self._space, self._claim, points)
        if found is not None:
            return found, boxes
        if single.any():
            slopes.add_pairs(self._graph, self._space, self._claim, boxes.low[single])
        return None, boxes.picked(~single)

    def _cut(self, boxes: Boxes) -> Boxes:
        """Each in two, across the element that is widest as a share of what it was at first.

        Halves of the claimed element share the value between them, so that no step is lost.
        """
        if not len(boxes):
            return boxes
        element = self._claim.element
        width = boxes.high - boxes.low
        room = width.copy()
        room[:, element] -= 1  # from one step on there is nothing to cut
        share = np.where(room > 0, width / np.maximum(self._space.high - self._space.low, 1), -1.0)
        across = share.argmax(axis=1)
        rows = np.arange(len(boxes))
        middle = boxes.low[rows, across] + width[rows, across] // 2
        below, above = boxes.high.copy(), boxes.low.copy()
        below[rows, across] = middle
        above[rows, across] = np.where(across == element, middle, middle + 1)
        return Boxes(np.concatenate([boxes.low, above]), np.concatenate([below, boxes.high]))


def try_points(graph: Graph, space: Space, claim: Claim, points: Codes) -> Counterexample | None:
    """Points against those one step up: the pair that breaks the claim most, as the interpreter has it, if any does."""
    before, after, unit = _outputs(graph, space, claim, points)
    change = (after - before) * claim.direction.sign
    if not change.size or int(change.min()) >= 0:
        return None
    row, place = (int(each) for each in np.unravel_index(int(change.argmin()), change.shape))
    step = Fraction(2) ** -unit
    values = (int(each[row, place]) * step for each in (before, after))
    return Counterexample(points[row], claim.element, place, *values)


def _outputs(graph: Graph, space: Space, claim: Claim, points: Codes) -> tuple[Ints, Ints, int]:
    """A claim's output, flat, at points and one step up, and the fractional bits."""
    moved = points.copy()
    moved[:, claim.element] += 1
    values = interpret(graph, space.values(np.concatenate([points, moved])))[claim.output]
    flat = values.integers.reshape(2, len(points), -1)
    return flat[0], flat[1], values.fractional


class _Slopes:
    """The smallest and the largest change in one step that boxes allow, or that pairs have."""

    def __init__(self) -> None:
        self._least: Fraction | None = None
        self._most: Fraction | None = None

    def add(self, change: Interval, which: Ints) -> None:
        """Those boxes in which the claim is proved."""
        if which.any():
            self._widen(change.low.integers[which], change.high.integers[which], change.unit)

    def add_pairs(self, graph: Graph, space: Space, claim: Claim, points: Codes) -> None:
        """Points and those one step up."""
        before, after, unit = _outputs(graph, space, claim, points)
        self._widen(after - before, after - before, unit)

    def _widen(self, low: Ints, high: Ints, unit: int) -> None:
        least, most = (int(end) * Fraction(2) ** -unit for end in (low.min(), high.max()))
        self._least = least if self._least is None else min(self._least, least)
        self._most = most if self._most is None else max(self._most, most)

    def slope(self, space: Space, claim: Claim) -> Slope | None:
        """By what the input changes in a step."""
        if self._least is None or self._most is None:
            return None
        step = Fraction(2) ** -int(space.fractional[claim.element])
        return Slope(self._least / step, self._most / step)
