"""Cells of lar_timing on an endless stream: samples of several cells in turn, and the results that must leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fpgaml_models.lar_timing
import numpy as np
from fpgaml_models.lar_timing import constants as c
from fpgaml_models.lar_timing.generate import Settings, generate
from fpgaml_models.lar_timing.windows import WINDOW, ring_sums
from numpy.lib.stride_tricks import sliding_window_view

from fpgaml.boards import Board, find_board
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Input
from fpgaml.graph.types import FixedType, Ints
from fpgaml.graph.values import FixedArray, quantize_reals
from fpgaml.rtl.core import Boundary
from fpgaml.rtl.dataflow.endless.dataflow import Endless, endless
from fpgaml.rtl.delays import DelayModel
from fpgaml.source import load_model

NETWORK = Path(fpgaml_models.lar_timing.__file__).parent / "weights" / "quantised.keras"
CLOCK_MHZ, CELLS = 400.0, 10
"""Ten cells of 40 MS/s share a core."""
CHUNK = 20_000
"""Windows that are interpreted at once."""


def board() -> Board:
    """The task's, at its clock."""
    return find_board("agilex7-f-dk", clock_mhz=CLOCK_MHZ)


def dataflow() -> Endless:
    """A result of each of the cells with every sample of it."""
    where = board()
    delays = DelayModel.of_part(where.part, where.clock_ns)
    return endless(load_model(NETWORK).graph, delays, samples=1, hop=1, channels=CELLS)


def cells(graph: Graph, crossings: int) -> FixedArray:
    """What the cells bring, as the network quantises it; shape (cells, crossings, rings)."""
    op = graph.inputs[0].op
    assert isinstance(op, Input)
    kind = op.quantizer.type
    every = [np.broadcast_to(part, op.dims) for part in (kind.signed, kind.integer, kind.fractional)]
    assert all((part == part[0]).all() for part in every), "a sample is another number elsewhere in a window"
    quantizer = replace(op.quantizer, type=FixedType(*(part[0] for part in every)))
    events = generate(Settings(sequences=CELLS, crossings=crossings, shower_rate=0.1, stream=9))
    return quantize_reals(ring_sums(events.adc) * c.ADC_LSB_GEV, quantizer)


def words(core: Boundary, samples: FixedArray) -> Iterator[int]:
    """Beats at x: a sample of each cell, crossing after crossing."""
    codes = samples.at(core.inputs[0].fractional) & ((1 << core.x_lane) - 1)
    for row in codes.swapaxes(0, 1).reshape(-1, codes.shape[-1]).tolist():
        yield sum(code << place * core.x_lane for place, code in enumerate(row))


def results(graph: Graph, samples: FixedArray) -> Ints:
    """The interpreter on every window, in the order in which they are complete; shape (windows, 2)."""
    windows = sliding_window_view(samples.integers, WINDOW, axis=1).swapaxes(2, 3).swapaxes(0, 1)
    flat = windows.reshape(-1, *windows.shape[2:])
    name, fractional = graph.outputs[0], int(graph.types[graph.outputs[0]].fractional.max())
    parts = (FixedArray(flat[start : start + CHUNK], samples.fractional) for start in range(0, len(flat), CHUNK))
    return np.concatenate([interpret(graph, {graph.inputs[0].name: part})[name].at(fractional) for part in parts])


def packed(core: Boundary, codes: Ints) -> list[str]:
    """Beats at y, as a simulator shows them."""
    masked = np.asarray(codes) & ((1 << core.y_lane) - 1)
    return ["".join(f"{code:0{core.y_lane}b}" for code in reversed(row)) for row in masked.tolist()]
