"""Where report files lie: every folder of a project, without following links into others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from fpgaml.vendor_reports.formats import CANDIDATES, REFUSED

MOST_FILES = 50_000
DEEPEST = 16
SKIPPED = frozenset({".git", "__pycache__", "node_modules", ".autopilot", "xsim.dir"})
"""Folders without reports; HLS and the simulator keep thousands of files of their own in some."""


def candidates(folder: Path) -> tuple[list[str], bool]:
    """Files whose names may be those of reports, by their paths relative to the folder; whether these are all.

    A folder that cannot be read has none. Beyond MOST_FILES files, or DEEPEST folders deep, nothing is looked for.
    """
    found = list(_walk(folder))
    return sorted(name for name in found if name is not None), None not in found


def _walk(folder: Path) -> Iterator[str | None]:
    """None where something is left out."""
    seen = 0
    for place, folders, files in os.walk(folder):
        here = Path(place).relative_to(folder)
        folders[:] = sorted(each for each in folders if each not in SKIPPED and not (Path(place) / each).is_symlink())
        if len(here.parts) >= DEEPEST and folders:
            folders.clear()
            yield None
        seen += len(files)
        if seen > MOST_FILES:
            yield None
            return
        yield from (
            (here / file).as_posix() for file in files if Path(file).suffix.lower() in CANDIDATES or file in REFUSED
        )
