"""Scores a task's test events with its Keras networks: `python -m fpgaml.tasks.framework_scores JOB.json`.

It runs in the environment that has Keras, in a process of its own; events are made there again, so that none travel.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "jax")

BATCH = 2048


def main(job_file: Path) -> None:
    """Read a job (task, networks by column, sample, answer) and write the answers; a line of progress per part."""
    import keras

    from fpgaml.errors import FpgamlError
    from fpgaml.tasks import Sample, find_task
    from fpgaml.tasks.inputs import events_in, in_float32

    job = json.loads(job_file.read_text(encoding="utf-8"))
    sample = Sample(job["scale"], job["seed"], Path(job["data"]) if job["data"] else None)
    try:
        task = find_task(job["task"])
        load = keras.models.load_model
        models = {column: load(path, compile=False, safe_mode=True) for column, path in job["networks"].items()}
        found: dict[str, list[Any]] = {}
        for part in task.parts(sample):
            x = in_float32(part.x)
            for column, model in models.items():
                answers = task.from_framework(column, part.x, model.predict(x, batch_size=BATCH, verbose=0))
                found.setdefault(f"{column}/{part.name}", []).append(answers)
            sys.stdout.write(f"{events_in(part.x)}\n")
            sys.stdout.flush()
    except FpgamlError as error:
        sys.exit(str(error))
    arrays: dict[str, Any] = {name: np.concatenate(values) for name, values in found.items()}
    np.savez(job["answer"], **arrays)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
