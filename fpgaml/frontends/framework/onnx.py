"""onnxruntime on an ONNX file: loaded once, in a process of its own, and asked batch after batch."""

from __future__ import annotations

from pathlib import Path

from fpgaml.frontends.framework.session import BATCH, PYTHON_VARIABLE, InferenceSession, framework_python
from fpgaml.frontends.framework.worker import LONGEST, FrameworkUnavailableError, Program, Worker

RUNNER = Path(__file__).with_name("onnx_runner.py")
QONNX_RUNNER = Path(__file__).with_name("qonnx_runner.py")
PACKAGE = "onnxruntime"
INSTALL = (
    f"Install it with `pip install 'fpgaml[onnx]'`, or set {PYTHON_VARIABLE} to the Python of an environment that "
    "has it"
)


def onnx_session(
    path: Path, layers: bool = False, batch: int = BATCH, timeout: float = LONGEST, *, float64: bool = False
) -> InferenceSession:
    """An ONNX file in onnxruntime; nothing is started yet.

    Args:
        path: a file that fpgaml's own reader has accepted.
        layers: whether the first output of every node is wanted too.
        batch: events at a time, at most; timeout: seconds that an answer may take.
        float64: compute in float64 where onnxruntime has every operator of the model in it.

    Raises:
        FrameworkUnavailableError: no Python with onnxruntime is known.
    """
    return InferenceSession(_worker("onnxruntime", RUNNER, path, layers, batch, timeout, float64))


def qonnx_session(
    path: Path, layers: bool = False, batch: int = BATCH, timeout: float = LONGEST, *, float64: bool = False
) -> InferenceSession:
    """A QONNX file in qonnx; arguments and errors as for `onnx_session`."""
    return InferenceSession(_worker("qonnx", QONNX_RUNNER, path, layers, batch, timeout, float64))


def _worker(name: str, runner: Path, path: Path, layers: bool, batch: int, timeout: float, float64: bool) -> Worker:
    python = framework_python(PACKAGE)
    if python is None:
        raise FrameworkUnavailableError(path.name, f"{name} is not installed in this Python", INSTALL)
    job = {"model": str(path.resolve()), "layers": layers, "batch": batch, "float64": float64}
    return Worker(Program(runner, python, name, INSTALL), job, path.name, timeout)
