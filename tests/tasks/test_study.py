"""A task's evaluation as its projects' reports show it: the recorded metrics of every task."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.record.physics import ColumnRole, Physics
from fpgaml.record.results import Results
from fpgaml.report.drawing import Curves
from fpgaml.report.section import Figure, Table
from fpgaml.report.sections.study import study_figures, study_section
from fpgaml.tasks import find_task
from fpgaml.tasks.evaluation import read_metrics
from fpgaml.tasks.study import study_of
from tests.report.samples import results

RECORDED = {
    "grand_trigger": (2, {"peak_over_rms", "float", "graph"}),
    "lar_timing": (3, {"of_4", "of_12", "float", "graph"}),
    "calo_anomaly": (3, {"total_energy", "hottest_region", "teacher", "float", "graph"}),
    "heavy_flavour": (2, {"cuts", "free_float", "float", "graph"}),
}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_metrics_become_table_and_panels(name: str) -> None:
    task = find_task(name)
    content = read_metrics(task.weights / "metrics.json")
    study = study_of(task, content)
    panels, columns = RECORDED[name]
    assert len(study.panels) == panels
    assert {curve.column for panel in study.panels for curve in panel.curves} == columns
    for panel in study.panels:
        for curve in panel.curves:
            assert len(curve.x) == len(curve.y) == len(curve.low) == len(curve.high) > 0
            assert all(low <= y <= high for low, y, high in zip(curve.low, curve.y, curve.high, strict=True))
    assert all(column.equal_to == "graph" for column in study.columns if column.role == ColumnRole.HARDWARE)
    # The headline of the table on the task's page.
    headline = next(row for row in study.rows if row.headline)
    page = Path(task.folder / "README.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| **{headline.title}**"))
    assert [each.text for each in headline.values.values()] == [cell.strip() for cell in row.split("|")[2:-1]]


def test_architectures_are_told_apart_in_the_picture() -> None:
    task = find_task("grand_trigger")
    study = study_of(task, read_metrics(task.weights / "metrics.json"))
    figure = next(study_figures(study))
    assert isinstance(figure.drawing, Curves)
    names = [curve.name for curve in figure.drawing.curves]
    assert "published architecture" in names[1]
    assert "an architecture of our own" in names[2]
    assert names[2].endswith("= C-simulation")


def test_a_study_stands_beside_what_labels_gave() -> None:
    task = find_task("lar_timing")
    study = study_of(task, read_metrics(task.weights / "metrics.json"))
    before = Results.model_validate(results())
    after = before.with_study(study)
    assert isinstance(after.physics, Physics)
    assert after.physics.roc_auc == before.roc_auc
    without = Results.model_validate(results(physics={})).with_study(study)
    assert Results.model_validate(without.to_json()) == without
    section = study_section(study, after.physics.kind)
    assert sum(isinstance(part, Figure) for part in section.parts) == 3
    table = next(part for part in section.parts if isinstance(part, Table))
    assert table.header[-1] == "quantised Graph = C-simulation = RTL simulation, 10 channels in turn"
    distance = next(part for part in section.parts if isinstance(part, Figure)).instead[0]
    assert isinstance(distance, Table)
    assert [row[0] for row in distance.rows] == ["1", "2", "3", "4-5", "6-9", "10-16", "17-24", "none"]
