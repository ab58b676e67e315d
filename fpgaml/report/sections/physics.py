"""Physics on labelled data: source model, fixed point and firmware side by side, on the same events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fpgaml.record.physics import Column, ColumnRole, Confusion, Distribution, Efficiency, Physics, Resolution, Roc
from fpgaml.report.drawing import Axis, Curve, Curves, Histogram, Matrix, Role, Steps
from fpgaml.report.section import Cell, Figure, Line, Part, Section, Subject, Table, line, name
from fpgaml.report.sections.study import study_section

HERTZ = ((1e9, "GHz"), (1e6, "MHz"), (1e3, "kHz"), (1.0, "Hz"))
MOST_LISTED = 16
"""Outputs, or classes, that a table lists."""
MOST_DRAWN = 8
"""Outputs, or classes, whose curves are drawn."""


def sections(subject: Subject) -> Iterator[Section]:
    """What labels gave, and a task's own evaluation."""
    physics = subject.results.physics
    if isinstance(physics, Physics):
        yield from physics_sections(physics)


def physics_sections(physics: Physics) -> Iterator[Section]:
    """The same of metrics alone."""
    parts = [*_tables(physics), *_figures(physics)]
    if parts:
        yield Section("Physics", parts, physics.kind)
    if physics.study is not None:
        yield study_section(physics.study, physics.kind)


def _tables(physics: Physics) -> Iterator[Part]:
    holders = [column for column in physics.columns if not column.equal_to]
    if not holders:
        yield from _areas_alone(physics)
        return
    yield line(_events(physics))
    yield from _equalities(physics)
    header = ("", *(column.title for column in holders)) if len(holders) > 1 else ()
    rows = [*_separation_rows(physics, holders), *_accuracy_rows(physics, holders), *_width_rows(physics, holders)]
    yield Table(rows, header, right=range(1, len(holders) + 1))
    for column in physics.columns:
        if column.tool and column.role != ColumnRole.FIXED:
            yield line(f"{column.title}: {column.tool}")
    told = {physics.holder(each.key) for each in physics.columns if each.role != ColumnRole.FLOAT}
    for confusion in physics.confusions:
        if confusion.counts and confusion.column in told:
            yield _matrix(confusion, titled(physics, confusion.column))
    yield from (line(note) for note in physics.notes)


def _areas_alone(physics: Physics) -> Iterator[Part]:
    if physics.roc_auc:
        yield Table([("ROC AUC", name(output), f"{area:.6f}") for output, area in physics.roc_auc.items()])


def _events(physics: Physics) -> str:
    total = max(column.events for column in physics.columns)
    if not physics.labels:
        return f"{total:,} events with real-valued truth"
    outputs = {each.output for each in physics.confusions}
    of = f" of {next(iter(outputs))}" if len(outputs) == 1 else ""
    counts = ", ".join(f"{title if title.isalpha() else f'class {title}'} {n:,}" for title, n in physics.labels.items())
    return f"{total:,} labelled events{of}: {counts}"


def _named(physics: Physics, roc: Roc) -> str:
    """The class alone where there is one output."""
    several = len({each.output for each in physics.rocs}) > 1
    return f"class {roc.positive}" if roc.positive and not several else roc.title


def _equalities(physics: Physics) -> Iterator[Line]:
    """Columns that answer every event alike, in a sentence for each group."""
    for column in physics.columns:
        others = [each.title for each in physics.columns if each.equal_to == column.key]
        if others:
            yield line(f"{' = '.join([column.title, *others])} on every one of {column.events:,} events")
    counts = {column.events for column in physics.columns}
    if len(counts) > 1:
        for column in physics.columns:
            if column.events < max(counts):
                yield line(f"{column.title}: the first {column.events:,} events; losses are counted on these")


def titled(physics: Physics, key: str) -> str:
    """The titles of a column and of those that equal it."""
    return " = ".join(column.title for column in physics.columns if physics.holder(column.key) == key)


