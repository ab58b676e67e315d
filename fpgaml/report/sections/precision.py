"""The types that were asked for a float network, what is to be said of them, and bits that were taken away."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report.section import Section, Subject, line

FEW = 6
"""Types that are shown unless everything is wanted."""


def sections(subject: Subject) -> Iterator[Section]:
    """What was asked for, then remarks; or what a quantised model lost."""
    precision = subject.manifest.precision
    lines = []
    if precision is not None and precision.how == "given":
        shown = precision.asked if subject.everything else precision.asked[:FEW]
        more = len(precision.asked) - len(shown)
        lines.append(line(f"asked for: {', '.join(shown)}{f', and {more} more (--all)' if more else ''}"))
        beyond = [each for each in precision.choices if each.saturated]
        lines += [line(f"{each.layer}.{each.part}: {each.saturated} beyond {each.type} saturate") for each in beyond]
    lines += [line(remark) for remark in subject.manifest.remarks]
    if lines:
        yield Section("Precision of what the model keeps in floating point", lines)
    if precision is not None and precision.how == "narrowed":
        fewer = precision.choices if subject.everything else precision.choices[:FEW]
        rows = [line(f"{text}: now {each.type}") for text, each in zip(precision.asked, fewer, strict=False)]
        more = len(precision.choices) - len(fewer)
        yield Section("Fewer bits than the model has", [*rows, *([line(f"and {more} more (--all)")] if more else [])])
