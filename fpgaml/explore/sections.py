"""An exploration as sections of a report: the front, drawn and in numbers, and how it was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from fpgaml.boards import Board
from fpgaml.explore import events
from fpgaml.explore.exploration import Exploration
from fpgaml.explore.finished_sections import finished_section
from fpgaml.explore.making import how_chosen
from fpgaml.explore.objectives import OBJECTIVES, Difference, Measured, Objective
from fpgaml.explore.outcome import Stage
from fpgaml.explore.study import Finished
from fpgaml.record.base import Kind
from fpgaml.record.number import in_unit
from fpgaml.report.drawing import Axis, Point, Points, Role
from fpgaml.report.section import Cell, Figure, Line, Part, Section, Table, line

FAR = 30
"""Ratio of two designs' numbers from which an axis is logarithmic."""
SHORT = 12
"""Characters of a title above which a column has its name."""
CHOSEN_BY = "on events to choose by"
KIND = "estimate; physics simulated"


def sections_of(found: Exploration) -> Iterator[Section]:
    """What is printed, and what the page shows."""
    shown = found.useful or found.front
    yield Section("Front", [_front(found, shown), *_remarks(found, shown)], aside=KIND)
    if found.made:
        yield finished_section(found.made, how_chosen(found))
    figures = [_figure(found, *pair) for pair in combinations(found.objectives, 2)]
    if figures:
        yield Section("Designs against each other", figures, aside=KIND)
    yield Section("Bits", [_bits(found, shown)]) if found.subject.tensors else Section("Bits", [line("none varies")])
    yield Section("Search", _search(found))


def numbers_text(design: Finished, objectives: Sequence[Objective]) -> str:
    """What is known of a design, in a line."""
    titles = {each.name: each.title for each in objectives}
    physics = [f"{titles[name]} {measured_text(each)} (held out)" for name, each in (design.held_out or {}).items()]
    costs = [f"{OBJECTIVES[name].title} {_amount(name, value)}" for name, value in _costs(design)]
    return ", ".join([*physics, *(f"{text} (estimate)" for text in costs)])


def _amount(cost: str, value: float) -> str:
    return in_unit(value, OBJECTIVES[cost].unit)


def measured_text(measured: Measured) -> str:
    """A value with its error."""
    if measured.error is None:
        return f"{measured.value:.5g}"
    digits = 4 if measured.error >= 0.0005 else 5
    return f"{measured.value:.{digits}f} ± {measured.error:.{digits}f}"


def difference_text(difference: Difference | None) -> str:
    """A change with its sign and its error."""
    if difference is None:
        return ""
    text = measured_text(Measured(difference.value, difference.error))
    return text if text.startswith("-") else f"+{text}"


def _short(objective: Objective) -> str:
    """Its title, where that is short."""
    return objective.title if len(objective.title) <= SHORT else objective.name


def _costs(design: Finished) -> list[tuple[str, float]]:
    return [(name, value) for name, value in design.outcome.costs.items() if name in OBJECTIVES]


def _front(found: Exploration, designs: Sequence[Finished]) -> Table:
    """What was chosen beside bits; physics on the events held out; the costs that differ."""
    physics = [each for each in found.objectives if each.physics]
    chosen = [each.name for each in found.trials.costing.choices]
    costs = _shown_costs(found, designs)
    header = ["design", *(f"--{name}" for name in chosen)]
    for each in physics:
        header += [f"{_short(each)}, held out", *(["change"] if _compares(each, designs) else [])]
    header += [_titled(OBJECTIVES[name]) for name in costs]
    rows: list[tuple[Cell, ...]] = []
    for design in designs:
        row: list[Cell] = [str(design.number), *(Path(str(design.values[name])).name for name in chosen)]
        for each in physics:
            held_out = (design.held_out or {})[each.name]
            row.append(measured_text(held_out))
            row += [difference_text(held_out.difference)] if _compares(each, designs) else []
        row += [_count(design.outcome.costs.get(name)) for name in costs]
        rows.append(tuple(row))
    came: list[Cell] = ["as it came", *("" for _ in chosen)]
    for each in physics:
        came += [measured_text(found.as_it_came[each.name]), *([""] if _compares(each, designs) else [])]
    rows.append((*came, *(_count(found.costs_as_it_came.get(name)) for name in costs)))
    return Table(rows, tuple(header), right=tuple(range(1 + len(chosen), len(header))))


def _compares(objective: Objective, designs: Sequence[Finished]) -> bool:
    return any((each.held_out or {})[objective.name].difference for each in designs)


def _shown_costs(found: Exploration, designs: Sequence[Finished]) -> list[str]:
    """Those that are objectives, then those that differ from design to design."""
    wanted = [each.name for each in found.objectives if not each.physics]
    others = dict.fromkeys(name for design in designs for name, _ in _costs(design))
    same = _same_costs(designs)
    return list(dict.fromkeys([*wanted, *(name for name in others if name not in same)]))


