"""Collect: several results, each whole, as beats of one stream, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fpgaml.cost.resources import Cost
from fpgaml.graph.types import FixedType, Ints
from fpgaml.project.ports import Port
from fpgaml.rtl.dataflow.beats import Beats, Stream
from fpgaml.rtl.dataflow.kernel import Kernel
from fpgaml.rtl.dataflow.parts import fifo, fifo_luts
from fpgaml.rtl.dataflow.stage import Built, Pace
from fpgaml.rtl.dataflow.wiring import regrid
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.stream import Stream as Layout
from fpgaml.rtl.structure.module import Module, Part, Wire, Zeros

RESULTS = "results"


def whole_port(stream: Stream) -> Port:
    """A frame's tensor as a port."""
    return replace(stream.port, name=stream.node, shape=stream.beats.shape)


@dataclass(frozen=True, eq=False)
class Collect:
    """The results of a network with several outputs.

    Latency: two cycles after the last result's beat the first one's, then one a cycle.

    Args:
        inputs: streams of one beat each.
    """

    inputs: tuple[Stream, ...]
    name = "collect"
    engine = "join"
    folding = ""
    copies = 1

    @property
    def output(self) -> Stream:
        """A beat for each result: its elements' integers, in lanes that hold any of them."""
        lanes = max(stream.beats.size for stream in self.inputs)
        layout = Layout(tuple(whole_port(stream) for stream in self.inputs), lanes, aligned=True)
        port = Port(RESULTS, (lanes,), layout.signed, layout.slot, 0)
        kind = FixedType(int(layout.signed), layout.slot - int(layout.signed), 0)
        return Stream(RESULTS, RESULTS, Beats((len(self.inputs) * lanes,), lanes), kind, port)

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """It computes nothing."""
        return ()

    @property
    def work(self) -> int:
        """Cycles of a frame."""
        return len(self.inputs)

    @property
    def pace(self) -> Pace:
        """One block a frame."""
        count = len(self.inputs)
        one = np.ones(1, dtype=np.int64)
        emits = np.stack([np.zeros(count, dtype=np.int64), 1 + np.arange(count)], axis=1)
        held = np.zeros((1, 2), dtype=np.int64)
        return Pace((one,) * count, np.array([count]), (1,) * count, emits, (held,) * count)

    def run(self, beats: Sequence[Ints]) -> Ints:
        """The integers of each result in a beat of its own."""
        lanes = self.output.beats.lanes
        padded = [np.pad(codes, ((0, 0), (0, 0), (0, lanes - codes.shape[2]))) for codes in beats]
        return np.concatenate(padded, axis=1)

    def cost(self, depths: Sequence[int]) -> Cost:
        """FIFOs and a gearbox."""
        held = self.output.bits * len(self.inputs)
        lut = held // 2 + sum(fifo_luts(d, s.bits) for d, s in zip(depths, self.inputs, strict=True)) + 8
        waiting = sum(d * s.bits for d, s in zip(depths, self.inputs, strict=True))
        return Cost(lut=lut, ff=held + 16, buffer_bits=held + waiting)

    def module(self, top: str, hdl: Hdl, depths: Sequence[int]) -> Built:
        """FIFOs and a gearbox."""
        names = ", ".join(stream.node for stream in self.inputs)
        module = Module(f"{top}_{self.name}", [f"{top}_{self.name}: the results {names}, one after another."])
        take = module.wire("take", note="all results are there, and the gearbox is free")
        heads = []
        for number, stream in enumerate(self.inputs):
            valid = module.input(f"in{number}_valid")
            data = module.input(f"in{number}_data", stream.bits)
            heads.append(fifo(module, f"in{number}_fifo", valid, data, take, depths[number]))
        out_valid = module.output("out_valid")
        out_data = module.output("out_data", self.output.bits)
        ready, waiting = module.wire("ready"), all_valid(module, [valid for valid, _ in heads])
        module.both(take, waiting, ready)
        word = module.wire("word", self.output.bits * len(heads))
        module.assign(word, *(Part(self._lanes(module, n, head)) for n, (_, head) in enumerate(heads)))
        module.instance(
            "narrow",
            "fpgaml_narrow",
            {"PIECE_BITS": self.output.bits, "PIECES": len(heads), "FRAME_PIECES": len(heads), "SPACING": 1},
            {
                "clk": module.clk,
                "rst": module.rst,
                "in_valid": waiting,
                "in_data": word,
                "in_ready": ready,
                "out_valid": out_valid,
                "out_data": out_data,
            },
        )
        return Built(module, {}, ("fpgaml_fifo", "fpgaml_narrow"))

    def _lanes(self, module: Module, number: int, head: Wire) -> Wire:
        """A result's elements in the lanes of a beat."""
        given, slot = self.inputs[number].port, self.output.port
        held = module.wire(f"result_{number}", given.size * slot.width)
        regrid(module, head, given, held, replace(given, width=slot.width))
        spare = self.output.bits - given.size * slot.width
        padded = module.wire(f"lanes_{number}", self.output.bits)
        module.assign(padded, Part(held), *([Zeros(spare)] if spare else []))
        return padded


def all_valid(module: Module, valids: Sequence[Wire]) -> Wire:
    """A bit that is the AND of several."""
    result = valids[0]
    for number, valid in enumerate(valids[1:], start=2):
        both = module.wire(f"first_{number}_valid")
        module.both(both, result, valid)
        result = both
    return result
