"""A board of the user's own, as a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fpgaml.boards import board_of_project, find_board
from fpgaml.errors import EXIT_BAD_INPUT, FpgamlError

GOOD = """\
name = "serenity"
title = "A board of ours"
part = "xcvu13p-flga2577-1-e"
clock_mhz = 360
source = "Vivado 2023.2"
notes = ["One of two sites."]

[capacity]
lut = 1_728_000
ff = 3_456_000
dsp = 12_288
bram = 5_376
uram = 1_280
"""


def file(folder: Path, text: str, name: str = "mine.toml") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_a_file_is_a_board(tmp_path: Path) -> None:
    board = find_board(file(tmp_path, GOOD))
    assert (board.name, board.file, board.device, board.clock_mhz) == ("serenity", "mine.toml", "xcvu13p", 360.0)
    assert board.capacity is not None and board.capacity.lut == 1_728_000 and board.bram_kbit == 5_376 * 18
    assert board.notes == ("One of two sites.",)
    assert find_board(file(tmp_path, GOOD, "MINE.TOML"), clock_mhz=320.0).clock_mhz == 320.0


def test_three_keys_are_enough_and_the_device_brings_its_capacity(tmp_path: Path) -> None:
    few = 'name = "mine"\npart = "xcku5p-sfvb784-3-e"\nclock_mhz = 320\n'
    board = find_board(file(tmp_path, few))
    assert board.title == "mine"
    assert board.capacity == find_board("kcu116").capacity
    assert "kcu116" in board.notes[0]
    unknown = find_board(file(tmp_path, few.replace("xcku5p-sfvb784-3-e", "10AX115U4F45I3SG")))
    assert unknown.capacity is None


def test_the_manifest_brings_it_back_without_its_file(tmp_path: Path) -> None:
    path = file(tmp_path, GOOD)
    board = find_board(path, part="xcvu13p-flga2577-2-e", clock_mhz=240.0)
    facts = board.facts()
    assert (facts["name"], facts["note"]) == ("serenity", "as mine.toml says")
    assert facts["definition"]["capacity"]["dsp"] == 12_288
    Path(path).unlink()
    again = board_of_project(facts, "a project")
    assert again.definition() == board.definition()
    assert "definition" not in find_board("kcu116").facts()


@pytest.mark.parametrize(
    ("change", "reason", "advice"),
    [
        (("clock_mhz = 360", ""), "lacks `clock_mhz`", "A board file is TOML with"),
        (("clock_mhz", "clok_mhz"), "`clok_mhz` is no key", "Did you mean `clock_mhz`?"),
        (("lut = ", "luts = "), "`luts` is no key of [capacity]", "Did you mean `lut`?"),
        (("= 360", '= "360MHz"'), "`clock_mhz` is '360MHz'", "Give a number"),
        (("= 360", "= 36000"), "outside 1 to 1500 MHz", "200MHz"),
        (("xcvu13p-flga2577-1-e", "vu13p"), "not a part number of a known family", "Known families: AMD 7-series"),
        (("12_288", "-1"), "`dsp` of [capacity] is -1", "whole number"),
        (("12_288", "true"), "`dsp` of [capacity] is True", "whole number"),
        (('name = "serenity"', "name = 7"), "`name` is 7", "Give a text"),
        (("serenity", "../etc"), "`name` is '../etc'", "letters, digits"),
        (("serenity", "KCU_116"), "the catalogue has a board called kcu116", "another `name`"),
        (('["One of two sites."]', '"One"'), "`notes` is not a list", "notes = "),
        (("[capacity]", "[capacity"), "is not TOML", "A board file is TOML with"),
    ],
)
def test_a_bad_file_is_refused(change: tuple[str, str], reason: str, advice: str, tmp_path: Path) -> None:
    path = file(tmp_path, GOOD.replace(*change))
    with pytest.raises(FpgamlError, match=re.escape(reason)) as caught:
        find_board(path)
    assert caught.value.where == f"--board {path}"
    assert advice in caught.value.advice
    assert caught.value.exit_code == EXIT_BAD_INPUT


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(FpgamlError, match="there is no such file"):
        find_board("nowhere/mine.toml")


def test_a_file_of_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(FpgamlError, match="cannot be read"):
        find_board(str(tmp_path / "mine.toml"))
