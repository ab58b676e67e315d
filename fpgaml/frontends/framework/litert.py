"""LiteRT's reference kernels on a `.tflite`: loaded once, in a process of its own, and asked batch after batch."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from fpgaml.frontends.framework.session import PYTHON_VARIABLE, InferenceSession, framework_python
from fpgaml.frontends.framework.worker import LONGEST, FrameworkUnavailableError, Program, Worker
from fpgaml.litert import INSTALL

RUNNER = Path(__file__).with_name("litert_runner.py")


def litert_python() -> Path | None:
    """The Python to run LiteRT with: this one if it has it, else that of FPGAML_FRAMEWORK_PYTHON.

    Raises:
        FpgamlError: the variable names something that cannot be run.
    """
    if find_spec("ai_edge_litert") is not None:
        return Path(sys.executable)
    return framework_python() if os.environ.get(PYTHON_VARIABLE) else None


def kernels_session(path: Path, layers: Mapping[str, int] | None = None, timeout: float = LONGEST) -> InferenceSession:
    """An integer `.tflite` by LiteRT's reference kernels; nothing is started yet.

    It takes for each input tensor's name an array of shape (events, ...) in the tensor's own element type.

    Args:
        path: a file that fpgaml's own reader has accepted.
        layers: for each layer whose answers are wanted too, the number of the tensor that it gives.
        timeout: seconds that an answer may take.

    Raises:
        FrameworkUnavailableError: LiteRT is not installed.
    """
    python = litert_python()
    if python is None:
        raise FrameworkUnavailableError(path.name, "LiteRT is not installed in this Python", INSTALL)
    program = Program(RUNNER, python, "LiteRT", INSTALL)
    return InferenceSession(
        Worker(program, {"model": str(path.resolve()), "layers": dict(layers or {})}, path.name, timeout)
    )
