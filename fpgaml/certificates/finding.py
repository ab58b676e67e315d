"""What became of a claim: proved, broken, or not proved; and how steep the output is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from fpgaml.certificates.claim import Claim
from fpgaml.certificates.space import Codes
from fpgaml.record.monotonicity import ClaimStatus, Method


@dataclass(frozen=True, eq=False)
class Counterexample:
    """Two inputs, one step of one element apart, between which the output goes the wrong way.

    Args:
        codes: of the first, all elements in steps of their types; element: which one the second has a step more of.
        place: the element of the output, in C order; before, after: its values.
    """

    codes: Codes
    element: int
    place: int
    before: Fraction
    after: Fraction


@dataclass(frozen=True)
class Slope:
    """Bounds of (change of the output) / (change of the input), of any element of the output and for every input.

    Between two inputs that differ in this element alone, by any number of steps, the quotient lies in them too.
    """

    least: Fraction
    most: Fraction

    @property
    def steepest(self) -> Fraction:
        """The larger of both without its sign: a Lipschitz constant in this element."""
        return max(abs(self.least), abs(self.most))


@dataclass(frozen=True)
class Finding:
    """What became of a claim.

    Args:
        looked: how many boxes, or inputs, were looked at; seconds: that it took.
        slope: of a claim that is proved, or for which every input was run; counterexample: of a broken one.
        why: neither is known, or what else must be said.
    """

    claim: Claim
    standing: ClaimStatus
    method: Method
    looked: int
    slope: Slope | None = None
    counterexample: Counterexample | None = None
    why: str = ""
    seconds: float = 0.0
