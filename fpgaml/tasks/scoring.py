"""Brings a task's test events through every column, and counts events that differ between them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np

from fpgaml.errors import ToolError
from fpgaml.frontends.chain.files import Chain, ModelFile, files_of
from fpgaml.progress import Progress
from fpgaml.tasks.columns import Group
from fpgaml.tasks.inputs import events_in
from fpgaml.tasks.task import Array, Sample, Task


@dataclass
class Scores:
    """Test events and what was answered to them.

    Args:
        truth: by test set, then by name; answers: by column, then by test set, shape (events, ...).
        events: how many were answered in all; different: for each column but a group's first, how many events it
            answered otherwise than that one.
    """

    truth: dict[str, dict[str, Array]] = field(default_factory=dict)
    answers: dict[str, dict[str, Array]] = field(default_factory=dict)
    events: int = 0
    different: dict[tuple[str, str], int] = field(default_factory=dict)


def score(task: Task, groups: Sequence[Group], sample: Sample, progress: Progress) -> Scores:
    """Baselines and fixed-point columns on all test events."""
    truth: dict[str, dict[str, list[Array]]] = {}
    answers: dict[str, dict[str, list[Array]]] = {}
    pairs = [(group.columns[0].name, column.name) for group in groups for column in group.columns[1:]]
    scores = Scores(different=dict.fromkeys(pairs, 0))
    with progress.bar("test events through every column", task.count(sample), "events") as advance:
        for part in task.parts(sample):
            for name, array in part.truth.items():
                truth.setdefault(part.name, {}).setdefault(name, []).append(array)
            found = dict(part.baselines)
            for group in groups:
                values = group.read(part.x)
                exact = {column.name: column.answer(values) for column in group.columns}
                for first, other in scores.different:
                    if first in exact:
                        wrong = (exact[first] != exact[other]).any(axis=1)
                        scores.different[first, other] += int(np.count_nonzero(wrong))
                found |= {name: group.real(array) for name, array in exact.items()}
            for name, array in found.items():
                answers.setdefault(name, {}).setdefault(part.name, []).append(array)
            scores.events += events_in(part.x)
            advance(events_in(part.x))
    scores.truth = {name: _joined(arrays) for name, arrays in truth.items()}
    scores.answers = {name: _joined(arrays) for name, arrays in answers.items()}
    return scores


def framework_scores(
    python: Path, task: Task, networks: Mapping[str, ModelFile], sample: Sample, progress: Progress
) -> dict[str, dict[str, Array]]:
    """What Keras answers, by column, then by test set.

    Args:
        python: of an environment with Keras and fpgaml.
        networks: model files by column; of a chain each network hears what the one before answered.

    Raises:
        ToolError: it failed; says its last words.
    """
    with tempfile.TemporaryDirectory(prefix="fpgaml-scores-") as name:
        folder = Path(name)
        answer, log = folder / "answers.npz", folder / "log.txt"
        job = {
            "task": task.name,
            "networks": {
                column: [str(path.resolve()) for path in files_of(model)] for column, model in networks.items()
            },
            "kept": [column for column, model in networks.items() if isinstance(model, Chain) and model.keep_outputs],
            "scale": sample.scale,
            "seed": sample.seed,
            "data": str(sample.data.resolve()) if sample.data else None,
            "answer": str(answer),
        }
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
        environment = {**os.environ, "JAX_PLATFORMS": "cpu", **quiet}
        command = [str(python), "-m", "fpgaml.tasks.framework_scores", str(folder / "job.json")]
        with (
            log.open("wb") as stream,
            progress.bar("test events through Keras", task.count(sample), "events") as advance,
        ):
            code = _listen(command, stream, environment, advance)
        if code != 0:
            tail = log.read_text("utf-8", "replace").strip()[-800:]
            raise ToolError(task.name, f"Keras could not score the test events: {tail}", "See `fpgaml doctor`")
        scores: dict[str, dict[str, Array]] = {}
        with np.load(answer, allow_pickle=False) as arrays:
            for key in arrays.files:
                column, _, part = key.partition("/")
                scores.setdefault(column, {})[part] = arrays[key]
        return scores


def _listen(
    command: Sequence[str], log: IO[bytes], environment: Mapping[str, str], hear: Callable[[int], object]
) -> int:
    """Run a program whose lines say how many events are done; the exit code. An interrupt ends it as well."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env=environment,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.strip().isdigit():
                    hear(int(line))
        except BaseException:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode


def _joined(arrays: Mapping[str, list[Array]]) -> dict[str, Array]:
    return {name: np.concatenate(parts) for name, parts in arrays.items()}
