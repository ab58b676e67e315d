"""Runs a `.tflite` by LiteRT's reference kernels: `python litert_runner.py FOLDER`.

FOLDER holds `job.json` and `inputs.npz`; it receives `answer.npz` and `result.json`.
"""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path
from typing import Any


def main(folder: Path) -> None:
    """Run the job of a folder."""
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]
    sys.path.append(str(Path(__file__).resolve().parents[3]))
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    try:
        result = answer(job, folder)
    except ImportError as error:
        result = {"status": "unavailable", "message": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever LiteRT raises is reported to the caller
        result = {"status": "error", "message": f"{type(error).__name__}: {error}"[:1500], "advice": ""}
    temporary = folder / "result.tmp"
    temporary.write_text(json.dumps(result), encoding="utf-8")
    temporary.replace(folder / "result.json")


def answer(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Run the model, write the arrays; returns what result.json says."""
    import ai_edge_litert  # noqa: F401 - its absence is told apart from everything else
    import numpy as np

    from fpgaml.litert import Kernels, run, version

    with np.load(folder / "inputs.npz", allow_pickle=False) as arrays:
        inputs = {name: arrays[f"in/{index}"] for index, name in enumerate(job["names"])}
    outputs = run(Path(job["model"]), inputs, Kernels.REFERENCE)
    stored: dict[str, Any] = {f"out/{index}": value for index, value in enumerate(outputs.values())}
    np.savez(folder / "answer.npz", **stored)
    versions = {"python": platform.python_version(), "numpy": np.__version__, "ai-edge-litert": version()}
    return {"status": "ok", "outputs": list(outputs), "layers": [], "versions": versions}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
