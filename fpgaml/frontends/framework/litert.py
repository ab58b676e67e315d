"""The answer of LiteRT's reference kernels, computed in a process of its own."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.framework.answer import (
    LONGEST,
    PYTHON_VARIABLE,
    FrameworkAnswer,
    FrameworkUnavailableError,
    collect,
    framework_python,
    run_script,
)
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


def kernels_answer(path: Path, inputs: Mapping[str, NDArray[Any]], timeout: float = LONGEST) -> FrameworkAnswer:
    """Run an integer `.tflite` by LiteRT's reference kernels.

    Args:
        path: a file that fpgaml's own reader has accepted.
        inputs: for each input tensor's name an array of shape (events, ...) in its own element type.
        timeout: seconds.

    Raises:
        FrameworkUnavailableError: LiteRT is not installed.
        ToolError: it failed, crashed or took too long.
    """
    python = litert_python()
    if python is None:
        raise FrameworkUnavailableError(path.name, "LiteRT is not installed in this Python", INSTALL)
    with tempfile.TemporaryDirectory(prefix="fpgaml-litert-") as name:
        folder = Path(name)
        arrays: dict[str, Any] = {f"in/{index}": value for index, value in enumerate(inputs.values())}
        np.savez(folder / "inputs.npz", **arrays)
        (folder / "job.json").write_text(json.dumps({"model": str(path.resolve()), "names": list(inputs)}), "utf-8")
        run_script(RUNNER, python, folder, path.name, timeout)
        return collect(folder, path.name, INSTALL)
