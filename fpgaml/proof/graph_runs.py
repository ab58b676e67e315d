"""The Graph's own outputs for the events of a proof: the interpreter's, and of many events the emulator's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import prod

from fpgaml.emulator.engine import Engine, Interpreter, choose_engine
from fpgaml.emulator.titles import emulator_title
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress
from fpgaml.proof.statistics import StatisticsAccumulator, Tally

COUNTED_VALUES, LEAST_COUNTED = 1 << 29, 1 << 14
"""Numbers of all tensors together, for the events of the data that the interpreter runs in any case, so that quantizers
are counted on them; and the fewest such events."""
DATA = "data"

Values = dict[str, FixedArray]


@dataclass
class GraphRuns:
    """Runs batches of one Graph.

    Of many events of data the first run through the interpreter, which shows what every quantizer does. The rest may
    run through the emulator, which is compared with the interpreter on all of the first and on some of the rest.

    Args:
        graph: what runs; counted: the origin of the batches that statistics count, empty for none.
        golden: events of the data that the interpreter runs in any case: golden vectors are its own.
        everywhere: whether it runs all of them: it alone shows what layers give, and the emulator is no measure of
            itself.
        statistics: of quantizers; counted_events: that the interpreter ran of those that they count.
        engine: what runs the others.
    """

    graph: Graph
    counted: str
    golden: int = 0
    everywhere: bool = False
    statistics: StatisticsAccumulator = field(init=False)
    counted_events: int = field(init=False, default=0)
    engine: Engine = field(init=False)
    _first: int = field(init=False, default=0)
    _elsewhere: tuple[int, int] = field(init=False, default=(0, 0))

    def __post_init__(self) -> None:
        self.statistics = StatisticsAccumulator(self.graph)
        self.engine = Interpreter(self.graph)

    @property
    def title(self) -> str:
        """Who computed the outputs for the data."""
        events, compared = self._elsewhere
        return emulator_title(events, compared) if events else self.engine.title

    def take(self, quantizers: Mapping[str, Tally], counted: int, emulated: int, compared: int) -> None:
        """Add what was found elsewhere.

        Args:
            quantizers: what each did on `counted` events; emulated, compared: events that the emulator ran, and those
                of them that the interpreter gave the same for.
        """
        self.statistics.take(quantizers)
        self.counted_events += counted
        self._elsewhere = (self._elsewhere[0] + emulated, self._elsewhere[1] + compared)

    def anew(self) -> GraphRuns:
        """The same, which has run nothing yet."""
        fresh = GraphRuns(self.graph, self.counted, self.golden, self.everywhere)
        fresh.engine, fresh._first = self.engine.anew(), self._first
        return fresh

    def expect(self, events: int, progress: Progress) -> None:
        """So many events of data come: choose what runs them."""
        values = sum(prod(shape) for shape in self.graph.shapes.values())
        counted = max(LEAST_COUNTED, COUNTED_VALUES // max(values, 1)) if self.counted == DATA else 0
        self._first = max(counted, self.golden)
        if not self.everywhere and events > self._first:
            self.engine = choose_engine(self.graph, events - self._first, progress)

    def run(
        self, values: Mapping[str, FixedArray], origin: str, first: int, shown: Collection[str], progress: Progress
    ) -> tuple[Values, Values]:
        """A batch.

        Args:
            origin: of its events; first: place of the first among those of that origin.
            shown: nodes whose values are wanted too.

        Returns:
            The outputs, and what `shown` asks for where the interpreter ran.

        Raises:
            CheckFailedError: the emulator differs from the interpreter.
        """
        if origin == DATA and first >= self._first and not isinstance(self.engine, Interpreter):
            with progress.step(self.engine.title.partition(",")[0]):
                return self.engine.run(values), {}
        counts, kept = origin == self.counted, Values()

        def watch(node: Node, inputs: list[FixedArray], result: FixedArray) -> None:
            if counts:
                self.statistics(node, inputs, result)
            if node.name in shown:
                kept[node.name] = result

        with progress.step(Interpreter(self.graph).title):
            outputs = interpret(self.graph, values, watch, self.statistics.inside if counts else None)
        if counts:
            self.counted_events += next(iter(values.values())).shape[0]
        if origin == DATA:
            self.engine.confirm(values, outputs)
        return outputs, kept