def _separation_rows(physics: Physics, holders: Sequence[Column]) -> Iterator[tuple[Cell, ...]]:
    firsts = list(_first_of_each(physics.rocs))
    if len(firsts) > MOST_LISTED:
        yield (f"{len(firsts)} outputs: the first {MOST_LISTED}, results.json has all", *("" for _ in holders))
    for first in firsts[:MOST_LISTED]:
        found = [physics.roc(first.output, column.key, first.positive) for column in holders]
        yield (f"ROC AUC, {_named(physics, first)}", *(_plus_minus(roc, "area", "error", 5) for roc in found))
        if any(roc is not None and roc.loss is not None for roc in found):
            yield ("  lost against the source", *(_plus_minus(roc, "loss", "loss_error", 5) for roc in found))
        for rate in dict.fromkeys(each.rate for roc in found if roc for each in roc.efficiencies):
            cells = [_efficiency(roc.at(rate)) if roc else "" for roc in found]
            yield (f"  signal kept at {_rate(physics, rate)}, %", *cells)


def _rate(physics: Physics, rate: float) -> str:
    """A false-positive rate in words: as a part of the background, or in 1/s."""
    if physics.background_hz is None:
        return f"{100 * rate:g} % background"
    value = rate * physics.background_hz
    size, unit = next((each for each in HERTZ if value >= each[0]), HERTZ[-1])
    return f"{value / size:.4g} {unit}"


def _rate_axis(physics: Physics, low: float | None = None, high: float | None = None) -> tuple[Axis, float]:
    """The axis of false-positive rates, and what they are multiplied by."""
    scale = physics.background_hz or 1.0
    low, high = (None if end is None else end * scale for end in (low, high))
    if physics.background_hz is None:
        return Axis("false-positive rate", log=True, low=low, high=high), scale
    return Axis("trigger rate of background", "Hz", log=True, low=low, high=high), scale


def _accuracy_rows(physics: Physics, holders: Sequence[Column]) -> Iterator[tuple[Cell, ...]]:
    outputs = dict.fromkeys(each.output for each in physics.confusions)
    for output in outputs:
        own = {each.column: each for each in physics.confusions if each.output == output}
        of = f" of {output}" if len(outputs) > 1 else ""
        yield (f"accuracy{of}, %", *(_accuracy(own.get(column.key)) for column in holders))


def _width_rows(physics: Physics, holders: Sequence[Column]) -> Iterator[tuple[Cell, ...]]:
    outputs = list(dict.fromkeys(each.output for each in physics.resolutions))
    if len(outputs) > MOST_LISTED:
        yield (f"{len(outputs)} outputs: the first {MOST_LISTED}, results.json has all", *("" for _ in holders))
    for output in outputs[:MOST_LISTED]:
        own = {each.column: each for each in physics.resolutions if each.output == output}
        for title, field in (("bias", "bias"), ("RMS", "rms"), ("core (68 %)", "half_width")):
            yield (f"{output}: {title}", *(_width(own.get(column.key), field) for column in holders))


def _width(found: Resolution | None, field: str) -> str:
    return f"{getattr(found, field):.4g} ± {getattr(found, f'{field}_error'):.2g}" if found else ""


def _plus_minus(found: Roc | None, field: str, error: str, digits: int) -> str:
    value = getattr(found, field) if found else None
    if value is None:
        return ""
    spread = getattr(found, error)
    return f"{value:.{digits}f}" + (f" ± {spread:.{digits}f}" if spread is not None else "")


def _efficiency(found: Efficiency | None) -> str:
    return _percent(found.value, found.low, found.high) if found else ""


def _accuracy(found: Confusion | None) -> str:
    return _percent(found.accuracy, found.low, found.high) if found else ""


def _percent(value: float, low: float, high: float) -> str:
    return f"{100 * value:.2f} +{100 * (high - value):.2f} -{100 * (value - low):.2f}"


def _matrix(found: Confusion, title: str) -> Figure:
    """In text it is a table."""
    rows = [(each, *map(str, counts)) for each, counts in zip(found.classes, found.counts, strict=True)]
    header = (f"true \\ {title}", *found.classes)
    drawing = Matrix(f"class that {title} says", "true class", found.classes, found.classes, found.counts)
    return Figure(f"Classes, {found.output}", drawing, [Table(rows, header, right=range(1, len(header)))])


