"""All test models of a kind as firmware, which takes longer than a test may: every bit, with a line for each group.

    python -m tests.every_model [onnx] [qonnx] [pytorch] [float] [keras] [recurrent] [tflite] [--simulate | --emulate]

C-simulation of all of them, a few in one project; with --simulate the HDL of every third, on Verilator; with --emulate
the compiled emulator.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from fpgaml.frontends.registry import parse_model
from fpgaml.graph.graph import Graph
from fpgaml.proof.vectors import corner_vectors
from fpgaml.source import settle
from tests.cosim.running import failures
from tests.cosim.together import run_together
from tests.emulator.together import compile_together, differences
from tests.frontends.onnx import recorded as onnx
from tests.frontends.onnx.quantizers import test_targets as qonnx
from tests.frontends.pytorch import test_targets as pytorch
from tests.hls.harness import check, settings
from tests.paths import ROOT
from tests.precision.test_by_plan import MODELS as FLOAT
from tests.precision.test_firmware import loaded

TOGETHER = 6
EVENTS, FRAMES = 16, 24
EMULATED = 200
"""Events of an emulator: three blocks and a part of one."""

KINDS = ("onnx", "qonnx", "pytorch", "float", "keras", "recurrent", "tflite")
FOLDERS = {"keras": ("keras2", "keras3", "wide", "legacy_qkeras"), "recurrent": ("recurrent",), "tflite": ("tflite",)}
"""Files of a kind, in tests/fixtures; HGQ2 and QKeras among them."""
FILES = (".h5", ".keras", ".onnx", ".pt2", ".tflite")
OF_NO_GRAPH = ("plain_dynamic_range", "plain_float", "plain_float16", "unsupported_int8")
""".tflite that compute in float, or have operators that fpgaml refuses."""


def built(kind: str) -> Iterator[tuple[str, Graph]]:
    """The Graph of each model of a kind, with the model's name."""
    if kind == "onnx":
        yield from ((name, onnx.built(name).graph) for name in onnx.NAMES)
    elif kind == "qonnx":
        yield from ((path.stem, qonnx.graph_of(path.stem)) for path in qonnx.MODELS)
    elif kind == "pytorch":
        yield from ((path.stem, pytorch.graph_of(path.stem)) for path in pytorch.MODELS)
    elif kind == "float":
        yield from ((f"{path.parent.name}_{path.stem}", loaded(path, calibrate=True)[0]) for path in FLOAT)
    else:
        for folder in FOLDERS[kind]:
            for path in sorted((ROOT / "tests" / "fixtures" / folder).iterdir()):
                named = path.stem not in OF_NO_GRAPH or folder != "tflite"
                if path.suffix in FILES and not path.stem.endswith("_weights") and named:
                    types = () if folder == "tflite" else ("ap_fixed<8,4>",)
                    yield f"{folder}_{path.stem}", settle(path, parse_model(path), types, None).graph


def compiled(graphs: Mapping[str, Graph], folder: Path) -> str:
    """Where the C-simulation of some models is not the Graphs; empty where every bit is."""
    try:
        check(dict(graphs), settings("vitis", "io_parallel"), folder)
    except AssertionError as error:
        return str(error) or "differs"
    return ""


def simulated(graphs: Mapping[str, Graph], folder: Path) -> str:
    """What the project's own bench finds wrong with the HDL of some models; empty where every bit is right."""
    outcome = run_together(graphs, "verilator", folder, events=EVENTS, frames=FRAMES, clock_mhz=150.0)
    return str(failures(outcome) or "")


def emulated(graphs: Mapping[str, Graph], folder: Path) -> str:
    """Where the emulators of some models are not the interpreter; empty where every bit is."""
    folder.mkdir()
    found = []
    for name, emulator in zip(graphs, compile_together(list(graphs.values()), folder), strict=True):
        wrong = differences(emulator, corner_vectors(emulator.graph, EMULATED, seed=7))
        found += [f"{name}: {line}" for line in wrong]
    return "; ".join(found)


def main(arguments: list[str]) -> int:
    """Returns the exit code: 1 where anything differs."""
    simulate, emulate = "--simulate" in arguments, "--emulate" in arguments
    how = "Verilator" if simulate else "emulator" if emulate else "C-simulation"
    run = simulated if simulate else emulated if emulate else compiled
    wrong = 0
    for kind in [name for name in arguments if name in KINDS] or KINDS:
        models = list(built(kind))[:: 3 if simulate else 1]
        for at in range(0, len(models), TOGETHER):
            group, start = dict(models[at : at + TOGETHER]), time.monotonic()
            with tempfile.TemporaryDirectory() as scratch:
                found = run(group, Path(scratch) / "p")
            wrong += bool(found)
            line = f"{kind}, {how}, {time.monotonic() - start:.0f} s: {found or 'every bit'}: {', '.join(group)}"
            print(line, flush=True)  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
