"""A finished project as the subject of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.project.hashes import edited_files
from fpgaml.record.files import read_manifest, read_results
from fpgaml.report.section import Subject
from fpgaml.vendor_reports.read import project_reports


def read_project(folder: Path, *, everything: bool = False, reports: Sequence[Path] = ()) -> Subject:
    """Read a project's record, find out which of its files were edited, and read the vendors' reports that lie there.

    Nothing is written: what these say is among the results as long as the files are there.

    Args:
        everything: as for `Subject`.
        reports: folders or files with vendors' reports of it, besides the project's own folder.

    Raises:
        FpgamlError: the folder is not a project, or its files are damaged.
    """
    manifest = read_manifest(folder)
    results = read_results(folder)
    try:
        edited = tuple(edited_files(folder, manifest))
    except OSError as error:
        raise FpgamlError(str(folder), f"cannot be read: {error.strerror}", "Check its permissions") from None
    found = project_reports(folder, manifest, edited, reports)
    results = results.with_vendor(found.reports, instead_of=[each.file for each in found.unused])
    return Subject(manifest, results, edited, everything=everything, unused_reports=found.unused)


def with_graph(subject: Subject, folder: Path) -> Subject:
    """With the project's Graph, for a report that draws; with the reason where its file cannot be read."""
    from fpgaml.graph.serial import read_graph

    try:
        return replace(subject, graph=read_graph(folder))
    except FpgamlError as error:
        return replace(subject, no_graph=str(error))
