"""Scores of models that need no framework: their frontend evaluates them, in this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from fpgaml.frontends.registry import find_frontend
from fpgaml.progress import Progress
from fpgaml.tasks.task import Array, Sample, Task

BY_ITSELF = frozenset({"symbolic"})
"""Frontends whose files are answered for by fpgaml itself."""


def answers_itself(path: Path) -> bool:
    """Whether a model file is evaluated without the framework that wrote it."""
    return find_frontend(path).name in BY_ITSELF


def own_scores(
    task: Task, networks: Mapping[str, Path], sample: Sample, progress: Progress
) -> dict[str, dict[str, Array]]:
    """What such models answer, by column, then by test set.

    Args:
        networks: model files of one input by column.

    Raises:
        FpgamlError: a file cannot be read.
    """
    if not networks:
        return {}
    found: dict[str, dict[str, list[Array]]] = {}
    inputs = {column: next(iter(find_frontend(path).parse(path).input_shapes)) for column, path in networks.items()}
    total = task.count(sample)
    oracles = {column: find_frontend(path).oracle(path, ("y",), False, total) for column, path in networks.items()}
    with progress.bar("test events in float64", total, "events") as advance:
        for part in task.parts(sample):
            for column, oracle in oracles.items():
                x = np.asarray(part.x, np.float64).reshape(len(part.x), -1)
                (answers,) = oracle.answers({inputs[column]: x}, 0).values()
                scores = task.from_framework(column, part.x, answers)
                found.setdefault(column, {}).setdefault(part.name, []).append(scores)
            advance(len(part.x))
    return {column: {name: np.concatenate(parts) for name, parts in sets.items()} for column, sets in found.items()}
