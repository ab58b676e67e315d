"""Raster: a window over an image that comes pixel by pixel, and a kernel of constant coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from fpgaml.cost.resources import Cost
from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.ops import AveragePool, Concatenate, Constant, Conv2D, Input, MaxPool, Operation, Reshape, Slice
from fpgaml.graph.types import FixedType, Ints, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.dataflow.beats import Stream
from fpgaml.rtl.dataflow.classes import Classes, classify
from fpgaml.rtl.dataflow.elements import Elements, elements_of
from fpgaml.rtl.dataflow.kernel import Kernel
from fpgaml.rtl.dataflow.lines import held_cost, held_words
from fpgaml.rtl.dataflow.localise import BeatGraph, Choices, index_input, index_table
from fpgaml.rtl.dataflow.parts import delay, fifo, fifo_luts
from fpgaml.rtl.dataflow.raster import Raster, axes_of
from fpgaml.rtl.dataflow.stage import Built, Pace
from fpgaml.rtl.dataflow.window import window_pace
from fpgaml.rtl.dataflow.wiring import regrid
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.structure.module import Module, Part, Wire, bits

HELD, ROW, COLUMN, EMIT = "held", "tick_row", "tick_column", "emit"


@dataclass(frozen=True, eq=False)
class RasterWindow:
    """A run of nodes whose pixels follow from a window over rows and columns of their input.

    Latency: a beat comes `kernel.latency` + 1 cycles after the tick that completes its window.

    Args:
        name: of the stage; graph: the network; nodes: the run: the first, a convolution or pool, reads `source`.
        source, output: streams of whole pixels, which divide their rows; delays: of the part.
        patient: as in Raster.
    """

    name: str
    graph: Graph
    nodes: tuple[Node, ...]
    source: Stream
    output: Stream
    delays: DelayModel
    patient: bool = False
    engine = "raster"
    folding = ""

    @property
    def inputs(self) -> tuple[Stream, ...]:
        """The one stream that it reads."""
        return (self.source,)

    @cached_property
    def copies(self) -> int:
        """Windows that it computes at once."""
        return self._head_size // self.output.beats.count // self._filters

    @property
    def _filters(self) -> int:
        return self.graph.shapes[self.nodes[0].name][-1]

    @property
    def _head_size(self) -> int:
        return int(np.prod(self.graph.shapes[self.nodes[0].name]))

    @cached_property
    def window(self) -> Raster:
        """When it is where."""
        axes = axes_of(self.graph, self.nodes[0])
        assert axes is not None
        return Raster(*axes, self.source.beats.lanes // self.source.beats.shape[-1], self.copies, self.patient)

    @cached_property
    def kernel(self) -> Kernel:
        """Words, row and column of the tick to a beat, and whether it is one."""
        return Kernel(f"{self.name}_kernel", self._kernel_graph(), self.delays)

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """What it computes with."""
        return (self.kernel,)

    @property
    def work(self) -> int:
        """Cycles of a frame."""
        return self.window.ticks

    @property
    def pace(self) -> Pace:
        """A block is a tick."""
        return window_pace(self.window, self.kernel.latency + 1)

    def run(self, beats: Sequence[Ints]) -> Ints:
        """Every window through the kernel; what a frame never brought is all ones, so that it cannot pass for zero."""
        window, (words,) = self.window, beats
        self._check_emits()
        ages = np.array(window.ages[::-1])
        before, after = (int(ages.max()), window.flush) if len(ages) else (0, 0)
        line = np.pad(words, ((0, 0), (before, after), (0, 0)), constant_values=self._garbage)
        held = line[:, before + window.emits[:, None] - ages]
        results = self._results(held, window.emits)
        lanes = self.output.taken(results[self.kernel.graph.outputs[0]])
        return lanes.reshape(words.shape[0], window.beats, -1)

    @property
    def _garbage(self) -> int:
        return -1 if self.source.port.signed else 1

    def _results(self, held: Ints, ticks: Ints) -> dict[str, FixedArray]:
        """Through the kernel.

        Args:
            held: words of shape (events, ticks, ages, lanes); ticks: which those are.
        """
        events, columns = held.shape[0], self.window.row_words
        inputs = {HELD: self.source.values(held.reshape(events * len(ticks), -1))}
        for name, place in ((ROW, ticks // columns), (COLUMN, ticks % columns)):
            inputs[name] = FixedArray(np.tile(place, events)[:, None], 0)
        return self.kernel.run({node.name: inputs[node.name] for node in self.kernel.graph.inputs})

    def _check_emits(self) -> None:
        """The kernel's own valid bit, at every tick."""
        ticks = np.arange(self.window.ticks)
        shape = (1, len(ticks), len(self.window.ages), self.source.beats.lanes)
        given = self._results(np.full(shape, self._garbage), ticks)[EMIT].integers.reshape(-1)
        assert (given.astype(bool) == np.isin(ticks, self.window.emits)).all()

    def cost(self, depths: Sequence[int]) -> Cost:
        """The kernel, the window's words, and the FIFO before it."""
        estimate, width = self.kernel.estimate, self.source.bits
        counter = sum(self._index_bits)
        lut = estimate.lut + counter * 2 + fifo_luts(depths[0], width)
        ff = estimate.ff + 2 * counter + self.kernel.latency + (4 * depths[0].bit_length() if depths[0] else 0)
        work = Cost(lut, ff, estimate.dsp, estimate.bram, 0, depths[0] * width)
        return work + held_cost(width, self.window.ages)

    @property
    def _index_bits(self) -> tuple[int, int]:
        """Of the number of a row of ticks, and of a column."""
        rows = -(-self.window.ticks // self.window.row_words)
        return max((rows - 1).bit_length(), 1), max((self.window.row_words - 1).bit_length(), 1)

    def module(self, top: str, hdl: Hdl, depths: Sequence[int]) -> Built:
        """Ticks, lines, kernel."""
        window, kernel = self.window, Kernel(f"{top}_{self.name}_kernel", self.kernel.graph, self.delays)
        module = Module(f"{top}_{self.name}", self._header(top))
        valid = module.input("in0_valid")
        data = module.input("in0_data", self.source.bits)
        out_valid = module.output("out_valid")
        out_data = module.output("out_data", self.output.bits)
        ready, word = valid, data
        take = module.wire("take", note="a word enters the window")
        library = {"fpgaml_raster", "fpgaml_delay"}
        if window.flush:
            ready, word = fifo(module, "words", valid, data, take, depths[0])
            library.add("fpgaml_fifo")
        tick, row, column = self._ticks(module, ready, take)
        held, used = held_words(module, tick, word, self.source.bits, window.ages)
        ticked = module.wire("ticked")
        delay(module, "ticked_rank", 1, tick, ticked, reset=True)
        pieces = [*(Part(each) for each in reversed(held)), Part(row), Part(column)]
        x = module.wire("x", sum(piece.width for piece in pieces))
        module.assign(x, *pieces)
        given = kernel.outputs[0]
        y = module.wire("y", given.bits + 1)
        module.instance("kernel", kernel.module, {}, {"clk": module.clk, "x": x, "y": y})
        computed, lanes = module.wire("computed"), module.wire("lanes", given.bits)
        delay(module, "valids", kernel.latency, ticked, computed, reset=True)
        module.assign(lanes, bits(y, 0, given.bits))
        regrid(module, lanes, given, out_data, self.output.port)
        module.both(out_valid, computed, bits(y, given.bits, 1))
        return Built(module, kernel.sources(hdl), tuple(sorted(library | used)), kernel.tables)

    def _ticks(self, module: Module, ready: Wire, take: Wire) -> tuple[Wire, Wire, Wire]:
        """The window moves on; row and column of the tick that it was last moved by."""
        window = self.window
        tick = module.wire("tick", note="the window moves on")
        ports: dict[str, Wire | None] = {"clk": module.clk, "rst": module.rst, "in_valid": ready}
        ports |= {"take": take, "tick": tick}
        numbers = {"WORDS": window.words, "FLUSH": window.flush, "COLUMNS": window.row_words}
        then = []
        for name, width in zip(("row", "column"), self._index_bits, strict=True):
            ports[name] = module.wire(name, width, "of the tick in its frame")
            numbers[f"{name.upper()}_BITS"] = width
            then.append(module.wire(f"{name}_then", width, "of the tick that the window is of"))
        module.instance("ticks", "fpgaml_raster", numbers, ports)
        for name, wire in zip(("row", "column"), then, strict=True):
            place = ports[name]
            assert place is not None
            delay(module, f"{name}s", 1, place, wire)
        return tick, then[0], then[1]

    def _header(self, top: str) -> list[str]:
        window = self.window
        return [
            f"{top}_{self.name}: {', '.join(node.name for node in self.nodes)}: a window over rows and columns.",
            "",
            f"A word is {window.word} pixel(s) of {self.source.name}; a frame is {window.words} of them,",
            f"and {window.flush} tick(s) without a word. Pixels that are padding never come.",
            f"A beat is {self.copies} pixel(s) of {self.output.name}; {window.beats} of them are a frame's.",
            f"Timing: the word that completes a window in cycle t -> out_valid in cycle t + {self.kernel.latency + 1}.",
        ]

    @cached_property
    def _beat_of(self) -> list[int]:
        """For each tick the beat that it gives; -1: none."""
        beats = np.full(self.window.ticks, -1)
        beats[self.window.emits] = np.arange(self.window.beats)
        return [int(beat) for beat in beats]

    def _kernel_graph(self) -> Graph:
        classes = self._classes()
        builder = GraphBuilder(self.name)
        held = self._entered(builder)
        row, column = (
            builder.add(Input((1,), index_input(count)), name=name)
            for name, count in ((ROW, len(classes.rows)), (COLUMN, len(classes.columns)))
        )
        code = classes.code(builder, row, column)
        given = [self._beat_of[place] if place < self.window.ticks else -1 for place in classes.members]
        beat = BeatGraph(self.graph, builder, self.window.beats, code, [max(number, 0) for number in given])
        lanes = self._lanes(beat, held)
        emit = builder.add(index_table([int(number >= 0) for number in given]), code, name=EMIT)
        return builder.build([lanes, emit])

    def _classes(self) -> Classes:
        """Rows and columns of ticks, told apart as far as what beats choose tells them apart."""
        builder = GraphBuilder(self.name)
        choices = Choices(self.graph, builder, self.window.beats, "", ())
        self._lanes(choices, self._entered(builder))
        chosen = list(zip(*choices.numbers, strict=True)) if choices.numbers else [()] * self.window.beats
        known = {each: number for number, each in enumerate(dict.fromkeys(chosen))}
        symbols = [known[chosen[beat]] if beat >= 0 else -1 for beat in self._beat_of]
        return classify(symbols, self.window.row_words, -1)

    def _entered(self, builder: GraphBuilder) -> str:
        """The words as pixels, the oldest first: shape (pixels, 1, channels)."""
        source, words = self.source, len(self.window.ages)
        repeat = np.tile(np.arange(source.beats.lanes), words)
        parts = (source.types.signed, source.types.integer, source.types.fractional)
        kind = source.types if source.types.is_uniform else FixedType(*(part[repeat] for part in parts))
        held = builder.add(Input((len(repeat),), Quantizer(kind)), name=HELD)
        return builder.add(Reshape((words * self.window.word, 1, source.beats.shape[-1])), held, name="pixels")

    def _lanes(self, beat: BeatGraph, pixels: str) -> str:
        """What a beat's windows read, and the run on it."""
        window = self.window
        rows = [
            beat.builder.add(Concatenate(1), *[self._pixel(beat, pixels, i, j) for j in range(window.span)], name="row")
            for i in range(window.rows.taps)
        ]
        patch = beat.builder.add(Concatenate(0), *rows, name="patch")
        head = replace(self.nodes[0], op=_on_patch(self.nodes[0].op))
        whole = Elements(self.copies * self._filters)
        rest = elements_of(self.graph, self.nodes[1:], {head.name: whole.count})
        assert rest is not None
        result = beat.grow((head, *self.nodes[1:]), {head.inputs[0]: patch}, [whole, whole, *rest])
        return beat.builder.add(Reshape((self.output.beats.lanes,)), result, name="lanes")

    def _pixel(self, beat: BeatGraph, pixels: str, row: int, column: int) -> str:
        """One pixel of what a beat reads: out of the words, or padding."""
        places, numbers = self.window.picks(row, column)
        channels = self.source.beats.shape[-1]
        options = [
            beat.builder.add(Slice((n, 0, 0), (n + 1, 1, channels), (1, 1, 1)), pixels, name=f"pixel_{n}")
            for n in places
        ]
        outside = ~self.window.inside[:, row, column]
        if options and not (self.window.used[column] and outside.any()):
            return beat.choose(numbers, options, 3, "aligned")
        padding = beat.builder.add(Constant(self._padding(beat, pixels)), name="padding")
        if not options:
            return padding
        here = beat.choose(numbers, options, 3, "aligned")
        return beat.choose([int(n) for n in outside], [here, padding], 3, "padded")

    def _padding(self, beat: BeatGraph, pixels: str) -> FixedArray:
        """A pixel of zeros, or for a maximum of what never wins."""
        span = beat.builder.range(pixels)
        never = span.low.min(axis=0, keepdims=True)
        return FixedArray(never if isinstance(self.nodes[0].op, MaxPool) else np.zeros_like(never), span.unit)


def _on_patch(op: Operation) -> Operation:
    """A window operation on exactly the rows that it reads, its padding among the pixels."""
    assert isinstance(op, Conv2D | MaxPool | AveragePool)
    bare = replace(op, pads=((0, 0), (0, 0)), strides=(1, op.strides[1]))
    return replace(bare, dilation=(1, bare.dilation[1])) if isinstance(bare, Conv2D) else bare
