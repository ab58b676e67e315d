"""What a network's answers to events are worth, by the objectives that need events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.labels import Labels
from fpgaml.emulator.engine import choose_engine
from fpgaml.errors import FpgamlError
from fpgaml.explore.events import Events, Part
from fpgaml.explore.metrics import METRICS, Answers, distance
from fpgaml.explore.objectives import Compared, Measured, Objective
from fpgaml.explore.paired import DIFFERENCES
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import read_inputs
from fpgaml.progress import Silent
from fpgaml.proof.checks import chunk_events


class Judge(Protocol):
    """Says what a network's physics is; it pickles."""

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """Those that it can say."""

    def events(self, part: Part) -> int:
        """How many events a part has."""

    def measure(self, graph: Graph, part: Part) -> dict[str, Measured]:
        """Every objective on a part of the events."""

    def compared(self, graph: Graph) -> dict[str, Compared]:
        """Every objective on the events held out, beside the network as it came."""

    def constant(self) -> dict[str, float]:
        """What one same answer to every event held out is worth, by objective where that can be said."""


@dataclass(frozen=True)
class OnEvents:
    """Follows `Judge`: on labelled events of a file.

    Args:
        objectives: that are wanted; reference: answers of the network as it came to all events, where the distance
            from them is wanted.
    """

    all: Events
    objectives: tuple[Objective, ...]
    reference: Answers

    def events(self, part: Part) -> int:
        """As in `Judge`."""
        return self.all.count(part)

    def measure(self, graph: Graph, part: Part) -> dict[str, Measured]:
        """As in `Judge`."""
        return self.of_answers(self._answers(graph, part), part)

    def compared(self, graph: Graph) -> dict[str, Compared]:
        """As in `Judge`."""
        return self.compared_with_it(self._answers(graph, Part.HELD_OUT))

    def constant(self) -> dict[str, float]:
        """As in `Judge`."""
        came = self._as_it_came(Part.HELD_OUT)
        same = {name: np.broadcast_to(values.mean(axis=0), values.shape) for name, values in came.items()}
        return {name: each.value for name, each in self.of_answers(same, Part.HELD_OUT).items()}

    def of_answers(self, answers: Answers, part: Part) -> dict[str, Measured]:
        """Every objective of some answers to a part of the events."""
        found: dict[str, Measured] = {}
        for each in self.objectives:
            if each.name == "distance":
                found[each.name] = distance(answers, self._as_it_came(part))
            else:
                found[each.name] = METRICS[each.name](answers, self._labels(part))
        return found

    def compared_with_it(self, answers: Answers) -> dict[str, Compared]:
        """Every objective of some answers to the events held out, beside the network as it came."""
        came, part = self._as_it_came(Part.HELD_OUT), Part.HELD_OUT
        found = {}
        for name, each in self.of_answers(answers, part).items():
            difference = DIFFERENCES[name](answers, came, self._labels(part)) if name in DIFFERENCES else None
            found[name] = Compared(each.value, each.error, difference)
        return found

    def _answers(self, graph: Graph, part: Part) -> dict[str, NDArray[np.float64]]:
        answers = answers_of(graph, self.all.of(part))
        # By place: outputs of a rounded network may have other names.
        return dict(zip(self.reference, answers.values(), strict=True))

    def _as_it_came(self, part: Part) -> Answers:
        return {name: values[self.all.span(part)] for name, values in self.reference.items()}

    def _labels(self, part: Part) -> Labels:
        labels = self.all.labels_of(part)
        assert labels is not None  # `judge_of` refuses objectives that need them otherwise
        return labels


def answers_of(graph: Graph, reals: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """A network's answers.

    Args:
        reals: by input layer, shape (events, *shape).
    """
    events = len(next(iter(reals.values())))
    engine, size = choose_engine(graph, events, Silent()), chunk_events(graph)
    parts: dict[str, list[NDArray[np.float64]]] = {name: [] for name in graph.outputs}
    for first in range(0, events, size):
        chunk = {node: reals[layer][first : first + size] for layer, node in graph.input_layers.items()}
        for name, values in engine.run(read_inputs(graph, chunk)).items():
            parts[name].append(values.to_float().reshape(values.shape[0], -1))
    return {name: np.concatenate(found) for name, found in parts.items()}


def judge_of(events: Events, objectives: Sequence[Objective], reference: Answers) -> OnEvents:
    """A judge for some objectives.

    Raises:
        FpgamlError: an objective needs labels of another kind, or a task.
    """
    wanted = tuple(each for each in objectives if each.physics)
    for each in wanted:
        if each.name == "headline":
            raise FpgamlError("--objective headline", "is a task's own metric", "Give auc, or explore a task")
        if each.name != "distance" and events.labels is None:
            raise FpgamlError(f"--objective {each.name}", "needs to know the truth", "Give --labels, or take distance")
    judge = OnEvents(events, wanted, reference)
    for part in Part:
        judge.of_answers({name: values[events.span(part)] for name, values in reference.items()}, part)
    return judge
