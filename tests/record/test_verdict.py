"""What may be called proved."""

from __future__ import annotations

import itertools

import pytest

from fpgaml.record.verdict import Status, Verdict, verdict_of

SHORT_OF_EXACT = (Status.WITHIN, Status.DISTANCE, Status.NOT_CHECKED)


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ([], Verdict.NOT_FULLY_PROVED),
        (["exact"], Verdict.PROVED),
        (["exact", "exact", "exact"], Verdict.PROVED),
        (["not checked", "exact"], Verdict.NOT_FULLY_PROVED),
        (["distance reported", "exact"], Verdict.NOT_FULLY_PROVED),
        (["exact", "within tolerance"], Verdict.NOT_FULLY_PROVED),
        (["exact", "failed"], Verdict.FAILED),
        (["not checked", "failed"], Verdict.FAILED),
    ],
)
def test_verdict(statuses: list[str], verdict: Verdict) -> None:
    assert verdict_of(statuses) == verdict
    assert verdict_of(Status(status) for status in statuses) == verdict


@pytest.mark.parametrize("length", [1, 2, 3])
def test_one_check_short_of_exact_is_enough_to_prove_nothing(length: int) -> None:
    for statuses in itertools.product(Status, repeat=length):
        proved = verdict_of(statuses) == Verdict.PROVED
        assert proved == (not any(status != "exact" for status in statuses))


@pytest.mark.parametrize("statuses", [["exact"], ["exact", "exact"], [*SHORT_OF_EXACT]])
def test_nothing_is_proved_of_files_that_changed_since(statuses: list[str]) -> None:
    assert verdict_of(statuses, edited=True) == Verdict.NOT_FULLY_PROVED


def test_a_failure_stays_one_when_files_change() -> None:
    assert verdict_of(["failed", "exact"], edited=True) == Verdict.FAILED
