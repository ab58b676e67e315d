"""Every headline number of a project. Whoever compares, judges or shows numbers asks here.

A new source of numbers is one generator, and its name in SOURCES.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from fpgaml.emulator.titles import INTERPRETER
from fpgaml.record.base import Kind
from fpgaml.record.manifest import Manifest
from fpgaml.record.number import HEADLINES, RESOURCES, STRENGTH, Number, What, title_of
from fpgaml.record.physics import Column, ColumnRole, Physics
from fpgaml.record.results import Results
from fpgaml.record.synthesis import Resource
from fpgaml.record.vendor import VendorReport
from fpgaml.record.verdict import Status

FAILED = "of a simulation that failed"
__all__ = ["HEADLINES", "RESOURCES", "STRENGTH", "Number", "What", "numbers_of", "title_of"]


def numbers_of(manifest: Manifest, results: Results, edited: Sequence[str] = ()) -> tuple[Number, ...]:
    """Every headline number of a project, those about one thing from the weakest kind to the strongest.

    Args:
        edited: files that changed since the project was generated and were not checked again since.
    """
    project = _Project(manifest, results, tuple(edited))
    # A report that lies there in two formats says the same twice.
    found = dict.fromkeys(number for source in SOURCES for number in source(project))
    places = {what: place for place, what in enumerate(What)}
    return tuple(sorted(found, key=lambda each: (places[each.what], STRENGTH.index(each.kind))))


@dataclass(frozen=True)
class _Project:
    """A project's record, with what every source of numbers asks."""

    manifest: Manifest
    results: Results
    edited: tuple[str, ...]

    @property
    def clock_ns(self) -> float:
        return self.manifest.board.clock_ns

    @property
    def part(self) -> str:
        return self.manifest.board.part if self.manifest.settings.on_board else ""

    @property
    def about(self) -> Number:
        """A number of this device, of which the rest is to be said."""
        return Number(What.LUT, 0, "", Kind.DECLARED, "", part=self.part)

    @property
    def changed(self) -> str:
        """Why what was found of the generated files is not of those that lie there."""
        return "files were edited since" if self.edited else ""

    def changed_since(self, edited: Sequence[str]) -> str:
        """The same for what was found of the files of which these had been edited by then."""
        return "files were edited since" if set(self.edited) - set(edited) else ""


def _estimate(project: _Project) -> Iterator[Number]:
    found = project.results.estimate
    if found is None:
        return
    about = replace(project.about, kind=found.kind, source="fpgaml", stale=project.changed)
    timed = replace(about, source=project.manifest.settings.timing_by, clock_ns=project.clock_ns)
    yield from _cycles(found.latency_cycles, found.interval_cycles, timed)
    yield from _counted(found.resources, about)


def _simulations(project: _Project) -> Iterator[Number]:
    about, bulk = replace(project.about, clock_ns=project.clock_ns), project.results.bulk
    for run in project.results.cosim:
        changed = project.changed_since(run.edited)
        simulated = replace(about, kind=run.kind, source=run.tool, stale=changed if run.passed else FAILED)
        yield from _cycles(run.measured.latency, run.measured.interval, simulated)
        said = run.vendor
        if said is not None:
            stated = replace(about, kind=said.kind, source=said.tool, stale=changed)
            yield from _cycles(said.latency, said.interval, stated)
    if bulk is not None:
        stale = project.changed_since(bulk.edited) if bulk.passed else FAILED
        simulated = replace(about, kind=bulk.kind, source=bulk.tool, stale=stale)
        yield from _cycles(bulk.measured.latency, bulk.measured.interval, simulated)


def _cycles(latency: float | None, interval: float | None, about: Number) -> Iterator[Number]:
    """What was counted in cycles; a latency in ns too, at the clock that it is about."""
    clock = about.clock_ns
    if latency is not None:
        yield replace(about, what=What.LATENCY, value=latency, unit="cycles")
    if latency is not None and clock is not None:
        timed = f"{about.source}, clock of {clock:g} ns"
        yield replace(about, what=What.LATENCY, value=latency * clock, unit="ns", source=timed)
    if interval is not None:
        yield replace(about, what=What.INTERVAL, value=interval, unit="cycles")


def _synthesis(project: _Project) -> Iterator[Number]:
    # What is put together without the borders of modules is closer to what a vendor's tool makes: it is the last.
    for entry in sorted(project.results.synthesis, key=lambda each: each.hierarchy == "flattened"):
        source = ", ".join(f"{name} {version}" for name, version in entry.tools.items())
        note, stale = f"hierarchy {entry.hierarchy}", "" if entry.edited else project.changed
        about = Number(What.LUT, 0, "", Kind(entry.kind), source, part=entry.part, note=note, stale=stale)
        yield from _counted(entry.resources, about)
        if entry.timing:
            clock, reached = 1e3 / entry.timing.clock_mhz, entry.timing.fmax_mhz
            timed = replace(about, clock_ns=clock)
            yield replace(timed, what=What.FMAX, value=reached, unit="MHz")
            yield replace(timed, what=What.SLACK, value=clock - 1e3 / reached, unit="ns", of="setup")


def _counted(resources: Sequence[Resource], about: Number) -> Iterator[Number]:
    """What is counted, but for carry chains: a device holds them with its LUTs."""
    for row in resources:
        if row.name.lower() in RESOURCES:
            # The name of what is counted, without the sentence that a synthesis adds.
            unit = row.unit.split(" (")[0]
            yield replace(about, what=What(row.name.lower()), value=row.used, unit=unit, available=row.available)


