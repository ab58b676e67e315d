"""What a part of the data showed in a proof, as a sum: the parts of all events give the same whole in any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from fpgaml.proof.checks import Found, Proof
from fpgaml.proof.compare import tally
from fpgaml.proof.float32 import Explanation
from fpgaml.proof.rounding import InputRounding
from fpgaml.proof.statistics import Tally

DATA = "data"
Kept = Mapping[int, Mapping[str, NDArray[np.float64]]]
"""Outputs of runs of events, by the first event of each; put behind each other at the end, by that."""
T = TypeVar("T", Explanation, InputRounding)


@dataclass(frozen=True, kw_only=True)
class ProofPart:
    """Follows `fpgaml.cluster.job.Sum`: counts, minima and maxima, and outputs that keep their place.

    Args:
        events: of the data; counted: of them, those on which quantizers were counted.
        emulated: events that the emulator ran; compared: of them, those that the interpreter gave the same for.
        firmware: comparisons with firmware, by output.
        source, rounding, explained, apart: as `Proof` has them, where the source's answers were at hand.
        changed: what bringing data into the inputs' types did; quantizers: what each of them did.
        outputs, source_outputs, firmware_outputs: where physics metrics are wanted.
    """

    events: int
    counted: int = 0
    emulated: int = 0
    compared: int = 0
    firmware: Found = field(default_factory=dict)
    source: Found = field(default_factory=dict)
    rounding: Found = field(default_factory=dict)
    explained: Mapping[str, Explanation] = field(default_factory=dict)
    apart: float = 0.0
    changed: Mapping[str, InputRounding] = field(default_factory=dict)
    quantizers: Mapping[str, Tally] = field(default_factory=dict)
    outputs: Kept = field(default_factory=dict)
    source_outputs: Kept = field(default_factory=dict)
    firmware_outputs: Kept = field(default_factory=dict)

    def plus(self, other: ProofPart) -> ProofPart:
        """Both together."""
        return ProofPart(
            events=self.events + other.events,
            counted=self.counted + other.counted,
            emulated=self.emulated + other.emulated,
            compared=self.compared + other.compared,
            firmware=_together(self.firmware, other.firmware),
            source=_together(self.source, other.source),
            rounding=_together(self.rounding, other.rounding),
            explained=_summed(self.explained, other.explained),
            apart=max(self.apart, other.apart),
            changed=_summed(self.changed, other.changed),
            quantizers=_tallied(self.quantizers, other.quantizers),
            outputs={**self.outputs, **other.outputs},
            source_outputs={**self.source_outputs, **other.source_outputs},
            firmware_outputs={**self.firmware_outputs, **other.firmware_outputs},
        )


def part_of(
    proof: Proof, first: int, firmware: Found, answers: Mapping[str, Sequence[NDArray[np.float64]]]
) -> ProofPart:
    """What a proof found that began with an event of the data.

    Args:
        first: that event; firmware: comparisons with it; answers: its outputs, where they are wanted.
    """
    engine = proof.runs.engine
    return ProofPart(
        events=proof.events.get(DATA, first) - first,
        counted=proof.runs.counted_events,
        emulated=engine.events,
        compared=engine.compared,
        firmware=dict(firmware),
        source=dict(proof.source_found),
        rounding=dict(proof.rounding_found),
        explained=dict(proof.explained),
        apart=proof.apart_in_float64,
        changed=dict(proof.roundings),
        quantizers=proof.runs.statistics.tallies,
        outputs=_kept(first, proof.outputs),
        source_outputs=_kept(first, proof.source_outputs),
        firmware_outputs=_kept(first, answers),
    )


def take(proof: Proof, part: ProofPart) -> None:
    """Add to a proof what was found elsewhere; comparisons with firmware are its hops'."""
    proof.events[DATA] = proof.events.get(DATA, 0) + part.events
    for mine, more in ((proof.source_found, part.source), (proof.rounding_found, part.rounding)):
        for name, comparison in more.items():
            tally(mine, name, comparison)
    proof.explained = dict(_summed(proof.explained, part.explained))
    proof.apart_in_float64 = max(proof.apart_in_float64, part.apart)
    proof.roundings = dict(_summed(proof.roundings, part.changed))
    proof.runs.take(part.quantizers, part.counted, part.emulated, part.compared)
    for outputs, kept in ((proof.outputs, part.outputs), (proof.source_outputs, part.source_outputs)):
        for name, arrays in in_order(kept).items():
            outputs.setdefault(name, []).extend(arrays)


def in_order(kept: Kept) -> dict[str, list[NDArray[np.float64]]]:
    """By output, its runs of events in their order."""
    found: dict[str, list[NDArray[np.float64]]] = {}
    for first in sorted(kept):
        for name, array in kept[first].items():
            found.setdefault(name, []).append(array)
    return found


def _kept(first: int, outputs: Mapping[str, Sequence[NDArray[np.float64]]]) -> Kept:
    return {first: {name: np.concatenate(arrays) for name, arrays in outputs.items()}} if outputs else {}


def _together(one: Found, other: Found) -> Found:
    found = dict(one)
    for name, comparison in other.items():
        tally(found, name, comparison)
    return found


def _summed(one: Mapping[str, T], other: Mapping[str, T]) -> Mapping[str, T]:
    return {**one, **{name: one[name] + each if name in one else each for name, each in other.items()}}


def _tallied(one: Mapping[str, Tally], other: Mapping[str, Tally]) -> Mapping[str, Tally]:
    return {**one, **{name: one[name].plus(each) if name in one else each for name, each in other.items()}}