def _same_costs(designs: Sequence[Finished]) -> dict[str, float]:
    """Those that are the same of all designs."""
    values: dict[str, set[float]] = {}
    for design in designs:
        for name, value in _costs(design):
            values.setdefault(name, set()).add(value)
    return {name: found.pop() for name, found in values.items() if len(found) == 1}


def _remarks(found: Exploration, shown: Sequence[Finished]) -> Iterator[Line]:
    left_out = [str(each.number) for each in found.front if each not in shown]
    if left_out:
        of = "; ".join(f"{_short(each)} {found.constant[each.name]:.4g}" for each in _known(found))
        what = "no better than one same answer to every event"
        yield line(
            f"left out: design{'s' * (len(left_out) > 1)} {', '.join(left_out)}, {what} ({of}); front.json has all"
        )
    elif not found.useful and any(each.physics for each in found.objectives):
        yield line("no design is better than one same answer to every event")
    for each in found.objectives:
        if each.physics and _short(each) != each.title:
            yield line(f"{_short(each)}: {each.title}")
    if any(each.physics for each in found.objectives):
        drawn = " (drawn below)" if len(found.objectives) > 1 else ""
        yield line(
            f"Designs were chosen on one half of the events{drawn}; what the other half says, with one standard "
            "deviation, is free of that choice."
        )
    compared = [each for design in shown for each in (design.held_out or {}).values() if each.difference]
    if compared:
        paired = all(each.difference and each.difference.paired for each in compared)
        how = "of the differences on the same events" if paired else "as of different events"
        yield line(f"change: from the network as it came, on the events held out; its standard deviation is {how}.")
    shown_costs = _shown_costs(found, shown)
    same = {name: value for name, value in _same_costs(shown).items() if value and name not in shown_costs}
    if same:
        said = ", ".join(f"{OBJECTIVES[name].title} {_amount(name, value)}" for name, value in same.items())
        yield line(f"the same for all of them: {said}")
    for note in found.notes:
        yield line(note)


def _known(found: Exploration) -> list[Objective]:
    return [each for each in found.objectives if each.name in found.constant]


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
    kinds = [f"{_titled(each)} ({_kind(each)})" for each in (x, y)]
    table = Table(rows, ("design of the front", *kinds), right=(1, 2))
    return Figure(f"{y.title} against {x.title}", drawing, [table], shown_as_text=False)


def _axis(objective: Objective, values: list[float]) -> Axis:
    log = bool(values) and min(values) > 0 and max(values) > FAR * min(values)
    return Axis(f"{objective.title} ({_kind(objective)})", objective.unit, log=log)


def _kind(objective: Objective) -> str:
    return CHOSEN_BY if objective.physics else str(Kind.ESTIMATE)


def _titled(objective: Objective) -> str:
    return f"{objective.title}, {objective.unit}" if objective.unit else objective.title


def _bits(found: Exploration, designs: Sequence[Finished]) -> Table:
    """Of some designs, tensor by tensor, in the network's order."""
    rows: list[tuple[Cell, ...]] = []
    for design in designs:
        said = ", ".join(f"{each.name} {design.values[each.name]}" for each in found.subject.tensors)
        rows.append((str(design.number), said))
    return Table(rows, ("design", "bits"))


def _search(found: Exploration) -> list[Part]:
    stages: Mapping[Stage, int] = Counter(design.outcome.stage for design in found.designs)
    infeasible = sum(not design.outcome.feasible for design in found.designs)
    seconds = sum(design.outcome.seconds for design in found.designs)
    rows: list[tuple[Cell, ...]] = [
        ("designs", f"{len(found.designs):,}"),
        *_events(found),
        *((f"looked at: {stage}", f"{count:,}") for stage, count in sorted(stages.items())),
        ("that break the budget", f"{infeasible:,}"),
        ("processor time a design", f"{seconds / max(len(found.designs), 1):.3g} s"),
    ]
    places = dict.fromkeys(_place(found.trials.costing.board(each.values)) for each in found.front)
    return [line(found.subject.about), line(f"for {'; '.join(places)}"), Table(rows, right=(1,))]


def _events(found: Exploration) -> Iterator[tuple[Cell, ...]]:
    judge = found.trials.judge
    if judge.objectives:
        yield "events to choose by", f"{judge.events(events.Part.CHOOSING):,}"
        yield "events held out", f"{judge.events(events.Part.HELD_OUT):,}"


def _place(board: Board) -> str:
    return f"{board.name}, part {board.part}, clock {in_unit(board.clock_ns, 'ns')}"
