"""What a synthesis found goes into a project's record."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.record.files import read_results, update_results
from fpgaml.record.synthesis import Synthesis


def check_writable(project: Path) -> None:
    """Make sure that results can be written later, before any long work.

    Raises:
        FpgamlError: the project's results.json is missing, damaged or cannot be replaced.
    """
    read_results(project)
    if not os.access(project, os.W_OK):
        raise FpgamlError(str(project), "cannot be written", "Check its permissions")


def write(project: Path, found: Sequence[Synthesis]) -> None:
    """Put the results of a run into results.json, in one step; what else is in it stays.

    Raises:
        FpgamlError: results.json is damaged, or the disk is full.
    """
    update_results(project, lambda results: results.with_synthesis(found))
