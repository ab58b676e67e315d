"""Numbers in floating point, rounded as data decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.dataset import DataSet
from fpgaml.emulator.engine import choose_engine
from fpgaml.emulator.titles import INTERPRETER
from fpgaml.errors import FpgamlError
from fpgaml.frontends.model import Built, ParsedModel
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.types import Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.precision.build import Calibrating, Rounded, facts_of, nothing_to_round
from fpgaml.precision.calibrated import Bits, Calibrated
from fpgaml.precision.goal import Goal, Judge, Outputs, labels_for
from fpgaml.precision.observing import Extent, Observing
from fpgaml.precision.places import Place
from fpgaml.precision.search import MOST, Found, layers_of, search
from fpgaml.progress import Progress, Silent
from fpgaml.record.calibration import Calibration, LayerDistance, OneBit, TensorChoice

SAMPLE_VALUES = 1 << 22
"""Numbers of all tensors together, for the events that flow along while the float network is built."""
OBSERVED_VALUES, SEARCHED_VALUES = 1 << 29, 1 << 25
"""Numbers of all tensors together, for the events that ranges are seen on, and that every try is run on."""
BATCH_VALUES = 1 << 23
LEAST_EVENTS = 32
REFERENCE = "the same network with 30-bit values, 22-bit weights and tables of 16 bits, by the interpreter"

Reals = Mapping[str, NDArray[np.float64]]
"""By input layer, shape (events, *shape)."""


@dataclass(frozen=True)
class ByCalibration:
    """Follows `build.Numbers`: `--calibrate`.

    Args:
        labels: truth of the events, where the goal is an area under the ROC curve.
    """

    goal: Goal = field(default_factory=Goal)
    labels: Path | None = None
    progress: Progress = field(default_factory=Silent)

    @property
    def option(self) -> str:
        """That it came with."""
        return "--calibrate"

    def input_type(self, name: str) -> Quantizer | None:
        """The data decide."""
        return None

    def build(self, parsed: ParsedModel, inputs: Mapping[str, Quantizer], data: DataSet | None) -> Rounded:
        """As in `build.Numbers`.

        Raises:
            FpgamlError: there are no events, nothing in floating point, or the goal cannot be met.
        """
        if data is None:
            raise FpgamlError("--calibrate", "needs typical events to decide by", "Give --data")
        with self.progress.step("building the float network"):
            floating = Floating.build(parsed, inputs, data)
        floating.observe(self.progress)
        judge = Judge(self.goal, floating.answers, labels_for(self.goal, self.labels, floating.events))
        return _Calibration(parsed, inputs, floating, judge, self.progress).run(data)


@dataclass
class Floating:
    """The float network, and what it does on the events.

    Args:
        graph: of wide numbers; watch: how its tensors' extents are known; reals: the events.
        answers: of the outputs on all events, after `observe`.
    """

    graph: Graph
    watch: Observing
    reals: Reals
    values_per_event: int
    answers: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    @classmethod
    def build(cls, parsed: ParsedModel, inputs: Mapping[str, Quantizer], data: DataSet) -> Floating:
        """Build it for as many events as are worth it; errors as for `of`."""
        shapes = sum(prod(shape) for shape in data.shapes.values())
        floating = cls.of(parsed, inputs, next(data.chunks(shapes * LEAST_EVENTS)))
        count = max(LEAST_EVENTS, OBSERVED_VALUES // floating.values_per_event)
        reals: dict[str, list[NDArray[np.float64]]] = {name: [] for name in floating.reals}
        have = 0
        for chunk in data.chunks():
            for name, array in chunk.items():
                reals[name].append(array[: count - have])
            have += len(next(iter(chunk.values())))
            if have >= count:
                break
        return replace(floating, reals={name: np.concatenate(parts) for name, parts in reals.items()})

    @classmethod
    def of(cls, parsed: ParsedModel, inputs: Mapping[str, Quantizer], reals: Reals) -> Floating:
        """Build it, with the first events flowing along.

        Raises:
            FpgamlError: nothing is in floating point.
        """
        watch = Observing({name: array[:LEAST_EVENTS] for name, array in reals.items()})
        built = parsed.build(inputs, watch)
        if not watch.extents:
            raise nothing_to_round("--calibrate")
        total = sum(prod(shape) for shape in built.graph.shapes.values())
        return cls(built.graph, watch, reals, total)

    @property
    def events(self) -> int:
        """How many there are."""
        return len(next(iter(self.reals.values())))

    @property
    def searched(self) -> int:
        """How many of them every try is run on."""
        return min(self.events, max(LEAST_EVENTS, SEARCHED_VALUES // self.values_per_event))

    def observe(self, progress: Progress) -> None:
        """Run all events: extents of all tensors, and the answers."""
        extents = self.watch.extents

        def see(node: Node, given: list[FixedArray], _: FixedArray) -> None:
            place = self.watch.watched.get(node.name)
            if place is not None:
                integers, unit = given[0].integers, 2.0 ** -given[0].fractional
                seen = Extent(int(integers.min()) * unit, int(integers.max()) * unit)
                extents[place] = extents[place].with_(seen)

        parts: dict[str, list[NDArray[np.float64]]] = {}
        with progress.bar("running the float network", self.events, "events") as advance:
            for batch in self.batches(self.events):
                for name, values in interpret(self.graph, batch, see).items():
                    parts.setdefault(name, []).append(values.to_float())
                advance(next(iter(batch.values())).shape[0])
        self.answers = {name: np.concatenate(found) for name, found in parts.items()}

    def batches(self, events: int, graph: Graph | None = None) -> Iterator[dict[str, FixedArray]]:
        """The first events, as a graph takes them."""
        graph = graph or self.graph
        size = max(1, BATCH_VALUES // self.values_per_event)
        for start in range(0, events, size):
            stop = min(start + size, events)
            yield read_inputs(
                graph, {node: self.reals[layer][start:stop] for layer, node in graph.input_layers.items()}
            )


@dataclass
class _Calibration:
    """One calibration on its way.

    Args:
        judge: on all events.
    """

    parsed: ParsedModel
    inputs: Mapping[str, Quantizer]
    floating: Floating
    judge: Judge
    progress: Progress

    def run(self, data: DataSet) -> Rounded:
        """Search, build for good, and say what was found."""
        if not self.graph(Bits(MOST))[1].choices:
            raise nothing_to_round("--calibrate")
        few = self.floating.searched
        if self.judge.goal.auc_loss is not None:
            few = self.floating.events
        labels = None if self.judge.labels is None else self.judge.labels.first(few)
        judge = Judge(self.judge.goal, {name: a[:few] for name, a in self.judge.float_answers.items()}, labels)

        def used(bits: Bits) -> float:
            return judge.used(self.answers(self.graph(bits)[0].graph, few)[0])

        def distance(bits: Bits) -> float:
            return judge.distance(self.answers(self.graph(bits)[0].graph, few)[0])

        with self.progress.step("looking for the fewest bits"):
            found = search(used, self.tensors, "Allow more, or give wider inputs with --input-type")
            built, precision = self.graph(found.bits)
            answers, graph_by = self.answers(built.graph, self.floating.events)
            layers = self.layers(built, found, precision, few, distance)
            one = OneBit(fewer=distance(found.bits.moved(-1)), more=distance(found.bits.moved(1)))
        goal = self.judge.goal
        fact = Calibration(
            goal=str(goal),
            headroom=goal.headroom,
            events=self.floating.events,
            searched=few,
            reference=REFERENCE,
            graph_by="" if graph_by == INTERPRETER else graph_by,
            everywhere=found.everywhere,
            tries=found.tries,
            all_tried=found.all_tried,
            distance=self.judge.distance(answers),
            used=self.judge.used(answers),
            auc_loss=None if goal.auc_loss is None else self.judge.loss(answers),
            outputs=one,
            tensors=tuple(self.rows(found.bits, precision)),
            layers=layers,
        )
        facts = facts_of("calibrated", (str(goal),), precision.choices)
        return Rounded(built, facts, calibration=Calibrating(fact, tuple(self.floating.answers.values())))

    def graph(self, bits: Bits) -> tuple[Built, Calibrated]:
        """The network with these bits."""
        precision = Calibrated(self.floating.watch.extents, bits, self.judge.goal.headroom)
        return self.parsed.build(self.inputs, precision), precision

    def answers(self, graph: Graph, events: int) -> tuple[Outputs, str]:
        """Of the first events, by output; and who computed them."""
        parts: dict[str, list[NDArray[np.float64]]] = {}
        engine = choose_engine(graph, events, Silent())
        for batch in self.floating.batches(events, graph):
            for name, values in engine.run(batch).items():
                parts.setdefault(name, []).append(values.to_float())
        return {name: np.concatenate(found) for name, found in parts.items()}, engine.title

    def tensors(self, bits: Bits) -> Sequence[Place]:
        """Those with a number of bits of their own: weights first, the largest before all, then as the network runs."""
        extents = self.floating.watch.extents
        rounded = [place for place in self.rounded(self.graph(bits)[1]) if place.part != "bias"]
        weights = [place for place in rounded if place.part in ("weight", "scale")]
        rest = [place for place in rounded if place not in weights]
        return sorted(weights, key=lambda place: -extents[place].elements) + rest

    def rounded(self, precision: Calibrated) -> list[Place]:
        """Every tensor that was rounded, once."""
        return list(dict.fromkeys(choice.place for choice in precision.choices))

    def rows(self, bits: Bits, precision: Calibrated) -> Iterator[TensorChoice]:
        """What each tensor got."""
        for place in self.rounded(precision):
            extent = self.floating.watch.extents.get(place, Extent(0.0, 0.0, False))
            yield TensorChoice(
                layer=place.layer,
                part=place.part,
                low=extent.low,
                high=extent.high,
                seen=extent.seen,
                bits=max(bits.of(place), 1),
            )

    def layers(
        self, built: Built, found: Found, precision: Calibrated, events: int, distance: object
    ) -> tuple[LayerDistance, ...]:
        """Layer by layer: how far it is from the float network, and what one bit of its tensors would do."""
        apart = self.apart(built.graph, events)
        tensors = layers_of(place for place in self.rounded(precision) if place.part != "bias")
        rows = []
        for layer in dict.fromkeys((*tensors, *apart)):
            one = None
            if layer in tensors:
                near = [found.bits, found.bits]
                for place in tensors[layer]:
                    near = [bits.changed(place, by) for bits, by in zip(near, (-1, 1), strict=True)]
                one = OneBit(fewer=distance(near[0]), more=distance(near[1]))  # type: ignore[operator]
            largest, magnitude = apart.get(layer, (None, None))
            rows.append(LayerDistance(layer=layer, largest=largest, magnitude=magnitude, outputs=one))
        return tuple(rows)

    def apart(self, graph: Graph, events: int) -> dict[str, tuple[float, float]]:
        """For each layer the largest distance from the float network, and the largest magnitude there."""
        reference = self.floating.graph
        common = [layer for layer in graph.layers if layer in reference.layers]
        found: dict[str, tuple[float, float]] = dict.fromkeys(common, (0.0, 0.0))
        first = self.floating.batches(events)
        for exact, rough in zip(first, self.floating.batches(events, graph), strict=True):
            theirs, ours = (_layers(g, batch) for g, batch in ((reference, exact), (graph, rough)))
            for layer in common:
                a, b = theirs[reference.layers[layer]], ours[graph.layers[layer]]
                distance, size = found[layer]
                found[layer] = (max(distance, float(np.abs(a - b).max())), max(size, float(np.abs(a).max())))
        return found


def _layers(graph: Graph, inputs: Mapping[str, FixedArray]) -> dict[str, NDArray[np.float64]]:
    wanted, found = set(graph.layers.values()), dict[str, NDArray[np.float64]]()

    def see(node: Node, _: list[FixedArray], result: FixedArray) -> None:
        if node.name in wanted:
            found[node.name] = result.to_float()

    interpret(graph, inputs, see)
    return found
