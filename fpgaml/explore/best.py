"""Which designs of a front are made, and what they are made from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fpgaml.explore.finish import Wanted
from fpgaml.explore.recipes import recipe_folder
from fpgaml.explore.study import Finished
from fpgaml.projectfile.project_file import FILE

PROJECT = "project"


def best_of(front: Sequence[Finished], count: int) -> list[Finished]:
    """So many of a front, spread over it evenly, both of its ends among them."""
    if count >= len(front):
        return list(front)
    last = len(front) - 1
    places = [round(number * last / max(count - 1, 1)) for number in range(count)]
    return [front[place] for place in dict.fromkeys(places)]


def wanted_of(designs: Sequence[Finished], output: Path) -> list[Wanted]:
    """Designs whose files were written into an exploration's folder, to be made beside them."""
    folders = [recipe_folder(output, design.number) for design in designs]
    return [
        Wanted(design.number, folder / FILE, folder / PROJECT, design.outcome.costs, design.outcome.graph_sha256)
        for design, folder in zip(designs, folders, strict=True)
    ]
