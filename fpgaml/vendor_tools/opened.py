"""`fpgaml build` with the open tools: what `fpgaml synth` does, with its logs kept, and told of as they grow."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

from fpgaml.boards.parts import parse_part
from fpgaml.progress import Progress
from fpgaml.record.manifest import Manifest
from fpgaml.record.synthesis import Synthesis
from fpgaml.synth.run import ROUTABLE, Request, synthesise

KEPT = "synth/build/open"
"""In the project: scripts, logs and netlists of the last run."""
POLL = 0.3
"""Seconds between two looks at the logs."""


def build_open(
    project: Path, manifest: Manifest, progress: Progress, *, hear: Callable[[str], object] | None = None
) -> tuple[Synthesis, ...]:
    """Synthesise a project, and place and route it where that is open; results.json gets what was found.

    Args:
        hear: is told each line of the tools' logs.

    Raises:
        FpgamlError: as for `fpgaml.synth.run.synthesise`.
    """
    yosys = parse_part(manifest.board.part).family.yosys
    folder = project / KEPT
    shutil.rmtree(folder, ignore_errors=True)
    with _following(folder, hear) if hear else contextlib.nullcontext():
        return synthesise(project, Request(route=bool(yosys and yosys.name == ROUTABLE), keep=folder), progress)


@contextlib.contextmanager
def _following(folder: Path, hear: Callable[[str], object]) -> Iterator[None]:
    """While the block runs, tell each line of the logs that grow in a folder."""
    read: dict[Path, int] = {}
    ended = Event()

    def look() -> None:
        for path in sorted(folder.glob("*/*.log")):
            with contextlib.suppress(OSError), path.open("rb") as file:
                file.seek(read.get(path, 0))
                whole = file.read().rpartition(b"\n")[0]
                if whole:
                    read[path] = read.get(path, 0) + len(whole) + 1
                    for line in whole.decode("utf-8", "replace").split("\n"):
                        hear(line)

    def follow() -> None:
        while not ended.wait(POLL):
            look()
        look()

    thread = Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
