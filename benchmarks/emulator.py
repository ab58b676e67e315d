"""The exact emulator against everything else that answers events: hls4ml, alkaid, and frameworks in float32.

All of a network is measured in one run, on made-up events: corners of the input's type and random codes. It is part
`emulator` of `benchmarks.run`; `python -m benchmarks.emulator NETWORK ...` measures some networks alone.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from rich.console import Console

from benchmarks.emulator_networks import (
    NETWORKS,
    Network,
    alkaid_rate,
    events_for,
    first,
    float_rates,
    hls_rates,
    made_up,
    rate,
    without_tail,
)
from benchmarks.measure import Row, stopwatch, table
from fpgaml.emulator.compiled import Emulator, compile_emulator
from fpgaml.errors import UnsupportedError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.progress import Silent

HLS_GOAL, ALKAID_GOAL, FLOAT_GOAL = 50.0, 2.0, 1.0
BILLION, BILLION_SECONDS = 10**9, 900.0
"""Windows of LAr cells, and the seconds that they may take on two cores."""


def emulator_rows(notes: list[str], names: Sequence[str] = ()) -> list[Row]:
    """All networks, or some; what was left out goes to the notes."""
    wanted = [each for each in NETWORKS if not names or each.name in names]
    floats = float_rates(len(os.sched_getaffinity(0)), [network.name for network in wanted])
    if not floats:
        notes.append("emulator against float32: skipped, FPGAML_FRAMEWORK_PYTHON has neither TensorFlow nor JAX")
    rows: list[Row] = []
    for network in wanted:
        if not network.file.exists():
            notes.append(f"emulator, {network.name}: skipped, {network.file.name} is not here")
            continue
        try:
            rows += _rows(network, floats.get(network.name), notes)
        except UnsupportedError as error:
            notes.append(f"emulator, {error}")
    return rows


def _rows(network: Network, floats: tuple[float, str] | None, notes: list[str]) -> list[Row]:
    name, graph = network.name, network.graph()
    with stopwatch() as compiling:
        emulator = compile_emulator(graph, Silent())
    integers, reals, one = (
        integer_rate(emulator, graph),
        real_rate(emulator, graph),
        integer_rate(replace(emulator, threads=1), graph),
    )
    interpreter = _interpreter_rate(graph)
    theirs, csim = hls_rates(network, graph)
    by_hls, threads = f"hls4ml `predict` {theirs:,.0f}", f"{emulator.threads} threads"
    rows = [
        Row(f"{name}: C-simulation, events/s", f"{csim:,.0f}", by_hls, csim / theirs),
        Row(f"{name}: interpreter, events/s", f"{interpreter:,.0f}", by_hls, interpreter / theirs),
        Row(f"{name}: emulator, 1 thread, events/s", f"{one:,.0f}", by_hls, one / theirs),
        Row(f"{name}: emulator, {threads}, events/s", f"{integers:,.0f}", by_hls, integers / theirs, HLS_GOAL),
        *_against_alkaid(network, graph, threads, integers, notes),
    ]
    if floats is not None:
        what, against = f"{name}: emulator, {threads}", f"float32 by {floats[1]}: {floats[0]:,.0f}"
        rows += [
            Row(f"{what}, events/s", f"{integers:,.0f}", against, integers / floats[0], FLOAT_GOAL),
            Row(f"{what}, float32 in and out, events/s", f"{reals:,.0f}", against, reals / floats[0]),
        ]
    rows.append(Row(f"{name}: compile the emulator, s", f"{compiling[0]:.1f}", "", 1.0))
    if name == "lar_timing":
        seconds = BILLION / integers
        rows.append(
            Row("10^9 LAr windows at that rate, s", f"{seconds:.0f}", "limit 900", BILLION_SECONDS / seconds, 1.0)
        )
    return rows


def _against_alkaid(network: Network, graph: Graph, threads: str, integers: float, notes: list[str]) -> list[Row]:
    """alkaid's interpreter; the emulator of the same part of the network, where it cannot trace all of it."""
    if importlib.util.find_spec("alkaid") is None:
        notes.append(f"{network.name}: alkaid is not installed")
        return []
    found, why = alkaid_rate(network)
    if found is None:
        notes.append(f"{network.name}: {why}")
        return []
    notes.append(f"{network.name}: {why} by alkaid")
    part = ""
    if network.until is not None:
        graph, part = without_tail(network, graph), f" up to `{network.until}`"
        integers = integer_rate(compile_emulator(graph, Silent()), graph)
    what = f"{network.name}{part}: emulator, {threads}, events/s"
    return [Row(what, f"{integers:,.0f}", f"alkaid's interpreter {found:,.0f}", integers / found, ALKAID_GOAL)]


def integer_rate(emulator: Emulator, graph: Graph) -> float:
    """Events per second of machine integers in and out; one that is wrong is not timed."""
    (port,) = emulator.source.inputs
    values = made_up(graph, events_for(graph, 2e-8, port.type.dtype.itemsize))
    codes = {port.name: values.at(port.fractional).astype(port.type.dtype)}
    few = first(values, 500)
    if emulator.run({port.name: few}) != interpret(graph, {port.name: few}):
        raise SystemExit("the emulator differs from the interpreter")
    return rate(lambda count: emulator.integers({port.name: codes[port.name][:count]}), values.shape[0])


def real_rate(emulator: Emulator, graph: Graph) -> float:
    """Events per second of float32 in and out."""
    (port,) = emulator.source.inputs
    reals = made_up(graph, events_for(graph, 2e-8)).to_float().astype(np.float32)
    return rate(lambda count: emulator.reals({port.name: reals[:count]}), len(reals))


def _interpreter_rate(graph: Graph) -> float:
    values, name = made_up(graph, events_for(graph, 5e-6)), graph.inputs[0].name
    return rate(lambda count: interpret(graph, {name: first(values, count)}), values.shape[0])


def main() -> None:
    """Measure and print."""
    console, notes = Console(), list[str]()
    with tempfile.TemporaryDirectory(prefix="fpgaml-bench-") as cache:
        os.environ["FPGAML_CACHE_DIR"] = cache  # what is compiled is compiled in this run
        console.print(table(emulator_rows(notes, sys.argv[1:])))
    for note in notes:
        console.print(note, highlight=False)


if __name__ == "__main__":
    main()
