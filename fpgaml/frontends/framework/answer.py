"""Asking a framework for its own outputs: another interpreter, files for the data, and a time limit."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml.errors import FpgamlError, ToolError

PYTHON_VARIABLE = "FPGAML_FRAMEWORK_PYTHON"
"""Environment variable that names the Python with the framework."""
RUNNER = Path(__file__).with_name("runner.py")
INSTALL = (
    f"Install it with `pip install 'fpgaml[keras]'`, or set {PYTHON_VARIABLE} to the Python of an environment that "
    "has it (Keras 2 with QKeras for QKeras files: HGQ2 and QKeras cannot share one)"
)
LONGEST = 1800.0
"""Seconds that a framework may take: starting one takes 5 to 20."""
TAIL = 800
"""Characters of a framework's own messages that an error shows."""


class FrameworkUnavailableError(ToolError):
    """No Python with the framework that this model needs is known."""


@dataclass(frozen=True)
class FrameworkAnswer:
    """What a framework computed.

    Args:
        outputs: by the name of the layer that gives them, in the model's order; shape (events, ...), float32.
        layers: by the layer's name, `:1` appended for the second use of a shared layer; empty unless asked for.
            Layers inside nested models are not among them.
        versions: of Python and of each package that took part.
    """

    outputs: Mapping[str, NDArray[Any]]
    layers: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def framework_python() -> Path | None:
    """The Python to run a framework with: that of FPGAML_FRAMEWORK_PYTHON, else this one if it has Keras.

    Raises:
        FpgamlError: the variable names something that cannot be run.
    """
    named = os.environ.get(PYTHON_VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise FpgamlError(PYTHON_VARIABLE, f"`{named}` cannot be run", "Give the path of a Python interpreter")
        return Path(found)
    return Path(sys.executable) if importlib.util.find_spec("keras") is not None else None


def framework_answer(
    path: Path,
    inputs: Mapping[str, ArrayLike],
    layers: bool = False,
    batch: int = 1000,
    timeout: float = LONGEST,
) -> FrameworkAnswer:
    """Run a model in the framework that wrote it.

    The model is loaded with Keras's safe mode, and only if every class that its file names is one of Keras, HGQ2 or
    QKeras. Computation is on the CPU, in float32, in a process whose output is kept apart.

    Args:
        path: a `.keras` or `.h5` file, or a `.json` with its weights beside it; fpgaml's own reader has accepted it.
        inputs: for each input layer's name an array of shape (events, ...).
        layers: whether every layer's output is wanted too.
        batch: events at a time.
        timeout: seconds.

    Raises:
        FrameworkUnavailableError: no Python with the framework is known, or it lacks what this file needs.
        ToolError: the framework failed, or took too long.
    """
    python = framework_python()
    if python is None:
        raise FrameworkUnavailableError(path.name, "Keras is not installed in this Python", INSTALL)
    with tempfile.TemporaryDirectory(prefix="fpgaml-framework-") as name:
        folder = Path(name)
        arrays: dict[str, Any] = {f"in/{key}": np.asarray(value) for key, value in inputs.items()}
        np.savez(folder / "inputs.npz", **arrays)
        job = {"model": str(path.resolve()), "names": list(inputs), "layers": layers, "batch": batch}
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        run_script(RUNNER, python, folder, path.name, timeout)
        return collect(folder, path.name, INSTALL)


def _environment() -> dict[str, str]:
    """The framework's environment: on the CPU, where float32 sums are in float32."""
    quiet = {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "-1",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return {**os.environ, **quiet}


def run_script(script: Path, python: Path, folder: Path, where: str, timeout: float) -> None:
    """Run a runner on a folder; its output goes to a file, so that no pipe can fill.

    Raises:
        ToolError: it took too long, or ended without an answer.
    """
    log = folder / "log.txt"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [str(python), str(script), str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=_environment(),
            cwd=folder,
            start_new_session=True,
        )
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            reason = f"the framework took longer than {timeout:g} s"
            raise ToolError(where, reason, "Ask for fewer events, or record its outputs beforehand") from None
        except BaseException:  # an interrupt ends the framework as well
            _end(process)
            raise
    if not (folder / "result.json").exists():
        tail = log.read_text("utf-8", "replace").strip()[-TAIL:]
        reason = f"the framework's process ended with code {process.returncode} and no answer"
        raise ToolError(where, reason, f"Its last words: {tail}" if tail else "")


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def collect(folder: Path, where: str, install: str) -> FrameworkAnswer:
    """What a runner left in its folder.

    Raises:
        FrameworkUnavailableError: it lacks what it needs; `install` says how to get it. ToolError: it failed.
    """
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    if result["status"] == "unavailable":
        raise FrameworkUnavailableError(where, result["message"], install)
    if result["status"] != "ok":
        raise ToolError(where, f"the framework cannot run this model: {result['message']}", result["advice"])
    with np.load(folder / "answer.npz", allow_pickle=False) as arrays:
        outputs = {name: arrays[f"out/{index}"] for index, name in enumerate(result["outputs"])}
        kept = {name: arrays[f"layer/{index}"] for index, name in enumerate(result["layers"])}
    return FrameworkAnswer(outputs, kept, result["versions"])
