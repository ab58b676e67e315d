"""C-simulation, compilation and interpreter, against hls4ml's own on the same network."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Row, best, stopwatch
from fpgaml.data.dataset import open_data
from fpgaml.frontends.registry import parse_model
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.values import FixedArray
from fpgaml.hls.csim import CSim, build
from fpgaml.hls.model import HlsModel
from fpgaml.hls.project import write_project
from fpgaml.hls.settings import HlsSettings, IoType
from fpgaml.source import LoadedModel, settle

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
LEGACY = ROOT / "tests" / "fixtures" / "legacy_qkeras"
INTERPRETER_GOAL = 0.5
"""Readable integers in numpy need not be as fast as compiled C++, but of its order."""
PART, CLOCK_NS = "xcku5p-ffvb676-2-e", 5.0


@dataclass(frozen=True)
class Case:
    """A model with data.

    Args:
        io: how the project passes tensors; axes: a transposition of the data; repeat: copies of the data, so
            that a measurement takes long enough.
    """

    name: str
    model: Path
    data: Path
    io: IoType
    input_types: tuple[str, ...] = ()
    axes: tuple[int, ...] | None = None
    repeat: int = 1


ARIANNA = Case(
    "arianna", SHARED / "arianna/model.keras", SHARED / "arianna/X_test.npy", IoType.STREAM, (), (0, 2, 1), 16
)
JETS = Case(
    "jets", LEGACY / "jets_dense.h5", LEGACY / "jets_dense.npz", IoType.PARALLEL, ("ap_fixed<14,4>",), None, 128
)


@dataclass(frozen=True)
class Simulated:
    """What was measured of a case.

    Args:
        events_per_second, predict_per_second: fpgaml's C-simulation, and hls4ml's `predict`, of the same network.
        compile_seconds: hls4ml's own compilation of it.
    """

    rows: list[Row]
    events_per_second: float
    predict_per_second: float
    compile_seconds: float


def simulate(case: Case) -> Simulated:
    """C-simulation, compilation and interpreter, against hls4ml's own on the same network."""
    parsed = parse_model(case.model)
    data = open_data(case.data, parsed.input_shapes, axes=case.axes)
    model = settle(case.model, parsed, case.input_types, data)
    chunk = next(iter(data.chunks(1 << 26)))
    reals = {node: np.repeat(chunk[layer], case.repeat, axis=0) for layer, node in model.graph.input_layers.items()}
    events = len(next(iter(reals.values())))
    values = read_inputs(model.graph, reals)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "project"
        hls = write_project(folder, model.graph, HlsSettings(PART, CLOCK_NS, io_type=case.io))
        with stopwatch() as ours_compile:
            csim = build(folder, hls.inputs, hls.outputs, "ap")
        with stopwatch() as interpreter:
            expected = interpret(model.graph, values)
        ours = best(lambda: check(csim, values, expected))
        theirs_compile, theirs = hls4ml_times(hls, Path(scratch) / "hls4ml", model, reals)
    rows = [
        Row(
            f"{case.name}: C-simulation, events/s",
            f"{events / ours:,.0f}",
            f"hls4ml predict {events / theirs:,.0f}",
            theirs / ours,
            5.0,
        ),
        Row(
            f"{case.name}: g++, s",
            f"{ours_compile[0]:.1f}",
            f"hls4ml compile {theirs_compile:.1f}",
            theirs_compile / ours_compile[0],
        ),
        Row(
            f"{case.name}: interpreter, events/s",
            f"{events / interpreter[0]:,.0f}",
            f"hls4ml predict {events / theirs:,.0f}",
            theirs / interpreter[0],
            INTERPRETER_GOAL,
        ),
    ]
    return Simulated(rows, events / ours, events / theirs, theirs_compile)


def check(csim: CSim, values: dict[str, FixedArray], expected: dict[str, FixedArray]) -> None:
    """Run, and refuse to time a simulation that is wrong."""
    results = csim.run(values)
    if any(results[name] != value for name, value in expected.items()):
        raise SystemExit("the C-simulation differs from the interpreter")


def hls4ml_times(
    hls: HlsModel, folder: Path, model: LoadedModel, reals: dict[str, np.ndarray[Any, Any]]
) -> tuple[float, float]:
    """hls4ml's own compile and predict for the same network, in s."""
    hls.write(folder)
    with stopwatch() as compiling:
        hls.handle.compile()
    arrays = [np.ascontiguousarray(read_inputs(model.graph, reals)[node].to_float()) for node in reals]
    given = arrays[0] if len(arrays) == 1 else arrays
    return compiling[0], best(lambda: hls.handle.predict(given))
