"""Claims as they are written, and as the record holds what became of them."""

from __future__ import annotations

import pytest

from fpgaml.certificates.asked import claims_of, recorded
from fpgaml.certificates.certify import By, Effort
from fpgaml.certificates.facts import certified
from fpgaml.errors import FpgamlError
from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.progress import Silent
from fpgaml.record.monotonicity import ClaimStatus
from fpgaml.record.verdict import Status
from tests.graph.build import fixed

BYTE = Quantizer(FixedType(0, 0, 8))


def two_inputs() -> Graph:
    """`up` rises with a[0] and b, falls with a[1]; `down` is b's negative."""
    builder = GraphBuilder("g")
    a = builder.add(o.Input((2,), BYTE), name="a")
    b = builder.add(o.Input((1,), BYTE), name="b", source="layer_b")
    up = builder.add(o.Dense(fixed([[1], [-1]]), None), a, name="mixed")
    up = builder.add(o.Add(), up, b, name="up")
    down = builder.add(o.Dense(fixed([[-1]]), None), b, name="down")
    return builder.build([up, down])


def said(graph: Graph, *texts: str) -> list[tuple[str, int, int]]:
    """Output, element and sign."""
    return [(claim.output, claim.element, claim.direction.sign) for claim in claims_of(graph, texts)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("up: +a[0],-a[1]", [("up", 0, 1), ("up", 1, -1)]),
        ("up:+a[0]-a[1] +layer_b", [("up", 0, 1), ("up", 1, -1), ("up", 2, 1)]),
        ("-b", [("up", 2, -1), ("down", 2, -1)]),
        ("down:+a", [("down", 0, 1), ("down", 1, 1)]),
    ],
)
def test_what_is_written_is_meant(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert said(two_inputs(), text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("+0", "there are several inputs: a, b"),
        ("up: +a[2]", r"`a` has no element \[2\]"),
        ("up: +c", "there is no input `c`"),
        ("side: +a", "there is no output `side`"),
        ("a", "`a` is no sign with an element"),
        ("up:", "claims nothing"),
        ("up: +a,-a[0]", "to rise and to fall with the same element"),
    ],
)
def test_what_means_nothing_is_refused(text: str, reason: str) -> None:
    with pytest.raises(FpgamlError, match=reason):
        claims_of(two_inputs(), [text])


def test_the_record_holds_what_was_found_and_can_be_asked_again() -> None:
    graph = two_inputs()
    claims = claims_of(graph, ["up: +a", "down: -b"])
    facts = certified(graph, claims, Effort(By.INTERVALS), Silent())
    assert [fact.standing for fact in facts] == [ClaimStatus.PROVED, ClaimStatus.BROKEN, ClaimStatus.PROVED]
    assert [fact.status for fact in facts] == [Status.EXACT, Status.FAILED, Status.EXACT]
    assert facts[0].name == "up non-decreasing in a[0]"
    assert (facts[0].least_slope, facts[0].most_slope, facts[0].space_bits) == (1.0, 1.0, 24.0)
    breach = facts[1].breach
    assert breach is not None and breach.after == breach.before - 2**-8
    assert recorded(graph, facts) == claims
