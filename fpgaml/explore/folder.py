"""The folder of an exploration: its front as table, page and files to convert."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.explore.events import Part
from fpgaml.explore.exploration import Exploration
from fpgaml.explore.finished_sections import finished_json
from fpgaml.explore.objectives import Difference
from fpgaml.explore.recipes import FOLDER, recipe_folder, write_recipe
from fpgaml.explore.request import Request
from fpgaml.explore.sections import numbers_text, sections_of
from fpgaml.explore.study import FILE, Finished
from fpgaml.files import require_writable, write_whole

FORMAT, VERSION = "fpgaml-front", 1
TABLE, CONTENT, PAGE = "front.csv", "front.json", "report.html"


def check_folder(folder: Path) -> None:
    """Refuse, before any long work, a folder that cannot be filled.

    Raises:
        FpgamlError: it is a file, holds something else, or is not writable.
    """
    if folder.exists() and not folder.is_dir():
        raise FpgamlError(str(folder), "exists and is not a folder", "Give another --output")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / FILE).is_file():
        raise FpgamlError(str(folder), "exists, and no exploration wrote it", "Give another --output")
    require_writable(folder, folder)


def write_recipes(found: Exploration, request: Request) -> None:
    """A folder for each design of the front, with what `fpgaml convert` takes.

    Raises:
        FpgamlError: it cannot be written.
    """
    for design in found.front:
        folder = recipe_folder(request.output, design.number)
        folder.mkdir(parents=True, exist_ok=True)
        keys = {**request.keys, **found.keys(design)}
        write_recipe(folder, design.number, numbers_text(design, found.objectives), keys, found.recipe(design))


def write(found: Exploration, output: Path, title: str) -> tuple[str, ...]:
    """The front as JSON, table and page; returns their names.

    Raises:
        FpgamlError: they cannot be written.
    """
    from fpgaml.report.html.page import html_sections

    write_whole(output / CONTENT, json.dumps(content(found), indent=1) + "\n")
    write_whole(output / TABLE, _table(found))
    write_whole(output / PAGE, html_sections(title, list(sections_of(found))))
    return (CONTENT, TABLE, PAGE, FOLDER)


def content(found: Exploration) -> dict[str, Any]:
    """What front.json holds."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "objectives": [
            {"name": each.name, "unit": each.unit, "direction": "maximise" if each.most else "minimise"}
            for each in found.objectives
        ],
        "designs": len(found.designs),
        "as_it_came": {name: [each.value, each.error] for name, each in found.as_it_came.items()},
        "constant": dict(found.constant),
        "events": {str(part): found.trials.judge.events(part) for part in (Part.CHOOSING, Part.HELD_OUT)},
        "costs_as_it_came": dict(found.costs_as_it_came),
        "front": [_design(design, useful=design in found.useful) for design in found.front],
        "made": finished_json(found.made),
        "notes": list(found.notes),
    }


def _design(design: Finished, *, useful: bool) -> dict[str, Any]:
    """A design of the front; useful: whether it is better than one same answer to every event."""
    outcome = design.outcome
    return {
        "design": design.number,
        "graph_sha256": outcome.graph_sha256,
        "estimate": dict(outcome.costs),
        "choosing": {name: [each.value, each.error] for name, each in outcome.physics.items()},
        "held_out": {name: [each.value, each.error] for name, each in (design.held_out or {}).items()},
        "difference": {name: _difference(each.difference) for name, each in (design.held_out or {}).items()},
        "better_than_constant": useful,
        "values": dict(design.values),
    }


def _difference(difference: Difference | None) -> dict[str, Any] | None:
    return None if difference is None else asdict(difference)


def _table(found: Exploration) -> str:
    """A row for each design of the front."""
    rows = list(_rows(found))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _rows(found: Exploration) -> Iterator[dict[str, object]]:
    for design in found.front:
        row: dict[str, object] = {"design": design.number}
        for name, each in (design.held_out or {}).items():
            row |= {f"{name}_held_out": each.value, f"{name}_held_out_error": each.error}
            if each.difference is not None:
                row[f"{name}_difference"] = each.difference.value
                row[f"{name}_difference_error"] = each.difference.error
            row[f"{name}_choosing"] = design.outcome.physics[name].value
        row |= {f"{name}_estimate": value for name, value in design.outcome.costs.items()}
        yield {**row, **design.values, "graph_sha256": design.outcome.graph_sha256}
