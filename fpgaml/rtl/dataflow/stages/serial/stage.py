"""Serial: sums over windows, one word of terms a step, by an engine that loops over positions, filters and terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fpgaml.cost.resources import Cost
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray, as_ints, contract, matmul
from fpgaml.project.ports import Port
from fpgaml.rtl.dataflow.beats import Stream
from fpgaml.rtl.dataflow.kernel import MEMORY_BITS, Kernel
from fpgaml.rtl.dataflow.stage import Built, Pace
from fpgaml.rtl.dataflow.stages.serial.address import address_graph
from fpgaml.rtl.dataflow.stages.serial.cost import cost_of
from fpgaml.rtl.dataflow.stages.serial.finish import Finish, fuses
from fpgaml.rtl.dataflow.stages.serial.products import products_graph
from fpgaml.rtl.dataflow.stages.serial.sums import Mode, Sums, coefficients, sums_of
from fpgaml.rtl.dataflow.stages.serial.walk import Walk, walk_of
from fpgaml.rtl.dataflow.stages.serial.wired import wired
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Hdl

STORE_BITS = 2048
"""Where a frame has so many bits or more, its store is read through two register ranks, as block RAM wants it."""

CHUNK_TERMS = 1 << 24
"""Terms that are gathered at once when a batch is run."""


@dataclass(frozen=True, eq=False)
class Serial:
    """One operation that sums (or takes the largest of) windows, and what follows it element by element.

    The stream's words lie in a memory. A step reads one of them and adds the terms of a piece of it to as many
    accumulators as a beat of the result has lanes. Loops, the innermost last: positions, groups of filters, terms of a
    result. A block is an output row, of a tensor of one row a position; it claims the words that its windows read.
    Latency: a block starts two cycles after the last word that it claims; a result is there `delay` cycles after the
    step that adds its last term.

    Args:
        name: of the stage; graph: the network; nodes: the operation, then those that follow (`fuses`).
        source: the operation's input; output: the last node's values; its lanes divide the filters.
        lanes: elements of a piece: they divide the channels; a word has 1, 2, 4, ... pieces. Per channel they are the
            output's lanes.
        delays: of the part.

    Raises:
        FpgamlError: no Serial engine does that; says why.
    """

    name: str
    graph: Graph
    nodes: tuple[Node, ...]
    source: Stream
    output: Stream
    lanes: int
    delays: DelayModel
    engine = "serial"
    copies = 1

    def __post_init__(self) -> None:
        where, sums = self.nodes[0].source or self.nodes[0].name, self.sums
        lanes, filters, word = self.lanes, self.output.beats.lanes, self.source.beats.lanes
        fits = sums.channels % lanes == 0 and sums.filters % filters == 0
        fits = fits and word % lanes == 0 and (word // lanes).bit_count() == 1
        if not fits or (sums.per_channel and lanes != filters):
            reason = (
                f"pieces of {lanes}, words of {word} and results of {filters} elements do not fit {sums.channels} "
                f"channels and {sums.filters} filters"
            )
            raise FpgamlError(where, reason)
        for node in self.nodes[1:]:
            if not fuses(self.graph, node):
                reason = f"{type(node.op).__name__} does not follow a Serial engine's sums"
                raise FpgamlError(node.source or node.name, reason)

    @property
    def inputs(self) -> tuple[Stream, ...]:
        """The one stream that it reads."""
        return (self.source,)

    @property
    def folding(self) -> str:
        """Its multipliers and its steps."""
        lanes, filters = self.lanes, self.output.beats.lanes
        products = (
            ""
            if self.sums.weights is None
            else f"{lanes * (1 if self.sums.per_channel else filters)} products a step, "
        )
        return f"{products}{self.walk.block_count} x {self.walk.phases} steps"

    @property
    def share(self) -> int:
        """Pieces of a word."""
        return self.source.beats.lanes // self.lanes

    @cached_property
    def sums(self) -> Sums:
        """What is summed."""
        return sums_of(self.graph, self.nodes[0])

    @cached_property
    def walk(self) -> Walk:
        """In which order."""
        return walk_of(self.sums, self.lanes, self.output.beats.lanes, self.share)

    @cached_property
    def address(self) -> Kernel:
        """The loops' indices to the word's place."""
        return Kernel(f"{self.name}_address", address_graph(self.name, self.walk), self.delays)

    @cached_property
    def products(self) -> Kernel:
        """A word to the terms."""
        masked, filters = any(self.walk.masked), self.output.beats.lanes
        graph = products_graph(self.name, self.sums, self.source, self.lanes, filters, masked=masked)
        return Kernel(f"{self.name}_products", graph, self.delays, MEMORY_BITS)

    @cached_property
    def finish(self) -> Finish:
        """How the results are made of the sums."""
        return Finish(self.graph, self.nodes, self.output.beats.lanes, self.walk.group_count)

    @cached_property
    def after(self) -> Kernel:
        """The sums to the results."""
        return Kernel(f"{self.name}_results", self.finish.build(self.name), self.delays, MEMORY_BITS)

    @property
    def read_ranks(self) -> int:
        """Of the store."""
        return 2 if self.walk.frame_words * self.source.bits >= STORE_BITS else 1

    @property
    def total(self) -> Port:
        """The accumulators."""
        return self.after.inputs[0]

    @property
    def delay(self) -> int:
        """Cycles from the step that adds a result's last term to the result."""
        return self.address.latency + self.read_ranks + self.products.latency + 1 + self.after.latency

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """What it computes with."""
        return (self.address, self.products, self.after)

    @property
    def work(self) -> int:
        """Cycles of a frame."""
        return self.walk.block_count * self.walk.phases

    @property
    def pace(self) -> Pace:
        """A block is an output row, or a position."""
        walk = self.walk
        last = np.arange(1, self.output.beats.count + 1) * walk.term_count - 1
        emits = np.stack([last // walk.phases, last % walk.phases + self.delay], axis=1)
        freed = walk.last_steps
        holds = np.stack([freed // walk.phases, freed % walk.phases + self.address.latency], axis=1)
        phases = np.full(walk.block_count, walk.phases, dtype=np.int64)
        return Pace((walk.claims,), phases, (2,), emits, (holds,))

    def run(self, beats: Sequence[Ints]) -> Ints:
        """Step by step: what each step reads, by the walk; what it is multiplied with, by the table of coefficients."""
        (codes,) = beats
        places, inside = self.walk.steps
        events = codes.shape[0]
        codes = codes.reshape(events, -1, self.lanes)
        size = max(CHUNK_TERMS // max(events * self.walk.term_count * codes.shape[-1], 1), 1)
        size = max(size // self.walk.group_count, 1) * self.walk.group_count
        results = range(0, len(places), size)
        totals = np.concatenate(
            [self._totals(codes, places[r : r + size], inside[r : r + size]) for r in results], axis=1
        )
        return self._finished(totals)

    def _totals(self, codes: Ints, places: NDArray[np.int64], inside: NDArray[np.bool_]) -> Ints:
        """The sums of results of whole positions, on the products' grid: shape (events, results, lanes)."""
        groups, mode = self.walk.group_count, self.sums.mode
        weights = coefficients(self.sums, codes.shape[-1], self.output.beats.lanes)
        if weights is not None and not self.sums.per_channel:  # every group reads the same words
            places, inside = places[::groups], inside[::groups]
        words = codes[:, np.where(inside, places, 0)]  # (events, results, terms, lanes)
        if mode is not Mode.SUM:
            pick = np.max if mode is Mode.LARGEST else np.min
            kind = self.source.types.uniform()
            neutral = int(kind.bounds()[0 if mode is Mode.LARGEST else 1].reshape(-1)[0])
            return np.asarray(pick(np.where(inside[..., None], words, neutral), axis=2))
        words = np.where(inside[..., None], words, 0)
        events, results, terms, lanes = words.shape
        if weights is None:
            return as_ints(np.asarray(words.sum(axis=2)))
        if self.sums.per_channel:
            by_group = words.reshape(events, results // groups, groups, terms, lanes)
            table = weights.reshape(groups, terms, lanes)
            product = contract(lambda a, b: np.einsum("epgtl,gtl->epgl", a, b), by_group, table, terms)
            return product.reshape(events, results, lanes)
        matrix = weights.reshape(groups, terms * lanes, -1).transpose(1, 0, 2).reshape(terms * lanes, -1)
        sums = contract(matmul, words.reshape(events, results, terms * lanes), matrix, terms * lanes)
        return sums.reshape(events, results * groups, -1)

    def _finished(self, totals: Ints) -> Ints:
        """The sums through the kernel behind them."""
        events, count, lanes = totals.shape
        unit = self.source.port.fractional
        if self.sums.weights is not None:
            unit += self.sums.weights.fractional
        port = self.total
        rise = port.fractional - unit
        exact = totals >> -rise if rise < 0 else as_ints(totals) << rise
        inputs = {"total": FixedArray(as_ints(np.asarray(exact)).reshape(events * count, lanes), port.fractional)}
        period = self.finish.period()
        if period > 1:
            inputs["number"] = FixedArray(np.tile(np.arange(count) % period, events)[:, None], 0)
        result = self.after.run(inputs)[self.after.graph.outputs[0]]
        return as_ints(result.at(self.output.port.fractional).reshape(events, count, lanes))

    def cost(self, depths: Sequence[int]) -> Cost:
        """The kernels, and what stands around them."""
        return cost_of(self, depths[0])

    def module(self, top: str, hdl: Hdl, depths: Sequence[int]) -> Built:
        """The loops, the store, the kernels and the accumulators."""
        return wired(self, top, hdl, depths[0])
