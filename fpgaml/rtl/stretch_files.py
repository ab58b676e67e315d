"""A stretch of an endless stream as a project's bench reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.graph.graph import Graph
from fpgaml.graph.values import FixedArray
from fpgaml.project.golden import FOLDER, write_events
from fpgaml.project.ports import Port
from fpgaml.rtl.bench_files import port_row
from fpgaml.rtl.core import Continuous
from fpgaml.rtl.stretch import BEATS, Stretch, stretch_of

REGISTER = 1
"""Cycles of the native shell's register at the input."""


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
    for port, values in ((_beat(continuous), stretch.beats), (_result(continuous), stretch.results)):
        with (folder / _file(port)).open("w") as file:
            write_events(file, port, values)


def bench_of(continuous: Continuous) -> dict[str, Any]:
    """What bench.json says of it: ports of a beat and of a result, and when results come."""
    beat, result = _beat(continuous), _result(continuous)
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
            "delay": continuous.delay + REGISTER,
        },
    }


def _beat(continuous: Continuous) -> Port:
    window = continuous.window
    return replace(window, shape=(continuous.samples, *window.shape[1:]))


def _result(continuous: Continuous) -> Port:
    return continuous.result


def _file(port: Port) -> str:
    return f"stream_{port.name}.txt"
