"""An exploration as sections of a report: the front, drawn and in numbers, and how it was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from fpgaml.explore.exploration import Exploration
from fpgaml.explore.finished_sections import finished_section
from fpgaml.explore.objectives import OBJECTIVES, Measured, Objective
from fpgaml.explore.outcome import Stage
from fpgaml.explore.study import Finished
from fpgaml.record.number import in_unit
from fpgaml.report.drawing import Axis, Point, Points, Role
from fpgaml.report.section import Cell, Figure, Line, Part, Section, Table, line

FAR = 30
"""Ratio of two designs' numbers from which an axis is logarithmic."""
KIND = "estimate; physics simulated"


def sections_of(found: Exploration) -> Iterator[Section]:
    """What is printed, and what the page shows."""
    yield Section("Front", [_front(found), *_remarks(found)], aside=KIND)
    if found.made:
        yield finished_section(found.made)
    figures = [_figure(found, *pair) for pair in combinations(found.objectives, 2)]
    if figures:
        yield Section("Designs against each other", figures, aside=KIND)
    yield Section("Bits", [_bits(found)]) if found.subject.tensors else Section("Bits", [line("none varies")])
    yield Section("Search", _search(found))


def numbers_text(design: Finished, objectives: Sequence[Objective]) -> str:
    """What is known of a design, in a line."""
    titles = {each.name: each.title for each in objectives}
    physics = [f"{titles[name]} {measured_text(each)} (held out)" for name, each in (design.held_out or {}).items()]
    costs = [f"{OBJECTIVES[name].title} {in_unit(value, OBJECTIVES[name].unit)}" for name, value in _costs(design)]
    return ", ".join([*physics, *(f"{text} (estimate)" for text in costs)])


def measured_text(measured: Measured) -> str:
    """A value with its error."""
    if measured.error is None:
        return f"{measured.value:.5g}"
    digits = 4 if measured.error >= 0.0005 else 5
    return f"{measured.value:.{digits}f} ± {measured.error:.{digits}f}"


def _costs(design: Finished) -> list[tuple[str, float]]:
    return [(name, value) for name, value in design.outcome.costs.items() if name in OBJECTIVES]


def _front(found: Exploration) -> Table:
    """Physics on the events that designs were chosen by, and on those held out; then every cost."""
    physics = [each for each in found.objectives if each.physics]
    costs = _shown_costs(found)
    header = ["design"]
    for each in physics:
        header += [f"{each.name}, held out", "choosing"]
    header += [_titled(OBJECTIVES[name]) for name in costs]
    rows: list[tuple[Cell, ...]] = []
    for design in found.front:
        row: list[Cell] = [str(design.number)]
        for each in physics:
            row += [measured_text((design.held_out or {})[each.name]), f"{design.outcome.physics[each.name].value:.4f}"]
        row += [_count(design.outcome.costs.get(name)) for name in costs]
        rows.append(tuple(row))
    came: list[Cell] = ["as it came"]
    for each in physics:
        came += [measured_text(found.as_it_came[each.name]), ""]
    rows.append((*came, *(_count(found.costs_as_it_came.get(name)) for name in costs)))
    return Table(rows, tuple(header), right=tuple(range(1, len(header))))


def _shown_costs(found: Exploration) -> list[str]:
    """Those that are objectives, then those that are more than nothing somewhere."""
    wanted = [each.name for each in found.objectives if not each.physics]
    others = dict.fromkeys(name for design in found.front for name, value in _costs(design) if value)
    return list(dict.fromkeys([*wanted, *others]))


def _remarks(found: Exploration) -> Iterator[Line]:
    for each in found.objectives:
        if each.physics and each.name != each.title:
            yield line(f"{each.name}: {each.title}")
    if any(each.physics for each in found.objectives):
        yield line(
            "Designs were chosen on one half of the events; what the other half says (± one standard deviation) is "
            "free of that choice."
        )
    for note in found.notes:
        yield line(note)


def _count(value: float | None) -> str:
    return "" if value is None else in_unit(round(value, 2), "")


def _figure(found: Exploration, x: Objective, y: Objective) -> Figure:
    x, y = (y, x) if x.physics and not y.physics else (x, y)
    on_front = {design.number for design in found.front}
    looked = [design for design in found.designs if {x.name, y.name} <= design.outcome.numbers.keys()]
    shown = [design for design in looked if design.outcome.stage is Stage.ALL]
    points = [
        Point(
            str(design.number),
            design.outcome.numbers[x.name],
            design.outcome.numbers[y.name],
            Role.FIXED if design.number in on_front else Role.PLAIN,
            "" if design.number in on_front else "beaten" if design.outcome.feasible else "breaks the budget",
        )
        for design in shown
    ]
    order = sorted((each for each in found.front), key=lambda each: each.outcome.numbers[x.name])
    drawing = Points(
        _axis(x, [point.x for point in points]),
        _axis(y, [point.y for point in points]),
        points,
        [str(design.number) for design in order],
    )
    rows = [
        (str(each.number), in_unit(each.outcome.numbers[x.name], x.unit), f"{each.outcome.numbers[y.name]:.5g}")
        for each in order
    ]
    table = Table(rows, ("design of the front", _titled(x), _titled(y)), right=(1, 2))
    return Figure(f"{y.title} against {x.title}", drawing, [table], shown_as_text=False)


def _axis(objective: Objective, values: list[float]) -> Axis:
    log = bool(values) and min(values) > 0 and max(values) > FAR * min(values)
    return Axis(objective.title, objective.unit, log=log)


def _titled(objective: Objective) -> str:
    return f"{objective.title}, {objective.unit}" if objective.unit else objective.title


def _bits(found: Exploration) -> Table:
    """Of each design of the front, tensor by tensor, in the network's order."""
    rows: list[tuple[Cell, ...]] = []
    for design in found.front:
        said = ", ".join(f"{each.name} {design.values[each.name]}" for each in found.subject.tensors)
        rows.append((str(design.number), said))
    return Table(rows, ("design", "bits"))


def _search(found: Exploration) -> list[Part]:
    stages: Mapping[Stage, int] = Counter(design.outcome.stage for design in found.designs)
    infeasible = sum(not design.outcome.feasible for design in found.designs)
    seconds = sum(design.outcome.seconds for design in found.designs)
    rows: list[tuple[Cell, ...]] = [
        ("designs", f"{len(found.designs):,}"),
        *((f"looked at: {stage}", f"{count:,}") for stage, count in sorted(stages.items())),
        ("that break the budget", f"{infeasible:,}"),
        ("processor time a design", f"{seconds / max(len(found.designs), 1):.3g} s"),
    ]
    return [line(found.subject.about), Table(rows, right=(1,))]
