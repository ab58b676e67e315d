"""The section on physics: columns side by side, equal ones said once, rates in the words that were asked for."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.data.labels import Labels
from fpgaml.physics.columns import fixed_column, shared, source_column
from fpgaml.physics.measure import measure
from fpgaml.record.physics import Physics
from fpgaml.report.drawing import Curves, Matrix, Role
from fpgaml.report.section import Figure, Line, Section, Table
from fpgaml.report.sections.physics import MOST_LISTED, physics_sections


def separated(rounded: float) -> Physics:
    """1,000 signal and 10,000 background events, and the same rounded."""
    generator = np.random.default_rng(5)
    truth = np.arange(11_000) < 1000
    scores = (generator.normal(size=11_000) + 2.0 * truth)[:, None]
    fixed = np.round(scores / rounded) * rounded if rounded else scores
    columns = shared([source_column({"y": scores}, "Keras"), fixed_column({"y": fixed})])
    return measure(Labels("l.npy", truth[:, None]), {"y": (1,)}, columns)


def section(physics: Physics) -> Section:
    (found,) = physics_sections(physics)
    return found


def lines(found: Section) -> list[str]:
    return ["".join(str(word) for word in part.words) for part in found.parts if isinstance(part, Line)]


def table(found: Section) -> Table:
    return next(part for part in found.parts if isinstance(part, Table))


def test_columns_that_differ_stand_side_by_side() -> None:
    physics = separated(0.5)
    found = section(physics)
    assert table(found).header == ("", "source model", "fixed point")
    area, lost, at_10, *_ = table(found).rows
    first, second = physics.rocs
    assert area == ("ROC AUC, y", f"{first.area:.5f} ± {first.error:.5f}", f"{second.area:.5f} ± {second.error:.5f}")
    assert (lost[0], lost[1], lost[2].split(" ")[0]) == ("  lost against the source", "", f"{second.loss:.5f}")
    assert at_10[0] == "  signal kept at 10 % background, %"
    drawing = next(part for part in found.parts if isinstance(part, Figure)).drawing
    assert isinstance(drawing, Curves)
    assert [curve.role for curve in drawing.curves] == [Role.FLOAT, Role.FIXED]
    assert all(x > 0 for curve in drawing.curves for x in curve.x)


def test_columns_that_are_equal_are_said_once() -> None:
    found = section(separated(0.0))
    assert "source model = fixed point on every one of 11,000 events" in lines(found)
    assert {len(row) for row in table(found).rows} == {2}
    drawing = next(part for part in found.parts if isinstance(part, Figure)).drawing
    assert isinstance(drawing, Curves)
    assert [curve.name for curve in drawing.curves] == ["source model = fixed point"]


def test_a_rate_of_background_makes_trigger_rates() -> None:
    physics = separated(0.5).model_copy(update={"background_hz": 40e6})
    found = section(physics)
    titles = [row[0] for row in table(found).rows]
    assert titles[2:5] == [f"  signal kept at {rate}, %" for rate in ("4 MHz", "400 kHz", "40 kHz")]
    roc, stated = (part.drawing for part in found.parts if isinstance(part, Figure) if isinstance(part.drawing, Curves))
    assert isinstance(roc, Curves)
    assert isinstance(stated, Curves)
    assert (roc.x.unit, roc.x.low, roc.x.high) == ("Hz", 4e3, 40e6)
    assert list(stated.curves[0].x) == [pytest.approx(rate) for rate in (40e3, 400e3, 4e6)]


def test_classes_are_drawn_and_told() -> None:
    index = np.arange(300) % 3
    answers = np.eye(3)[np.where(index == 2, np.arange(300) % 2, index)]
    found = section(measure(Labels("l", index[:, None]), {"y": (3,)}, [fixed_column({"y": answers})]))
    figure = next(part for part in found.parts if isinstance(part, Figure) and isinstance(part.drawing, Matrix))
    assert isinstance(figure.drawing, Matrix)
    assert figure.drawing.counts == ((100, 0, 0), (0, 100, 0), (50, 50, 0))
    (instead,) = figure.instead
    assert isinstance(instead, Table)
    assert instead.rows[2] == ("2", "50", "50", "0")
    assert "300 labelled events of y: class 0 100, class 1 100, class 2 100" in lines(found)


def test_many_outputs_are_not_all_listed() -> None:
    generator = np.random.default_rng(0)
    labels = Labels("l", (np.arange(60) % 2)[:, None])
    found = section(measure(labels, {"y": (40,)}, [fixed_column({"y": generator.normal(size=(60, 40))})]))
    rows = [row[0] for row in table(found).rows]
    assert rows[0] == f"40 outputs: the first {MOST_LISTED}, results.json has all"
    assert sum(str(row).startswith("ROC AUC") for row in rows) == MOST_LISTED
