"""A report section is a module: one is added as docs/architecture.md says, and shown."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
from rich.console import Console

from fpgaml.record.files import parse
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.report import sections
from fpgaml.report.section import Mark, Section, Subject, Table, Words, line
from fpgaml.report.text import print_report
from tests.report.samples import manifest, results


def of_events(subject: Subject) -> Iterator[Section]:
    """How many events were run."""
    rows = [(origin, f"{count}") for origin, count in subject.results.events.items()]
    enough = Words("plenty", Mark.GOOD) if sum(subject.results.events.values()) > 1000 else Words("few", Mark.BAD)
    yield Section("Events", [Table(rows, ("of", "how many"), right=(1,)), line("that is ", enough)], "counted")


@pytest.mark.parametrize("place", ["physics", "verdict"])
def test_a_section_is_a_module_and_its_name_in_the_order(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("fpgaml.report.sections.events")
    module.sections = of_events  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    index = sections.ORDER.index(place)
    monkeypatch.setattr(sections, "ORDER", (*sections.ORDER[:index], "events", *sections.ORDER[index:]))
    stream = io.StringIO()
    subject = Subject(parse(Manifest, "manifest.json", manifest()), parse(Results, "results.json", results()))
    print_report(Console(file=stream, width=80), subject)
    text = stream.getvalue()
    assert "\nEvents (counted)\n  of       how many\n  vectors       256\n" in text
    assert "  data         1000\n  that is plenty\n" in text
    assert text.index("Events (counted)") < text.index("PROVED:")
    assert (text.index("Events (counted)") < text.index("Physics")) == (place == "physics")
