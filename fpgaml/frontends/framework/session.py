"""A model in the framework that wrote it: loaded once, in a process of its own, and asked batch after batch."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike, NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.framework.worker import LONGEST, FrameworkUnavailableError, Program, Worker

PYTHON_VARIABLE = "FPGAML_FRAMEWORK_PYTHON"
"""Environment variable that names the Python with the framework."""
RUNNER = Path(__file__).with_name("runner.py")
INSTALL = (
    f"Install it with `pip install 'fpgaml[keras]'`, or set {PYTHON_VARIABLE} to the Python of an environment that "
    "has it (Keras 2 with QKeras for QKeras files: HGQ2 and QKeras cannot share one)"
)
BATCH = 1000
"""Events that Keras takes at a time."""


@dataclass(frozen=True)
class FrameworkAnswer:
    """What a framework computed.

    Args:
        outputs: by the name of the layer that gives them, in the model's order; shape (events, ...), float32 or, where
            it was asked for and is to be had, float64.
        layers: by the layer's name, `:1` appended for the second use of a shared layer; empty unless asked for.
            Layers inside nested models are not among them.
    """

    outputs: Mapping[str, NDArray[Any]]
    layers: Mapping[str, NDArray[Any]] = field(default_factory=dict)


class InferenceSession:
    """A model that is loaded and asked by a worker; use it in a `with` block, which ends the worker."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def __enter__(self) -> InferenceSession:
        self._worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.close()

    def start(self) -> None:
        """Start the framework and have it load the model, in the background."""
        self._worker.start()

    def close(self) -> None:
        """End the framework's process."""
        self._worker.close()

    def versions(self) -> Mapping[str, str]:
        """Of Python and of each package that takes part; waits until the model is loaded.

        Raises:
            FrameworkUnavailableError: that Python lacks what this file needs.
            ToolError: the framework failed, or took too long.
        """
        versions: Mapping[str, str] = self._worker.facts()["versions"]
        return versions

    def precision(self) -> tuple[str, str]:
        """The floating-point format that it computes in, and why not float64 where that was asked for; waits.

        Raises:
            ToolError: as for `versions`.
        """
        facts = self._worker.facts()
        return facts["precision"], facts["float32_because"]

    def ask(self, inputs: Mapping[str, ArrayLike]) -> Callable[[], FrameworkAnswer]:
        """Hand over events; the result waits for the answer.

        Args:
            inputs: for each input's name an array of shape (events, ...).

        Raises:
            ToolError: as for `versions`; by the result.
        """
        arrays = self._worker.ask(inputs)

        def answer() -> FrameworkAnswer:
            found, facts = arrays(), self._worker.facts()
            count = len(facts["outputs"])
            outputs = dict(zip(facts["outputs"], found[:count], strict=True))
            return FrameworkAnswer(outputs, dict(zip(facts["layers"], found[count:], strict=True)))

        return answer


def framework_python(package: str = "keras") -> Path | None:
    """The Python to run a framework with: that of FPGAML_FRAMEWORK_PYTHON, else this one if it has the package.

    Raises:
        FpgamlError: the variable names something that cannot be run.
    """
    named = os.environ.get(PYTHON_VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise FpgamlError(PYTHON_VARIABLE, f"`{named}` cannot be run", "Give the path of a Python interpreter")
        return Path(found)
    return Path(sys.executable) if importlib.util.find_spec(package) is not None else None


def framework_session(
    path: Path, layers: bool = False, batch: int = BATCH, timeout: float = LONGEST, *, float64: bool = False
) -> InferenceSession:
    """A model in the framework that wrote it; nothing is started yet.

    The model is loaded with Keras's safe mode, and only if every class that its file names is one of Keras, HGQ2 or
    QKeras. Computation is on the CPU, in float32 unless float64 is asked for.

    Args:
        path: a `.keras` or `.h5` file, or a `.json` with its weights beside it; fpgaml's own reader has accepted it.
        layers: whether every layer's output is wanted too.
        batch: events at a time, at most.
        timeout: seconds that an answer may take.
        float64: compute in float64 where every step of the model can (Keras 3).

    Raises:
        FrameworkUnavailableError: no Python with the framework is known.
    """
    python = framework_python()
    if python is None:
        raise FrameworkUnavailableError(path.name, "Keras is not installed in this Python", INSTALL)
    job = {"model": str(path.resolve()), "layers": layers, "batch": batch, "float64": float64}
    program = Program(RUNNER, python, "the framework", INSTALL, failing="Check that its versions match the file's")
    return InferenceSession(Worker(program, job, path.name, timeout))
