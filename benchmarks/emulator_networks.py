"""The networks that the emulator is measured on, and hls4ml's, alkaid's and the frameworks' times for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.hls import ARIANNA, CLOCK_NS, LEGACY, PART, ROOT
from benchmarks.measure import stopwatch
from fpgaml.frontends.framework import framework_python
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray
from fpgaml.hls.csim import build
from fpgaml.hls.project import write_project
from fpgaml.hls.settings import HlsSettings, IoType, Strategy
from fpgaml.passes.drop_dead_nodes import DropDeadNodes
from fpgaml.proof.vectors import corner_vectors
from fpgaml.source import load_model

SECONDS = 0.3
"""That a measurement takes at least, where there are events enough."""
LARGEST = 1 << 24
"""Bytes of a batch of events, at most: frameworks too are measured on batches that caches hold."""
TRACE_SECONDS = 300.0
"""That alkaid may take to trace a network."""
BACKENDS = ("tensorflow", "jax")


@dataclass(frozen=True)
class Network:
    """A network.

    Args:
        io: how its HLS project passes tensors; strategy: how it multiplies.
        until: the node that alkaid's program ends with, where it cannot trace the rest.
    """

    name: str
    file: Path
    io: IoType = IoType.PARALLEL
    strategy: Strategy = Strategy.LATENCY
    input_types: tuple[str, ...] = ()
    until: str | None = None

    def graph(self) -> Graph:
        """As it is read."""
        return load_model(self.file, self.input_types).graph


NETWORKS = (
    Network("jets", LEGACY / "jets_dense.h5", input_types=("ap_fixed<14,4>",), until="output"),
    Network("calo_student", LEGACY / "calo_student_dense.h5", input_types=("ap_uint<6>",)),
    Network("lar_timing", ROOT / "models/lar_timing/weights/quantised.keras"),
    Network("arianna", ARIANNA.model, IoType.STREAM),
    Network("grand_trigger", ROOT / "models/grand_trigger/weights/quantised.keras", IoType.STREAM, Strategy.RESOURCE),
)


def events_for(graph: Graph, seconds_each: float, itemsize: int = 8) -> int:
    """As many events as take SECONDS, at the guess of a time for each, and fit into memory."""
    size = sum(int(np.prod(graph.shapes[node.name])) for node in graph.inputs)
    return int(max(64, min(2 * SECONDS / seconds_each, LARGEST / (size * itemsize))))


def made_up(graph: Graph, events: int) -> FixedArray:
    """Corners of the input's type and random codes, the same ones again after a while."""
    base = corner_vectors(graph, min(events, 4096), 1)[graph.inputs[0].name]
    return FixedArray(np.resize(base.integers, (events, *base.shape[1:])), base.fractional)


def rate(run: Callable[[int], object], most: int) -> float:
    """Events per second of what runs the first so many events, the best of three."""
    count = min(64, most)
    while True:
        with stopwatch() as seconds:
            run(count)
        if seconds[0] > SECONDS / 2 or count == most:
            break
        count = min(most, max(2 * count, int(count * SECONDS / max(seconds[0], 1e-6))))
    repeats = max(1, int(SECONDS / max(seconds[0], 1e-6)))
    times = []
    for _ in range(3):
        with stopwatch() as again:
            for _ in range(repeats):
                run(count)
        times.append(again[0] / repeats)
    return count / min(times)


def first(value: FixedArray, count: int) -> FixedArray:
    """The first events."""
    return FixedArray(value.integers[:count], value.fractional)


def hls_rates(network: Network, graph: Graph) -> tuple[float, float]:
    """Events per second of hls4ml's `predict`, and of fpgaml's C-simulation of the same project."""
    name, output = graph.inputs[0].name, graph.outputs[0]
    values = made_up(graph, 1 << 14)
    wanted = interpret(graph, {name: first(values, 64)})[output]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "project"
        settings = HlsSettings(PART, CLOCK_NS, io_type=network.io, strategy=network.strategy)
        hls = write_project(folder, graph, settings)
        csim = build(folder, hls.inputs, hls.outputs, "ap")
        if csim.run({name: first(values, 64)})[output] != wanted:
            raise SystemExit(f"{network.name}: the C-simulation differs from the interpreter")
        ours = rate(lambda count: csim.run({name: first(values, count)}), values.shape[0])
        hls.write(Path(scratch) / "hls4ml")
        hls.handle.compile()
        reals = np.ascontiguousarray(values.to_float())
        theirs = rate(lambda count: hls.handle.predict(reals[:count]), len(reals))
    return theirs, ours


def without_tail(network: Network, graph: Graph) -> Graph:
    """What alkaid traces of it."""
    if network.until is None:
        return graph
    return DropDeadNodes().apply(replace(graph, outputs=(network.until,), layers={}))


def alkaid_rate(network: Network) -> tuple[float | None, str]:
    """Events per second of alkaid's own interpreter in C++ on all cores; or None, and why."""
    command = [sys.executable, "-m", "benchmarks.emulator_networks", network.name]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=TRACE_SECONDS)
    except subprocess.TimeoutExpired:
        return None, f"not traced by alkaid within {TRACE_SECONDS:.0f} s"
    if done.returncode:
        last = done.stderr.strip().splitlines()
        return None, f"not traced by alkaid: {last[-1] if last else 'no word'}"
    found = json.loads(done.stdout)
    return found["rate"], f"traced in {found['seconds']:.0f} s"


def float_rates(threads: int, names: Sequence[str]) -> dict[str, tuple[float, str]]:
    """By network the events per second of the same layers in float32, and who computed them: the fastest framework."""
    python = framework_python()
    if python is None:
        return {}
    found: dict[str, tuple[float, str]] = {}
    for backend in BACKENDS:
        command = [str(python), str(ROOT / "benchmarks" / "float_rate.py"), backend, str(threads), *names]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})
        if done.returncode:
            continue
        for name, row in json.loads(done.stdout.splitlines()[-1]).items():
            found[name] = max(found.get(name, (0.0, "")), (row["rate"], f"{backend}, batch {row['batch']}"))
    return found


def _trace(name: str) -> dict[str, Any]:
    """Trace with alkaid, refuse what is wrong, and measure."""
    from benchmarks.alkaid import outputs, trace_graph

    network = next(each for each in NETWORKS if each.name == name)
    graph = without_tail(network, network.graph())
    with stopwatch() as seconds:
        program = trace_graph(graph)
    values = made_up(graph, events_for(graph, 1e-6))
    few = first(values, 500)
    if outputs(program, graph, few) != interpret(graph, {graph.inputs[0].name: few})[graph.outputs[0]]:
        raise SystemExit("it computes something else")
    flat: NDArray[np.float64] = values.to_float().reshape(values.shape[0], -1)
    return {"rate": rate(lambda count: program.predict(flat[:count]), len(flat)), "seconds": seconds[0]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_trace(sys.argv[1])))
