"""The two hops of the proof, on batches of events: source model = Graph, and Graph = target."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from math import prod
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.dataset import DataSet
from fpgaml.emulator.titles import INTERPRETER
from fpgaml.errors import ToolError
from fpgaml.graph.graph import Graph
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress, Silent
from fpgaml.proof.compare import Comparison, compare_reals, tally
from fpgaml.proof.float32 import Explanation, explain
from fpgaml.proof.graph_runs import GraphRuns
from fpgaml.proof.oracle import Answers, Oracle
from fpgaml.proof.rounding import InputRounding, changed_events
from fpgaml.proof.statistics import QuantizerStatistics
from fpgaml.record.base import Fact
from fpgaml.record.checks import SOURCE_CHECK
from fpgaml.record.verdict import Status

CHUNK_VALUES = 1 << 21
"""At most so many numbers in the largest tensor of a chunk: 16 MiB as int64, which also stays near the caches."""


@dataclass(frozen=True)
class Check:
    """One hop.

    Args:
        name: what is compared with what; oracle: who gave the expected values.
        status: what it came to; note: why, where it is not exact.
        outputs, layers: comparisons by name.
        rounding: outputs on raw data against those on data rounded to the input's type.
    """

    name: str
    oracle: str
    status: Status
    note: str = ""
    outputs: Mapping[str, Comparison] = field(default_factory=dict)
    layers: Mapping[str, Comparison] = field(default_factory=dict)
    rounding: Mapping[str, Comparison] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether this check lets a conversion succeed."""
        return self.status != Status.FAILED


Found = dict[str, Comparison]
"""Comparisons by the name of what was compared."""


@dataclass(frozen=True)
class Question:
    """Something that the oracle was asked.

    Args:
        found: where the comparisons are added; chosen: which events of the batch count.
        answers: waits for them; again: asks once more.
    """

    found: Found
    answers: Callable[[], Answers]
    again: Callable[[], Answers]
    chosen: NDArray[np.bool_]


@dataclass
class Batch:
    """Some events.

    Args:
        values: the inputs as the Graph takes them; reals: the data they come from, None for made-up vectors.
        origin: "vectors", "data", or "coverage" for vectors that a target adds.
        first_event: place of the first among the events of that origin.
    """

    values: dict[str, FixedArray]
    reals: Mapping[str, NDArray[np.float64]] | None
    origin: str
    first_event: int

    @property
    def events(self) -> int:
        """How many."""
        return int(next(iter(self.values.values())).shape[0])


class Hop(Protocol):
    """A comparison of firmware with the Graph, batch by batch."""

    def feed(self, batch: Batch, outputs: Mapping[str, FixedArray], first_event: int) -> None:
        """A batch, the Graph's outputs for it, and its place among the events of its origin."""

    def checks(self) -> Sequence[Check]:
        """What it came to, after the last batch."""

    def parts(self) -> Mapping[str, Fact]:
        """What else it found: parts of the results, by the name of the member."""


