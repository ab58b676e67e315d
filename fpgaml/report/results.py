"""results.json: what was measured, by which tool, and of what kind."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fpgaml.project.manifest import RESULTS
from fpgaml.proof.checks import Check, Proof
from fpgaml.proof.compare import Comparison
from fpgaml.proof.rounding import InputRounding
from fpgaml.proof.statistics import QuantizerStatistics
from fpgaml.record.verdict import Verdict, verdict_of
from fpgaml.source import InputChoice
from fpgaml.target import Firmware, Written

FORMAT = "fpgaml-results"
VERSION = 1
SIMULATED = "simulated"
ESTIMATE = "estimate"


@dataclass(frozen=True)
class Results:
    """The measurements of one run.

    Args:
        checks: the hops of the proof; events: how many events of each origin.
        quantizers: one entry a quantizer; roundings: what the inputs' types do to the data.
        physics: metrics by name, each with its kind.
        tools: the tools that measured, with versions.
        estimate: resources and timing before any synthesis; empty where there is no estimate.
        sections: what the target says of itself, by the section's name.
    """

    checks: tuple[Check, ...]
    events: Mapping[str, int]
    quantizers: tuple[QuantizerStatistics, ...]
    roundings: tuple[InputRounding, ...]
    physics: Mapping[str, Any]
    tools: Mapping[str, str]
    estimate: Mapping[str, Any] = field(default_factory=dict)
    sections: Mapping[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether no check failed: enough to go on, not a proof."""
        return self.verdict != Verdict.FAILED

    @property
    def proved(self) -> bool:
        """Whether every check was made, and is exact."""
        return self.verdict == Verdict.PROVED

    @property
    def verdict(self) -> Verdict:
        """What all checks together came to."""
        return verdict_of(check.status for check in self.checks)

    @classmethod
    def gather(
        cls,
        proof: Proof,
        checks: Sequence[Check],
        written: Written | Firmware,
        physics: Mapping[str, Any],
        sections: Mapping[str, Any] | None = None,
    ) -> Results:
        """The results of a finished proof."""
        return cls(
            tuple(checks),
            dict(proof.events),
            proof.quantizers(),
            tuple(proof.roundings.values()),
            physics,
            (written.firmware if isinstance(written, Written) else written).tools,
            written.estimate if isinstance(written, Written) else {},
            sections or {},
        )

    def to_json(self) -> dict[str, Any]:
        """As results.json holds it."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "passed": self.passed,
            "verdict": str(self.verdict),
            "tools": dict(self.tools),
            "events": dict(self.events),
            "checks": [_check_json(check) for check in self.checks],
            "quantizers": [_quantizer_json(statistics) for statistics in self.quantizers],
            "input_rounding": [{**asdict(rounding), "kind": SIMULATED} for rounding in self.roundings],
            "physics": {"kind": SIMULATED, **self.physics} if self.physics else {},
            **({"estimate": {"kind": ESTIMATE, **self.estimate}} if self.estimate else {}),
            **self.sections,
        }

    def write(self, folder: Path) -> None:
        """Write results.json."""
        (folder / RESULTS).write_text(json.dumps(self.to_json(), indent=2) + "\n")


def _check_json(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "kind": SIMULATED,
        "status": str(check.status),
        "oracle": check.oracle,
        "note": check.note,
        "outputs": [_comparison_json(c) for c in check.outputs.values()],
        "layers": [_comparison_json(c) for c in check.layers.values()],
        "input_rounding": [_comparison_json(c) for c in check.rounding.values()],
    }


def _comparison_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "name": comparison.name,
        "exact": comparison.exact,
        "equal_as_recorded": comparison.equal_as_recorded,
        "recorded_as": comparison.rounded_to,
        "events": comparison.events,
        "values": comparison.values,
        "differing_events": comparison.differing_events,
        "differing_values": comparison.differing_values,
        "largest_lsb": comparison.largest_lsb,
        "largest": comparison.largest,
        "first": asdict(comparison.first) if comparison.first else None,
    }


def _quantizer_json(statistics: QuantizerStatistics) -> dict[str, Any]:
    content = asdict(statistics)
    content["quantizer"] = str(statistics.quantizer)
    return content | {"kind": SIMULATED, "remark": statistics.remark}


def input_rows(inputs: Sequence[InputChoice]) -> list[dict[str, Any]]:
    """The inputs' types, as manifest.json holds them."""
    return [
        {
            "name": choice.name,
            "type": str(choice.quantizer),
            "origin": choice.origin,
            "reason": choice.reason,
            "changed_fraction": choice.changed_fraction,
            "largest_rounding": choice.largest_rounding,
        }
        for choice in inputs
    ]


__all__ = ["Results", "input_rows"]
