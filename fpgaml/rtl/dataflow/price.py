"""One number for LUTs, registers, DSPs and block RAM, so that stages can be compared: each by its share of the part."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaml.boards import Board
from fpgaml.cost.graph import estimate_graph
from fpgaml.cost.resources import Cost
from fpgaml.rtl.dataflow.stage import Stage
from fpgaml.rtl.dataflow.stages.serial.stage import Serial

DSP, BRAM, FF = 100.0, 150.0, 0.5
"""LUTs that a DSP, a block RAM and a register stand for where a part's capacity is not known: as on AMD's."""
FEW = 2
"""Words that a FIFO before a stage is taken to hold, as long as there is no calendar."""


@dataclass(frozen=True)
class Prices:
    """LUTs that one of each stands for."""

    dsp: float = DSP
    bram: float = BRAM
    ff: float = FF

    @classmethod
    def of_board(cls, board: Board) -> Prices:
        """By what the part holds: a DSP costs as many LUTs as there are for each DSP."""
        held = board.capacity
        if held is None or not held.lut:
            return cls()
        return cls(
            held.lut / held.dsp if held.dsp else DSP,
            held.lut / held.bram if held.bram else BRAM,
            held.lut / held.ff if held.ff else FF,
        )

    def of(self, cost: Cost) -> float:
        """A cost in LUTs."""
        return cost.lut + self.ff * cost.ff + self.dsp * cost.dsp + self.bram * cost.bram


def likely_cost(stage: Stage) -> Cost:
    """What a stage takes before the calendar says what waits for it: what its windows span, a few words in a FIFO."""
    words = stage.walk.span if isinstance(stage, Serial) else FEW
    return stage.cost([words for _ in stage.inputs])


def rough_luts(stage: Stage) -> int:
    """LUTs of a stage's kernels from their Graphs alone, in a moment: within a factor of two or so."""
    return sum(estimate_graph(kernel.graph).lut for kernel in stage.kernels)
