"""The expressions in float64 by numpy: what the Graph is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.symbolic.build import INPUT
from fpgaml.frontends.symbolic.evaluate import evaluate
from fpgaml.frontends.symbolic.expression import Expression
from fpgaml.frontends.symbolic.source import Source
from fpgaml.graph.functions import Reals
from fpgaml.proof.oracle import Oracle


@dataclass(frozen=True)
class Float64(Oracle):
    """Evaluates the file's expressions, each function as the documentation defines it.

    Args:
        path: the file; source: what it says; output: the Graph's output.
        layers: whether each output's expression is answered apart too; limit: at most so many events.
    """

    path: Path
    source: Source
    output: str
    layers: bool
    limit: int

    @property
    def title(self) -> str:
        return f"{self.path.name} run by numpy {np.__version__} in float64"

    def answers(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> dict[str, NDArray[Any]]:
        vector = inputs[INPUT][: max(0, self.limit - first_event)]
        if not len(vector):
            return {}
        values = values_of(self.source, vector)
        found: dict[str, NDArray[Any]] = {self.output: values}
        if self.layers:
            found |= {f"layer/{name}": values[:, [at]] for at, (name, _) in enumerate(self.source.outputs)}
        return found


def values_of(source: Source, vector: Reals) -> Reals:
    """All expressions in float64.

    Args:
        vector: the inputs, shape (events, inputs).

    Returns:
        Shape (events, outputs).
    """
    columns: dict[Expression, Reals] = {
        variable: np.asarray(vector[:, variable.index], np.float64) for variable in source.variables
    }
    results = [evaluate(expression, columns) for _, expression in source.outputs]
    return np.stack([np.broadcast_to(result, len(vector)) for result in results], axis=1)
