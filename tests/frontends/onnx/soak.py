"""Many random ONNX networks against onnxruntime on every bit: `python -m tests.frontends.onnx.soak FIRST COUNT`.

FPGAML_FRAMEWORK_PYTHON, or this Python, must have onnxruntime.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
import onnx

from fpgaml.data.file_axes import to_graph
from fpgaml.errors import FpgamlError
from fpgaml.frontends.framework import framework_python
from fpgaml.frontends.framework.onnx import PACKAGE
from fpgaml.frontends.onnx.parsed import parse
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.types import FixedType, Quantizer
from tests.frontends.onnx.random_networks import inputs, network

ANSWER_ALL = Path(__file__).with_name("answer_all.py")
TOGETHER = 100


@dataclass
class Tally:
    """What became of the networks.

    Args:
        wrong, refused: one line each, with the seed; kinds: how often each operator was met.
    """

    wrong: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


def soak(seeds: Iterable[int], folder: Path, tally: Tally) -> None:
    """Compare the networks of these seeds.

    Raises:
        subprocess.CalledProcessError: there is no onnxruntime, or it fails.
    """
    models: dict[int, onnx.ModelProto] = {}
    for seed in seeds:
        random = Random(seed)
        models[seed] = network(random, random.randint(2, 12))
        (folder / f"{seed}.onnx").write_bytes(models[seed].SerializeToString())
        np.save(folder / f"{seed}.npy", inputs(random, models[seed]))
    command = [str(framework_python(PACKAGE) or sys.executable), str(ANSWER_ALL), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    for seed, model in models.items():
        try:
            found = differences(folder / f"{seed}.onnx")
        except FpgamlError as error:
            tally.refused.append(f"{seed}: {error}")
            continue
        kinds = [node.op_type for node in model.graph.node]
        tally.kinds.update(kinds)
        if found:
            tally.wrong.append(f"{seed}: {', '.join(found)} of {' '.join(kinds)}")


def differences(path: Path) -> list[str]:
    """The outputs that the converted network gives otherwise than its recorded answers."""
    parsed, x = parse(path), np.load(path.with_suffix(".npy"))
    built = parsed.build({"x": Quantizer(FixedType(1, 3, 4))})
    graph = built.graph
    (node,) = (node.name for node in graph.inputs)
    given = to_graph(x, parsed.axes.get("x"), graph.shapes[node], "x").reshape(len(x), *graph.shapes[node])
    got = interpret(graph, read_inputs(graph, {node: given}))
    with np.load(path.with_suffix(".npz")) as stored:
        wanted = [stored[name] for name in stored]
    found = []
    for recorded, name in zip(wanted, graph.outputs, strict=True):
        answer = to_graph(recorded, built.axes.get(name), graph.shapes[name], name)
        if not np.array_equal(got[name].to_float().reshape(answer.shape), answer):
            found.append(name)
    return found


def main(first: int, count: int) -> int:
    """Print what differs or is refused, and a summary; returns how many are wrong."""
    tally = Tally()
    for start in range(first, first + count, TOGETHER):
        with tempfile.TemporaryDirectory() as folder:
            soak(range(start, min(start + TOGETHER, first + count)), Path(folder), tally)
    sys.stdout.write("".join(f"{line}\n" for line in (*tally.wrong, *tally.refused)))
    kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(tally.kinds.items()))
    sys.stdout.write(f"{count} networks: {len(tally.wrong)} wrong, {len(tally.refused)} refused; {kinds}\n")
    return len(tally.wrong)


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]), int(sys.argv[2]))))
