"""Float networks by `--precision` and `--calibrate` beside hls4ml's own conversion: `python -m benchmarks.precision`.

Trains the networks of `float_networks.py` (or takes those of `--models FOLDER`), converts each, and compares answers to
the same events with Keras's: hls4ml's by its C-simulation, fpgaml's by the interpreter, which a conversion's
C-simulation equals on every bit.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.dataset import open_data
from fpgaml.frontends.framework import framework_python
from fpgaml.frontends.registry import parse_model
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.physics.roc import roc_auc
from fpgaml.precision.build import Numbers
from fpgaml.precision.choose import choose_numbers
from fpgaml.source import settle

HERE = Path(__file__).resolve().parent
PRECISION = "ap_fixed<16,6>"
BATCH = 50


@dataclass(frozen=True)
class Network:
    """A float network.

    Args:
        events: that are compared; io: of hls4ml.
    """

    name: str
    title: str
    events: int
    io: str


NETWORKS = (
    Network("mlp", "16-100-100-100-100-100-5", 1000, "io_parallel"),
    Network("resnet8", "ResNet-8, 32x32x3", 200, "io_stream"),
)


def rows(network: Network, folder: Path) -> Iterator[tuple[str, ...]]:
    """One line of the table for each way."""
    model, data = folder / f"{network.name}.keras", folder / f"{network.name}.npz"
    labels = np.load(folder / f"{network.name}_labels.npy")[: network.events]
    wanted = None
    for granularity, said in (("model", "by model"), ("name", "by name"), ("tuned", "by name, every result so")):
        answers = folder / f"hls4ml_{network.name}_{granularity}.npz"
        if not answers.exists():
            script = [str(framework_python()), str(HERE / "float_hls4ml.py")]
            words = [str(model), str(data), str(network.events), PRECISION.removeprefix("ap_"), network.io, granularity]
            subprocess.run([*script, *words, str(answers)], check=True, capture_output=True)
        with np.load(answers) as arrays:
            found, wanted, seconds = arrays["hls4ml"], arrays["keras"], float(arrays["seconds"])
        yield _row(network, f"hls4ml 1.3, {PRECISION}, {said}", found, wanted, labels, seconds)
    assert wanted is not None
    ways = {
        f"fpgaml --precision {PRECISION}": choose_numbers([PRECISION]),
        f"fpgaml --precision {PRECISION[:-1]},RND,SAT>": choose_numbers([f"{PRECISION[:-1]},RND,SAT>"]),
        "fpgaml --calibrate (1%)": choose_numbers(calibrate=True),
        "fpgaml --calibrate --tolerance 0.1%": choose_numbers(calibrate=True, tolerance="0.1%"),
    }
    for title, numbers in ways.items():
        assert numbers is not None
        begin = time.monotonic()
        graph, widths = _loaded(model, data, network.events, numbers)
        seconds = time.monotonic() - begin
        yield _row(network, f"{title}{widths}", _answers(graph, data, network.events), wanted, labels, seconds)
    yield _row(network, "Keras, float32", wanted, wanted, labels, 0.0)


def _loaded(model: Path, data: Path, events: int, numbers: Numbers) -> tuple[Graph, str]:
    parsed = parse_model(model)
    found = settle(model, parsed, (), open_data(data, parsed.input_shapes, limit=events), numbers)
    if found.calibration is None:
        return found.graph, ""
    bits = [each.bits for each in found.calibration.fact.tensors]
    return found.graph, f": {min(bits)} to {max(bits)} bits, mean {np.mean(bits):.1f}"


def _answers(graph: Graph, data: Path, events: int) -> NDArray[np.float64]:
    (layer,) = graph.input_layers
    parts = []
    for chunk in open_data(data, {layer: graph.shapes[graph.input_layers[layer]]}, limit=events).chunks():
        for start in range(0, len(chunk[layer]), BATCH):
            values = read_inputs(graph, {graph.input_layers[layer]: chunk[layer][start : start + BATCH]})
            parts.append(interpret(graph, values)[graph.outputs[0]].to_float())
    return np.concatenate(parts)


def _row(
    network: Network,
    title: str,
    found: NDArray[np.float64],
    wanted: NDArray[np.float64],
    labels: NDArray[np.int64],
    seconds: float,
) -> tuple[str, ...]:
    """Largest and mean distance of the outputs, accuracy, and the mean over classes of the area under the ROC curve."""
    apart = np.abs(found - wanted)
    areas = [roc_auc((labels == kind).astype(int), found[:, kind]) for kind in range(found.shape[1])]
    accuracy = float(np.mean(found.argmax(axis=1) == labels))
    return (
        network.title,
        title,
        f"{apart.max():.4f}",
        f"{apart.mean():.6f}",
        f"{100 * accuracy:.1f}%",
        f"{np.mean(areas):.5f}",
        f"{seconds:.0f}" if seconds else "",
    )


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, help="a folder that float_networks.py filled; answers are kept there")
    parser.add_argument("--only", choices=[network.name for network in NETWORKS])
    chosen = parser.parse_args()
    header = ("network", "way", "largest distance", "mean distance", "accuracy", "ROC AUC", "seconds")
    sys.stdout.write(f"| {' | '.join(header)} |\n|{'---|' * len(header)}\n")
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.models or Path(scratch)
        if chosen.models is None:
            subprocess.run([str(framework_python()), str(HERE / "float_networks.py"), str(folder)], check=True)
        for network in NETWORKS:
            for row in rows(network, folder) if chosen.only in (None, network.name) else ():
                sys.stdout.write(f"| {' | '.join(row)} |\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
