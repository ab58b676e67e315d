"""A float network: what a Graph computes without its roundings, as steps that TensorFlow has operations for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.ops import Shape

Floats = NDArray[np.float32]
Kind = Literal[
    "constant",
    "matmul",
    "convolution",
    "depthwise",
    "times",
    "plus",
    "add",
    "subtract",
    "multiply",
    "maximum",
    "minimum",
    "relu",
    "relu6",
    "leaky_relu",
    "clip",
    "function",
    "softmax",
    "concatenate",
    "reduce_mean",
    "reduce_sum",
    "reduce_max",
    "reduce_min",
    "max_pool",
    "average_pool",
    "reshape",
    "transpose",
    "pad",
    "slice",
    "up_sample",
    "sort_pairs",
]
"""What a step does: each is built by `runner.STEPS`, which stands alone and cannot import this."""

DESCRIPTION, ARRAYS = "network.json", "network.npz"


@dataclass(frozen=True, eq=False)
class Step:
    """One operation of a float network.

    Args:
        name: unique among the steps and inputs.
        kind: what it does.
        inputs: the names of steps or inputs that feed it.
        shape: of its result, without a batch axis.
        settings: numbers and texts, as JSON holds them; arrays: constants, float32.
    """

    name: str
    kind: Kind
    inputs: tuple[str, ...]
    shape: Shape
    settings: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class FloatNetwork:
    """A network of float32 operations.

    Args:
        inputs: shapes by name, without a batch axis, in order; steps: in execution order.
        outputs: names of steps or inputs, in order; names: what each of them is called outside, unique.
        clips: what the float network kept of quantizers that saturate: one sentence each.
        warnings: what it could not keep: one sentence each.
        dropped: quantizers that only round on the calibration data, and are left out.
    """

    inputs: Mapping[str, Shape]
    steps: tuple[Step, ...]
    outputs: tuple[str, ...]
    names: tuple[str, ...]
    clips: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    dropped: int = 0

    def write(self, folder: Path) -> None:
        """Write the description for the script that builds it in TensorFlow."""
        steps = [
            {
                "name": step.name,
                "kind": step.kind,
                "inputs": list(step.inputs),
                "shape": list(step.shape),
                "settings": dict(step.settings),
                "arrays": sorted(step.arrays),
            }
            for step in self.steps
        ]
        outputs = [{"name": name, "step": step} for name, step in zip(self.names, self.outputs, strict=True)]
        content = {"inputs": {k: list(v) for k, v in self.inputs.items()}, "steps": steps, "outputs": outputs}
        (folder / DESCRIPTION).write_text(json.dumps(content), encoding="utf-8")
        arrays: dict[str, Any] = {f"{s.name}/{key}": value for s in self.steps for key, value in s.arrays.items()}
        np.savez(folder / ARRAYS, **arrays)