@dataclass(kw_only=True)
class Proof:
    """Runs batches through the Graph and everything that must equal it.

    Args:
        graph: what everything must equal.
        hops: of the firmware.
        oracle: the source model's answers, or None.
        model_rounds: whether the source model itself brings raw data into the inputs' types.
        oracle_required: whether an oracle that cannot answer is an error.
        counted: the origin of the batches that statistics count: data where there is some, else the vectors; empty for
            no statistics.
        golden: events of the data that become golden vectors: the interpreter's; layers: whether layers are compared.
        keep_outputs: whether the outputs of the data, and the source's answers to it, are kept for physics metrics.
        approximate: whether the Graph rounds what the source keeps in floating point.
        source_on_data: whether the source is asked about data alone: types that were chosen for data saturate beyond.
        apart_in_float64: how far answers in float64 were away, before those in float32 took their place.
        progress: hears what a batch waits for.
    """

    graph: Graph
    hops: Sequence[Hop]
    oracle: Oracle | None
    model_rounds: bool
    oracle_required: bool = False
    counted: str = "vectors"
    golden: int = 0
    layers: bool = False
    keep_outputs: bool = False
    approximate: bool = False
    source_on_data: bool = False
    no_answers: str = ""
    runs: GraphRuns = field(init=False)
    source_found: dict[str, Comparison] = field(default_factory=dict)
    explained: dict[str, Explanation] = field(default_factory=dict)
    apart_in_float64: float = 0.0
    progress: Progress = field(default_factory=Silent)
    rounding_found: dict[str, Comparison] = field(default_factory=dict)
    roundings: dict[str, InputRounding] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, list[NDArray[np.float64]]] = field(default_factory=dict)
    source_outputs: dict[str, list[NDArray[np.float64]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        everywhere = self.layers or any(getattr(hop, "is_emulator", False) for hop in self.hops)
        self.runs = GraphRuns(self.graph, self.counted, self.golden, everywhere)

    def run(self, batch: Batch) -> dict[str, FixedArray]:
        """Check one batch; returns the Graph's outputs."""
        if batch.reals is not None and not self.model_rounds:
            for name, value in batch.values.items():
                counted = self.roundings.get(name, InputRounding(name))
                self.roundings[name] = counted.after(batch.reals[name], value.to_float())
        first = self.events.get(batch.origin, 0)
        self.events[batch.origin] = first + batch.events
        questions: list[Question] = []
        with self._without_answers():
            questions = self._ask(batch, first)
        outputs, kept = self.runs.run(batch.values, batch.origin, first, self._layer_nodes(), self.progress)
        with self.progress.step("the firmware"):
            for hop in self.hops:
                hop.feed(batch, outputs, first)
        given: Answers = {}
        with self._without_answers():
            layers = {f"layer/{layer}": kept[node] for layer, node in self.graph.layers.items() if node in kept}
            for question in questions:
                given = self._settle(question, outputs | layers, first)
                if question.found is self.source_found and not self.approximate:
                    self._explain(batch, outputs, given, question.chosen)
        if self.keep_outputs and batch.origin == "data":
            self._keep(outputs, given)
        return outputs

    def _keep(self, outputs: Mapping[str, FixedArray], given: Answers) -> None:
        """For physics metrics: the last question put was about the data as recorded, where it was put in two ways."""
        for name, value in outputs.items():
            self.outputs.setdefault(name, []).append(value.to_float())
            if name in given:
                answer = np.asarray(given[name], np.float64)
                self.source_outputs.setdefault(name, []).append(answer.reshape(len(answer), *value.shape[1:]))

    def wait(self, progress: Progress) -> None:
        """Wait until the oracle can answer.

        Args:
            progress: hears what is waited for, now and in each batch.

        Raises:
            ToolError: it cannot, and is required.
        """
        self.progress = progress
        if self.oracle is not None:
            with self._without_answers(), progress.step(f"waiting for {_name(self.oracle)}"):
                self.oracle.wait()

    @contextmanager
    def _without_answers(self) -> Iterator[None]:
        """Where the oracle fails in the block, go on without one, unless it is required."""
        try:
            yield
        except ToolError as error:
            if self.oracle_required:
                raise
            self.oracle, self.no_answers = None, str(error)

    def _ask(self, batch: Batch, first: int) -> list[Question]:
        """Ask the oracle about inputs that the Graph's type represents; about the rest apart."""
        oracle = self.oracle
        if oracle is None or ((oracle.sees_raw_data or self.source_on_data) and batch.origin != "data"):
            return []

        def question(found: Found, inputs: Mapping[str, NDArray[np.float64]], chosen: NDArray[np.bool_]) -> Question:
            fed = {layer: inputs[node] for layer, node in self.graph.input_layers.items()}
            return Question(found, cache(oracle.ask(fed, first)), lambda: oracle.answers(fed, first), chosen)

        rounded = {name: value.to_float() for name, value in batch.values.items()}
        raw = rounded if batch.reals is None else batch.reals
        changed = np.zeros(batch.events, bool)
        if not self.model_rounds and batch.reals is not None:
            changed = changed_events(raw, rounded)
        if self.model_rounds or oracle.sees_raw_data:
            asked = question(self.source_found, raw, ~changed)
            return [asked, replace(asked, found=self.rounding_found, chosen=changed)]
        questions = [question(self.source_found, rounded, np.ones_like(changed))]
        return [*questions, question(self.rounding_found, raw, changed)] if changed.any() else questions

    def _settle(self, question: Question, computed: Mapping[str, FixedArray], first: int) -> Answers:
        """Compare with the answers; those in float64 count where they are equal, else those as usual."""
        with self.progress.step(f"asking {_name(self.oracle)}") if self.oracle else nullcontext():
            given = question.answers()
        found = self._compare(computed, given, question.chosen, first)
        apart = [found[name].largest for name in self.graph.outputs if name in found and not found[name].exact]
        if question.found is self.source_found and apart and self.oracle and self.oracle.return_to_float32():
            self.apart_in_float64 = max(apart)
            given = question.again()
            found = self._compare(computed, given, question.chosen, first)
        for name, comparison in found.items():
            tally(question.found, name, comparison)
        return given

    def _compare(
        self, computed: Mapping[str, FixedArray], answers: Answers, chosen: NDArray[np.bool_], first: int
    ) -> Found:
        """Compare the chosen events with as many answers as there are."""
        found: Found = {}
        for name, answer in answers.items():
            if name not in computed:
                continue
            value = computed[name]
            count = min(len(answer), value.shape[0])
            keep = chosen[:count]
            if not keep.any():
                continue
            node = self.graph.layers[name.removeprefix("layer/")] if name.startswith("layer/") else name
            lsb = int(self.graph.types[node].uniform().fractional)
            kept = FixedArray(value.integers[:count][keep], value.fractional)
            is_output = not name.startswith("layer/")
            comparison = compare_reals(kept, answer[:count][keep], name, 0, lsb, with_spread=is_output)
            if comparison.first is not None:  # counted among the chosen ones: say which event of the data it is
                event = first + int(np.flatnonzero(keep)[comparison.first.event])
                comparison = replace(comparison, first=replace(comparison.first, event=event))
            found[name] = comparison
        return found

    def _explain(
        self, batch: Batch, outputs: Mapping[str, FixedArray], answers: Answers, chosen: NDArray[np.bool_]
    ) -> None:
        """Where outputs differ, find out how much of it the source model's own float32 sums explain."""
        for name, answer in answers.items():
            if name not in outputs or self.source_found[name].equal_as_recorded:
                continue
            events = np.flatnonzero(chosen[: len(answer)])
            inputs = {n: FixedArray(v.integers[events], v.fractional) for n, v in batch.values.items()}
            value = FixedArray(outputs[name].integers[events], outputs[name].fractional)
            found = explain(self.graph, inputs, name, value, answer[events])
            self.explained[name] = self.explained.get(name, Explanation()) + found

    def _layer_nodes(self) -> frozenset[str]:
        return frozenset(self.graph.layers.values()) if self.oracle is not None else frozenset()

    def firmware_checks(self) -> list[Check]:
        """What the hops came to; who computed the Graph's outputs is said as it was."""
        found = [check for hop in self.hops for check in hop.checks()]
        return [replace(check, oracle=self._by()) if check.oracle == INTERPRETER else check for check in found]

    def _by(self) -> str:
        others = sum(count for origin, count in self.events.items() if origin != "data")
        if self.runs.title == INTERPRETER or not others:
            return self.runs.title
        return f"{self.runs.title}; {INTERPRETER} on the other {others:,}"

    def quantizers(self) -> tuple[QuantizerStatistics, ...]:
        """What every quantizer did, on the data where there is some, else on the vectors."""
        return self.runs.statistics.results()


def source_check(proof: Proof, tolerance_lsb: float | None, why_not: str) -> Check:
    """Hop (a): source model = Graph.

    Args:
        tolerance_lsb: a distance that the user allows, in LSB of the outputs.
        why_not: why nobody was asked, where nobody was.
    """
    name = SOURCE_CHECK
    if proof.oracle is None:
        return Check(name, "", Status.NOT_CHECKED, proof.no_answers or why_not)
    outputs = {n: c for n, c in proof.source_found.items() if not n.startswith("layer/")}
    layers = {n.removeprefix("layer/"): c for n, c in proof.source_found.items() if n.startswith("layer/")}
    rounding = {n: c for n, c in proof.rounding_found.items() if not n.startswith("layer/")}
    common = {"outputs": outputs, "layers": layers, "rounding": rounding}
    if not outputs:
        note = "every event was changed by rounding its inputs" if rounding else "no answers for these events"
        return Check(name, proof.oracle.title, Status.NOT_CHECKED, note, **common)
    largest = max(comparison.largest_lsb for comparison in outputs.values())
    apart = proof.apart_in_float64
    finer = f"; asked in float64 it differs, by up to {apart:.4g}: look into this" if apart else ""
    if all(comparison.exact for comparison in outputs.values()):
        return Check(name, proof.oracle.title, Status.EXACT, "", **common)
    if all(comparison.equal_as_recorded for comparison in outputs.values()):
        note = f"equal after rounding to {next(iter(outputs.values())).rounded_to}, which the answers are in{finer}"
        return Check(name, proof.oracle.title, Status.WITHIN_FLOAT32 if finer else Status.EXACT, note, **common)
    if tolerance_lsb is not None:
        status = Status.WITHIN if largest <= tolerance_lsb else Status.FAILED
        return Check(name, proof.oracle.title, status, f"a tolerance of {tolerance_lsb:g} LSB was asked for", **common)
    if proof.approximate:
        note = "the source is not fixed point throughout; the Graph says what it rounds"
        if proof.source_on_data:
            note += ". Its types were chosen for the data: made-up vectors, which go beyond, are not compared here"
        return Check(name, proof.oracle.title, Status.DISTANCE, note, **common)
    if proof.explained and not any(found.beyond for found in proof.explained.values()):
        allowed = max(found.largest for found in proof.explained.values())
        note = (
            "the source is fixed point, but its sums need more than the 24 bits of float32: its own rounding explains "
            f"every difference (up to {allowed:.4g} could be){finer}"
        )
        return Check(name, proof.oracle.title, Status.WITHIN_FLOAT32, note, **common)
    return Check(name, proof.oracle.title, Status.FAILED, "the source is fixed point, and must be equal", **common)


def chunk_events(graph: Graph) -> int:
    """How many events keep the largest tensor of a chunk below CHUNK_VALUES numbers."""
    largest = 1
    for node in graph.nodes:
        largest = max(largest, node.op.held([graph.shapes[name] for name in node.inputs]))
    return max(1, CHUNK_VALUES // largest)


def split(values: Mapping[str, FixedArray], events: int, origin: str) -> Iterator[Batch]:
    """Made-up vectors as batches of at most `events`."""
    total = next(iter(values.values())).shape[0]
    for start in range(0, total, events):
        part = {
            name: FixedArray(value.integers[start : start + events], value.fractional) for name, value in values.items()
        }
        yield Batch(part, None, origin, start)


def data_batches(proof: Proof, data: DataSet) -> Iterator[Batch]:
    """Recorded events as batches, brought into the inputs' types and counted in the statistics."""
    events = sum(prod(shape) for shape in data.shapes.values()) * chunk_events(proof.graph)
    start = 0
    proof.runs.expect(data.events, proof.progress)
    for chunk in data.chunks(events):
        reals = {node: chunk[layer] for layer, node in proof.graph.input_layers.items()}
        yield Batch(proof.runs.statistics.read(reals), reals, "data", start)
        start += len(next(iter(reals.values())))


def _name(oracle: Oracle) -> str:
    """Who answers, in a word or two: `m.keras run by keras 3.15.1, numpy 2.4.6` is asked as `keras 3.15.1`."""
    return oracle.title.rpartition(" run by ")[2].partition(",")[0]
