"""A float network under construction, and what is said of each operation that it can be made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.values import FixedArray
from fpgaml.tflite.making.network import Kind, Step
from fpgaml.tflite.making.reach import Reach


@dataclass
class Work:
    """A float network under construction.

    Args:
        graph: what is lowered; reaches: by quantizer, on the calibration data.
        placed: for each node of the graph the step or input that carries its value.
    """

    graph: Graph
    reaches: Mapping[str, Reach]
    placed: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    clips: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    dropped: int = 0

    def add(
        self,
        node: Node,
        kind: Kind,
        *inputs: str,
        suffix: str = "",
        arrays: Mapping[str, NDArray[Any]] | None = None,
        **settings: Any,
    ) -> str:
        """Append a step that reads steps; without inputs it reads the node's own."""
        name = f"{node.name}_{suffix}" if suffix else node.name
        taken = {step.name for step in self.steps}
        while name in taken:
            name += "_"
        feeding = inputs or tuple(self.placed[i] for i in node.inputs)
        constants = {key: np.asarray(value, np.float32) for key, value in (arrays or {}).items()}
        self.steps.append(Step(name, kind, feeding, self.graph.shapes[node.name], settings, constants))
        return name


@dataclass(frozen=True)
class Lowering:
    """How an operation becomes steps.

    Args:
        lower: appends its steps and returns the last one's name.
        problem: why a node cannot be lowered, and what to do; None where it can.
    """

    lower: Callable[[Work, Node], str]
    problem: Callable[[Graph, Node], tuple[str, str] | None] = lambda graph, node: None


def real(values: FixedArray) -> NDArray[np.float32]:
    """Exact numbers as the nearest of float32."""
    return values.to_float().astype(np.float32)
