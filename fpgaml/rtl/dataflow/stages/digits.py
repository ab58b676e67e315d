"""Digits: a Dense on a whole vector whose elements are taken a few bits at a time, the highest first.

The adder graph stays constant, since sum of w x = sum over d of 2**(b d) * (sum of w x_d) for the digits x_d of b bits;
it is as narrow as a digit, and used once for each of them (distributed arithmetic: A. Croisier et al., US patent
3,777,130; S. White, IEEE ASSP Magazine 6(3), 1989). Two's complement is made unsigned by its inverted sign bit; what
that adds is a constant, which joins the bias.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from fpgaml.cost.resources import Cost
from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.ops import Add, Constant, Dense, Input, Reshape
from fpgaml.graph.ops.linear import linear_range
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import FixedType, Ints, Quantizer
from fpgaml.graph.values import FixedArray, as_ints
from fpgaml.rtl.dataflow.beats import Stream
from fpgaml.rtl.dataflow.kernel import Kernel
from fpgaml.rtl.dataflow.localise import index_input, index_table
from fpgaml.rtl.dataflow.parts import counted, fifo, fifo_luts
from fpgaml.rtl.dataflow.region import grow_region
from fpgaml.rtl.dataflow.stage import Built, Pace
from fpgaml.rtl.dataflow.summing import wire_sums
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.netlist import bits_for
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.structure.module import Copies, Inverse, Module, Part, Piece, Wire, Zeros

DIGITS, INDEX, LAST, SUM = "digits", "digit_index", "last", "sum"
LIBRARY = ("fpgaml_delay", "fpgaml_fifo", "fpgaml_narrow", "fpgaml_ticks", "fpgaml_accumulate")


@dataclass(frozen=True, eq=False)
class Digits:
    """A Dense on a whole vector, digit by digit, and what follows it on the whole result.

    Latency: the result comes `phases` + `products.latency` + `after.latency` + 2 cycles after the vector.

    Args:
        name: of the stage; graph: the network; nodes: the Dense, then any nodes on whole tensors.
        source, output: streams of one beat; phases: digits of an element, two or more; delays: of the part.
    """

    name: str
    graph: Graph
    nodes: tuple[Node, ...]
    source: Stream
    output: Stream
    phases: int
    delays: DelayModel
    engine = "digits"
    copies = 1

    @property
    def folding(self) -> str:
        """A digit a cycle."""
        return f"{self.phases} digits of {self.digit} bits"

    @property
    def digit(self) -> int:
        """Bits of a digit."""
        return -(-self.source.port.width // self.phases)

    @property
    def inputs(self) -> tuple[Stream, ...]:
        """The one stream that it reads."""
        return (self.source,)

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """What it computes with."""
        return (self.products, self.after)

    @property
    def work(self) -> int:
        """Cycles of a frame."""
        return self.phases

    @property
    def _dense(self) -> Dense:
        return cast(Dense, self.nodes[0].op)

    @property
    def _offset(self) -> int:
        """What makes every element's integer unsigned."""
        return 1 << (self.digit * self.phases - 1) if self.source.port.signed else 0

    @cached_property
    def products(self) -> Kernel:
        """The digits of all elements to what they add to each sum, and whether they are the last."""
        builder = GraphBuilder(self.name)
        point = self.source.port.fractional
        held = np.asarray(np.broadcast_to(self.source.types.width, (self.source.beats.lanes,)) > 0)
        kind = FixedType(0, np.where(held, self.digit - point, -point), point)
        digits = builder.add(Input((self.source.beats.lanes,), Quantizer(kind)), name=DIGITS)
        index = builder.add(Input((1,), index_input(self.phases)), name=INDEX)
        total = builder.add(Dense(self._dense.kernel, None), digits, name="sums")
        last = builder.add(index_table([*[0] * (self.phases - 1), 1]), index, name=LAST)
        return Kernel(f"{self.name}_products", builder.build([total, last]), self.delays)

    @cached_property
    def after(self) -> Kernel:
        """The sums to the result: the bias, what made elements unsigned, and the nodes that follow."""
        node, op = self.nodes[0], self._dense
        builder = GraphBuilder(self.name)
        total = builder.add(Input((op.kernel.shape[1],), Quantizer(self._sum_type())), name=SUM)
        offset = self._correction()
        if offset.integers.any():
            constant = builder.add(Constant(offset), name="bias")
            total = builder.add(Add(), total, constant, name="biased")
        known = grow_region(builder, self.graph, self.nodes[1:], {node.name: total})
        lanes = builder.add(Reshape((self.output.beats.lanes,)), known[self.nodes[-1].name], name="lanes")
        return Kernel(f"{self.name}_after", builder.build([lanes]), self.delays)

    def _correction(self) -> FixedArray:
        """The bias, less what the offset of the elements adds to each sum."""
        op = self._dense
        added = FixedArray(
            np.asarray(op.kernel.integers.astype(object).sum(axis=0) * -self._offset),
            self.source.port.fractional + op.kernel.fractional,
        )
        if op.bias is None:
            return added
        unit = max(added.fractional, op.bias.fractional)
        return FixedArray(as_ints(added.at(unit) + op.bias.at(unit)), unit)

    def _sum_type(self) -> FixedType:
        """Of the sums of unsigned elements, on the grid of the products."""
        op, lanes = self._dense, self.source.beats.lanes
        point = self.products.outputs[0].fractional
        span = ValueRange.of_type(self.source.types, (lanes,))
        low, high = span.at(max(span.unit, self.source.port.fractional))
        moved = ValueRange(low + self._offset, high + self._offset, np.full((lanes,), span.unit), span.unit)
        sums = linear_range(moved, op.kernel, op.product)
        unit = max(sums.unit, point)
        low, high = (np.asarray(edge) >> (unit - point) for edge in sums.at(unit))
        widths = [bits_for(int(a), int(b)) for a, b in zip(low.flat, high.flat, strict=True)]
        signed = np.array([int(a) < 0 for a in low.flat], dtype=np.int64)
        return FixedType(signed, np.array(widths) - signed - point, np.full(len(widths), point))

    @property
    def pace(self) -> Pace:
        """A block is a vector."""
        one = np.ones(1, dtype=np.int64)
        latency = self.phases + self.products.latency + 1 + self.after.latency
        held = np.zeros((1, 2), dtype=np.int64)
        return Pace((one,), np.array([self.phases]), (1,), np.array([[0, latency]]), (held,))

    def run(self, beats: Sequence[Ints]) -> Ints:
        """Digit by digit."""
        (codes,) = beats
        events = codes.shape[0]
        unsigned = codes[:, 0].astype(object) + self._offset
        total: Ints = np.zeros((events, self._dense.kernel.shape[1]), dtype=object)
        outputs = self.products.graph.outputs
        for phase in range(self.phases):
            low = self.digit * (self.phases - 1 - phase)
            digits = (unsigned >> low) & ((1 << self.digit) - 1)
            index = FixedArray(np.full((events, 1), phase), 0)
            found = self.products.run({DIGITS: self.source.values(digits), INDEX: index})
            assert (np.asarray(found[LAST].integers) == int(phase == self.phases - 1)).all()
            terms = found[outputs[0]].at(self.products.outputs[0].fractional)
            total = (total << self.digit) + terms.astype(object)
        sums = FixedArray(as_ints(total), self.products.outputs[0].fractional)
        result = self.after.run({SUM: sums})[self.after.graph.outputs[0]]
        return as_ints(result.at(self.output.port.fractional).reshape(events, 1, -1))

    def cost(self, depths: Sequence[int]) -> Cost:
        """Both kernels, the accumulators between them, the digits' register and the FIFO."""
        products, after, port = self.products.estimate, self.after.estimate, self.after.inputs[0]
        held = self.source.beats.lanes * self.digit * self.phases
        lut = products.lut + after.lut + port.bits + held * (self.phases - 1) // self.phases // 2
        lut += fifo_luts(depths[0], self.source.bits) + 8
        ff = products.ff + after.ff + port.bits + held + self.products.latency + self.after.latency + 16
        waiting = depths[0] * self.source.bits
        return Cost(lut, ff, products.dsp + after.dsp, products.bram + after.bram, 0, held + waiting)

    def module(self, top: str, hdl: Hdl, depths: Sequence[int]) -> Built:
        """FIFO, digits, products, accumulators, and what follows."""
        products = Kernel(f"{top}_{self.name}_products", self.products.graph, self.delays)
        after = Kernel(f"{top}_{self.name}_after", self.after.graph, self.delays)
        module = Module(f"{top}_{self.name}", self._header(top))
        valid = module.input("in0_valid")
        data = module.input("in0_data", self.source.bits)
        out_valid = module.output("out_valid")
        out_data = module.output("out_data", self.output.bits)
        digit_valid, digits = self._digits(module, valid, data, depths[0])
        index = counted(module, "order", self.phases, digit_valid, "of the digit")
        given = (digit_valid, (Part(digits), Part(index)))
        wire_sums(module, products, after, given, (out_valid, out_data, self.output.port), "digit", self.digit)
        kernels = products.sources(hdl) | after.sources(hdl)
        return Built(module, kernels, LIBRARY, products.tables + after.tables)

    def _digits(self, module: Module, valid: Wire, data: Wire, depth: int) -> tuple[Wire, Wire]:
        """The digits of all elements, the highest first, one of each a cycle."""
        take, ready = module.wire("take", note="a vector enters"), module.wire("ready")
        waiting, vector = fifo(module, "vectors", valid, data, take, depth)
        module.both(take, waiting, ready)
        piece = self.source.beats.lanes * self.digit
        word = module.wire("word", piece * self.phases, "all elements' highest digits, then the next ones")
        pieces = [
            piece
            for phase in range(self.phases)
            for lane in range(self.source.beats.lanes)
            for piece in self._digit_of(vector, lane, phase)
        ]
        module.assign(word, *pieces)
        digit_valid, digits = module.wire("digit_valid"), module.wire("digits", piece)
        module.instance(
            "digit",
            "fpgaml_narrow",
            {"PIECE_BITS": piece, "PIECES": self.phases, "FRAME_PIECES": self.phases, "SPACING": 1},
            {
                "clk": module.clk,
                "rst": module.rst,
                "in_valid": waiting,
                "in_data": word,
                "in_ready": ready,
                "out_valid": digit_valid,
                "out_data": digits,
            },
        )
        return digit_valid, digits

    def _digit_of(self, vector: Wire, lane: int, phase: int) -> list[Piece]:
        """Bits of one element's digit, the lowest first; above the element its sign, and the highest bit inverted."""
        port = self.source.port
        low, first = self.digit * (self.phases - 1 - phase), lane * port.width
        top = self.digit * self.phases - 1
        pieces: list[Piece] = []
        for place in range(low, low + self.digit):
            held = Part(vector, first + min(place, port.width - 1), first + min(place, port.width - 1))
            if place == top and port.signed:
                pieces.append(Inverse(held))
            elif place < port.width:
                pieces.append(held)
            else:
                pieces.append(Copies(held, 1) if port.signed else Zeros(1))
        return pieces

    def _header(self, top: str) -> list[str]:
        latency = 1 + self.phases + self.products.latency + 1 + self.after.latency
        return [
            f"{top}_{self.name}: {', '.join(node.name for node in self.nodes)}: a sum digit by digit.",
            "",
            f"The elements come in {self.phases} digits of {self.digit} bits, the highest first.",
            f"Timing: a vector in cycle t -> out_valid in cycle t + {latency};",
            f"the next vector {self.phases} cycles later.",
        ]
