"""The held-out events of a task as files that a conversion takes, with the answers that were recorded to them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.tasks.inputs import Array, Inputs, by_name, in_float32
from fpgaml.tasks.task import Network, Task


@dataclass(frozen=True)
class EventFiles:
    """What a conversion takes.

    Args:
        data: a .npz with `x`, or with an array for each input by its name, and with `y` where the recorded answers
            belong to these very events; of several outputs with an array by the name of each.
        labels: the truth; None where the network does not classify.
        recorded: whether there are answers.
    """

    data: Path
    labels: Path | None
    recorded: bool


def write_events(
    task: Task, network: Network, folder: Path, weights: Path | None = None, recorded: bool = True
) -> EventFiles:
    """Make the held-out events and write them into a folder, with the quantised network's answers if `recorded`.

    Answers are joined to them only if their fingerprint is that of the events: another numpy could round another way.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = task.held_out(task.held_out_events)
    answers = _answers(network.answers_file(weights or task.weights), held.x) if recorded else None
    # As real numbers for networks that have no recorded answers: whole numbers could be taken for int8 codes.
    x = held.x if recorded else in_float32(held.x)
    arrays: dict[str, Any] = by_name(x) | (answers or {})
    data = folder / f"{task.name}.npz"
    np.savez(data, **arrays)
    labels = None
    if held.labels is not None:
        labels = folder / f"{task.name}_labels.npy"
        np.save(labels, held.labels)
    return EventFiles(data, labels, answers is not None)


def fingerprint(x: Inputs) -> str:
    """SHA-256 of an array's shape and values; of several by name, of their names too."""
    found = hashlib.sha256()
    for name, array in sorted(by_name(x).items()):
        found.update((name if isinstance(x, Mapping) else "").encode() + str(array.shape).encode())
        found.update(np.ascontiguousarray(array, np.float64).tobytes())
    return found.hexdigest()


def _answers(path: Path, x: Inputs) -> dict[str, Array] | None:
    """`y`, or an array for each output by its name."""
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as stored:
        if str(stored["x_sha256"]) != fingerprint(x):
            return None
        return {name: np.asarray(stored[name]) for name in stored.files if name != "x_sha256"}
