"""PyTorch's functions on an exported program: read once, in a process of its own, and asked batch after batch."""

from __future__ import annotations

from pathlib import Path

from fpgaml.frontends.framework.session import BATCH, PYTHON_VARIABLE, InferenceSession, framework_python
from fpgaml.frontends.framework.worker import LONGEST, FrameworkUnavailableError, Program, Worker

RUNNER = Path(__file__).with_name("pytorch_runner.py")
PACKAGE = "torch"
INSTALL = (
    "Install it with `pip install 'fpgaml[torch]'` (its build for the CPU is enough), "
    f"or set {PYTHON_VARIABLE} to the Python of an environment that has it"
)


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
    python = framework_python(PACKAGE)
    if python is None:
        raise FrameworkUnavailableError(path.name, "PyTorch is not installed in this Python", INSTALL)
    job = {"model": str(path.resolve()), "layers": layers, "batch": batch, "float64": float64}
    program = Program(RUNNER, python, "PyTorch", INSTALL)
    return InferenceSession(Worker(program, job, path.name, timeout))
