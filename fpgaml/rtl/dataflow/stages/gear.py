"""Widen and Narrow: the same tensor with more, or with fewer, elements a beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fpgaml.cost.resources import Cost
from fpgaml.graph.types import Ints
from fpgaml.project.ports import Port
from fpgaml.rtl.dataflow.beats import Stream
from fpgaml.rtl.dataflow.kernel import Kernel
from fpgaml.rtl.dataflow.parts import fifo, fifo_luts
from fpgaml.rtl.dataflow.stage import Built, Pace
from fpgaml.rtl.dataflow.wiring import regrid
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.structure.module import Module


@dataclass(frozen=True, eq=False)
class _Gear:
    """Beats of one stream as beats of another of the same tensor.

    Args:
        name: of the stage; source, output: the streams; the lanes of one are a multiple of the other's.
    """

    name: str
    source: Stream
    output: Stream
    folding = ""
    copies = 1

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """It computes nothing."""
        return ()

    @property
    def work(self) -> int:
        """Cycles of a frame: a beat of the narrow side each."""
        return max(self.source.beats.count, self.output.beats.count)

    @property
    def inputs(self) -> tuple[Stream, ...]:
        """The one stream that it reads."""
        return (self.source,)

    def run(self, beats: Sequence[Ints]) -> Ints:
        """The same elements."""
        return self.output.codes(self.source.tensor(beats[0]))

    @property
    def _wide(self) -> Port:
        """The wide side's lanes, in the width and on the grid of the source."""
        lanes = max(self.source.beats.lanes, self.output.beats.lanes)
        source = self.source.port
        return Port(source.name, (lanes,), source.signed, source.width, source.fractional)

    def _header(self, top: str, timing: str) -> list[str]:
        before, after = self.source.beats.lanes, self.output.beats.lanes
        title = f"{top}_{self.name}: beats of {before} element(s) of {self.source.node} as beats of {after}."
        return [title, "", f"Timing: {timing}"]


@dataclass(frozen=True, eq=False)
class Widen(_Gear):
    """More elements a beat. Latency: a beat comes one cycle after the last of those that it is made of."""

    engine = "widen"

    @property
    def _pieces(self) -> int:
        return self.output.beats.lanes // self.source.beats.lanes

    @property
    def pace(self) -> Pace:
        """A block is a beat of the source."""
        count = self.source.beats.count
        ones = np.ones(count, dtype=np.int64)
        last = np.minimum((np.arange(self.output.beats.count) + 1) * self._pieces, count) - 1
        return Pace((ones,), ones, (0,), np.stack([last, np.ones_like(last)], axis=1), (None,))

    def cost(self, depths: Sequence[int]) -> Cost:
        """A register for every piece."""
        held = self.source.bits * self._pieces
        return Cost(lut=self._pieces + self.source.beats.count.bit_length() * 2, ff=held + 16, buffer_bits=held)

    def module(self, top: str, hdl: Hdl, depths: Sequence[int]) -> Built:
        """The gearbox."""
        module = Module(f"{top}_{self.name}", self._header(top, "a beat one cycle after the last that it is made of."))
        valid = module.input("in0_valid")
        data = module.input("in0_data", self.source.bits)
        out_valid = module.output("out_valid")
        out_data = module.output("out_data", self.output.bits)
        word = module.wire("word", self._wide.bits)
        module.instance(
            "widen",
            "fpgaml_widen",
            {"PIECE_BITS": self.source.bits, "PIECES": self._pieces, "FRAME_PIECES": self.source.beats.count},
            {
                "clk": module.clk,
                "rst": module.rst,
                "in_valid": valid,
                "in_data": data,
                "out_valid": out_valid,
                "out_data": word,
            },
        )
        regrid(module, word, self._wide, out_data, self.output.port)
        return Built(module, {}, ("fpgaml_widen",))


@dataclass(frozen=True, eq=False)
class Narrow(_Gear):
    """Fewer elements a beat. Latency: a beat's first piece two cycles after it, its others one a cycle."""

    engine = "narrow"

    @property
    def _pieces(self) -> int:
        return self.source.beats.lanes // self.output.beats.lanes

    @property
    def pace(self) -> Pace:
        """A block is a beat of the source."""
        count, pieces = self.source.beats.count, self.output.beats.count
        of_word = np.full(count, self._pieces)
        of_word[-1] = pieces - (count - 1) * self._pieces
        order = np.arange(pieces)
        emits = np.stack([order // self._pieces, 1 + order % self._pieces], axis=1)
        held = np.stack([np.arange(count), np.zeros(count, dtype=np.int64)], axis=1)
        return Pace((np.ones(count, dtype=np.int64),), of_word, (1,), emits, (held,))

    def cost(self, depths: Sequence[int]) -> Cost:
        """A register for the word, a choice in front of each of its bits, and the FIFO."""
        held, waiting = self.source.bits, depths[0] * self.source.bits
        lut = held // 2 + fifo_luts(depths[0], self.source.bits) + 8
        return Cost(lut=lut, ff=held + 16, buffer_bits=held + waiting)

    def module(self, top: str, hdl: Hdl, depths: Sequence[int]) -> Built:
        """A FIFO, and the gearbox."""
        module = Module(
            f"{top}_{self.name}", self._header(top, "the first two cycles after its word, then one a cycle.")
        )
        valid = module.input("in0_valid")
        data = module.input("in0_data", self.source.bits)
        out_valid = module.output("out_valid")
        out_data = module.output("out_data", self.output.bits)
        ready, take = module.wire("ready"), module.wire("take", note="a word enters the gearbox")
        waiting, word = fifo(module, "words", valid, data, take, depths[0])
        module.both(take, waiting, ready)
        piece_bits = self.source.port.width * self.output.beats.lanes
        piece = module.wire("piece", piece_bits)
        module.instance(
            "narrow",
            "fpgaml_narrow",
            {
                "PIECE_BITS": piece_bits,
                "PIECES": self._pieces,
                "FRAME_PIECES": self.output.beats.count,
                "SPACING": 1,
            },
            {
                "clk": module.clk,
                "rst": module.rst,
                "in_valid": waiting,
                "in_data": word,
                "in_ready": ready,
                "out_valid": out_valid,
                "out_data": piece,
            },
        )
        given = self.source.port
        lanes = Port(given.name, (self.output.beats.lanes,), given.signed, given.width, given.fractional)
        regrid(module, piece, lanes, out_data, self.output.port)
        return Built(module, {}, ("fpgaml_fifo", "fpgaml_narrow"))
