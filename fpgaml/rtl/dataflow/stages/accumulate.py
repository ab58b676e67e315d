"""Accumulate: a sum over a whole tensor that comes in beats; every beat has coefficients of its own, out of a ROM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from fpgaml.cost.resources import Cost
from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.ops import Add, Concatenate, Constant, Dense, Input, Multiply, Reduce, Reduction, Reshape
from fpgaml.graph.ops.linear import linear_range
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import Ints, Quantizer
from fpgaml.graph.values import FixedArray, as_ints
from fpgaml.rtl.dataflow.beats import Stream
from fpgaml.rtl.dataflow.kernel import MEMORY_BITS, Kernel
from fpgaml.rtl.dataflow.localise import index_input, index_table
from fpgaml.rtl.dataflow.parts import counted
from fpgaml.rtl.dataflow.region import grow_region
from fpgaml.rtl.dataflow.stage import Built, Pace
from fpgaml.rtl.dataflow.summing import wire_sums
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.structure.module import Module, Part

BEAT, INDEX, LAST, SUM = "beat", "beat_index", "last", "sum"
LIBRARY = ("fpgaml_delay", "fpgaml_ticks", "fpgaml_accumulate")


@dataclass(frozen=True, eq=False)
class Accumulate:
    """A Dense over a vector that comes in beats, and what follows it on the whole result.

    Latency: the result comes `products.latency` + 1 + `after.latency` cycles after the frame's last beat.

    Args:
        name: of the stage; graph: the network; nodes: the Dense, then any nodes on whole tensors.
        source: the vector's stream; output: a stream of one beat; delays: of the part.
    """

    name: str
    graph: Graph
    nodes: tuple[Node, ...]
    source: Stream
    output: Stream
    delays: DelayModel
    engine = "accumulate"
    copies = 1

    @property
    def folding(self) -> str:
        """A step a beat."""
        source = self.source.beats
        return f"{source.count} steps of {source.lanes} x {self._dense.kernel.shape[1]} products"

    @property
    def inputs(self) -> tuple[Stream, ...]:
        """The one stream that it reads."""
        return (self.source,)

    @property
    def _dense(self) -> Dense:
        return cast(Dense, self.nodes[0].op)

    @cached_property
    def products(self) -> Kernel:
        """A beat and its index to what it adds to each sum, and whether it is the frame's last."""
        return Kernel(f"{self.name}_products", self._products_graph(), self.delays, MEMORY_BITS)

    @cached_property
    def after(self) -> Kernel:
        """The sums to the result: the bias, and the nodes that follow."""
        return Kernel(f"{self.name}_after", self._after_graph(), self.delays)

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """What it computes with."""
        return (self.products, self.after)

    @property
    def work(self) -> int:
        """Cycles of a frame."""
        return self.source.beats.count

    @property
    def pace(self) -> Pace:
        """A block is a beat."""
        count = self.source.beats.count
        ones = np.ones(count, dtype=np.int64)
        latency = self.products.latency + 1 + self.after.latency
        return Pace((ones,), ones, (0,), np.array([[count - 1, latency]]), (None,))

    def run(self, beats: Sequence[Ints]) -> Ints:
        """Step by step."""
        (codes,) = beats
        events, count = codes.shape[:2]
        steps = {
            BEAT: self.source.values(codes.reshape(events * count, -1)),
            INDEX: FixedArray(np.tile(np.arange(count), events)[:, None], 0),
        }
        parts = self.products.run(steps)
        last = np.asarray(parts[LAST].integers).reshape(events, count)
        assert (last == (np.arange(count) == count - 1)).all()
        terms = parts[self.products.graph.outputs[0]]
        port = self.after.inputs[0]
        unit = max(terms.fractional, port.fractional)
        total = np.asarray(terms.at(unit)).reshape(events, count, -1).sum(axis=1)
        sums = FixedArray(as_ints(np.asarray(total >> (unit - port.fractional))), port.fractional)
        result = self.after.run({SUM: sums})[self.after.graph.outputs[0]]
        return self.output.taken(result).reshape(events, 1, -1)

    def cost(self, depths: Sequence[int]) -> Cost:
        """Both kernels, and the accumulators between them."""
        products, after, port = self.products.estimate, self.after.estimate, self.after.inputs[0]
        counter = max((self.source.beats.count - 1).bit_length(), 1)
        lut = products.lut + after.lut + port.bits + 2 * counter
        ff = products.ff + after.ff + port.bits + counter + self.products.latency + self.after.latency + 2
        entries = self._dense.kernel.integers
        width = int(abs(entries).max()).bit_length() + 1
        return Cost(lut, ff, products.dsp + after.dsp, products.bram + after.bram, entries.size * width, 0)

    def module(self, top: str, hdl: Hdl, depths: Sequence[int]) -> Built:
        """Counter, products, accumulators, and what follows."""
        products = Kernel(f"{top}_{self.name}_products", self.products.graph, self.delays, MEMORY_BITS)
        after = Kernel(f"{top}_{self.name}_after", self.after.graph, self.delays)
        module = Module(f"{top}_{self.name}", self._header(top))
        valid = module.input("in0_valid")
        data = module.input("in0_data", self.source.bits)
        out_valid = module.output("out_valid")
        out_data = module.output("out_data", self.output.bits)
        index = counted(module, "beats", self.source.beats.count, valid, "of the beat in its frame")
        given = (valid, (Part(data), Part(index)))
        wire_sums(module, products, after, given, (out_valid, out_data, self.output.port), "step")
        kernels = products.sources(hdl) | after.sources(hdl)
        return Built(module, kernels, LIBRARY, products.tables + after.tables)

    def _header(self, top: str) -> list[str]:
        latency = self.products.latency + 1 + self.after.latency
        return [
            f"{top}_{self.name}: {', '.join(node.name for node in self.nodes)}: a sum over a frame's beats.",
            "",
            f"A frame has {self.source.beats.count} beats of {self.source.beats.lanes} elements, its result one.",
            f"Timing: the frame's last beat in cycle t -> out_valid in cycle t + {latency}.",
        ]

    def _products_graph(self) -> Graph:
        lanes, count = self.source.beats.lanes, self.source.beats.count
        kernel = self._dense.kernel
        inputs, outputs = kernel.shape
        padded = np.zeros((count * lanes, outputs), dtype=object)
        padded[:inputs] = kernel.integers
        weights = padded.reshape(count, lanes, outputs)
        builder = GraphBuilder(self.name)
        beat = builder.add(Input((lanes,), Quantizer(self.source.types)), name=BEAT)
        index = builder.add(Input((1,), index_input(count)), name=INDEX)
        sums = []
        for output in range(outputs):
            coefficients = [
                _coefficient(builder, index, [int(w) for w in weights[:, lane, output]], kernel.fractional)
                for lane in range(lanes)
            ]
            row = builder.add(Concatenate(0), *coefficients, name=f"weights_{output}")
            product = builder.add(Multiply(), beat, row, name=f"products_{output}")
            sums.append(builder.add(Reduce(Reduction.SUM, (0,)), product, name=f"sum_{output}"))
        total = builder.add(Concatenate(0), *sums, name="sums")
        last = builder.add(index_table([int(step == count - 1) for step in range(count)]), index, name=LAST)
        return builder.build([total, last])

    def _after_graph(self) -> Graph:
        node, op = self.nodes[0], self._dense
        builder = GraphBuilder(self.name)
        span = self._sum_range()
        total = builder.add(Input(span.shape, Quantizer(span.type())), name=SUM)
        if op.bias is not None:
            bias = builder.add(Constant(op.bias), name="bias")
            total = builder.add(Add(), total, bias, name="biased")
        known = grow_region(builder, self.graph, self.nodes[1:], {node.name: total})
        return builder.build(
            [builder.add(Reshape((self.output.beats.lanes,)), known[self.nodes[-1].name], name="lanes")]
        )

    def _sum_range(self) -> ValueRange:
        """Of the sums without the bias."""
        op, source = self._dense, self.graph.ranges[self.nodes[0].inputs[0]]
        return linear_range(source, op.kernel, op.product)


def _coefficient(builder: GraphBuilder, index: str, entries: list[int], fractional: int) -> str:
    """What a lane is multiplied with in each step: a constant where it never changes."""
    if len(set(entries)) == 1:
        return builder.add(Constant(FixedArray(np.array([entries[0]], dtype=object), fractional)), name="weight")
    return builder.add(index_table(entries, fractional), index, name="weight")