def _vendor(project: _Project) -> Iterator[Number]:
    for report in project.results.vendor:
        stale = FAILED if report.passed is False else "" if report.edited else project.changed
        about = Number(
            What.LUT, 0, "", Kind(report.kind), report.source, part=report.part, note=report.state, stale=stale
        )
        yield from _counted(report.resources, about)
        yield from _reported_timing(report, about, project.clock_ns)
        if report.power is not None:
            note = f"confidence {report.power.confidence}"
            yield replace(about, what=What.POWER, value=report.power.total_w, unit="W", kind=Kind.ESTIMATE, note=note)


def _reported_timing(report: VendorReport, about: Number, clock_ns: float) -> Iterator[Number]:
    """The worst case of what a report states; its clock is the project's where it names none."""
    clock = report.clock.target_ns if report.clock else clock_ns
    latency, interval = (each.worst if each else None for each in (report.latency, report.interval))
    timed = replace(about, clock_ns=clock)
    yield from _cycles(latency, interval, timed)
    if report.clock is not None:
        yield replace(timed, what=What.FMAX, value=1e3 / report.clock.estimated_ns, unit="MHz")
    if report.timing is None:
        return
    if report.timing.met is None:  # no clock is constrained, or it does not reach all registers
        timed = replace(timed, stale=about.stale or f"of a timing analysis without a verdict: {report.timing.said}")
    periods = {each.name: each.period_ns for each in report.timing.clocks}
    for each in report.timing.clocks:
        if each.fmax_mhz is not None:
            yield replace(
                timed, what=What.FMAX, value=each.fmax_mhz, unit="MHz", of=each.name, clock_ns=each.period_ns or clock
            )
    for check in dict.fromkeys(each.check for each in report.timing.slacks):
        worst = report.timing.worst(check)
        if worst is not None:
            period = periods.get(worst.clock) or next((each for each in periods.values() if each), clock)
            yield replace(timed, what=What.SLACK, value=worst.worst_ns, unit="ns", of=check, clock_ns=period)


def _checks(project: _Project) -> Iterator[Number]:
    """What each check that was made found; one that found a fault besides values is infinitely far."""
    for check in project.results.checks:
        if check.status == Status.NOT_CHECKED:
            continue
        distance = max((output.largest_lsb for output in check.outputs), default=0.0)
        broken = check.status == Status.FAILED and not distance
        yield Number(
            What.EXACTNESS,
            math.inf if broken else distance,
            "LSB",
            check.kind,
            check.oracle,
            of=check.name,
            note=str(check.status),
            stale=project.changed,
        )


def _physics(project: _Project) -> Iterator[Number]:
    physics, stale = project.results.physics, project.changed
    if not isinstance(physics, Physics):
        return
    fixed = physics.of_role(ColumnRole.FIXED)
    by = fixed.tool if fixed and fixed.tool else INTERPRETER
    about = Number(What.ROC_AUC, 0, "", physics.kind, by, stale=stale)
    judged = physics.of_role(ColumnRole.HARDWARE) or physics.of_role(ColumnRole.FIXED)
    found = list(_judged(physics, judged, about)) if judged else []
    yield from found
    covered = {each.of for each in found if each.what == What.ROC_AUC}
    for output, area in physics.roc_auc.items():
        if output not in covered:
            yield replace(about, value=area, of=output)
    calibration = project.results.calibration
    if calibration and calibration.auc_loss is not None and not any(each.what == What.AUC_LOSS for each in found):
        against = f"{calibration.graph_by or INTERPRETER} against {calibration.reference}"
        yield replace(about, what=What.AUC_LOSS, value=calibration.auc_loss, source=against, note="the worst output")


def _judged(physics: Physics, column: Column, about: Number) -> Iterator[Number]:
    """The firmware's metrics: of its simulation where there is one, else of the Graph, which it must equal."""
    # What is said of a firmware column is how its proof stands; of the Graph's, who computed it.
    by, note = (column.tool, column.title) if column.role == ColumnRole.FIXED else (column.title, column.tool)
    about = replace(about, kind=column.kind, source=by, note=note)
    held = physics.holder(column.key)
    source = physics.of_role(ColumnRole.FLOAT)
    for roc in (each for each in physics.rocs if each.column == held):
        yield replace(about, what=What.ROC_AUC, value=roc.area, of=roc.title)
        # A column that answers as the source does to every event has lost nothing.
        loss = 0.0 if source and physics.holder(source.key) == held else roc.loss
        if loss is not None:
            yield replace(about, what=What.AUC_LOSS, value=loss, of=roc.title)
        for each in roc.efficiencies:
            yield replace(about, what=What.EFFICIENCY, value=each.value, of=roc.title, at=each.rate)
    for confusion in (each for each in physics.confusions if each.column == held):
        yield replace(about, what=What.ACCURACY, value=confusion.accuracy, of=confusion.output)
    for width in (each for each in physics.resolutions if each.column == held):
        yield replace(about, what=What.RESOLUTION, value=width.half_width, of=width.output)


def _ports(project: _Project) -> Iterator[Number]:
    for port in (*project.manifest.inputs, *project.manifest.outputs):
        yield Number(
            What.PORT_BITS, port.width, "bit", Kind.DECLARED, "manifest.json", of=port.name, stale=project.changed
        )


def _quantizers(project: _Project) -> Iterator[Number]:
    for use in project.results.quantizers:
        if use.values:
            share, note = use.outside / use.values, f"{use.outside} of {use.values} values"
            yield Number(What.OVERFLOW, share, "", use.kind, INTERPRETER, of=use.node, note=note, stale=project.changed)


SOURCES: tuple[Callable[[_Project], Iterator[Number]], ...] = (
    *(_estimate, _simulations, _synthesis, _vendor, _checks, _physics, _ports, _quantizers),
)
"""Where numbers come from."""
