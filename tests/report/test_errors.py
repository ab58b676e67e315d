"""Differences hop by hop: shares by hand, equal steps, and nothing where all is equal."""

from __future__ import annotations

from typing import Any

import pytest

from fpgaml.record.checks import Comparison
from fpgaml.record.files import parse
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.report.section import Figure, Line, Subject, Table
from fpgaml.report.sections.errors import histogram, quantile, sections
from tests.report import samples

BINS = [
    {"over": 0.9375, "up_to": 1.0, "below": 10, "above": 20},
    {"over": 2.75, "up_to": 3.0, "below": 0, "above": 8},
    {"over": 4.5, "up_to": 5.0, "below": 2, "above": 0},
]
SPREAD = {"lsb": 0.25, "bins": BINS}


def output(**changes: Any) -> dict[str, Any]:
    found = {"values": 100, "differing_values": 40, "largest_lsb": 4.75, "largest": 1.1875, "spread": SPREAD}
    return samples.differing("y", **{**found, "recorded_as": "", **changes})


def comparison(**changes: Any) -> Comparison:
    return parse(Comparison, "results.json", output(**changes))


@pytest.mark.parametrize(
    ("share", "lsb"), [(0.6, 0.0), (0.61, 1.0), (0.9, 1.0), (0.91, 3.0), (0.98, 3.0), (0.99, 4.75)]
)
def test_shares_of_all_values(share: float, lsb: float) -> None:
    """60 of 100 are equal, 90 within 1 LSB, 98 within 3; the last bin ends at 5, and the largest is 4.75."""
    found = comparison()
    assert found.spread is not None and quantile(found, found.spread, share) == lsb


def test_equal_steps_of_a_power_of_two() -> None:
    found = comparison()
    assert found.spread is not None
    (steps,) = histogram(found, found.spread).steps
    assert steps.edges[0] == -5.0 and steps.edges[-1] == 5.0 and steps.edges[1] - steps.edges[0] == 0.5
    held = {(steps.edges[n], steps.edges[n + 1]): count for n, count in enumerate(steps.counts) if count}
    assert held == {(-5.0, -4.5): 2, (-1.0, -0.5): 10, (0.5, 1.0): 20, (2.5, 3.0): 8}


def test_only_hops_that_differ_are_drawn() -> None:
    check = samples.check(status="distance reported")
    equal = samples.check(name="Graph = netlist", outputs=[samples.comparison("y")])
    manifest = parse(Manifest, "manifest.json", samples.manifest())

    def of(*found: dict[str, Any]) -> list[Any]:
        content = samples.results(checks=list(found))
        del content["passed"]
        return list(sections(Subject(manifest, parse(Results, "results.json", content))))

    (section,) = of({**check, "outputs": [output()]}, equal)
    figure, note = section.parts
    assert isinstance(figure, Figure) and figure.title == "source model = Graph: y"
    line, table = figure.instead
    assert isinstance(line, Line) and "60% of 100 values are equal" in str(line.words[0])
    assert isinstance(table, Table)
    assert [row[1:] for row in table.rows] == [("0", "1", "4.75", "4.75"), ("0", "0.25", "1.188", "1.188")]
    assert note.words == ("Nothing to draw where all is equal: Graph = netlist.",)
    assert of(equal) == []
