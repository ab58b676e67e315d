"""What is common to the reports of Quartus."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fpgaml.vendor_reports.source import Source, UnusableError, shown
from fpgaml.vendor_reports.tables import Table, tables
from fpgaml.vendor_reports.versions import untried

TRIED = frozenset({"17.0.0", "18.1.0", "19.1.0"})
"""Versions of which real reports were read: 19.1 a Pro, the others Standard and Lite."""
_VERSION = re.compile(r"(?:Version )?(\d+\.\d+(?:\.\d+)?)(std|pro)?(?:\.\d+)* Build \d+")
_SECTION = re.compile(r"\s*\d+\. \S.*")


def version_of(text: str) -> tuple[str, str]:
    """Number and edition of `18.1.0 Build 625 09/12/2018 SJ Lite Edition`.

    Raises:
        UnusableError: it is no version of Quartus.
    """
    found = _VERSION.match(text)
    if found is None:
        raise UnusableError("does not say which Quartus wrote it")
    edition = re.search(r"(Lite|Standard|Pro) Edition", text)
    return found[1], edition[1] if edition else ""


def tool_name(edition: str) -> str:
    """Such as `Quartus Prime Pro`."""
    return f"Quartus Prime {edition}".rstrip()


def notes_on(version: str) -> tuple[str, ...]:
    """What the reader must know of the version."""
    return untried("Quartus", version, TRIED)


def titled(source: Source) -> dict[str, Table]:
    """The tables of a `.rpt` by their titles, which stand in a row above their columns; the first one of a title.

    Raises:
        UnusableError: the report is cut off.
    """
    found: dict[str, Table] = {}
    for table in tables(source):
        if table.groups and len(table.groups[0]) == 1 and len(table.groups[0][0]) == 1:
            found.setdefault(table.groups[0][0][0].strip(), Table(table.line, table.groups[1:]))
    return found


def fields_of(table: Table) -> dict[str, str]:
    """A table of names and values."""
    return {row[0].strip(): shown(row[1]) for row in table.rows if len(row) >= 2}


def check_complete(source: Source, names: Sequence[str], found: Mapping[str, Table]) -> None:
    """Make sure that what the table of contents promises of these sections is there, with rows below their columns.

    Raises:
        UnusableError: one is missing, or the table of contents itself is.
    """
    lines = [line.strip() for line in source.head(400)]
    if "; Table of Contents ;" not in lines:
        raise UnusableError("is cut off before its table of contents")
    start = lines.index("; Table of Contents ;") + 2
    stop = next((number for number in range(start, len(lines)) if not lines[number]), None)
    if stop is None:
        raise UnusableError("is cut off within its table of contents")
    promised = {line.split(". ", 1)[1] for line in lines[start:stop] if _SECTION.fullmatch(line)}
    whole = {name for name, table in found.items() if len(table.groups) > 1 and table.groups[1]}
    missing = next((name for name in names if name in promised - whole), None)
    if missing is not None:
        raise UnusableError(f"is cut off: section {missing!r} is not there")
