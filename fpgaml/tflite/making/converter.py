"""Asking TensorFlow's converter, in another Python, for the flatbuffers of a float network."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import ToolError
from fpgaml.frontends.framework import PYTHON_VARIABLE, framework_python
from fpgaml.frontends.framework.worker import Program, Worker
from fpgaml.tflite.making.network import FloatNetwork

RUNNER = Path(__file__).with_name("runner.py")
INSTALL = (
    f"Install it with `pip install 'fpgaml[tensorflow]'`, or set {PYTHON_VARIABLE} to the Python of an environment "
    "that has it"
)
FEWER = "Give fewer --calibration-events"
SETTINGS = {
    "PYTHONHASHSEED": "0",  # the same order of everything in every run: the same bytes
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


@dataclass(frozen=True)
class Tensors:
    """The names of a flatbuffer's input and output tensors, in the network's order."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Made:
    """What TensorFlow made of a float network.

    Args:
        integer: the quantised flatbuffer; plain: that of the float32 network.
        tensors, plain_tensors: the names of their inputs and outputs.
        outputs: of the float network on the calibration data, in the network's order, float32.
        versions: of Python and the packages that took part.
    """

    integer: bytes
    plain: bytes
    tensors: Tensors
    plain_tensors: Tensors
    outputs: tuple[NDArray[np.float32], ...]
    versions: Mapping[str, str]


def make(network: FloatNetwork, calibration: Mapping[str, NDArray[Any]], int16x8: bool = False) -> Made:
    """Convert a float network with TensorFlow's own converter, calibrated on events.

    Args:
        calibration: for each input an array of shape (events, *shape), from whose extremes the scales come.
        int16x8: 16-bit activations with 8-bit weights, instead of 8-bit everything.

    Raises:
        ToolError: TensorFlow is not there, it failed, or took too long.
    """
    program = Program(
        RUNNER,
        tensorflow_python(),
        "TensorFlow",
        INSTALL,
        fails="cannot convert this network",
        slow=FEWER,
        environment=SETTINGS,
    )
    with tempfile.TemporaryDirectory(prefix="fpgaml-tflite-") as name:
        folder = Path(name)
        network.write(folder)
        arrays: dict[str, Any] = {f"in/{key}": np.asarray(value, np.float32) for key, value in calibration.items()}
        np.savez(folder / "calibration.npz", **arrays)
        with Worker(program, {"folder": name, "int16x8": int16x8}, "--target tflite") as worker:
            return _collect(folder, worker.facts(), len(network.outputs))


def tensorflow_python() -> Path:
    """The Python to ask: that of FPGAML_FRAMEWORK_PYTHON, else this one if it has TensorFlow.

    Raises:
        ToolError: there is none.
        FpgamlError: the variable names something that cannot be run.
    """
    python = framework_python() if os.environ.get(PYTHON_VARIABLE) else None
    if python is None and find_spec("tensorflow") is not None:
        python = Path(sys.executable)
    if python is None:
        raise ToolError("--target tflite", "it needs TensorFlow's converter, and this Python has none", INSTALL)
    return python


def _collect(folder: Path, facts: Mapping[str, Any], outputs: int) -> Made:
    with np.load(folder / "answer.npz", allow_pickle=False) as arrays:
        found = tuple(arrays[f"out/{index}"] for index in range(outputs))
    files = [(folder / name).read_bytes() for name in ("integer.tflite", "float.tflite")]
    names = [
        Tensors(tuple(entry["inputs"]), tuple(entry["outputs"]))
        for entry in (facts["tensors"]["integer"], facts["tensors"]["float"])
    ]
    return Made(files[0], files[1], names[0], names[1], found, facts["versions"])
