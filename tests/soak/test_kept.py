"""What is kept of a comparison: it goes on where it was, and says why where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.errors import FpgamlError
from fpgaml.soak.kept import Key, Ledger, Store
from fpgaml.soak.tally import Mismatch, Tally

KEY = Key(project="0" * 64, seed=1, stream=1, mix="codes", fpgaml="1", tool="a simulator")
WRONG = Tally(10, 1, 2, Mismatch(25, 0, 3, 1, 2), 9, 10)


def right(events: int, checksum: int = 5) -> Tally:
    return Tally(events, checksum=checksum, sampled=2)


def test_what_is_left_lies_between_what_was_done() -> None:
    ledger = Ledger(KEY)
    for first, count in ((30, 10), (0, 10), (10, 5)):
        ledger.add(first, count, right(count))
    assert ledger.gaps(100) == [(15, 30), (40, 100)]
    assert ledger.gaps(20) == [(15, 20)]
    assert ledger.gaps(12) == []
    assert [(each.first, each.end) for each in ledger.ranges] == [(0, 15), (30, 40)]
    assert ledger.within(100) == Tally(25, checksum=15, sampled=6)


def test_a_difference_stays_apart_from_what_lies_behind_it() -> None:
    ledger = Ledger(KEY)
    for first, tally in ((0, right(20)), (30, right(10)), (20, WRONG)):
        ledger.add(first, 10 if first else 20, tally)
    wrong = ledger.first_wrong(100)
    assert wrong
    assert (wrong.first, wrong.end) == (20, 30)
    assert ledger.within(wrong.end) == right(20).plus(WRONG)
    assert ledger.first_wrong(20) is None


def test_it_is_the_same_when_read_again(tmp_path: Path) -> None:
    ledger = Ledger(KEY, seconds=1.5)
    ledger.add(0, 20, right(20, (1 << 64) - 1))
    ledger.add(20, 10, WRONG)
    store = Store(tmp_path, 1)
    store.write(ledger)
    assert store.read(KEY) == (ledger, "")
    assert Store(tmp_path, 2).read(KEY) == (Ledger(KEY), "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"project": "1" * 64}, "the project changed since 20 events"),
        ({"tool": "another"}, "another took the place of a simulator since 20"),
    ],
)
def test_what_changed_is_said(tmp_path: Path, change: dict[str, str], said: str) -> None:
    ledger, store = Ledger(KEY), Store(tmp_path, 1)
    ledger.add(0, 20, right(20))
    store.write(ledger)
    found, why = store.read(KEY.model_copy(update=change))
    assert not found.ranges
    assert said in why


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    store = Store(tmp_path, 1)
    store.write(Ledger(KEY))
    store.path.write_text(store.path.read_text()[:-20])
    found, why = store.read(KEY)
    assert not found.ranges
    assert "cannot be read" in why


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    first, again, other = Store(tmp_path, 1), Store(tmp_path, 1), Store(tmp_path, 2)
    with first.alone(), other.alone(), pytest.raises(FpgamlError, match="another process"), again.alone():
        pass
    with again.alone():
        pass
