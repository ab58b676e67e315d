"""Timing as declared, and resources before any synthesis."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fpgaml.record.estimate import Estimate, LayerCost
from fpgaml.report.resources import resource_table, share_bars
from fpgaml.report.section import Cell, Figure, Line, Part, Section, Subject, Table, line, name
from fpgaml.report.words import counted, once

LAYERS_SHOWN = 6
TITLES = {
    **{"lut": "LUT", "ff": "FF", "dsp": "DSP", "bram": "BRAM"},
    **{"latency_cycles": "latency", "latency_ns": "latency", "interval_cycles": "initiation interval"},
}
COLUMNS: tuple[tuple[str, Callable[[LayerCost], int | None]], ...] = (
    ("LUT", lambda cost: cost.lut),
    ("FF", lambda cost: cost.ff),
    ("DSP", lambda cost: cost.dsp),
    ("BRAM", lambda cost: cost.bram),
)


def sections(subject: Subject) -> Iterator[Section]:
    """Latency, interval, resources and their share of the board; the largest layers."""
    estimate = subject.results.estimate
    if estimate is None:
        return
    numbers = (_timing(estimate, subject.manifest.board.clock_ns), resource_table(estimate.resources))
    parts: list[Part] = [table for table in numbers if table.rows]
    layers = _layers(estimate, LAYERS_SHOWN if not subject.everything else len(estimate.layers))
    note = subject.manifest.settings.timing_note
    parts += [*layers, *_missing(estimate), *map(line, estimate.notes), *([line(note)] if note else [])]
    yield Section("Before synthesis", parts, estimate.kind)


def _timing(estimate: Estimate, clock: float) -> Table:
    rows: list[tuple[Cell, Cell]] = []
    if estimate.latency_cycles is not None and estimate.latency_ns is not None:
        at = f"{estimate.latency_ns:g} ns at {1e3 / clock:.6g} MHz"
        rows.append(("latency", f"{counted(estimate.latency_cycles, 'cycle')}, {at}"))
    if estimate.interval_cycles is not None:
        rows.append(("initiation interval", counted(estimate.interval_cycles, "cycle")))
    return Table(rows)


def _layers(estimate: Estimate, most: int) -> list[Part]:
    """The largest ones; columns without a number are left out."""
    columns = [(title, get) for title, get in COLUMNS if any(get(cost) for cost in estimate.layers.values())]
    known = [(layer, cost) for layer, cost in estimate.layers.items() if any(get(cost) for _, get in columns)]
    known.sort(key=lambda pair: tuple(-(get(pair[1]) or 0) for _, get in columns))
    rows: list[list[Cell]] = [
        [name(layer), *(f"{count:,}" if (count := get(cost)) else "" for _, get in columns)]
        for layer, cost in known[:most]
    ]
    if not rows:
        return []
    table = Table(rows, ("layer", *(title for title, _ in columns)), right=range(1, len(columns) + 1))
    taken = [(layer, {title: get(cost) or 0 for title, get in COLUMNS}) for layer, cost in estimate.layers.items()]
    drawn = share_bars(taken, estimate.resources)
    return [Figure("What each layer takes", drawn, [table])] if drawn else [table]


def _missing(estimate: Estimate) -> Iterator[Line]:
    """What is not estimated: numbers of one reason together."""
    for why in dict.fromkeys(estimate.missing.values()):
        members = [TITLES.get(member, member) for member, reason in estimate.missing.items() if reason == why]
        yield line(f"not estimated: {once(members)}: {why}")
