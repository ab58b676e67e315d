"""`fpgaml boards`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from fpgaml.boards import load_aliases, load_boards
from fpgaml.cli.boards import boards
from fpgaml.errors import FpgamlError

app = typer.Typer()
app.command()(boards)


def run(*arguments: str, width: int = 80) -> Any:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": str(width)})


@pytest.mark.parametrize("width", [80, 140])
def test_every_board_and_alias_is_listed(width: int) -> None:
    done = run(width=width)
    lines = done.output.splitlines()
    assert done.exit_code == 0
    assert max(map(len, lines)) <= width
    first = [line.split()[0] for line in lines if line.split()]
    assert set(load_boards()) | set(load_aliases()) <= set(first)


def test_numbers_have_units() -> None:
    assert "LUT: LUT6, DSP: DSP48E2, BRAM: 18 kbit, URAM: 288 kbit\nname " in run().output
    assert "zcu102      xczu9eg-ffvb1156-2-e   200   274k   548k   2520  1824     0\n" in run().output
    wide = [line.split() for line in run(width=140).output.splitlines()]
    assert ["zcu102", "xczu9eg-ffvb1156-2-e", "200", "274080", "548160", "2520", "1824", "0"] in wide


def test_one_board_by_an_alias() -> None:
    text = run("Alveo").output
    assert "`alveo` means alveo-u250: the Alveo cards are several" in text
    assert "1,728,000 LUT6" in text
    assert "5,376 of 18 kbit = 96,768 kbit" in text
    assert "source       " in text and "note         " in text


def test_a_vendor_without_ultraram() -> None:
    text = run("ecp5-evn").output
    assert "156 MULT18X18D" in text and "UltraRAM" not in text


def test_json() -> None:
    content = json.loads(run("--json").output)
    assert [board["name"] for board in content["boards"]] == list(load_boards())
    assert {alias["name"] for alias in content["aliases"]} == set(load_aliases())
    board = json.loads(run("kria", "--json").output)
    assert board["part"] == "xck26-sfvc784-2LV-c" and board["capacity"]["bram_unit"] == "18 kbit"
    assert board["device"] == "xck26" and board["clock_ns"] == 5.0


def test_an_unknown_board_names_the_nearest() -> None:
    error = run("zcu103").exception
    assert isinstance(error, FpgamlError) and "zcu102" in str(error)


def test_a_board_of_the_users(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'name = "serenity"\npart = "xcku5p-ffvb676-2-e"\nclock_mhz = 240\n[capacity]\nlut = 1_234\nbram = 7\n'
    )
    text = run(str(file)).output
    assert "AMD UltraScale+, xcku5p" in text and "240 MHz" in text and "mine.toml" in text
    assert "1,234 LUT6" in text and "7 of 18 kbit = 126 kbit" in text
    board = json.loads(run(str(file), "--json").output)
    assert board["name"] == "serenity" and board["capacity"]["bram_kbit"] == 126
