"""Source models that answer in turn: each is asked about what the one before answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.join import tagged
from fpgaml.proof.oracle import Answers, Oracle


@dataclass(frozen=True)
class Link:
    """One of them.

    Args:
        oracle: that answers; tag: of its network.
        outputs: what its answers are called, in order; feeds: the inputs of the next that they are; none for the last.
        told: whether its answers count, beside feeding the next.
    """

    oracle: Oracle
    tag: str
    outputs: tuple[str, ...]
    feeds: tuple[str, ...]
    told: bool


@dataclass(frozen=True)
class Relay(Oracle):
    """The links of a chain, in order; all answer in their files' order of axes."""

    links: Sequence[Link]

    @property
    def title(self) -> str:
        return ", then ".join(link.oracle.title for link in self.links)

    def answers(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Answers:
        return self.ask(inputs, first_event)()

    def ask(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Callable[[], Answers]:
        asked = self.links[0].oracle.ask(inputs, first_event)
        return lambda: self._through(asked(), first_event)

    def _through(self, given: Answers, first_event: int) -> Answers:
        """What all say, from the first's answers on."""
        found: dict[str, NDArray[np.float64]] = {}
        for number, link in enumerate(self.links):
            if number:
                before = self.links[number - 1]
                values = (np.asarray(given[name], np.float64) for name in before.outputs)
                given = link.oracle.answers(dict(zip(before.feeds, values, strict=True)), first_event)
            if not given:
                return {}  # it answers for fewer events
            found |= {name: given[name] for name in link.outputs if link.told}
            layers = ((name.removeprefix("layer/"), array) for name, array in given.items() if name not in link.outputs)
            found |= {f"layer/{tagged(layer, link.tag) if link.tag else layer}": array for layer, array in layers}
        return found

    def prefer_float64(self) -> None:
        for link in self.links:
            link.oracle.prefer_float64()

    def return_to_float32(self) -> bool:
        returned = [link.oracle.return_to_float32() for link in self.links]
        return True in returned

    def start(self) -> None:
        for link in self.links:
            link.oracle.start()

    def wait(self) -> None:
        for link in self.links:
            link.oracle.wait()

    def close(self) -> None:
        for link in self.links:
            link.oracle.close()
