"""Sliding: a window over the first axis, and a kernel of constant coefficients that is used for every position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fpgaml.cost.resources import Cost
from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.ops import Concatenate, Constant, Input, MaxPool, Pad, Reshape, Slice
from fpgaml.graph.types import Ints, Quantizer
from fpgaml.graph.values import FixedArray, as_ints
from fpgaml.rtl.dataflow.beats import Stream
from fpgaml.rtl.dataflow.kernel import Kernel
from fpgaml.rtl.dataflow.localise import BeatGraph, index_input, index_table
from fpgaml.rtl.dataflow.parts import delay, fifo, fifo_luts
from fpgaml.rtl.dataflow.positions import Place, reach, row
from fpgaml.rtl.dataflow.stage import Built, Pace
from fpgaml.rtl.dataflow.window import Window, window_pace
from fpgaml.rtl.dataflow.wiring import regrid
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.structure.module import Module, Part, bits

WINDOW, INDEX, EMIT = "window", "tick", "emit"
LIBRARY = ("fpgaml_ticks", "fpgaml_shift", "fpgaml_delay")
BUFFERED = ("fpgaml_fifo",)


def places_of(graph: Graph, nodes: Sequence[Node], count: int) -> list[Place] | None:
    """Which positions of the first node's input, and of each node's result, a beat of `count` positions stands for.

    None where a Reshape leaves no whole positions, or a padded window follows another window.
    """
    places = [Place(count, 0, count)]
    for node in reversed(nodes):
        here = places[0]
        source = graph.shapes[node.inputs[0]]
        found = reach(node.op)
        if found is not None:
            if node is not nodes[0] and (found.before or found.after):
                return None
            places.insert(0, here.behind(found))
        elif isinstance(node.op, Reshape):
            behind = here.reshaped(row(graph.shapes[node.name]), row(source))
            if behind is None:
                return None
            places.insert(0, behind)
        else:
            places.insert(0, here)
    return places


@dataclass(frozen=True, eq=False)
class Sliding:
    """A run of nodes whose positions follow from a window over the positions of their input.

    Latency: a beat comes `kernel.latency` + 1 cycles after the tick that completes its window.

    Args:
        name: of the stage; graph: the network; nodes: the run: the first reads `source`.
        source, output: streams of whole positions; delays: of the part.
    """

    name: str
    graph: Graph
    nodes: tuple[Node, ...]
    source: Stream
    output: Stream
    delays: DelayModel
    engine = "sliding"
    folding = ""

    @property
    def inputs(self) -> tuple[Stream, ...]:
        """The one stream that it reads."""
        return (self.source,)

    @property
    def copies(self) -> int:
        """Positions of the result that it computes at once."""
        return self.output.beats.positions

    @cached_property
    def places(self) -> list[Place]:
        """Of its input and of each node's result."""
        places = places_of(self.graph, self.nodes, self.copies)
        assert places is not None
        return places

    @cached_property
    def window(self) -> Window:
        """When it is where."""
        beats, whole = self.output.beats, self.places[0]
        rest = beats.shape[0] - (beats.count - 1) * self.copies
        shorter = places_of(self.graph, self.nodes, rest)
        last = whole.count if shorter is None else shorter[0].count
        valid = (*[whole.count] * (beats.count - 1), last)
        return Window(self.source.beats.shape[0], self.source.beats.positions, whole, beats.count, valid)

    @cached_property
    def kernel(self) -> Kernel:
        """Window and tick to a beat, and whether it is one."""
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
        events = words.shape[0]
        garbage = np.full(
            (events, window.depth, words.shape[2]), -1 if self.source.port.signed else 1, dtype=words.dtype
        )
        flush = (
            garbage[:, : window.flush] if window.flush <= window.depth else np.repeat(garbage[:, :1], window.flush, 1)
        )
        line = np.concatenate([garbage, words, flush], axis=1)
        held = np.stack([line[:, tick + 1 : tick + 1 + window.depth] for tick in range(window.ticks)], axis=1)
        inputs = {
            WINDOW: self.source.values(held.reshape(events * window.ticks, -1)),
            INDEX: FixedArray(np.tile(np.arange(window.ticks), events)[:, None], 0),
        }
        results = self.kernel.run(inputs)
        given = np.asarray(results[EMIT].integers).reshape(events, window.ticks).astype(bool)
        assert (given == np.isin(np.arange(window.ticks), window.emits)).all()
        lanes = self.output.taken(results[self.kernel.graph.outputs[0]])
        return as_ints(lanes.reshape(events, window.ticks, -1)[:, window.emits])

    def cost(self, depths: Sequence[int]) -> Cost:
        """The kernel, the window's registers, and the FIFO before it."""
        estimate, window = self.kernel.estimate, self.window
        held = window.depth * self.source.bits
        counter = max((window.ticks - 1).bit_length(), 1)
        buffered = depths[0] * self.source.bits
        lut = estimate.lut + counter * 2 + fifo_luts(depths[0], self.source.bits)
        ff = estimate.ff + held + 2 * counter + self.kernel.latency + (4 * counter if buffered else 0)
        return Cost(lut, ff, estimate.dsp, estimate.bram, 0, held + buffered)

    def module(self, top: str, hdl: Hdl, depths: Sequence[int]) -> Built:
        """Ticks, shift register, kernel."""
        window, kernel = self.window, Kernel(f"{top}_{self.name}_kernel", self.kernel.graph, self.delays)
        counter = max((window.ticks - 1).bit_length(), 1)
        held = window.depth * self.source.bits
        module = Module(f"{top}_{self.name}", self._header(top))
        valid = module.input("in0_valid")
        data = module.input("in0_data", self.source.bits)
        out_valid = module.output("out_valid")
        out_data = module.output("out_data", self.output.bits)
        ready, word = valid, data
        take = module.wire("take", note="a word enters the window")
        if window.flush:
            ready, word = fifo(module, "words", valid, data, take, depths[0])
        tick = module.wire("tick", note="the window moves on")
        index = module.wire("index", counter, "of the tick in its frame")
        module.instance(
            "ticks",
            "fpgaml_ticks",
            {"WORDS": window.words, "FLUSH": window.flush, "INDEX_BITS": counter},
            {
                "clk": module.clk,
                "rst": module.rst,
                "in_valid": ready,
                "take": take,
                "tick": tick,
                "index": index,
            },
        )
        rows = module.wire("rows", held, "the window: the newest word at the top")
        module.instance(
            "shift",
            "fpgaml_shift",
            {"WIDTH": self.source.bits, "DEPTH": window.depth},
            {"clk": module.clk, "enable": tick, "in_data": word, "out_data": rows},
        )
        index_then = module.wire("index_then", counter, "of the tick that the window is of")
        ticked = module.wire("ticked")
        delay(module, "indices", 1, index, index_then)
        delay(module, "ticked_rank", 1, tick, ticked, reset=True)
        x = module.wire("x", held + counter)
        given = kernel.outputs[0]
        y = module.wire("y", given.bits + 1)
        module.assign(x, Part(rows), Part(index_then))
        module.instance("kernel", kernel.module, {}, {"clk": module.clk, "x": x, "y": y})
        computed, lanes = module.wire("computed"), module.wire("lanes", given.bits)
        delay(module, "valids", kernel.latency, ticked, computed, reset=True)
        module.assign(lanes, bits(y, 0, given.bits))
        regrid(module, lanes, given, out_data, self.output.port)
        module.both(out_valid, computed, bits(y, given.bits, 1))
        library = LIBRARY + (BUFFERED if window.flush else ())
        return Built(module, kernel.sources(hdl), library, kernel.tables)

    def _header(self, top: str) -> list[str]:
        window, beats = self.window, self.output.beats
        return [
            f"{top}_{self.name}: {', '.join(node.name for node in self.nodes)}: a window that slides.",
            "",
            f"A word is {window.word} position(s) of {self.source.name}; a frame is {window.words} of them,",
            f"and {window.flush} tick(s) without a word.",
            f"A beat is {self.copies} position(s) of {self.output.name}; {beats.count} of them are a frame's.",
            f"Timing: the word that completes a window in cycle t -> out_valid in cycle t + {self.kernel.latency + 1}.",
        ]

    def _kernel_graph(self) -> Graph:
        window, source = self.window, self.source
        builder = GraphBuilder(self.name)
        lanes = np.tile(np.arange(source.beats.lanes), window.depth)
        kind = (
            source.types
            if source.types.is_uniform
            else type(source.types)(
                *(part[lanes] for part in (source.types.signed, source.types.integer, source.types.fractional))
            )
        )
        held = builder.add(Input((window.depth * source.beats.lanes,), Quantizer(kind)), name=WINDOW)
        tick = builder.add(Input((1,), index_input(window.ticks)), name=INDEX)
        beat = BeatGraph(self.graph, builder, window.beats, tick, window.order)
        shape = (window.depth * window.word, *source.beats.shape[1:])
        rows = builder.add(Reshape(shape), held, name="rows")
        patch = self._aligned(beat, rows, shape)
        patch = self._masked(beat, patch)
        result = beat.grow(self.nodes, {self.nodes[0].inputs[0]: patch}, self.places)
        flat = builder.add(Reshape((self.output.beats.lanes,)), result, name="lanes")
        emits = np.isin(np.arange(window.ticks), window.emits)
        emit = builder.add(index_table([int(e) for e in emits]), tick, name=EMIT)
        return builder.build([flat, emit])

    def _aligned(self, beat: BeatGraph, rows: str, shape: tuple[int, ...]) -> str:
        """The positions that a beat reads, out of the window: zeros where it ends before they do."""
        starts, numbers = self.window.alignments
        count, ones = self.places[0].count, (1,) * len(shape)
        missing = max(starts) + count - shape[0]
        if missing > 0:
            rows = beat.builder.add(Pad(((0, missing), *[(0, 0)] * (len(shape) - 1))), rows, name="rows_beyond")
        options = [
            beat.builder.add(
                Slice((start, *[0] * (len(shape) - 1)), (start + count, *shape[1:]), ones), rows, name=f"from_{start}"
            )
            for start in starts
        ]
        return beat.choose(numbers, options, len(shape), "aligned")

    def _masked(self, beat: BeatGraph, patch: str) -> str:
        """What lies outside of the tensor is padding: zero, or for a maximum what never wins."""
        inside = self.window.inside
        valid = np.arange(inside.shape[1]) < np.array(self.window.valid)[:, None]
        outside = ~inside & valid
        if not outside.any():
            return patch
        shape = beat.builder.shape(patch)
        positions = []
        for position in range(shape[0]):
            box = ((position, *[0] * (len(shape) - 1)), (position + 1, *shape[1:]), (1,) * len(shape))
            here = beat.builder.add(Slice(*box), patch, name=f"position_{position}")
            if outside[:, position].any():
                fill = beat.builder.add(Constant(self._fill(beat, patch)), name=f"fill_{position}")
                numbers = [int(n) for n in outside[:, position]]
                here = beat.choose(numbers, [here, fill], len(shape), f"padded_{position}")
            positions.append(here)
        return beat.builder.add(Concatenate(0), *positions, name="padded")

    def _fill(self, beat: BeatGraph, patch: str) -> FixedArray:
        """A position of zeros, or for a maximum of what no position of the patch can be less than."""
        span = beat.builder.range(patch)
        never = span.low.min(axis=0, keepdims=True)
        return FixedArray(never if isinstance(self.nodes[0].op, MaxPool) else np.zeros_like(never), span.unit)
