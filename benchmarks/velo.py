"""What embedding every hit of LHCb's vertex detector takes: instances and cards by schedule, and events a second.

`python -m benchmarks.velo` prints two tables. The first is arithmetic on estimates: an instance of the network takes a
hit every `interval` cycles, and as many instances are put on a card as a share of it holds. The second stands beside it
what was published for the same kind of network on GPUs, and what the exact emulator does on this machine.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np
from fpgaml_models.velo_embedding import constants as c
from fpgaml_models.velo_embedding.generate import TEST, Settings, generate
from fpgaml_models.velo_embedding.inputs import network_inputs
from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe, now
from benchmarks.measure import best
from fpgaml.boards import Board, find_board
from fpgaml.cost.resources import Cost
from fpgaml.emulator.compiled import compile_emulator
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.progress import Silent
from fpgaml.rtl.planned import plan
from fpgaml.rtl.settings import Form, Hdl, ShellKind
from fpgaml.rtl.target import RtlTarget
from fpgaml.rtl.unrolled import unrolled_core
from fpgaml.source import load_model
from fpgaml.tasks import find_network

EVENT_RATE = 30e6
"""Events a second [arXiv 2406.12869]."""
SHARE = 0.75
"""Of a card's resources for instances (assumed): the rest is for what brings hits and takes places."""
CARDS = (("pynq-z2", 150.0), ("alveo-u50", 400.0), ("alveo-u55c", 400.0), ("alveo-u250", 400.0))
"""Boards and clocks in MHz. The network's authors tried a PYNQ-Z2, a U50 and a U250 [arXiv 2502.02304]."""
INTERVALS = (1, 8, 64, 1024)
"""Cycles a hit: unrolled, and shared in time."""
GPU_ROWS = (
    ("ONNX Runtime, FP32", 50e3),
    ("TensorRT, FP32", 260e3),
    ("TensorRT, INT8", 520e3),
    ("Allen's search for VELO tracks", 510e3),
)
"""Events a second of the published network, and of the search that it is to take a part of, on an RTX 2080 Ti, 500
events at once [LHCb's presentation of ETX4VELO]."""
EVENTS = 200
"""That the emulator is timed on."""


@dataclass(frozen=True)
class Design:
    """One instance on a board, of kind `estimate`.

    Args:
        interval: cycles a hit; counted: whether on the netlist, else sketched (docs/estimates.md).
    """

    board: Board
    interval: float
    cost: Cost
    counted: bool

    @property
    def instances(self) -> int:
        """As many as the scarcest resource has room for."""
        room = self.board.available
        need = {"LUT": self.cost.lut, "FF": self.cost.ff, "DSP": self.cost.dsp, "BRAM": self.cost.bram}
        return min(int(SHARE * room[name] / number) for name, number in need.items() if number)

    @property
    def events_per_second(self) -> float:
        """Of the whole board, events of HITS_PER_EVENT hits."""
        return self.instances * 1e9 / self.board.clock_ns / self.interval / c.HITS_PER_EVENT

    @property
    def boards(self) -> int | None:
        """That take every event; None where not one instance fits."""
        return ceil(EVENT_RATE / self.events_per_second) if self.instances else None


def designs(graph: Graph) -> Iterator[Design | str]:
    """Every card with every interval; a text where there is no such design, or it has no room."""
    for name, clock in CARDS:
        board = find_board(name, clock_mhz=clock)
        for interval in INTERVALS:
            try:
                if interval == 1:
                    core = unrolled_core(graph, board, "network", Hdl.VERILOG, Silent())
                    yield Design(board, 1, core.estimate.total, counted=True)
                else:
                    target = RtlTarget(shell=ShellKind.NATIVE, schedule=Form.STREAMING, interval=interval)
                    found = plan(target, graph, board)
                    yield Design(board, found.interval, found.estimate.total, counted=False)
            except FpgamlError as error:
                yield f"{name}, a hit every {interval} cycles: {error}"


def schedule_table(graph: Graph, notes: list[str]) -> Table:
    """The first table."""
    table = Table(box=None, title=f"{EVENT_RATE / 1e6:g} million events/s of {c.HITS_PER_EVENT:,.0f} hits, estimates")
    for title in ("board", "MHz", "cycles a hit", "LUT", "FF", "DSP", "BRAM", "instances", "events/s", "boards"):
        table.add_column(title, justify="left" if title == "board" else "right")
    for design in designs(graph):
        if isinstance(design, str):
            notes.append(design)
            continue
        cost = design.cost
        table.add_row(
            design.board.name,
            f"{1e3 / design.board.clock_ns:g}",
            f"{design.interval:g}",
            f"{cost.lut:,}" + ("" if design.counted else " (sketched)"),
            f"{cost.ff:,}",
            f"{cost.dsp:,}",
            f"{cost.bram:,}",
            f"{design.instances:,}",
            f"{design.events_per_second:,.0f}",
            "none fits" if design.boards is None else f"{design.boards:,}",
        )
    return table


def rate_table(graph: Graph) -> Table:
    """The second table."""
    table = Table(box=None, title="events a second")
    for title in ("what", "events/s", "an event"):
        table.add_column(title, justify="left" if title != "events/s" else "right")
    for name, rate in GPU_ROWS:
        table.add_row(f"RTX 2080 Ti, {name}", f"{rate:,.0f}", "hits not said")
    hits = generate(Settings(EVENTS, stream=TEST))
    emulator = compile_emulator(graph, Silent())
    x = network_inputs(hits.x, hits.y, hits.z).astype(np.float32)
    seconds = best(lambda: emulator.reals({emulator.source.inputs[0].name: x}))
    table.add_row(
        f"exact emulator, {emulator.threads} threads of this CPU",
        f"{EVENTS / seconds:,.0f}",
        f"{len(hits) / EVENTS:,.0f} hits, generated; {len(hits) / seconds:,.0f} hits/s",
    )
    return table


def main() -> None:
    """Print both tables."""
    console, notes, began = Console(width=150), list[str](), now()
    task, network = find_network("velo_embedding") or sys.exit("the task velo_embedding is not installed")
    graph = load_model(network.quantised_file(task.weights)).graph
    console.print(schedule_table(graph, notes))
    for note in notes:
        console.print(note, highlight=False)
    console.print(rate_table(graph))
    console.print(describe(began, now()), highlight=False)


if __name__ == "__main__":
    main()
