"""Prove claims of a Graph: by intervals, by running every input, or by the one and where that fails by the other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from fpgaml.certificates.claim import Claim
from fpgaml.certificates.exhaust import exhaust
from fpgaml.certificates.finding import Finding
from fpgaml.certificates.search import Search
from fpgaml.certificates.space import Space
from fpgaml.cluster.workers import HERE, Workers
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.passes.unroll_scans import UnrollScans
from fpgaml.progress import Progress, Silent
from fpgaml.record.monotonicity import ClaimStatus

MOST_POINTS = 1 << 40
"""Inputs that are run where somebody insists."""


class By(StrEnum):
    """How claims are to be proved."""

    AUTO = "auto"
    """By intervals; what these do not tell by exhaustion, where there are few inputs."""
    INTERVALS = "intervals"
    EXHAUSTION = "exhaustion"


@dataclass(frozen=True)
class Effort:
    """What a proof may take.

    Args:
        by: how; boxes: that are looked at for a claim at most; points: inputs that are run without being asked to.
    """

    by: By = By.AUTO
    boxes: int = 20_000
    points: int = 1 << 24


def certify(
    graph: Graph,
    claims: Sequence[Claim],
    effort: Effort | None = None,
    progress: Progress | None = None,
    workers: Workers = HERE,
) -> list[Finding]:
    """What becomes of each claim.

    Args:
        claims: of outputs of the Graph; progress: hears of the work; workers: that share running every input.

    Raises:
        FpgamlError: more inputs than can be run, where that is asked for; inputs of too many bits.
        RunFailedError, CheckFailedError: as for `exhaust`.
    """
    effort, progress = effort or Effort(), progress or Silent()
    space = Space.of(graph)
    if effort.by is By.EXHAUSTION and space.points > MOST_POINTS:
        reason = f"there are 2^{space.bits:.1f} inputs, which nobody can run"
        raise FpgamlError("exhaustion", reason, "Prove it by intervals, or give the inputs fewer bits")
    found: dict[Claim, Finding] = {}
    if effort.by is not By.EXHAUSTION:
        flat = UnrollScans().apply(graph)
        found = {claim: _by_intervals(flat, space, claim, effort, progress) for claim in claims}
    few = effort.by is By.EXHAUSTION or (effort.by is By.AUTO and space.points <= effort.points)
    open_ = [claim for claim in claims if claim not in found or found[claim].standing is ClaimStatus.NOT_PROVED]
    if few and open_:
        found |= {finding.claim: finding for finding in exhaust(graph, space, open_, progress, workers)}
    return [found[claim] for claim in claims]


def _by_intervals(graph: Graph, space: Space, claim: Claim, effort: Effort, progress: Progress) -> Finding:
    began = time.monotonic()
    finding = Search(graph, space, claim).run(effort.boxes, progress)
    return replace(finding, seconds=time.monotonic() - began)
