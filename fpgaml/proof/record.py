"""What a proof found, as the record holds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from fpgaml.emulator.titles import INTERPRETER
from fpgaml.proof.checks import Check, Proof
from fpgaml.proof.compare import Comparison
from fpgaml.proof.statistics import QuantizerStatistics
from fpgaml.record import checks as record
from fpgaml.record.physics import NoPhysics, Physics
from fpgaml.record.results import Results


def results_of(
    proof: Proof, checks: Sequence[Check], tools: Mapping[str, str], physics: Physics | None, **parts: Any
) -> Results:
    """The results of a finished proof.

    Args:
        tools: that measured, with versions; physics: of labelled data; None without labels.
        parts: what the target adds: members of `Results` by name.
    """
    return Results(
        tools=tools,
        events=dict(proof.events),
        graph_by="" if proof.runs.title == INTERPRETER else proof.runs.title,
        counted_events=proof.runs.counted_events if proof.runs.counted_events < proof.events.get("data", 0) else None,
        checks=tuple(check_of(check) for check in checks),
        quantizers=tuple(_quantizer(statistics) for statistics in proof.quantizers()),
        input_rounding=tuple(record.InputRounding(**asdict(rounding)) for rounding in proof.roundings.values()),
        physics=physics or NoPhysics(),
        **parts,
    )


def check_of(check: Check) -> record.Check:
    """A check for the record."""
    return record.Check(
        name=check.name,
        status=check.status,
        oracle=check.oracle,
        note=check.note,
        outputs=_comparisons(check.outputs.values()),
        layers=_comparisons(check.layers.values()),
        input_rounding=_comparisons(check.rounding.values()),
    )


def _comparisons(found: Iterable[Comparison]) -> tuple[record.Comparison, ...]:
    return tuple(
        record.Comparison(
            name=comparison.name,
            exact=comparison.exact,
            equal_as_recorded=comparison.equal_as_recorded,
            recorded_as=comparison.rounded_to,
            events=comparison.events,
            values=comparison.values,
            differing_events=comparison.differing_events,
            differing_values=comparison.differing_values,
            largest_lsb=comparison.largest_lsb,
            largest=comparison.largest,
            first=record.Difference(**asdict(comparison.first)) if comparison.first else None,
            spread=_spread(comparison),
        )
        for comparison in found
    )


def _spread(comparison: Comparison) -> record.Spread | None:
    """None where all is equal, or what the answers are recorded in cannot tell."""
    found = comparison.spread
    if found is None or comparison.equal_as_recorded:
        return None
    names = ("over", "up_to", "below", "above")
    bins = tuple(record.Bin.model_validate(dict(zip(names, each, strict=True))) for each in found.bins())
    return record.Spread(lsb=found.lsb, bins=bins)


def _quantizer(statistics: QuantizerStatistics) -> record.QuantizerUse:
    facts = asdict(statistics) | {"quantizer": str(statistics.quantizer), "remark": statistics.remark}
    return record.QuantizerUse(**facts)
