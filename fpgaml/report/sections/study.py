"""A task's own evaluation: its metrics in every column, and its figure."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.record.base import Kind
from fpgaml.record.physics import Panel, PanelAxis, Study
from fpgaml.report.drawing import Axis, Curve, Curves, Role
from fpgaml.report.section import Cell, Figure, Part, Section, Table, Words, line


def study_section(study: Study, kind: Kind) -> Section:
    """Table and panels; columns that equal another one stand with it."""
    return Section(f"Evaluation of {study.task}{_network(study)}", [*_table(study), *study_figures(study)], kind)


def titles(study: Study) -> dict[str, str]:
    """By column, its title with those of the columns that equal it."""
    return {
        column.key: " = ".join([column.title, *(e.title for e in study.columns if e.equal_to == column.key)])
        for column in study.columns
        if not column.equal_to
    }


def _network(study: Study) -> str:
    return f"/{study.network}" if study.network else ""


def _table(study: Study) -> Iterator[Part]:
    counts = ", ".join(f"{title} {count:,}" for title, count in study.events.items())
    yield line(f"Test events ({study.data}, seed {study.seed}): {counts}")
    shown = titles(study)
    rows: list[tuple[Cell, ...]] = [
        (
            Words(row.title, strong=row.headline),
            *(row.values[key].text if key in row.values else "-" for key in shown),
        )
        for row in study.rows
    ]
    yield Table(rows, ("", *shown.values()), right=range(1, len(shown) + 1))


def study_figures(study: Study) -> Iterator[Figure]:
    """Its panels: the table says the numbers, these how they depend on rate or energy."""
    shown, roles = titles(study), {column.key: Role(column.role.value) for column in study.columns}
    for panel in study.panels:
        curves = [
            Curve(shown.get(each.column, each.column), each.x, each.y, roles[each.column], each.low, each.high)
            for each in panel.curves
        ]
        drawing = Curves(_axis(panel.x), _axis(panel.y), curves)
        yield Figure(panel.title, drawing, [_points(panel, shown)], shown_as_text=False)


def _points(panel: Panel, shown: dict[str, str]) -> Table:
    """The points of the curves, in rows of the axis' values."""
    places = sorted({x for curve in panel.curves for x in curve.x})
    names = {value: text for text, value in panel.x.ticks.items()}
    found = [dict(zip(curve.x, curve.y, strict=True)) for curve in panel.curves]
    rows = [
        (names.get(x, f"{x:.4g}"), *(f"{values[x]:.4g}" if x in values else "-" for values in found)) for x in places
    ]
    header = (_title(panel.x), *(shown.get(curve.column, curve.column) for curve in panel.curves))
    return Table(rows, header, right=range(1, len(header)))


def _title(axis: PanelAxis) -> str:
    return f"{axis.title}, {axis.unit}" if axis.unit else axis.title


def _axis(axis: PanelAxis) -> Axis:
    return Axis(axis.title, axis.unit, axis.log, axis.low, axis.high, axis.ticks)
