"""Designs as pieces of a job: looked at in this process, in others, or on other machines."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgaml.cluster.job import Piece
from fpgaml.cluster.pool import Failure, Pool
from fpgaml.explore.outcome import Outcome, Stage
from fpgaml.explore.study import Asked
from fpgaml.explore.trial import Trials


@dataclass(frozen=True)
class Looked:
    """What came of designs, by number; follows `Sum`."""

    outcomes: Mapping[int, Outcome]

    def plus(self, other: Looked) -> Looked:
        """As in `Sum`."""
        return Looked({**self.outcomes, **other.outcomes})


@dataclass
class DesignJob:
    """Follows `Job` and `ReadsFiles`; its pieces are made as designs are asked for."""

    trials: Trials
    title: str = "designs"
    unit: str = "designs"

    @property
    def files(self) -> Sequence[Path]:
        """As in `ReadsFiles`."""
        return self.trials.files

    def pieces(self) -> Sequence[Piece]:
        """None that are known beforehand."""
        return ()

    def run(self, piece: Piece) -> Looked:
        """As in `Job`."""
        content = json.loads(piece.source)
        rivals = [Outcome.of_text(text) for text in content["rivals"]]
        return Looked({piece.first: self.trials.run(content["values"], rivals)})


def look_at(pool: Pool[Looked], designs: Sequence[Asked], rivals: Sequence[Outcome]) -> Iterator[tuple[Asked, Outcome]]:
    """Each design with what came of it, as they are done; one whose worker is lost is looked at a second time."""
    texts = [each.to_text() for each in rivals]
    by_number = {each.number: each for each in designs}
    waiting = deque(
        Piece(json.dumps({"values": dict(each.values), "rivals": texts}), each.number, 1) for each in designs
    )
    under_way, again = 0, set[int]()
    while waiting or under_way:
        while waiting and pool.room > 0:
            pool.submit(waiting.popleft())
            under_way += 1
        done = pool.next()
        under_way -= 1
        number, result = done.piece.first, done.result
        if not isinstance(result, Failure):
            yield by_number[number], result.outcomes[number]
        elif result.final or number in again:
            yield by_number[number], Outcome(Stage.FAILED, why=result.reason)
        else:
            again.add(number)
            waiting.append(done.piece)
