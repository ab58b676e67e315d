"""What a reader wants to know first: the headline numbers. A page begins with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from fpgaml.record.number import HEADLINES, Number, What
from fpgaml.record.numbers import numbers_of
from fpgaml.report.section import Cell, Subject, Table
from fpgaml.report.words import percent

SHOWN = 3
"""Of the things that one quantity is known for, such as outputs with an AUC; the sections hold all."""


@dataclass(frozen=True)
class Found:
    """A number as it is shown.

    Args:
        value, unit: the number; beside: the same in other terms: of the device, in cycles.
        share: of the device, 1 for all of it; None where it is not known.
        remark: what else its reader must know.
    """

    value: str
    unit: str
    beside: str
    share: float | None
    kind: str
    tool: str
    remark: str


@dataclass(frozen=True)
class Headline:
    """One quantity and what is known of it, the strongest kind first."""

    title: str
    found: tuple[Found, ...]


def headlines(subject: Subject) -> list[Headline]:
    """The numbers that a review asks for; exactness is in the verdict."""
    edited = () if subject.made_now else subject.edited
    numbers = [
        number
        for number in numbers_of(subject.manifest, subject.results, edited)
        if number.what in HEADLINES and number.what != What.EXACTNESS
    ]
    shown = []
    for _, same in groupby(numbers, key=lambda number: number.what):
        titles: dict[str, list[Number]] = {}
        for number in same:
            if number.what.is_resource and not (number.value or number.available):
                continue  # There is none of it, and none is needed.
            titles.setdefault(number.title, []).append(number)
        for title, found in list(titles.items())[:SHOWN]:
            strongest_first = reversed(_timed(found))
            entries = tuple(_found(number, subject.manifest.board.part) for number in strongest_first)
            shown.append(Headline(f"{title[0].upper()}{title[1:]}", entries))
    return shown


def headline_table(found: Iterable[Headline]) -> Table:
    """The same as a table."""
    rows: list[tuple[Cell, ...]] = []
    for headline in found:
        for entry in headline.found:
            tool = f"{entry.tool} ({entry.remark})" if entry.remark else entry.tool
            rows.append((headline.title, f"{entry.value} {entry.unit}".strip(), entry.beside, entry.kind, tool))
    return Table(rows, ("", "value", "that is", "kind", "tool"), right=(1,))


def _timed(numbers: Sequence[Number]) -> list[Number]:
    """Without counts of cycles that stand there in ns too."""
    timed = {number.kind for number in numbers if number.unit == "ns"}
    return [number for number in numbers if number.unit != "cycles" or number.kind not in timed]


def _found(number: Number, part: str) -> Found:
    """A resource's unit, which may be long, stands with what the device holds of it."""
    value, _, unit = number.amount.partition(" ")
    beside, tool = "", number.source
    if number.what == What.LATENCY and unit == "ns" and number.clock_ns:
        beside = f"{number.value / number.clock_ns:,.6g} cycles at {1e3 / number.clock_ns:.6g} MHz"
        tool = tool.removesuffix(f", clock of {number.clock_ns:g} ns")
    elif number.available:
        beside, unit = f"{percent(round(number.value), number.available)} of {number.available:,} {unit}", ""
    elif number.what.is_resource:
        beside, unit = unit, ""
    elsewhere = f"on {number.part}" if number.part and number.part != part else ""
    note = "" if number.note == tool else number.note
    remark = ", ".join(filter(None, (note, elsewhere, number.stale)))
    return Found(value, unit, beside, number.share, str(number.kind), tool, remark)
