"""Scores a task's test events with its Keras networks: `python -m fpgaml.tasks.framework_scores JOB.json`.

It runs in the environment that has Keras, in a process of its own; events are made there again, so that none travel.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "jax")

BATCH = 2048


def main(job_file: Path) -> None:
    """Read a job (task, networks by column, sample, answer) and write the answers; a line of progress per part."""
    import keras

    with contextlib.suppress(ImportError):
        import hgq  # noqa: F401 - its layers are known to Keras then

    from fpgaml.errors import FpgamlError
    from fpgaml.tasks import Sample, find_task
    from fpgaml.tasks.inputs import events_in, in_float32

    job = json.loads(job_file.read_text(encoding="utf-8"))
    sample = Sample(job["scale"], job["seed"], Path(job["data"]) if job["data"] else None)
    try:
        task = find_task(job["task"])
        load = partial(keras.models.load_model, compile=False, safe_mode=True)
        models = {column: list(map(load, paths)) for column, paths in job["networks"].items()}
        found: dict[str, list[Any]] = {}
        for part in task.parts(sample):
            x = in_float32(part.x)
            for column, chain in models.items():
                told = _in_turn(chain, x, events_in(part.x), kept=column in job["kept"])
                answers = task.from_framework(column, part.x, told)
                found.setdefault(f"{column}/{part.name}", []).append(answers)
            sys.stdout.write(f"{events_in(part.x)}\n")
            sys.stdout.flush()
    except FpgamlError as error:
        sys.exit(str(error))
    arrays: dict[str, Any] = {name: np.concatenate(values) for name, values in found.items()}
    np.savez(job["answer"], **arrays)


def _in_turn(chain: Sequence[Any], x: Any, events: int, *, kept: bool) -> Any:
    """The last network's answers, each hearing the one before; with `kept` those of all, side by side."""
    answers: list[Any] = []
    for model in chain:
        answers.append(model.predict(answers[-1] if answers else x, batch_size=BATCH, verbose=0))
    return np.concatenate([each.reshape(events, -1) for each in answers], axis=1) if kept else answers[-1]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
