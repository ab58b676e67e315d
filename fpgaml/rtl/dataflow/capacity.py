"""Whether a schedule fits the board, by the estimate."""

from __future__ import annotations

from collections.abc import Iterable

from fpgaml.boards import Board
from fpgaml.cost.resources import Cost
from fpgaml.rtl.dataflow.price import rough_luts
from fpgaml.rtl.dataflow.stage import Stage

FAR = 3
"""Times the board's LUTs, by the Graph alone: a schedule of so many is not looked at more closely."""


def lacking(cost: Cost, board: Board) -> str:
    """What there is too little of, in words; empty: it fits, as far as is known of the board.

    ALMs hold two small functions each: what a LUT6 does takes at most one of them.
    """
    held = board.capacity
    if held is None:
        return ""
    used = {"LUT": cost.lut, "FF": cost.ff, "DSP": cost.dsp, "BRAM": cost.bram}
    most = {"LUT": held.lut, "FF": held.ff, "DSP": held.dsp, "BRAM": held.bram}
    over = ((what, used[what], limit) for what, limit in most.items() if limit is not None)
    return ", ".join(f"{count:,} {what} of {limit:,}" for what, count, limit in over if count > limit)


def far_beyond(stages: Iterable[Stage], board: Board) -> bool:
    """Whether stages are so large that no closer look can help."""
    most = board.capacity.lut if board.capacity else None
    return most is not None and sum(rough_luts(stage) for stage in stages) > FAR * most
