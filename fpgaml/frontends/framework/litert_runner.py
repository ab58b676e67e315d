"""A `.tflite` by LiteRT's reference kernels, as `serve.py` runs it."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import Any


def begin(job: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Find the model's ports; the function runs it."""
    import ai_edge_litert  # noqa: F401 - its absence is told apart from everything else
    import numpy as np

    sys.path.append(str(Path(__file__).resolve().parents[3]))
    from fpgaml.litert import Kernels, describe, run, version

    path = Path(job["model"])
    outputs = [port.name for port in describe(path).outputs]
    layers = {f"layer/{name}": int(index) for name, index in job["layers"].items()}

    def answer(inputs: dict[str, Any]) -> list[Any]:
        found = run(path, inputs, Kernels.REFERENCE, tensors=layers)
        return [found[name] for name in (*outputs, *layers)]

    versions = {"python": platform.python_version(), "numpy": np.__version__, "ai-edge-litert": version()}
    return {"outputs": outputs, "layers": list(job["layers"]), "versions": versions}, answer
