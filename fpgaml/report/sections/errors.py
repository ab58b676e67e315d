"""How far results are apart, hop by hop, where they are not equal on every bit."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, log2

from fpgaml.record.checks import Check, Comparison, Spread
from fpgaml.record.verdict import Status
from fpgaml.report import checks
from fpgaml.report.drawing import Axis, Histogram, Steps
from fpgaml.report.section import Figure, Part, Section, Subject, Table, line
from fpgaml.report.words import percent

MOST_BINS = 16
"""On either side of zero; the record's own bins are at least as fine."""
FINEST = 2.0**-10
"""Of the record's bins, in LSB."""
SHARES = (("half", 0.5), ("90 %", 0.9), ("99 %", 0.99))


def sections(subject: Subject) -> Iterator[Section]:
    """One table and one histogram an output that differs; nothing where every bit is equal."""
    found = subject.results.checks
    differing = [check for check in found if any(output.spread for output in check.outputs)]
    if not differing:
        return
    parts: list[Part] = []
    for check in differing:
        parts += [_figure(check, output, output.spread) for output in check.outputs if output.spread]
    equal = [check.name for check in found if check.status == Status.EXACT]
    if equal:
        parts.append(line(f"Nothing to draw where all is equal: {', '.join(equal)}."))
    yield Section("Differences, hop by hop", parts, checks.kinds_of(differing))


def _figure(check: Check, output: Comparison, spread: Spread) -> Figure:
    title = f"{check.name}: {checks.tensor(output)}"
    equal = percent(output.values - output.differing_values, output.values)
    said = f"{title}: {equal} of {output.values} values are equal; |difference| at most, for so many of them:"
    return Figure(title, histogram(output, spread), [line(said), _table(output, spread)])


def _table(output: Comparison, spread: Spread) -> Table:
    """What share of all values is within what, in LSB and in output units."""
    within = [quantile(output, spread, share) for _, share in SHARES]
    rows = [("in LSB", *(f"{size:.4g}" for size in (*within, output.largest_lsb)))]
    if spread.lsb is not None:
        sizes = (*(size * spread.lsb for size in within), output.largest)
        rows.append(("in output units", *(f"{size:.4g}" for size in sizes)))
    return Table(rows, ("", *(title for title, _ in SHARES), "all"), right=range(1, len(SHARES) + 2))


def quantile(output: Comparison, spread: Spread, share: float) -> float:
    """LSB within which that share of all values is: the end of a bin, so never too small."""
    wanted = ceil(share * output.values)
    seen = output.values - output.differing_values
    if seen >= wanted:
        return 0.0
    for each in spread.bins:
        seen += each.below + each.above
        if seen >= wanted:
            return output.largest_lsb if each.up_to is None else min(each.up_to, output.largest_lsb)
    return output.largest_lsb


def histogram(output: Comparison, spread: Spread) -> Histogram:
    """Differences in equal steps, a power of two of LSB; values that are equal are left out."""
    largest = max(output.largest_lsb, FINEST)
    step = max(2.0 ** ceil(log2(largest)) / MOST_BINS, FINEST)
    bins = ceil(largest / step)
    counts = [0.0] * (2 * bins)
    for each in spread.bins:
        place = bins - 1 if each.up_to is None else min(ceil(each.up_to / step), bins) - 1
        counts[bins + place] += each.above
        counts[bins - 1 - place] += each.below
    edges = [step * (number - bins) for number in range(2 * bins + 1)]
    some = [count for count in counts if count]
    values = Axis("values that differ", log=max(some) > 100 * min(some), low=None if max(some) > 100 * min(some) else 0)
    return Histogram(Axis("got less expected", "LSB"), values, [Steps(checks.tensor(output), edges, counts)])
