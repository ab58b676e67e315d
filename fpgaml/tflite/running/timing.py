"""How long one inference takes on this machine's CPU."""

from __future__ import annotations

import platform
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

import numpy as np

from fpgaml import litert
from fpgaml.record.integer_network import InferenceTime

WARM_UP, FEWEST, MOST = 20, 50, 5000
LONGEST = 2.0
"""Seconds for one set of runs, once there are FEWEST."""


def time_inference(
    path: Path, kernels: litert.Kernels, network: Literal["integer", "float32"], threads: int = 1
) -> InferenceTime:
    """The median time of one invocation with one event, after warm-up; the input's codes are all zero.

    Only LiteRT's `invoke` is timed: neither the interpreter's start nor the copies in and out.

    Raises:
        FpgamlError: the file cannot be run. ToolError: LiteRT is not installed.
    """
    interpreter: Any = litert.open_interpreter(path, kernels, threads)  # the one place that chooses kernels
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], np.zeros(detail["shape"], detail["dtype"]))
    for _ in range(WARM_UP):
        interpreter.invoke()
    taken: list[float] = []
    begin = perf_counter()
    while len(taken) < MOST and (len(taken) < FEWEST or perf_counter() - begin < LONGEST):
        start = perf_counter()
        interpreter.invoke()
        taken.append(perf_counter() - start)
    low, median, high = (float(value) * 1e6 for value in np.percentile(taken, (5, 50, 95)))
    return InferenceTime(
        network=network,
        kernels=str(kernels),
        threads=threads,
        runs=len(taken),
        median_us=round(median, 3),
        percentile_5_us=round(low, 3),
        percentile_95_us=round(high, 3),
        cpu=cpu_name(),
    )


def cpu_name() -> str:
    """The processor's name, as Linux gives it, else its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names and names[0] else platform.machine() or "unknown"
