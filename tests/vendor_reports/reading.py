"""Reading one text as a file would be."""

from __future__ import annotations

from pathlib import Path

from fpgaml.record.vendor import UnusedReport, VendorReport
from fpgaml.vendor_reports.read import Found, read_reports


def found_in(folder: Path, **texts: str) -> Found:
    """What is found in a folder with these files; two underscores in a name are a dot."""
    for name, text in texts.items():
        (folder / name.replace("__", ".")).write_text(text)
    return read_reports(folder)


def only(folder: Path, **texts: str) -> VendorReport:
    """The one report of a folder, in which nothing else was found."""
    found = found_in(folder, **texts)
    assert not found.unused, found.unused
    [report] = found.reports
    return report


def refused(folder: Path, **texts: str) -> UnusedReport:
    """The one file of a folder that is not used."""
    found = found_in(folder, **texts)
    assert not found.reports
    [unused] = found.unused
    return unused
