"""A Graph on its way to a sketch: when each tensor is there, which elements matter, what each layer takes so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import ceil

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Constant, Dense, GroupSort, Move, Reshape
from fpgaml.rtl.delays import ADDER, CARRY, DelayModel

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Moment:
    """When a tensor is there.

    Args:
        stage: between two register ranks; start: ns in it from when on a carry chain can run; full: when all bits are.
    """

    stage: int = 0
    start: float = 0.0
    full: float = 0.0

    def or_later(self, other: Moment) -> Moment:
        """The later one of two."""
        if self.stage != other.stage:
            return max(self, other, key=lambda each: each.stage)
        return Moment(self.stage, max(self.start, other.start), max(self.full, other.full))


@dataclass
class Drawing:
    """A Graph, node by node.

    Args:
        memory_bits: as for `Netlist`.
        costs: LUTs, registers, DSPs and block RAMs by layer; moments: when each node is there.
        read: for each node that holds values of its own the last stage in which it is read.
    """

    graph: Graph
    delays: DelayModel
    memory_bits: int | None
    costs: dict[str, Numbers] = field(default_factory=dict)
    moments: dict[str, Moment] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)

    @cached_property
    def needed(self) -> dict[str, NDArray[np.bool_]]:
        """For each node which of its elements something comes of: not those that a type of no bits ends."""
        graph = self.graph
        found = {node.name: np.zeros(graph.shapes[node.name], dtype=bool) for node in graph.nodes}
        for name in graph.outputs:
            found[name][...] = True
        for node in reversed(graph.nodes):
            mask = found[node.name]
            if not mask.any():
                continue
            for name in node.inputs:
                found[name] |= self._needed_of(node, name, mask)
        return found

    def _needed_of(self, node: Node, name: str, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Elements of an input that a node needs."""
        shape = self.graph.shapes[name]
        if node.op.elementwise and shape == mask.shape:
            return mask & (self.widths(node.name) > 0)
        if isinstance(node.op, Reshape):
            return mask.reshape(shape)
        if isinstance(node.op, Dense):
            used = (node.op.kernel.integers != 0)[:, mask.reshape(-1, mask.shape[-1]).any(axis=0)].any(axis=1)
            return np.broadcast_to(used, shape)
        return np.ones(shape, dtype=bool)

    @property
    def limit(self) -> float:
        """ns on UltraScale+ that a stage has."""
        return self.delays.usable / self.delays.factor

    def widths(self, name: str) -> Numbers:
        """Bits of each element of a node, whether something comes of it or not."""
        kind = self.graph.types[name]
        return np.asarray(np.maximum(np.broadcast_to(kind.width, self.graph.shapes[name]), 0), dtype=np.float64)

    def bits(self, name: str) -> float:
        """Of all elements that something comes of."""
        return float(self.widths(name).sum(where=self.needed[name]))

    def mean_width(self, name: str) -> float:
        """Of the elements that are not always zero, and that something comes of."""
        widths = self.widths(name)
        used = (widths > 0) & self.needed[name]
        return float(widths[used].mean()) if used.any() else 0.0

    def varies(self, name: str) -> bool:
        """Whether a node is no constant."""
        return not isinstance(self.graph[name].op, Constant)

    def add(self, node: Node, *, lut: float = 0, ff: float = 0, dsp: float = 0, bram: float = 0) -> None:
        """What a node takes more."""
        self.costs.setdefault(node.source or node.name, np.zeros(4))
        self.costs[node.source or node.name] += (lut, ff, dsp, bram)

    def begin(self, node: Node) -> Moment:
        """When all that a node reads is there."""
        moment = Moment()
        for name in node.inputs:
            moment = moment.or_later(self.moments[name])
        return moment

    def end(self, node: Node, begun: int, moment: Moment) -> None:
        """A node is there; it read in stage `begun`."""
        self.moments[node.name] = moment
        for name in node.inputs:
            self.reads(name, begun)

    def reads(self, name: str, stage: int) -> None:
        """A node is read in a stage; one that only moves values stands for what it moves."""
        node = self.graph[name]
        if isinstance(node.op, Move) and not isinstance(node.op, GroupSort):
            for source in node.inputs:
                self.reads(source, stage)
        elif self.varies(name):
            self.read[name] = max(self.read.get(name, 0), stage)

    def time(self, name: str) -> float:
        """When a node is there, in ns on UltraScale+ from the beginning."""
        moment = self.moments[name]
        return moment.stage * self.limit + moment.full

    def waiting(self) -> None:
        """Add the registers in which values wait for their last reader; outputs wait for the last rank."""
        last = max(self.moments[name].stage for name in self.graph.outputs)
        for name in self.graph.outputs:
            self.reads(name, last + 1)
        for name, until in self.read.items():
            wait = until - self.moments[name].stage
            if wait > 0:
                self.add(self.graph[name], ff=wait * self.bits(name))

    def chain(self, moment: Moment, levels: int, width: float) -> list[Moment]:
        """After each of so many additions one behind the other, of so many bits: a stage pays for one carry chain."""
        found, carry = [], CARRY * max(width - 1, 0)
        for _ in range(levels):
            stage, start = moment.stage, moment.start + ADDER
            if start + carry > self.limit:
                stage, start = stage + 1, ADDER
            moment = Moment(stage, start, start + carry)
            found.append(moment)
        return found

    def after(self, moment: Moment, delay: float, *, memory: bool = False) -> tuple[int, Moment]:
        """The stage in which a gate of so many ns begins, and when its result is there."""
        if delay <= self.limit and not memory:
            stage, full = moment.stage, moment.full + delay
            if full > self.limit:
                stage, full = stage + 1, delay
            return stage, Moment(stage, full, full)
        begun = moment.stage + (1 if moment.full > 0 else 0)
        return begun, Moment(begun + max(ceil(delay / self.limit), 1))
