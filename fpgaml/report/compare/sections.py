"""A comparison as sections: differences first, what is equal in a line, then all numbers, and who beats whom."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from fpgaml.record.number import HEADLINES, Number, in_unit
from fpgaml.report.checks import VERDICTS
from fpgaml.report.compare.facts import Fact, facts_of
from fpgaml.report.compare.numbers import Row, rows_of
from fpgaml.report.compare.pareto import Front, fronts
from fpgaml.report.drawing import Axis, Point, Points, Role
from fpgaml.report.section import Cell, Figure, Line, Mark, Part, Section, Subject, Table, Words, line, name
from fpgaml.report.sections.budget import LABELS
from fpgaml.report.words import few

SHOWN = 12
"""Numbers of quantizers and ports that differ, unless all are wanted."""
BEST = "*"
"""Behind the best number of a row: not by colour alone."""
FAR = 30
"""Ratio of two designs' numbers from which an axis is logarithmic."""
WIDE = 3
"""Projects up to which each has a column; more of them have a row each."""


def comparison(subjects: Mapping[str, Subject], *, everything: bool = False) -> Iterator[Section]:
    """Projects by name, two or more.

    Args:
        everything: whether all numbers of quantizers are wanted.
    """
    facts, rows = facts_of(subjects), rows_of(subjects)
    yield _projects(subjects)
    if any(subject.judgement for subject in subjects.values()):
        yield _budgets(subjects)
    yield from _differing_numbers(rows, list(subjects), everything)
    yield _differing_facts(facts, list(subjects))
    yield _equal(facts, rows)
    yield from _plots(list(fronts(rows)))
    yield _all_numbers(rows, list(subjects))


def _projects(subjects: Mapping[str, Subject]) -> Section:
    """What each is, and what may be claimed of it."""
    rows: list[tuple[Cell, ...]] = []
    for each, subject in subjects.items():
        manifest = subject.manifest
        place = f" on {manifest.board.name}" if manifest.settings.on_board else ""
        what = f"{manifest.source.title}{place}: {manifest.settings.summary}"
        standing = LABELS[subject.judgement.standing] if subject.judgement else ""
        rows.append((name(each), VERDICTS[subject.verdict], *([standing] if standing else []), what))
    judged = any(subject.judgement for subject in subjects.values())
    return Section("Compared", [Table(rows, ("", "verdict", *(["budget"] if judged else []), "what"))])


def _budgets(subjects: Mapping[str, Subject]) -> Section:
    """Each limit, project by project."""
    judged = {each: subject.judgement for each, subject in subjects.items() if subject.judgement}
    limits = next(iter(judged.values())).lines
    rows: list[tuple[Cell, ...]] = []
    for place, limit in enumerate(limits):
        for each, judgement in judged.items():
            found = judgement.lines[place]
            needs = f"needs {found.step}" if found.step else ""
            margin = f"missed {found.margin}" if found.standing == "missed" and found.margin else found.margin
            text = "; ".join(filter(None, (found.found or needs, margin, found.why)))
            asked = limit.limit.text if each == next(iter(judged)) else ""
            rows.append((asked, LABELS[found.standing], name(each), text))
    return Section("Budget", [Table(rows, ("limit", "", "", "found"))])


def _differing_numbers(rows: Sequence[Row], names: Sequence[str], everything: bool) -> Iterator[Section]:
    found = [row for row in rows if row.comparable and row.differs]
    small = [row for row in found if row.what not in HEADLINES]
    hidden = [] if everything else small[SHOWN:]
    shown = [row for row in found if row not in hidden]
    parts: list[Part] = []
    if shown:
        parts += [_numbers_table(shown, names, changes=True)]
        parts += [line(f"{BEST} the best of those beside it")]
        remarks = dict.fromkeys(f"{row.title} ({row.kind}): {row.remark}" for row in shown if row.remark)
        parts += [line(remark) for remark in remarks]
    else:
        parts.append(line("no number that several of them have in the same kind"))
    if hidden:
        parts.append(line(f"{len(hidden)} more numbers of quantizers and ports differ (--all shows them)"))
    yield Section("Numbers that differ", parts, "numbers of one kind alone are set against each other")


def _numbers_table(rows: Iterable[Row], names: Sequence[str], *, changes: bool) -> Table:
    """A row a number, a column a project; how much it changed from the first project on."""
    table: list[tuple[Cell, ...]] = []
    for row in rows:
        cells: list[Cell] = [_number(row, each, names[0] if changes else "") for each in names]
        unit = row.unit or _unit(row)
        table.append((f"{row.title}{f', {unit}' if unit else ''}", *cells, f"{row.kind}, {row.tools}"))
    return Table(table, ("", *names, "kind and tool"), right=range(1, len(names) + 1))


def _unit(row: Row) -> str:
    """What a resource is counted in, where all of them count the same."""
    units = {number.unit for number in row.values.values()}
    return next(iter(units)) if len(units) == 1 else ""


