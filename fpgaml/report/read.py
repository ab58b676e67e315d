"""Read the two JSON files of a project."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.project.manifest import RESULTS, edited_files, read_manifest
from fpgaml.report.schema import validate

RESULTS_FORMAT = "fpgaml-results"
RESULTS_VERSION = 1


@dataclass(frozen=True)
class ProjectReport:
    """What a project says about itself.

    Args:
        manifest, results: the two files, both valid; edited: files that changed since the project was generated.
    """

    manifest: dict[str, Any]
    results: dict[str, Any]
    edited: tuple[str, ...]


def read_project(folder: Path) -> ProjectReport:
    """Read and validate a project's manifest.json and results.json.

    Raises:
        FpgamlError: the folder is not a project, or its files are damaged.
    """
    manifest = read_manifest(folder)
    validate("manifest", manifest)
    results = read_results(folder)
    validate("results", results)
    try:
        return ProjectReport(manifest, results, tuple(edited_files(folder, manifest)))
    except OSError as error:
        raise FpgamlError(str(folder), f"cannot be read: {error.strerror}", "Check its permissions") from None


def read_results(folder: Path) -> dict[str, Any]:
    """A project's results.json, not yet validated.

    Raises:
        FpgamlError: there is none, it is damaged, or another version of fpgaml wrote it.
    """
    path = folder / RESULTS
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise FpgamlError(str(folder), f"has no {RESULTS}", "Convert the model again") from None
    except (OSError, ValueError, RecursionError) as error:
        raise FpgamlError(str(path), f"cannot be read: {error}", "Convert the model again") from None
    if not isinstance(content, dict) or content.get("format") != RESULTS_FORMAT:
        raise FpgamlError(str(path), "holds no results of fpgaml", "Convert the model again")
    if content.get("version") != RESULTS_VERSION:
        raise FpgamlError(str(path), f"has version {content.get('version')}", "Use the fpgaml that wrote it")
    return content
