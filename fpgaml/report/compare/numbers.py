"""Numbers of several projects beside each other: only those of the same thing, unit and kind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from fpgaml.record.base import Kind
from fpgaml.record.number import RESOURCES, STRENGTH, Number, What
from fpgaml.record.numbers import numbers_of
from fpgaml.report.section import Subject

BY_DEVICE = (*RESOURCES, What.FMAX, What.SLACK, What.POWER)
"""What depends on the device and on the tool that counts."""


@dataclass(frozen=True)
class Row:
    """One number of several projects.

    Args:
        unit: that all of them are in; empty also where resources are counted in different ones.
        values: by project, in their order; those that have none are left out.
    """

    what: What
    title: str
    unit: str
    kind: Kind
    values: Mapping[str, Number]

    @property
    def differs(self) -> bool:
        """Whether it is another one in some project that has it."""
        return len({number.value for number in self.values.values()}) > 1

    @property
    def comparable(self) -> bool:
        """Whether there is anything to compare: several projects have it, counted alike."""
        return len(self.values) > 1 and len({_counted(number) for number in self.values.values()}) == 1

    @property
    def best(self) -> tuple[str, ...]:
        """The projects that have the best one; none where all are equal, or nothing can be compared."""
        if not self.comparable or not self.differs:
            return ()
        finite = {name: number.value for name, number in self.values.items() if not math.isnan(number.value)}
        choose = max if self.what.more_is_better else min
        best = choose(finite.values(), default=math.nan)
        return tuple(name for name, value in finite.items() if value == best)

    def change(self, name: str, base: str) -> float | None:
        """How a project's number differs from that of another one, in percent; None where that says nothing."""
        if not self.comparable or name not in self.values or base not in self.values:
            return None
        new, old = self.values[name].value, self.values[base].value
        if not old or not math.isfinite(new) or not math.isfinite(old):
            return None
        return 100 * (new - old) / abs(old)

    @property
    def tools(self) -> str:
        """Where the numbers are from; several where the projects' are from several."""
        return "; ".join(dict.fromkeys(number.source for number in self.values.values()))

    @property
    def remark(self) -> str:
        """Why the comparison is not one of like with like, though the kind is the same; empty where it is."""
        numbers = list(self.values.values())
        remarks = []
        if len({_counted(number) for number in numbers}) > 1:
            remarks.append(f"counted in different units: {', '.join(dict.fromkeys(n.unit for n in numbers))}")
        if self.what in BY_DEVICE and len({number.part for number in numbers}) > 1:
            remarks.append("on different devices")
        if self.what in BY_DEVICE and len({number.source for number in numbers}) > 1:
            remarks.append("by different tools")
        if len({number.clock_ns for number in numbers}) > 1:
            clocks = dict.fromkeys(f"{1e3 / n.clock_ns:.6g}" for n in numbers if n.clock_ns)
            remarks.append(f"at different clocks: {', '.join(clocks)} MHz")
        stale = [name for name, number in self.values.items() if number.stale]
        if stale:
            remarks.append(f"of {', '.join(stale)} from before files were edited")
        return "; ".join(remarks)


def rows_of(subjects: Mapping[str, Subject]) -> tuple[Row, ...]:
    """Every number that any of the projects has, in the order of `numbers_of`."""
    found: dict[tuple[What, str, str, Kind], dict[str, Number]] = {}
    for name, subject in subjects.items():
        edited = () if subject.made_now else subject.edited
        for number in numbers_of(subject.manifest, subject.results, edited):
            unit = "" if number.what.is_resource else number.unit
            # Of several of one kind the last one: the latest run, a vendor's tool before others.
            found.setdefault((number.what, number.title, unit, number.kind), {})[name] = number
    whats = list(What)
    ordered = sorted(found, key=lambda key: (whats.index(key[0]), STRENGTH.index(key[3])))
    return tuple(Row(*key, {name: found[key][name] for name in subjects if name in found[key]}) for key in ordered)


def _counted(number: Number) -> str:
    """What a resource is counted in, as far as it makes two counts different things."""
    if number.kind == Kind.ESTIMATE or not number.what.is_resource or number.what in (What.FF, What.URAM):
        return ""
    if number.what in (What.LUT, What.LUTRAM):
        return "ALM" if "ALM" in number.unit else "LUT4" if "LUT4" in number.unit else "LUT"
    return number.unit
