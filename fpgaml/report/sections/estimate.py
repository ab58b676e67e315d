"""Timing as declared, and resources before any synthesis."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report.section import Part, Section, Subject, Table, line, name
from fpgaml.report.words import counted

LAYERS_SHOWN = 6


def sections(subject: Subject) -> Iterator[Section]:
    """Latency, interval and resources; the largest layers."""
    estimate = subject.results.estimate
    if estimate is None:
        return
    clock = subject.manifest.board.clock_ns
    blocks = f", {estimate.bram} BRAM of 18 kbit" if estimate.bram else ""
    rows = [
        ("latency", f"{estimate.latency_cycles} cycles, {estimate.latency_ns:g} ns at {1e3 / clock:.6g} MHz"),
        ("initiation interval", counted(estimate.interval_cycles, "cycle")),
        ("core", f"{estimate.lut:,} LUT, {estimate.ff:,} FF, {estimate.dsp} DSP{blocks}"),
    ]
    layers = sorted(((luts, layer) for layer, luts in estimate.layers.items() if luts), reverse=True)
    shown = layers if subject.everything else layers[:LAYERS_SHOWN]
    parts: list[Part] = [Table(rows), Table([(name(layer), f"{luts:,} LUT") for luts, layer in shown], right=(1,))]
    note = subject.manifest.settings.timing_note
    yield Section("Before synthesis", [*parts, *([line(note)] if note else [])], estimate.kind)
