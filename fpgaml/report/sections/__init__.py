"""The sections of a report, one module each: `sections(subject)` computes them from the record alone.

A new one is a module here and its name in ORDER, or a module of another package under the entry points GROUP.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points

from fpgaml.report.section import Section, Subject

ORDER = (
    "project",
    "ports",
    "network",
    "checks",
    "monotonicity",
    "errors",
    "precision",
    "calibration",
    "layers",
    "approximations",
    "quantizers",
    "physics",
    "integer_network",
    "requantisation",
    "arithmetic",
    "timetable",
    "estimate",
    "toggles",
    "cosim",
    "bulk",
    "soak",
    "synthesis",
    "vendor",
    "by_kind",
    "messages",
    "edited",
    "budget",
    "verdict",
)
"""As a report shows them; the verdict is the last."""
GROUP = "fpgaml.sections"
"""Entry points under which other packages bring sections; they stand before the verdict."""


def sections_of(subject: Subject) -> Iterator[Section]:
    """All sections of a report; a section that has nothing to say is left out."""
    for _, section in named_sections(subject):
        yield section


def named_sections(subject: Subject) -> Iterator[tuple[str, Section]]:
    """All sections of a report, each with its module's name, for a rendering that has another order."""
    *first, last = (f"{__name__}.{name}" for name in ORDER)
    for place in (*first, *(found.value for found in entry_points(group=GROUP)), last):
        for section in import_module(place).sections(subject):
            yield place.rpartition(".")[2], section
