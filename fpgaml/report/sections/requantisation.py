"""What bringing sums back to codes costs in a network of integer codes."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.report.section import Section, Subject, line

CHEAPER = (
    "`--requantize 8` rounds the factors to 8 bits, `--requantize power-of-two` needs no adders; both change results"
)


def sections(subject: Subject) -> Iterator[Section]:
    """What it costs, and how it gets cheaper."""
    cost = subject.results.requantisation
    if cost is None:
        return
    share = 100 * cost.lut / max(cost.lut_of_all, 1)
    said = line(
        f"{cost.multipliers} multiplications by constants of up to {cost.longest_factor_bits} bits with their "
        f"roundings: about {cost.lut:,} of {cost.lut_of_all:,} LUT ({share:.0f}%)"
    )
    cheaper = [line(CHEAPER)] if cost.exact else []
    yield Section("Requantisation", [said, *cheaper], f"{cost.kind}, fully unrolled")