def _figures(physics: Physics) -> Iterator[Figure]:
    firsts = list(_first_of_each(physics.rocs))
    for first in firsts[:MOST_DRAWN]:
        yield from _roc_figures(physics, first)
    outputs = dict.fromkeys((each.output, each.what) for each in physics.distributions)
    for output, what in list(outputs)[:MOST_DRAWN]:
        chosen = [each for each in physics.distributions if each.output == output]
        yield _histogram(physics, output, what, chosen)


def _roc_figures(physics: Physics, first: Roc) -> Iterator[Figure]:
    same = [each for each in physics.rocs if (each.output, each.positive) == (first.output, first.positive)]
    drawn = [each for each in same if each.false_positive]
    if not drawn:
        return
    low = 1 / max(each.background for each in drawn)
    x, _ = _rate_axis(physics, low, 1.0)
    y = Axis("signal efficiency", low=0.0, high=1.0)
    curves = [_curve(physics, each) for each in drawn]
    words = [line(f"{titled(physics, each.column)}: area {each.area:.5f}") for each in drawn]
    yield Figure(f"ROC, {_named(physics, first)}", Curves(x, y, curves), words, shown_as_text=False)
    stated = [each for each in same if len(each.efficiencies) > 1]
    if stated and not first.positive:
        at, _ = _rate_axis(physics)
        points = [_points(physics, each) for each in stated]
        title = f"Signal efficiency, {first.title}"
        yield Figure(title, Curves(at, y, points), [_rates_table(physics, stated)], shown_as_text=False)


def _curve(physics: Physics, roc: Roc) -> Curve:
    """Without the points at no false positive, which a logarithmic axis does not have."""
    _, scale = _rate_axis(physics)
    pairs = [(x * scale, y) for x, y in zip(roc.false_positive, roc.true_positive, strict=True) if x > 0]
    x, y = zip(*pairs, strict=True)
    return Curve(titled(physics, roc.column), x, y, role_of(physics.columns, roc.column))


def _points(physics: Physics, roc: Roc) -> Curve:
    stated = roc.efficiencies[::-1]
    return Curve(
        titled(physics, roc.column),
        [each.rate * _rate_axis(physics)[1] for each in stated],
        [each.value for each in stated],
        role_of(physics.columns, roc.column),
        [each.low for each in stated],
        [each.high for each in stated],
    )


def _rates_table(physics: Physics, rocs: Sequence[Roc]) -> Table:
    rates = [each.rate for each in rocs[0].efficiencies]
    rows = [(_rate(physics, rate), *(_efficiency(roc.at(rate)) for roc in rocs)) for rate in rates]
    header = (_rate_axis(physics)[0].title, *(f"{titled(physics, roc.column)}, %" for roc in rocs))
    return Table(rows, header, right=range(1, len(header)))


def _histogram(physics: Physics, output: str, what: str, chosen: Sequence[Distribution]) -> Figure:
    columns = {each.column: titled(physics, each.column) for each in chosen}
    alone = len(columns) == 1
    steps = [
        Steps(
            ", ".join(filter(None, ("" if alone and each.label else columns[each.column], each.label))),
            each.edges,
            each.counts,
            # Of one column, signal stands out of its background.
            Role.BASELINE if alone and each.label == "background" else role_of(physics.columns, each.column),
        )
        for each in chosen
    ]
    beyond = sum(each.below + each.above for each in chosen)
    words = f"{beyond:,} of {sum(sum(each.counts) for each in chosen) + beyond:,} values lie beyond the axis"
    title, axis = ("Scores", "score") if what == "score" else ("Residuals", "answer minus truth")
    drawing = Histogram(Axis(axis), Axis("events"), steps)
    of = f": {columns[chosen[0].column]}" if alone else ""
    return Figure(f"{title}, {output}{of}", drawing, [line(words)], shown_as_text=False)


def role_of(columns: Sequence[Column], key: str) -> Role:
    """How a column is drawn."""
    role = next((column.role for column in columns if column.key == key), ColumnRole.BASELINE)
    return Role(role.value)


def _first_of_each(rocs: Sequence[Roc]) -> Iterator[Roc]:
    seen = set()
    for roc in rocs:
        if (roc.output, roc.positive) not in seen:
            seen.add((roc.output, roc.positive))
            yield roc