def _number(row: Row, each: str, base: str) -> Cell:
    number = row.values.get(each)
    if number is None:
        return Words("-", Mark.FAINT)
    best = each in row.best
    text = f"{_value(number)}{BEST if best else ''}"
    change = row.change(each, base) if base and each != base else None
    if change:
        text += f" ({change:+.3g} %)" if abs(change) < 1000 else f" (x {1 + change / 100:,.3g})"
    return Words(text, Mark.GOOD if best else Mark.PLAIN)


def _value(number: Number) -> str:
    if not math.isfinite(number.value):
        return number.note or str(number.value)
    share = number.share
    beside = "" if share is None or not math.isfinite(share) else f" = {100 * share:.3g} %"
    return f"{in_unit(number.value, '')}{beside}"


def _differing_facts(facts: Sequence[Fact], names: Sequence[str]) -> Section:
    apart = [fact for fact in facts if fact.differs and not fact.only_in]
    only = _only([fact for fact in facts if fact.only_in])
    if not apart:
        none = line("none: they were generated from the same and checked alike")
        return Section("Facts that differ", only or [none])
    if len(names) <= WIDE:
        rows = [(fact.title, *(fact.values[each] for each in names)) for fact in apart]
        return Section("Facts that differ", [Table(rows, ("", *names)), *only])
    grouped: list[tuple[Cell, ...]] = []
    for fact in apart:
        having: dict[str, list[str]] = {}
        for each in names:
            having.setdefault(fact.values[each], []).append(each)
        for place, (value, those) in enumerate(having.items()):
            grouped.append(("" if place else fact.title, value, ", ".join(those)))
    return Section("Facts that differ", [Table(grouped, ("", "is", "in")), *only])


def _only(facts: Sequence[Fact]) -> list[Line]:
    """What only some have, as the options of another target: a line for each of these."""
    having: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for fact in facts:
        said = f"{fact.name} {fact.values[fact.only_in[0]]}".strip()
        having.setdefault(fact.only_in, {}).setdefault(fact.group, []).append(said)
    return [
        line(f"{group} of {', '.join(those)} alone: {'; '.join(said)}")
        for those, groups in having.items()
        for group, said in groups.items()
    ]


def _equal(facts: Sequence[Fact], rows: Sequence[Row]) -> Section:
    """In one line each: which groups of facts, which numbers."""
    same = list(dict.fromkeys(fact.group for fact in facts))
    apart = {fact.group for fact in facts if fact.differs}
    groups = [group for group in same if group not in apart]
    single = [fact.title for fact in facts if not fact.differs and fact.group in apart]
    numbers = [row for row in rows if row.comparable and not row.differs]
    said = [f"{row.title} {next(iter(row.values.values())).amount} ({row.kind})" for row in numbers]
    parts: list[Part] = [_list("facts", [*groups, *single]), _list("numbers", said)]
    return Section("Equal in all", parts)


def _list(what: str, texts: Sequence[str]) -> Line:
    return line(f"{what}: {few(texts, SHOWN) if texts else 'none'}")


def _plots(found: Sequence[Front]) -> Iterator[Section]:
    if found:
        yield Section("Against each other", [_figure(front) for front in found])


def _figure(front: Front) -> Figure:
    """Points, and the line of those that no other one beats."""
    x, y = front.x, front.y
    points = [
        Point(
            place.name,
            place.x,
            place.y,
            Role.HARDWARE if place.on_front else Role.PLAIN,
            "" if place.on_front else "beaten",
        )
        for place in front.places
    ]
    on_front = [place.name for place in front.places if place.on_front]
    across = _axis(x, [place.x for place in front.places])
    drawing = Points(across, _axis(y, [place.y for place in front.places]), points, on_front)
    rows = [
        (name(place.name), in_unit(place.x, x.unit), in_unit(place.y, y.unit), "" if place.on_front else "beaten")
        for place in front.places
    ]
    table = Table(rows, ("", f"{x.title} ({x.kind})", f"{y.title} ({y.kind})", ""), right=(1, 2))
    return Figure(f"{y.title} against {x.title}", drawing, [table])


def _axis(row: Row, values: Sequence[float]) -> Axis:
    """Logarithmic where designs are far apart."""
    log = min(values) > 0 and max(values) > FAR * min(values)
    return Axis(row.title, row.unit or _unit(row), log=log)


def _all_numbers(rows: Sequence[Row], names: Sequence[str]) -> Section:
    """Every headline number, those that only one project has too."""
    shown = [row for row in rows if row.what in HEADLINES]
    if len(names) <= WIDE or not shown:
        return Section("All numbers", [_numbers_table(shown, names, changes=False)])
    table: list[tuple[Cell, ...]] = []
    for row in shown:
        for place, each in enumerate(row.values):
            tool = row.values[each].source
            table.append(("" if place else row.title, name(each), _number(row, each, ""), f"{row.kind}, {tool}"))
    return Section("All numbers", [Table(table, ("", "", "", "kind and tool"), right=(2,))])
