"""Vendors' reports that are no project's: what they say, without anything to compare them with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from fpgaml.cli.report_files import ReportFiles
from fpgaml.errors import EXIT_BAD_INPUT, EXIT_CHECK_FAILED


def holds_reports_alone(place: Path) -> bool:
    """Whether it is a file, or a folder without a project in which a report lies."""
    from fpgaml.record.files import MANIFEST
    from fpgaml.vendor_reports.read import read_reports

    if not place.is_dir():
        return place.exists()
    if (place / MANIFEST).exists():
        return False
    found = read_reports(place)
    return bool(found.reports or found.unused)


def show_reports(places: Sequence[Path], files: ReportFiles, *, json_output: bool, everything: bool) -> None:
    """Show or write them, and leave with 1 if a co-simulation failed, with 2 if no report can be read."""
    from fpgaml.cli.show import print_json, show_section
    from fpgaml.report.by_kind import reported
    from fpgaml.report.html.page import html_sections
    from fpgaml.report.markdown import markdown_sections
    from fpgaml.report.sections.by_kind import section
    from fpgaml.report.sections.vendor import vendor_sections
    from fpgaml.vendor_reports.read import read_reports

    found = [read_reports(place) for place in places]
    reports = [report for part in found for report in part.reports]
    unused = [report for part in found for report in part.unused]
    columns = reported(reports)
    shown = [*vendor_sections(reports, unused, everything=everything), *([section(columns)] if columns else [])]
    title = f"Vendors' reports in {places[0].resolve().name}"
    files.write_pages(lambda: html_sections(title, shown), lambda: markdown_sections(title, shown))
    if json_output:
        print_json({"vendor": [each.to_json() for each in reports], "unused": [each.to_json() for each in unused]})
    elif not files.whole:
        for each in shown:
            show_section(each)
    if not reports:
        raise typer.Exit(EXIT_BAD_INPUT)
    if any(each.passed is False for each in reports):
        raise typer.Exit(EXIT_CHECK_FAILED)
