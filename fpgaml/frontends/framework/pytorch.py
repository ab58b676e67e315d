"""PyTorch's functions on an exported program: read once, in a process of its own, and asked batch after batch."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from fpgaml.frontends.framework.session import BATCH, PYTHON_VARIABLE, InferenceSession, framework_python
from fpgaml.frontends.framework.worker import LONGEST, FrameworkUnavailableError, Program, Worker

RUNNER = Path(__file__).with_name("pytorch_runner.py")
INSTALL = (
    "Install it with `pip install 'fpgaml[torch]'` (its build for the CPU is enough), "
    f"or set {PYTHON_VARIABLE} to the Python of an environment that has it"
)


def pytorch_python() -> Path | None:
    """The Python to run PyTorch with: that of FPGAML_FRAMEWORK_PYTHON, else this one if it has it.

    Raises:
        FpgamlError: the variable names something that cannot be run.
    """
    if os.environ.get(PYTHON_VARIABLE):
        return framework_python()
    return Path(sys.executable) if find_spec("torch") is not None else None


def pytorch_session(
    path: Path, layers: bool = False, batch: int = BATCH, timeout: float = LONGEST, *, float64: bool = False
) -> InferenceSession:
    """An exported program in PyTorch; nothing is started yet.

    `torch.export.load` is not used: it unpickles, and evaluates the texts of sizes as Python. The process reads the
    file as fpgaml does, and calls PyTorch's functions, of those that fpgaml translates alone.

    Args:
        path: a file that fpgaml's own reader has accepted.
        layers: whether the first output of every call is wanted too.
        batch: events at a time, at most, where the program takes any number.
        timeout: seconds that an answer may take.
        float64: compute in float64.

    Raises:
        FrameworkUnavailableError: no Python with PyTorch is known.
    """
    python = pytorch_python()
    if python is None:
        raise FrameworkUnavailableError(path.name, "PyTorch is not installed in this Python", INSTALL)
    job = {"model": str(path.resolve()), "layers": layers, "batch": batch, "float64": float64}
    program = Program(RUNNER, python, "PyTorch", INSTALL)
    return InferenceSession(Worker(program, job, path.name, timeout))
