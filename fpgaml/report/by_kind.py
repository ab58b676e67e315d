"""Resources of one design as every tool and kind of number has them, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fpgaml.record.base import Kind
from fpgaml.record.estimate import UNITS
from fpgaml.record.number import STRENGTH
from fpgaml.record.results import Results
from fpgaml.record.synthesis import Resource
from fpgaml.record.vendor import VendorReport

ROWS = ("LUT", "LUTRAM", "FF", "DSP", "BRAM", "URAM")
"""As they are shown, from above."""

SAME_UNIT = {UNITS["LUT"]: "LUT6"}
"""What estimates call a unit, as the devices' vendors do."""


def unit_of(each: Resource) -> str:
    """What is counted, without the sentence that a synthesis adds."""
    unit = each.unit.split(" (")[0]
    return SAME_UNIT.get(unit, unit)


@dataclass(frozen=True)
class Column:
    """What one tool says of one kind.

    Args:
        source: the tool with its version; of_vendor: whether it is the device's vendor's own.
        part: empty if it is not said; resources: by name; files: the reports that say it; none of fpgaml's own numbers.
        run: the report that tells it from another run of the same tool; empty where there is no other.
    """

    kind: Kind
    source: str
    part: str
    resources: Mapping[str, Resource] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    of_vendor: bool = False
    run: str = ""

    @property
    def tool(self) -> str:
        """The tool with its version, and the run where there are several."""
        return f"{self.source}, {self.run}" if self.run else self.source

    @property
    def title(self) -> str:
        """Such as `post-synthesis (Vivado 2023.2)`."""
        return f"{self.kind} ({self.tool})"

    @property
    def strength(self) -> tuple[int, bool]:
        """From weak to strong; of one kind, the vendor's own tool knows its device better."""
        return STRENGTH.index(self.kind), self.of_vendor


def columns_of(results: Results, part: str) -> tuple[Column, ...]:
    """All that a project's results say of resources, from the weakest kind to the strongest.

    Args:
        part: of the project's board; empty if it is for none.
    """
    found = []
    estimate = results.estimate
    if estimate is not None and estimate.resources:
        found.append(Column(estimate.kind, "fpgaml", part, _by_name(estimate.resources)))
    for entry in results.synthesis:
        tools = ", ".join(f"{name} {version}" for name, version in entry.tools.items())
        source = f"{tools}, hierarchy kept" if entry.hierarchy == "kept" else tools
        found.append(Column(Kind(entry.kind), source, entry.part, _by_name(entry.resources)))
    return _ordered([*found, *reported(results.vendor)])


def reported(reports: Sequence[VendorReport]) -> tuple[Column, ...]:
    """What vendors' reports say: reports of one run that agree are one column, those that do not are two."""
    found: list[Column] = []
    for report in reports:
        if not report.resources:
            continue
        source = f"{report.source}, placed" if "place" in report.state.lower() else report.source
        named = _by_name(report.resources)
        new = Column(Kind(report.kind), source, report.part, named, (report.file,), of_vendor=True)
        place = next((index for index, old in enumerate(found) if _same(old, new)), None)
        if place is None:
            found.append(new)
        else:
            found[place] = _joined(found[place], new)
    runs = Counter((each.kind, each.source) for each in found)
    return _ordered(replace(each, run=each.files[0]) if runs[each.kind, each.source] > 1 else each for each in found)


def _ordered(columns: Iterable[Column]) -> tuple[Column, ...]:
    return tuple(sorted(columns, key=lambda each: each.strength))


def _by_name(resources: Iterable[Resource]) -> dict[str, Resource]:
    return {each.name: each for each in resources if each.name in ROWS}


def _same(one: Column, other: Column) -> bool:
    """Whether two reports are of one run: what both say is equal."""
    if (one.kind, one.source, one.part) != (other.kind, other.source, other.part):
        return False
    common = one.resources.keys() & other.resources.keys()
    return all(one.resources[name].used == other.resources[name].used for name in common)


def _joined(one: Column, other: Column) -> Column:
    """A report by hierarchy does not say what the device holds; the flat one does."""
    resources = dict(one.resources)
    for name, each in other.resources.items():
        if name not in resources or resources[name].available is None:
            resources[name] = each
    return Column(one.kind, one.source, one.part, resources, (*one.files, *other.files), one.of_vendor)


def differences(columns: Sequence[Column], name: str = "LUT") -> Iterator[str]:
    """How the weaker kinds differ from the strongest, and why that one counts most; nothing for a single column.

    Args:
        name: of the resource; only columns that count it in the same unit are compared.
    """
    having = [each for each in columns if name in each.resources]
    if not having:
        return
    best = having[-1]
    unit, most = unit_of(best.resources[name]), best.resources[name].used
    others = [each for each in having[:-1] if unit_of(each.resources[name]) == unit]
    again = [each for each in others if (each.kind, each.source) == (best.kind, best.source)]
    if again:
        runs = " and ".join(f"{each.run} ({each.resources[name].used:,} {name})" for each in (*again, best))
        yield f"{best.kind}, {best.source}: {runs} are of different runs, of which none counts more than another."
        return
    for other in others:
        used = other.resources[name].used
        ratio = f"{used / most:.2f} times the {most:,}" if most else f"where {most:,} are counted"
        yield f"{other.title} has {used:,} {name}, {ratio} of {best.title}."
    if others:
        yield f"{best.title} counts most: {_why(best.kind)}."


def _why(kind: Kind) -> str:
    return {
        Kind.POST_ROUTE: "it is what lies on the device, placed and routed",
        Kind.POST_SYNTHESIS: "it is of the netlist of gates; only post-route would count more",
        Kind.HLS_CSYNTH: "it knows the generated hardware, but not yet its gates: it counted 1.7 to 3.3 times the LUTs "
        "that three published designs then had (docs/estimates.md)",
    }.get(kind, "no stronger kind is there")
