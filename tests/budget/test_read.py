"""Reading budgets: everything that is wrong is named at once, with what would be right."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fpgaml.budget.budget import Budget
from fpgaml.budget.measures import MEASURES, Demand
from fpgaml.budget.read import LARGEST, read_budget
from fpgaml.errors import FpgamlError
from fpgaml.record.base import Kind


def read(folder: Path, text: str) -> Budget:
    path = folder / "budget.toml"
    path.write_text(text)
    return read_budget(path)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(FpgamlError) as caught:
        read(folder, text)
    assert caught.value.advice
    return caught.value.reason


def limit(**keys: object) -> str:
    rows = {"what": "lut", "limit": 10, **keys}
    return "[[limit]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in rows.items() if value is not None)


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def test_what_is_left_out_has_a_sensible_value(tmp_path: Path) -> None:
    (lut,) = read(tmp_path, limit()).limits
    assert (lut.unit, lut.why, lut.of, lut.at) == ("LUT", "", "", None)
    assert lut.met_by == (Kind.POST_SYNTHESIS, Kind.POST_ROUTE)
    found = read(tmp_path, f'board = "ctp7"\n{limit()}')
    assert (found.board, found.clock_mhz, found.limits[0].unit) == ("ctp7", None, "LUT6")


def test_each_thing_that_can_be_limited_can_be_read_with_nothing_but_a_number(tmp_path: Path) -> None:
    for name, measure in MEASURES.items():
        (found,) = read(tmp_path, limit(what=name, limit=1, at=0.001 if measure.has_rate else None)).limits
        assert found.unit == measure.unit and set(found.met_by) <= set(measure.kinds)
        assert found.text.count("least" if measure.at_least else "most") == 1


def test_limits_in_words(tmp_path: Path) -> None:
    rows = [
        limit(what="exactness", limit="proved"),
        limit(what="exactness", limit=2),
        limit(what="efficiency", limit=90, unit="%", of="score", at=1e-3),
        limit(what="rate", limit=40, unit="kHz"),
        limit(what="slack", limit=-0.1),
        limit(limit=5.5, unit="%"),
    ]
    found = read(tmp_path, "".join(rows)).limits
    assert found[0].limit is Demand.PROVED
    assert [each.text for each in found] == [
        *("exactness: proved", "exactness at most 2 LSB"),
        "efficiency of score at a false-positive rate of 0.001 at least 90 %",
        *("rate at least 40 kHz", "clock slack at least -0.1 ns", "LUT at most 5.5 %"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no [[limit]]"),
        ("limit = 3", "each begins with [[limit]]"),
        ("[[limits]]\nwhat = 'lut'", "the key 'limits' is not known; nearest: limit"),
        (f"clock_mhz = 1e9\n{limit()}", "clock_mhz: 1e+09 MHz is outside 1 to 1500 MHz"),
        (f"clock_mhz = true\n{limit()}", "clock_mhz is True"),
        (f"board = 'ctp8'\n{limit()}", "board: no board of this name. nearest: ctp7"),
        (limit(what="luts"), "limit 1 (luts): nothing is called 'luts'; nearest: lut"),
        (limit(what=None), "limit 1: `what` is missing"),
        (limit(what=7), "limit 1: `what` is missing"),
        (limit(limit=None), "limit 1 (lut): `limit` is missing"),
        (limit(limit=-1), "`limit` is -1, below zero"),
        (limit(limit="nan"), "`limit` is 'nan', and must be a number"),
        (limit().replace("10", "nan"), "`limit` is nan, and must be a number"),
        (limit().replace("10", "-inf"), "`limit` is -inf"),
        (limit().replace("10", "9" * 400), "`limit` is 999"),
        (limit(what="exactness", limit="prooved"), 'must be a number, or "proved" or "passed"; nearest: proved'),
        (limit(what="exactness", limit="proved", unit="LSB"), "`unit` goes with a number"),
        (limit(unit="ns"), '`unit` is \'ns\', and must be one of "LUT", "LUT6", "ALM", "LUT4", "%", "share"'),
        (f"board = 'ctp7'\n{limit(unit='ALM')}", "`unit` is 'ALM' on ctp7, and must be one of \"LUT6\""),
        (limit(limit=120, unit="%"), "120 %, above 100"),
        (limit(limit=5, unit="share"), 'write unit = "%"'),
        (limit(of="hidden"), "`of` names nothing here"),
        (limit(at=0.1), "`at` goes with efficiency alone"),
        (limit(what="efficiency"), "`at` is missing"),
        (limit(what="efficiency", at=0), "`at` is 0, and must be a rate above 0"),
        (limit(met_by=["post-rout"]), "`met_by` has 'post-rout', which is no kind; nearest: post-route"),
        (limit(met_by=["simulated"]), "what can show it: estimate, hls-csynth, post-synthesis, post-route"),
        (limit(met_by=[]), "`met_by` is [], and must be a list"),
        (limit(because="x"), "limit 1 (lut): the key 'because' is not known"),
        (limit() + limit(limit=20), "limit 2 (lut): is limited twice, here and by limit 1"),
        (limit(why="x" * 2000), "a text of at most 1000 characters"),
        ("board = ", "cannot be read"),
        ("x = " + "[" * 5000, "cannot be read"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(tmp_path: Path, text: str, says: str) -> None:
    assert says in refused(tmp_path, text)


def test_each_kind_of_number_may_have_a_limit_of_its_own(tmp_path: Path) -> None:
    text = limit(met_by=["hls-csynth"]) + limit(met_by=["post-route", "post-synthesis"])
    assert [len(each.met_by) for each in read(tmp_path, text).limits] == [1, 2]
    assert "limited twice" in refused(tmp_path, text + limit(limit=11))


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    said = refused(tmp_path, f"bord = 'ctp7'\n{limit(unit='ns', wy='')}{limit(what='ltency')}{limit(what='ff')}")
    assert said.startswith(
        "is no budget: 4 problems:\n  the key 'bord' is not known; nearest: board\n  limit 1 (lut): "
    )
    assert "nearest: why" in said and "nearest: latency" in said and "limit 3" not in said


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(1 << 36)
    start = time.monotonic()
    with pytest.raises(FpgamlError, match=f"more than {LARGEST:,} bytes"):
        read_budget(path)
    assert time.monotonic() - start < 5
    for other in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(FpgamlError, match="cannot be read"):
            read_budget(other)


def test_a_users_own_board_lies_beside_the_budget(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('name = "mine"\ntitle = "Mine"\npart = "xcku5p-ffvb676-2-e"\nclock_mhz = 200\n')
    assert read(tmp_path, f"board = 'mine.toml'\n{limit()}").limits[0].unit == "LUT6"
