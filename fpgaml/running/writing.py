"""The files of an evaluation of a user's own model: metrics, table, figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fpgaml.checking import Checking
from fpgaml.data.arrays import split_path
from fpgaml.errors import FpgamlError
from fpgaml.files import file_sha256, require_writable, write_whole
from fpgaml.report.markdown import markdown_sections
from fpgaml.report.png import write_figures
from fpgaml.report.section import Figure, Section, line
from fpgaml.report.sections.physics import physics_sections
from fpgaml.running.evaluation import Evaluation

FORMAT, VERSION = "fpgaml-physics", 1
METRICS, TABLE = "metrics.json", "table.md"


def check_folder(folder: Path) -> None:
    """Refuse, before any long work, a folder that cannot be filled.

    Raises:
        FpgamlError: it is a file, holds something else, or is not writable.
    """
    if folder.exists() and not folder.is_dir():
        raise FpgamlError(str(folder), "exists and is not a folder", "Give another --output")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / METRICS).is_file():
        raise FpgamlError(str(folder), "exists, and no evaluation wrote it", "Give another --output")
    require_writable(folder, folder)


def sections_of(evaluation: Evaluation) -> list[Section]:
    """As they are printed: what was found, and what else there is to know."""
    found = list(physics_sections(evaluation.physics))
    notes = [line(note) for note in evaluation.notes]
    return [*found, Section("", notes)] if notes else found


def content(evaluation: Evaluation, checking: Checking) -> dict[str, Any]:
    """What metrics.json holds."""
    files = {"data": checking.data, "labels": checking.labels, "reference": checking.reference}
    given = {name: split_path(path)[0] for name, path in files.items() if path is not None}
    return {
        "format": FORMAT,
        "version": VERSION,
        "of": evaluation.subject.name,
        "files": {name: {"name": path.name, "sha256": file_sha256(path)} for name, path in given.items()},
        "different": evaluation.different,
        "notes": list(evaluation.notes),
        "physics": evaluation.physics.to_json(),
    }


def write(evaluation: Evaluation, checking: Checking, folder: Path) -> tuple[str, ...]:
    """Fill a folder; returns the files' names.

    Raises:
        FpgamlError: as for `check_folder`, or the disk is full.
    """
    check_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FpgamlError(str(folder), f"cannot be made: {error.strerror}") from None
    write_whole(folder / METRICS, json.dumps(content(evaluation, checking), indent=1) + "\n")
    sections = sections_of(evaluation)
    write_whole(folder / TABLE, markdown_sections(f"{evaluation.subject.name}, evaluated", sections))
    figures = [part for section in sections for part in section.parts if isinstance(part, Figure)]
    return (METRICS, TABLE, *write_figures(figures, folder))
