"""What the quantizers did to the values that they saw, and what fewer bits would do to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fpgaml.record.checks import FewerBits, QuantizerUse
from fpgaml.report.drawing import Range, Ranges
from fpgaml.report.section import NAME_WIDTH, Cell, Figure, Line, Part, Section, Subject, Table, line, name
from fpgaml.report.words import few, once, percent

LITTLE = 1e-3
"""A share of values so small or smaller is worth a word: that bit may be one to save."""


def sections(subject: Subject) -> Iterator[Section]:
    """Those that call for attention, how many others there are, and which bits this data does without."""
    quantizers = subject.results.quantizers
    if not quantizers:
        return
    kinds = once(str(each.kind) for each in quantizers)
    of_data, counted = subject.results.events.get("data"), subject.results.counted_events
    data = "the data" if counted is None else f"the first {counted:,} of {of_data:,} events of the data, inputs on all"
    seen = f"on {data}" if of_data else "on the test vectors; --data shows typical ranges"
    shown = [each for each in quantizers if subject.everything or each.remark]
    titles = _titles(quantizers)
    rows = [
        (name(titles[each.node], NAME_WIDTH - 4), each.quantizer, f"{each.range_used:.0%}", each.remark or "fine")
        for each in shown
    ]
    parts: list[Part] = [Table(rows, ("quantizer", "type", "used", "remark"), right=(2,))]
    fine = len(quantizers) - len(shown)
    if fine:
        others = "quantizers are" if fine > 1 else "quantizer is"
        parts.append(line(f"{fine} {'more ' if shown else ''}{others} fine (--all lists every one)"))
    yield Section("Quantizers", [*parts, *_ranges(quantizers, titles)], f"{kinds}, {seen}")
    looked_at = [each for each in quantizers if each.fewer]
    if looked_at:
        found = _fewer(looked_at, titles, subject)
        yield Section("Fewer bits", list(found), f"{kinds}, on {data if of_data else 'the test vectors'}")


def _titles(quantizers: Sequence[QuantizerUse]) -> dict[str, str]:
    """By node: the layer's name, and where a layer has several the node's, which alone tells them apart."""
    layers = [each.layer for each in quantizers]
    return {each.node: each.layer if layers.count(each.layer) == 1 else each.node for each in quantizers}


def _ranges(quantizers: Sequence[QuantizerUse], titles: dict[str, str]) -> Iterator[Figure]:
    """What each type can hold, and what came."""
    ranges, rows = [], []
    for each in quantizers:
        if each.lowest is None or each.highest is None:
            continue
        low, high, note = each.smallest_before, each.largest_before, _one_less(each)
        ranges.append(Range(titles[each.node], each.lowest, each.highest, low, high, note))
        held, seen = (f"{a:.6g} to {b:.6g}" for a, b in ((each.lowest, each.highest), (low, high)))
        rows.append((name(titles[each.node]), held, seen, note))
    if ranges:
        table = Table(rows, ("quantizer", "type holds", "seen before it", "one top bit less"))
        yield Figure("Range used by each quantizer", Ranges(ranges), [table], shown_as_text=False)


def _one_less(each: QuantizerUse) -> str:
    if not each.fewer:
        return ""
    clipped = each.fewer[0].clipped
    return f"one bit less clips {percent(clipped, each.values)} of the values" if clipped else "one bit less clips none"


def _fewer(quantizers: Sequence[QuantizerUse], titles: dict[str, str], subject: Subject) -> Iterator[Table | Line]:
    """Which bits this data does without, what the others would cost, and how far that goes."""
    top = [titles[each.node] for each in quantizers if not each.fewer[0].clipped]
    bottom = [titles[each.node] for each in quantizers if not each.fewer[0].rounded]
    yield _could_lose(top, "top", "clipping")
    yield _could_lose(bottom, "bottom", "changing")
    rows: list[Sequence[Cell]] = []
    for each in quantizers:
        wanted = each.fewer if subject.everything else [each.fewer[0]] * _worth_a_word(each)
        rows += [(name(titles[each.node]), *_row(less, each.values)) for less in wanted]
    if rows:
        yield Table(rows, ("quantizer", "bits less", "clipped", "rounded", "largest", "RMS in LSB"), right=range(1, 6))
    hidden = len(quantizers) - len({str(row[0]) for row in rows})
    if hidden and not subject.everything:
        others = "The other one uses its" if hidden == 1 else f"The {hidden} others use their"
        yield line(f"{others} top and bottom bits (--all lists every one).")
    data, vectors = subject.results.events.get("data"), subject.results.events.get("vectors", 0)
    counted = subject.results.counted_events
    inside = "" if counted is None else f" (inside the network the first {counted})"
    origin = (
        f"{data} events of the data{inside}" if data else f"{vectors} made-up vectors, which need not look like data"
    )
    yield line(
        f"Seen on {origin}: no proof for others. Columns: values that do not fit without the top bits; values that "
        "change without the bottom bits, by how much at most and on average (RMS, in units of today's lowest bit). "
        "What that does to the outputs is not looked at here: change the types in the model and convert it again."
    )


def _worth_a_word(each: QuantizerUse) -> bool:
    return min(each.fewer[0].clipped, each.fewer[0].rounded) <= LITTLE * each.values


def _could_lose(names: Sequence[str], end: str, harm: str) -> Line:
    if not names:
        return line(f"No quantizer could lose a {end} bit without {harm} a value of this data.")
    quantizers = "quantizer" if len(names) == 1 else "quantizers"
    said = f"{len(names)} {quantizers} could lose a {end} bit without {harm} a value of this data"
    return line(f"{said}: {few(names)}.")


def _row(less: FewerBits, values: int) -> tuple[Cell, ...]:
    clipped, rounded = (f"{count:,} ({percent(count, values)})" for count in (less.clipped, less.rounded))
    return str(less.bits), clipped, rounded, f"{less.largest_lsb:g}", f"{less.rms_lsb:.3g}"
