"""Run a vendor's tool: its log kept and told of line by line, its whole process group ended with the command."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.errors import RunFailedError, ToolError
from fpgaml.processes import SilenceError, lines, own_group
from fpgaml.progress import Progress
from fpgaml.vendor_tools.recipe import Recipe, first_error, step_of

KEPT = 400_000
"""Lines of a log that are searched for its first error."""


@dataclass(frozen=True)
class Ran:
    """A run that came to its end.

    Args:
        seconds: wall time; missed: whether the project's script said that the clock is missed.
    """

    seconds: float
    missed: bool


def run(
    recipe: Recipe,
    project: Path,
    log: Path,
    progress: Progress,
    *,
    hear: Callable[[str], object] | None = None,
    limit: float = 0.0,
) -> Ran:
    """Run the tool to its end.

    Args:
        log: the file that gets all that it says.
        hear: is told each line; None: the step is shown instead.
        limit: seconds after which it is ended; 0: never.

    Raises:
        RunFailedError: it failed, with the first error of its log, or took too long.
        ToolError: it cannot be run.
    """
    began = time.monotonic()
    said: list[str] = []
    try:
        with (
            log.open("w", encoding="utf-8") as file,
            _process(recipe, project) as process,
            _Steps(recipe, progress) as steps,
        ):
            assert process.stdout is not None
            for line in lines(process.stdout, until=began + limit if limit else None):
                file.write(line)
                file.flush()
                said += [line] if len(said) < KEPT else []
                if hear:
                    hear(line.rstrip("\n"))
                else:
                    steps.hear(line)
            process.wait()
    except SilenceError:
        advice = f"What it said is in {log}; give it more with --timeout"
        raise RunFailedError(recipe.title, f"did not end within {limit:g} s, and was ended", advice) from None
    except OSError as error:
        raise ToolError(recipe.title, f"cannot be run: {error.strerror}", recipe.install) from None
    missed = bool(recipe.missed) and any(recipe.missed in line for line in said)
    if process.returncode and not missed:
        advice = f"The whole log is in {log}"
        raise RunFailedError(recipe.title, f"failed with exit code {process.returncode}: {first_error(said)}", advice)
    return Ran(time.monotonic() - began, missed)


def _process(recipe: Recipe, project: Path) -> AbstractContextManager[subprocess.Popen[Any]]:
    # Variables of an enclosing `make` would change what an inner one does.
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    text = {"text": True, "encoding": "utf-8", "errors": "replace"}
    return own_group(recipe.command, cwd=project / recipe.folder, env=environment, **pipes, **text)


class _Steps:
    """Shows the step that the tool is at, within the run as a whole: many a step is too short to be told of alone."""

    def __init__(self, recipe: Recipe, progress: Progress) -> None:
        self._recipe, self._progress = recipe, progress
        self._whole, self._shown = ExitStack(), ExitStack()
        self._step = ""

    def __enter__(self) -> _Steps:
        self._whole.enter_context(self._progress.step(self._recipe.title))
        return self

    def __exit__(self, *_: object) -> None:
        self._shown.close()
        self._whole.close()

    def hear(self, line: str) -> None:
        """A line of the log, which may begin another step."""
        step = step_of(self._recipe, line)
        if step and step != self._step:
            self._shown.close()
            self._step = step
            self._shown.enter_context(self._progress.step(step))
