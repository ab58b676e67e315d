"""What became of claims, as the record holds it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from fpgaml.certificates.asked import recorded
from fpgaml.certificates.certify import Effort, certify
from fpgaml.certificates.claim import Claim
from fpgaml.certificates.finding import Counterexample, Finding
from fpgaml.certificates.space import Space
from fpgaml.graph.graph import Graph
from fpgaml.progress import Progress
from fpgaml.record.monotonicity import Breach, Element, Monotonicity

__all__ = ["certified", "recorded"]


def certified(graph: Graph, claims: Sequence[Claim], effort: Effort, progress: Progress) -> tuple[Monotonicity, ...]:
    """Prove claims, or break them; errors as for `certify`."""
    if not claims:
        return ()
    space = Space.of(graph)
    return tuple(_fact(graph, space, finding) for finding in certify(graph, claims, effort, progress))


def _fact(graph: Graph, space: Space, finding: Finding) -> Monotonicity:
    claim, slope, broken = finding.claim, finding.slope, finding.counterexample
    port, index = space.place(claim.element)
    return Monotonicity(
        output=claim.output,
        input=port.name,
        index=index,
        direction=claim.direction,
        standing=finding.standing,
        method=finding.method,
        space_bits=space.bits,
        looked=finding.looked,
        seconds=finding.seconds,
        least_slope=None if slope is None else _outward(slope.least, -math.inf),
        most_slope=None if slope is None else _outward(slope.most, math.inf),
        breach=None if broken is None else _breach(graph, space, claim, broken),
        note=finding.why,
    )


def _outward(bound: Fraction, towards: float) -> float:
    """A bound as a double that is one too."""
    near = float(bound)
    wrong = near > bound if towards < 0 else near < bound
    return math.nextafter(near, towards) if wrong else near


def _breach(graph: Graph, space: Space, claim: Claim, found: Counterexample) -> Breach:
    elements = []
    for element in np.flatnonzero(found.codes):
        port, index = space.place(int(element))
        raw, fractional = int(found.codes[element]), int(space.fractional[element])
        elements.append(Element(input=port.name, index=index, raw=raw, fractional=fractional))
    place = np.unravel_index(found.place, graph.shapes[claim.output])
    return Breach(
        elements=tuple(elements),
        output_index=tuple(int(each) for each in place),
        before=float(found.before),
        after=float(found.after),
    )
