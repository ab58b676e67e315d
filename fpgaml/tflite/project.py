"""What a TensorFlow Lite project's folder holds."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml import __version__, litert
from fpgaml.graph.dump import dump
from fpgaml.graph.graph import Graph
from fpgaml.graph.serial import to_json
from fpgaml.graph.values import FixedArray
from fpgaml.litert import Kernels
from fpgaml.project.golden import FOLDER, golden_file, write_golden
from fpgaml.target import Texts
from fpgaml.tflite.facts import TfliteFacts
from fpgaml.tflite.making.network import FloatNetwork
from fpgaml.tflite.render import templates
from fpgaml.tflite.running.ports import IntegerNetwork, TflitePort

BYTES_A_ROW = 16
GOLDEN = f"{FOLDER}/golden.json"


def golden_port(port: TflitePort, kernels: Kernels) -> TflitePort:
    """A port under the name of its vectors by some kernels; the reference kernels' have the port's own name."""
    return port if kernels == Kernels.REFERENCE else replace(port, name=f"{port.name}_{kernels}")


def write_model(folder: Path, name: str, graph: Graph, content: bytes) -> Path:
    """Write the flatbuffer, as a file and as an array of C, and the Graph that it comes from; returns its path."""
    path = folder / f"{name}.tflite"
    path.write_bytes(content)
    facts = {"name": name, "version": __version__, "sha256": sha256(content).hexdigest()}
    facts |= {"guard": f"{name.upper()}_MODEL_H", "size": str(len(content))}
    rows = [
        " ".join(f"0x{byte:02x}," for byte in content[start : start + BYTES_A_ROW])
        for start in range(0, len(content), BYTES_A_ROW)
    ]
    for kind in ("h", "c"):
        text = templates().get_template(f"model.{kind}.j2").render(rows=rows, **facts)
        (folder / f"{name}_model.{kind}").write_text(text)
    (folder / "graph.json").write_text(to_json(graph))
    (folder / "network.txt").write_text(dump(graph))
    return path


def write_vectors(folder: Path, network: IntegerNetwork, codes: Mapping[str, NDArray[Any]]) -> None:
    """Write the codes that go in, and what each set of kernels makes of them."""
    for port in network.inputs:
        write_golden(folder, port, "input", [FixedArray(codes[port.name].astype(np.int64), 0)])
    for kernels in Kernels:
        found = network.run(codes, kernels)
        for port in network.outputs:
            values = FixedArray(found[port.name].astype(np.int64), 0)
            write_golden(folder, golden_port(port, kernels), "output", [values])
    content = {
        "litert": litert.version(),
        "machine": platform.machine(),
        "inputs": [{"file": golden_file(port, "input"), **_scales(port)} for port in network.inputs],
        "outputs": [
            {"file": golden_file(golden_port(port, kernels), "output"), "kernels": str(kernels), **_scales(port)}
            for port in network.outputs
            for kernels in Kernels
        ],
    }
    (folder / GOLDEN).write_text(json.dumps(content, indent=2) + "\n")


def _scales(port: TflitePort) -> dict[str, Any]:
    return {
        "tensor": port.tensor,
        "shape": list(port.shape),
        "type": f"int{port.width}",
        "scale": port.scale,
        "zero_point": port.zero_point,
    }


def write_example(folder: Path, name: str, network: IntegerNetwork, events: int) -> None:
    """Write the C program that runs the golden vectors, and its Makefile."""
    found = litert.describe(network.path)
    ports = {}
    for side, mine, theirs in (
        ("inputs", network.inputs, found.inputs),
        ("outputs", network.outputs, found.outputs),
    ):
        order = [port.name for port in theirs]
        ports[side] = [{**vars(port), "size": port.size, "index": order.index(port.tensor)} for port in mine]
    context = {
        "name": name,
        "version": __version__,
        "ctype": f"int{network.inputs[0].width}_t",
        "largest": max(port.size for port in (*network.inputs, *network.outputs)),
        "events": events,
        **ports,
    }
    target = folder / "example"
    target.mkdir()
    for file in ("run_golden.c", "Makefile"):
        (target / file).write_text(templates().get_template(f"{file}.j2").render(**context))


def write_readme(
    folder: Path,
    network: IntegerNetwork,
    plain: FloatNetwork,
    texts: Texts,
    facts: TfliteFacts,
    warnings: Sequence[str],
) -> None:
    """Write README.md.

    Args:
        plain: the float network that was converted; facts: the settings of manifest.json; warnings: what is lost.
    """
    width = network.inputs[0].width
    wide = facts.activations == "int16x8"
    context = {
        "name": facts.name,
        "title": "16-bit activations, 8-bit weights" if wide else "8-bit integers throughout",
        "arithmetic": "int16 activations, int8 weights" if wide else "int8 throughout",
        "version": __version__,
        "source": texts.source,
        "tensorflow": facts.converter["tensorflow"],
        "float32": facts.float32,
        "vectors": texts.vectors,
        "width": width,
        "lowest": -(1 << (width - 1)),
        "highest": (1 << (width - 1)) - 1,
        "inputs": [vars(port) for port in network.inputs],
        "outputs": [vars(port) for port in network.outputs],
        "calibration": facts.calibration_events,
        "litert": litert.version(),
        "machine": platform.machine(),
        "dropped": plain.dropped,
        "clips": plain.clips,
        "warnings": warnings,
    }
    (folder / "README.md").write_text(templates().get_template("README.md.j2").render(**context))
