"""Which designs are made, and how the made ones are shown."""

from pathlib import Path

import pytest

from fpgaml.explore.best import best_of, wanted_of
from fpgaml.explore.finish import Ended, Wanted
from fpgaml.explore.finished_sections import finished_json, finished_section
from fpgaml.explore.outcome import Outcome, Stage
from fpgaml.explore.study import Finished
from fpgaml.report.section import Table


def _design(number: int) -> Finished:
    return Finished(number, {}, Outcome(Stage.ALL, {"lut": 100.0 * number}, graph_sha256=f"{number}" * 64), number)


@pytest.mark.parametrize(("count", "chosen"), [(1, [1]), (2, [1, 9]), (3, [1, 5, 9]), (9, list(range(1, 10)))])
def test_they_are_spread_over_the_front(count: int, chosen: list[int]) -> None:
    assert [each.number for each in best_of([_design(n) for n in range(1, 10)], count)] == chosen


def test_they_are_made_beside_their_files() -> None:
    (wanted,) = wanted_of([_design(7)], Path("out"))
    assert (wanted.config, wanted.project) == (Path("out/designs/007/fpgaml.yaml"), Path("out/designs/007/project"))
    assert wanted.expected == {"lut": 700.0} and wanted.graph_sha256 == "7" * 64


def test_expected_stands_beside_measured_and_what_failed_is_named() -> None:
    good = Wanted(3, Path(), Path("project"), {"lut": 1000.0, "dsp": 0.0}, "")
    ended = (
        Ended(good, measured={"lut": 1250.0, "dsp": 0.0, "ff": 10.0}, tool="yosys 0.70"),
        Ended(Wanted(5, Path(), Path(), {"lut": 10.0}, ""), "no such board"),
    )
    section = finished_section(ended)
    table, *lines = section.parts
    assert isinstance(table, Table)
    assert table.header == ("design", "checks", "LUT, expected", "measured")
    assert [tuple(row)[2:] for row in table.rows] == [("1,000", "1,250"), ("10", "")]
    said = [each.text for each in lines if hasattr(each, "text")] or [str(each) for each in lines]
    assert any("design 5: no such board" in each for each in said)
    assert any("LUT: measured 1.25 times what was expected (median of 1)" in each for each in said)
    assert finished_json(ended)["errors"]["lut"]["bias"] == pytest.approx(1.25)
