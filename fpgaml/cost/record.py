"""An estimate of resources as the record holds it."""

from __future__ import annotations

from typing import Any

from fpgaml.boards import Board
from fpgaml.cost.resources import Estimate
from fpgaml.record.estimate import LayerCost


def resources(estimate: Estimate, board: Board) -> dict[str, Any]:
    """Members of `record.Estimate`: the sums, the layers, and what the board's part holds."""
    return {
        "lut": estimate.lut,
        "ff": estimate.ff,
        "dsp": estimate.dsp,
        "bram": estimate.bram,
        "layers": {
            name: LayerCost(lut=cost.lut, ff=cost.ff, dsp=cost.dsp, bram=cost.bram)
            for name, cost in estimate.layers.items()
        },
        "available": board.available,
    }
