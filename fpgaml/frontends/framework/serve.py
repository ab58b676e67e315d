"""The half of a worker that runs in the other Python: `python serve.py SCRIPT FOLDER`.

A script on its own, for any Python from 3.8 on: it imports nothing of fpgaml, and numpy only to carry arrays. SCRIPT
has a function `begin(job)` that returns what there is to know beforehand and a function of arrays by name.

Standard input brings one JSON line with the job, then one for each request: `{"names": [...], "arrays": "3.npz"}`, a
file in FOLDER with an array for each name. Standard output takes one JSON line for the job and for each request. When
standard input ends nobody waits for answers any more, and this process ends at once. Whatever SCRIPT prints goes to
the standard error stream.
"""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LONGEST_MESSAGE = 1500
"""Characters of an exception that are passed on."""


def main(script: Path, folder: Path) -> None:
    """Begin the job, then answer requests until there are no more."""
    here = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != here]
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def reply(message: dict[str, Any]) -> None:
        replies.write(json.dumps(message) + "\n")
        replies.flush()

    lines = requests()
    job = next(lines)
    try:
        facts, answer = load(script).begin(job)
    except Exception as error:  # noqa: BLE001 - whatever the framework raises is reported to the caller
        reply(failure(error))
        return
    reply({"status": "ok", **facts})
    for request in lines:
        try:
            reply(respond(answer, request, folder))
        except Exception as error:  # noqa: BLE001 - as above
            reply(failure(error))


def requests() -> Iterator[dict[str, Any]]:
    """The lines of standard input; a thread reads them, to see its end even while something is computed."""
    waiting: queue.Queue[bytes] = queue.Queue()

    def read() -> None:
        for line in sys.stdin.buffer:
            waiting.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield json.loads(waiting.get())


def load(script: Path) -> Any:
    """A script as a module."""
    spec = importlib.util.spec_from_file_location("fpgaml_served_" + script.stem, str(script))
    if spec is None or spec.loader is None:
        raise ImportError(str(script))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def respond(answer: Any, request: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Have one request answered; the arrays of the answer take the place of the request's."""
    import numpy as np

    file = folder / request["arrays"]
    with np.load(str(file), allow_pickle=False) as stored:
        inputs = {name: stored[str(index)] for index, name in enumerate(request["names"])}
    arrays: dict[str, Any] = {str(index): array for index, array in enumerate(answer(inputs))}
    np.savez(str(file), **arrays)
    return {"status": "ok", "count": len(arrays)}


def failure(error: Exception) -> dict[str, Any]:
    """An exception as a reply; it may say itself what it means and what to do, by `status` and `advice`."""
    status = "unavailable" if isinstance(error, ModuleNotFoundError) else getattr(error, "status", "error")
    advice = getattr(error, "advice", None)
    message = str(error) if advice is not None or status != "error" else type(error).__name__ + ": " + str(error)
    return {"status": status, "message": message[:LONGEST_MESSAGE], "advice": advice}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
    os._exit(0)  # the thread that reads would stop Python's own way of ending
