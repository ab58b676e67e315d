"""What every report of Vivado begins with, and whether it is all there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fpgaml.record.base import Kind
from fpgaml.record.vendor import ReportKind, VendorReport
from fpgaml.vendor_reports.source import Source, UnusableError, shown

HEAD = 60
"""Lines in which the header stands."""
_FIELD = re.compile(r"\|\s*([A-Z][\w ]*?)\s*:\s+(.*?)\s*")
_VERSION = re.compile(r"Vivado v\.(\d{4}\.\d+(?:\.\d+)?)\S*")
_SECTION = re.compile(r"\d+(?:\.\d+)*\.? \S.*")

TRIED = frozenset({"2019.2", "2020.1", "2020.2", "2023.2"})
"""Versions of which real reports were read."""
ROUTED = frozenset({"routed", "fully routed", "physopt postroute"})
NETLIST = frozenset({"synthesized", "optimized"})


@dataclass(frozen=True)
class Header:
    """The fields at the top of a report.

    Args:
        command: such as `report_utilization -hierarchical`.
        state: of the design; empty where the report does not say, as with timing summaries until 2020.
    """

    version: str
    made: str
    command: str
    design: str
    device: str
    state: str

    def notes(self) -> tuple[str, ...]:
        """What the reader must know of the version and the state."""
        notes = (
            []
            if self.version in TRIED
            else [f"Vivado {self.version} has not been tried; the report is of a known form"]
        )
        state = self.state.lower()
        if state and state not in ROUTED | NETLIST:
            notes.append(f"the design is {state}, not routed: resources and delays may still change")
        return tuple(notes)

    def report(
        self, source: Source, form: str, *, state: str = "", notes: Sequence[str] = (), **found: Any
    ) -> VendorReport:
        """A report with this header.

        Args:
            form: what the format is called; found: what the report says, members of `VendorReport` by name.
            state: of the design, where the header does not say it; notes: besides those of the header.

        Raises:
            UnusableError: a state of the design that no kind of number is known for.
        """
        return VendorReport(
            file=source.file,
            sha256=source.sha256,
            format=form,
            kind=kind_of(state or self.state),
            tool="Vivado",
            version=self.version,
            state=self.state,
            part=self.device,
            top=self.design,
            made=self.made,
            notes=(*self.notes(), *notes),
            **found,
        )


def is_vivado(text: str, command: str) -> bool:
    """Whether the top of a file is that of this report command of Vivado."""
    return "Tool Version" in text and re.search(rf"\|\s*Command\s*:\s+{command}\b", text) is not None


def read_header(source: Source) -> Header:
    """The header.

    Raises:
        UnusableError: it lacks a field.
    """
    fields: dict[str, str] = {}
    for line in source.head(HEAD):
        found = _FIELD.fullmatch(line)
        if found:
            fields.setdefault(found[1], shown(found[2]))
    version = _VERSION.match(fields.get("Tool Version", ""))
    if version is None:
        raise UnusableError("does not say which Vivado wrote it")
    return Header(
        version=version[1],
        made=fields.get("Date", ""),
        command=_field(fields, "Command"),
        design=_field(fields, "Design"),
        device=_field(fields, "Device"),
        state=fields.get("Design State", ""),
    )


def kind_of(state: str) -> ReportKind:
    """The kind of numbers of a design in this state; what is placed is not yet routed.

    Raises:
        UnusableError: the state is not known.
    """
    plain = state.lower()
    if plain in ROUTED:
        return Kind.POST_ROUTE
    if plain in NETLIST or "place" in plain or "partially routed" in plain:
        return Kind.POST_SYNTHESIS
    raise UnusableError(f"is of a design in the state {state!r}, which fpgaml does not know")


def check_complete(source: Source) -> None:
    """Make sure that every section of the table of contents is there.

    Raises:
        UnusableError: one is missing.
    """
    lines = [line.strip() for line in source.lines]
    try:
        start = lines.index("Table of Contents") + 2
    except ValueError:
        raise UnusableError("is cut off before its table of contents") from None
    stop = next((number for number in range(start, len(lines)) if not lines[number]), len(lines))
    names = [line for line in lines[start:stop] if _SECTION.fullmatch(line)]
    # A heading is underlined: what follows it tells that it is whole.
    headings = {
        line for line, below in zip(lines[stop:], lines[stop + 1 :], strict=False) if below and not below.strip("-")
    }
    missing = [name for name in names if name not in headings]
    if missing or not names or stop == len(lines):
        raise UnusableError(f"is cut off: section {shown(missing[0])!r} is not there" if missing else "is cut off")


def _field(fields: Mapping[str, str], name: str) -> str:
    if not fields.get(name):
        raise UnusableError(f"does not say its {name!r}: it is cut off, or no report of Vivado")
    return fields[name]
