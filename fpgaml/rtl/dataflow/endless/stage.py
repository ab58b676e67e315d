"""A window over an endless stream, of one channel or of several in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import prod

import numpy as np

from fpgaml.cost.resources import Cost
from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.ops import Concatenate, Conv1D, Conv2D, Input, Operation, Reshape, Slice
from fpgaml.graph.types import FixedType, Ints, Quantizer
from fpgaml.graph.values import FixedArray, as_ints
from fpgaml.rtl.dataflow.beats import Beats, Stream, lane_types, port
from fpgaml.rtl.dataflow.endless.grid import Grid
from fpgaml.rtl.dataflow.kernel import Kernel
from fpgaml.rtl.dataflow.lines import held_cost, held_words
from fpgaml.rtl.dataflow.localise import BeatGraph, index_input, index_table
from fpgaml.rtl.dataflow.parts import counted, delay
from fpgaml.rtl.dataflow.positions import Place, reach
from fpgaml.rtl.dataflow.region import grow_region
from fpgaml.rtl.dataflow.stage import Built
from fpgaml.rtl.dataflow.wiring import regrid
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.structure.module import Module, Part, Wire, bits

WORDS, INDEX, EMIT = "words", "tick", "emit"


def endless_stream(graph: Graph, node: str, positions: int) -> Stream:
    """The stream of a node's positions, so many a beat: any of them may be in any place of a beat."""
    op, shape = graph[node].op, graph.shapes[node]
    kind = op.quantizer.type if isinstance(op, Input) else graph.types[node]
    one = lane_types(kind, Beats(shape, prod(shape[1:])))
    parts = (
        np.tile(np.broadcast_to(part, (prod(shape[1:]),)), positions)
        for part in (one.signed, one.integer, one.fractional)
    )
    types, lanes = FixedType(*parts), positions * prod(shape[1:])
    return Stream(node, node, Beats(shape, lanes), types, port(node, types, lanes))


