"""A stretch of an endless stream as a project's bench reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.graph.graph import Graph
from fpgaml.graph.values import FixedArray
from fpgaml.project.golden import FOLDER, write_events
from fpgaml.project.ports import Port
from fpgaml.rtl.bench_files import port_row
from fpgaml.rtl.core import Continuous
from fpgaml.rtl.streaming import GATE
from fpgaml.rtl.stretch import BEATS, Stretch, stretch_of


def write_stretch(
    folder: Path, graph: Graph, continuous: Continuous, batches: Sequence[Mapping[str, FixedArray]]
) -> None:
    """Golden windows one after another, with the results of all windows, into tb_data.

    Args:
        graph: the network as the stream feeds it.
        batches: golden inputs by name, each of shape (events, *window).
    """
    port = continuous.window
    codes = [np.asarray(batch[port.name].at(port.fractional)) for batch in batches]
    windows = FixedArray(np.concatenate(codes), port.fractional)
    write_files(folder / FOLDER, continuous, stretch_of(graph, continuous, windows, BEATS))


def write_files(folder: Path, continuous: Continuous, stretch: Stretch) -> None:
    """Beats, one a line, and results, one a line, into a folder that is there or not."""
    folder.mkdir(parents=True, exist_ok=True)
    for port, values in ((continuous.beat, stretch.beats), (continuous.result, stretch.results)):
        with (folder / _file(port)).open("w") as file:
            write_events(file, port, values)


def bench_of(continuous: Continuous) -> dict[str, Any]:
    """What bench.json says of it: ports of a beat and of a result, and when results come."""
    beat, result = continuous.beat, continuous.result
    return {
        "inputs": [port_row(beat, f"../{FOLDER}/{_file(beat)}")],
        "outputs": [port_row(result, f"../{FOLDER}/{_file(result)}")],
        "continuous": {
            "window": continuous.window.shape[0],
            "hop": continuous.hop,
            "samples": continuous.samples,
            "channels": continuous.channels,
            "due": list(continuous.due),
            "period": continuous.period,
            "delay": continuous.delay + GATE,
        },
    }


def continuous_of(bench: Mapping[str, Any], graph: Graph) -> Continuous | None:
    """What a bench.json says of an endless stream; None where it is of frames.

    Raises:
        KeyError, TypeError, ValueError: it is not as `bench_of` writes it.
    """
    facts = bench.get("continuous")
    if facts is None:
        return None
    (window,), (result,) = (
        [Port(row["name"], graph.shapes[row["name"]], row["signed"], row["width"], row["fractional"]) for row in side]
        for side in (bench["inputs"], bench["outputs"])
    )
    numbers = {name: int(facts[name]) for name in ("hop", "samples", "channels", "period")}
    due = tuple(int(beat) for beat in facts["due"])
    return Continuous(window, result, due=due, delay=int(facts["delay"]) - GATE, **numbers)


def _file(port: Port) -> str:
    return f"stream_{port.name}.txt"