@dataclass(frozen=True, eq=False)
class EndlessWindow:
    """Nodes on a window that is read again and again, of each of several channels in turn.

    Latency: a beat comes `kernel.latency` + 1 cycles after the word that completes it.

    Args:
        name: of the stage; graph: the network; nodes: what is computed on a window.
        source, output: the streams; grid: where the window's positions lie; channels: that come in turn.
        whole: whether the nodes see the window as the whole tensor that the first one reads; else each position
            follows from the taps alone.
        delays: of the part.
    """

    name: str
    graph: Graph
    nodes: tuple[Node, ...]
    source: Stream
    output: Stream
    grid: Grid
    channels: int
    whole: bool
    delays: DelayModel
    engine = "sliding"
    folding = ""

    @property
    def inputs(self) -> tuple[Stream, ...]:
        """The one stream that it reads."""
        return (self.source,)

    @property
    def copies(self) -> int:
        """Windows at once."""
        return self.grid.copies

    @cached_property
    def kernel(self) -> Kernel:
        """The words of a window, and which one of a period is the newest, to a beat."""
        return Kernel(f"{self.name}_kernel", self._kernel_graph(), self.delays)

    @property
    def _ticks(self) -> int:
        return self.grid.period * self.channels

    def times(self, arrivals: Ints) -> Ints:
        """The cycle of each beat that the words of one channel, in these cycles, complete."""
        return arrivals[np.array(self.complete(len(arrivals)), dtype=np.int64)] + 1 + self.kernel.latency

    def complete(self, words: int) -> list[int]:
        """Of so many words those, counted from 0, that complete beat 0, 1, ..."""
        ticks: list[int] = []
        while (tick := self.grid.tick(len(ticks))) < words:
            ticks.append(tick)
        return ticks

    def run(self, beats: Sequence[Ints]) -> Ints:
        """All windows that lie within a stretch of the stream.

        Args:
            beats: words of shape (events, words, lanes), one channel's, the first after a reset.
        """
        (words,) = beats
        events, count, lanes = words.shape
        ticks = self.complete(count)
        ages = np.array(self.grid.ages[::-1])
        places = np.array(ticks)[:, None] - ages  # a word before the first one stands only where nothing reads it
        held = words[:, np.maximum(places, 0)].reshape(events * len(ticks), len(ages) * lanes)
        inputs = {WORDS: self.source.values(held)}
        if self._ticks > 1:
            phase = np.array(ticks) % self.grid.period * self.channels
            inputs[INDEX] = FixedArray(np.tile(phase, events)[:, None], 0)
        results = self.kernel.run(inputs)
        result = results[self.kernel.graph.outputs[0]].at(self.output.port.fractional)
        return as_ints(result.reshape(events, len(ticks), -1))

    def cost(self, depths: Sequence[int]) -> Cost:
        """The kernel, its words, and the lines between them."""
        estimate, counter = self.kernel.estimate, (self._ticks - 1).bit_length()
        work = Cost(
            estimate.lut + 2 * counter, estimate.ff + 2 * counter + self.kernel.latency, estimate.dsp, estimate.bram
        )
        return work + held_cost(self.source.bits, self.grid.ages, self.channels)

    def module(self, top: str, hdl: Hdl, depths: Sequence[int]) -> Built:
        """Lines, a counter where words differ, the kernel."""
        kernel = Kernel(f"{top}_{self.name}_kernel", self.kernel.graph, self.delays)
        module = Module(f"{top}_{self.name}", self._header(top))
        valid = module.input("in0_valid")
        data = module.input("in0_data", self.source.bits)
        out_valid = module.output("out_valid")
        out_data = module.output("out_data", self.output.bits)
        held, library = held_words(module, valid, data, self.source.bits, self.grid.ages, self.channels)
        pieces = [Part(word) for word in reversed(held)]
        if self._ticks > 1:
            pieces.append(Part(self._index(module, valid)))
            library.add("fpgaml_ticks")
        x = module.wire("x", sum(piece.width for piece in pieces))
        module.assign(x, *pieces)
        given = kernel.outputs[0]
        emits = len(kernel.outputs) > 1
        y = module.wire("y", given.bits + int(emits))
        module.instance("kernel", kernel.module, {}, {"clk": module.clk, "x": x, "y": y})
        lanes = module.wire("lanes", given.bits)
        module.assign(lanes, bits(y, 0, given.bits))
        regrid(module, lanes, given, out_data, self.output.port)
        complete = module.wire("complete") if self.grid.skipped else out_valid
        computed = module.wire("computed") if emits else complete
        delay(module, "valids", kernel.latency + 1, valid, computed, reset=True)
        if emits:
            module.both(complete, computed, bits(y, given.bits, 1))
        if self.grid.skipped:
            ports: dict[str, Wire | None] = {"clk": module.clk, "rst": module.rst, "in_valid": complete}
            count = self.grid.skipped * self.channels
            module.instance("skip", "fpgaml_skip", {"COUNT": count}, {**ports, "out_valid": out_valid})
            library.add("fpgaml_skip")
        return Built(module, kernel.sources(hdl), tuple(sorted(library | {"fpgaml_delay"})), kernel.tables)

    def _index(self, module: Module, valid: Wire) -> Wire:
        """Which word of a period the newest one is."""
        index = counted(module, "ticks", self._ticks, valid, "of the word that comes")
        newest = module.wire("newest", index.width, "of the newest word")
        delay(module, "indices", 1, index, newest)
        return newest

    def _header(self, top: str) -> list[str]:
        grid = self.grid
        turn = f" {self.channels} channels come in turn, word by word." if self.channels > 1 else ""
        return [
            f"{top}_{self.name}: {', '.join(node.name for node in self.nodes)}: on windows of an endless stream.{turn}",
            "",
            f"A word is {grid.word} position(s) of {self.source.node}; a window begins every {grid.advance},",
            f"{grid.copies} window(s) a beat. Those that reach back before a reset are left out.",
            f"Timing: the word that completes a beat in cycle t -> out_valid in cycle t + {self.kernel.latency + 1}.",
        ]

    def _kernel_graph(self) -> Graph:
        grid, source = self.grid, self.source
        builder = GraphBuilder(self.name)
        repeat = np.tile(np.arange(source.beats.lanes), len(grid.ages))
        parts = (source.types.signed, source.types.integer, source.types.fractional)
        kind = source.types if source.types.is_uniform else FixedType(*(part[repeat] for part in parts))
        words = builder.add(Input((len(repeat),), Quantizer(kind)), name=WORDS)
        tick = builder.add(Input((1,), index_input(self._ticks)), name=INDEX) if self._ticks > 1 else ""
        order = self._order()
        beat = BeatGraph(self.graph, builder, len(grid.beats), tick, order)
        rows = builder.add(Reshape((len(grid.ages) * grid.word, *source.beats.shape[1:])), words, name="rows")
        results = [self._window(beat, rows, copy) for copy in range(grid.copies)]
        flat = [builder.add(Reshape((prod(builder.shape(name)),)), name, name="lanes") for name in results]
        outputs = [builder.add(Concatenate(0), *flat, name="beat") if len(flat) > 1 else flat[0]]
        if not all(grid.emits):
            table = [grid.emits[number // self.channels] for number in range(self._ticks)]
            outputs.append(builder.add(index_table(table), tick, name=EMIT))
        return builder.build(outputs)

    def _order(self) -> list[int]:
        """For each tick which of the period's beats it completes, or the one before did."""
        ticks = [self.grid.tick(beat) for beat in self.grid.beats]
        found = [max([n for n, tick in enumerate(ticks) if tick <= t], default=0) for t in range(self.grid.period)]
        return [found[number // self.channels] for number in range(self._ticks)]

    def _window(self, beat: BeatGraph, rows: str, copy: int) -> str:
        """The nodes on one window of a beat."""
        grid, ages = self.grid, self.grid.ages[::-1]
        picks = []
        for number in grid.beats:
            lies = [grid.age(number, offset) for offset in grid.offsets[copy]]
            picks.append(tuple(ages.index(age) * grid.word + lane for age, lane in lies))
        options = sorted(set(picks))
        patches = [_gather(beat.builder, rows, option) for option in options]
        rank = len(beat.builder.shape(rows))
        patch = beat.choose([options.index(pick) for pick in picks], patches, rank, "aligned")
        if self.whole:
            return grow_region(beat.builder, self.graph, self.nodes, {self.source.node: patch})[self.nodes[-1].name]
        first = self.nodes[0]
        if reach(first.op) is not None:
            first = replace(first, op=_compact(first.op))
        places = [Place(0, 0, len(grid.taps)), *[Place(0, 0, 1)] * len(self.nodes)]
        return beat.grow((first, *self.nodes[1:]), {self.source.node: patch}, places)


def _compact(op: Operation) -> Operation:
    """A window operation on exactly the positions that it reads."""
    if isinstance(op, Conv1D | Conv2D):
        return replace(op, dilation=(1, *op.dilation[1:]))
    return op


def _gather(builder: GraphBuilder, rows: str, picks: Sequence[int]) -> str:
    """Rows, in order."""
    shape = builder.shape(rows)
    steps = {after - before for before, after in pairwise(picks)}
    rest, ones = shape[1:], (1,) * (len(shape) - 1)
    if len(steps) <= 1 and min(steps, default=1) > 0:
        step = min(steps, default=1)
        box = Slice((picks[0], *[0] * len(rest)), (picks[-1] + 1, *rest), (step, *ones))
        return builder.add(box, rows, name=f"from_{picks[0]}")
    single = [
        builder.add(Slice((pick, *[0] * len(rest)), (pick + 1, *rest), (1, *ones)), rows, name=f"row_{pick}")
        for pick in picks
    ]
    return builder.add(Concatenate(0), *single, name="rows_picked")
