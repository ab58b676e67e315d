"""The board catalogue: every entry loads, is consistent, and is found by every name that a user may try."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import fpgaml.boards
from fpgaml.boards import (
    FAMILIES,
    Board,
    Capacity,
    board_of_device,
    find_board,
    load_aliases,
    load_boards,
    parse_clock,
    parse_part,
)
from fpgaml.boards.catalogue import _key, boards_in
from fpgaml.errors import EXIT_BAD_INPUT, FpgamlError

BOARD_FOLDER = Path(fpgaml.boards.__file__).parent
REPORTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "vendor_reports"

BOARDS = load_boards()
WITH_CAPACITY = {name: board.capacity for name, board in BOARDS.items() if board.capacity is not None}

REQUIRED = {
    *("alveo-u50", "alveo-u55c", "alveo-u200", "alveo-u250", "alveo-u280"),
    *("vcu118", "kcu116", "zcu102", "zcu104", "zcu111", "rfsoc4x2", "kv260", "ultra96-v2"),
    *("pynq-z1", "pynq-z2", "vu13p", "ctp7"),
}


def capacity_of(name: str) -> Capacity:
    capacity = find_board(name).capacity
    assert capacity is not None
    return capacity


def test_every_file_is_a_board() -> None:
    files = {path.stem for path in BOARD_FOLDER.glob("*.toml")} - {"aliases"}
    assert files == set(BOARDS)
    assert set(BOARDS) >= REQUIRED
    cards = [name for name in BOARDS if name.startswith("alveo")]
    assert cards == ["alveo-u50", "alveo-u55c", "alveo-u200", "alveo-u250", "alveo-u280"]


def test_one_file_adds_a_board(tmp_path: Path) -> None:
    for name in ("aliases.toml", "kcu116.toml"):
        (tmp_path / name).write_text((BOARD_FOLDER / name).read_text())
    (tmp_path / "toy2.toml").write_text('name = "toy2"\npart = "LFE5U-25F-6BG256C"\nclock_mhz = 50\n')
    found = boards_in(tmp_path)
    assert list(found) == ["kcu116", "toy2"]
    assert str(found["toy2"].family) == "Lattice ECP5"
    (tmp_path / "toy3.toml").write_text((tmp_path / "toy2.toml").read_text())
    with pytest.raises(FpgamlError, match="the name 'toy2' is not the file's"):
        boards_in(tmp_path)


def test_every_vendor_has_a_board() -> None:
    assert {board.family.vendor for board in BOARDS.values()} == {"AMD", "Intel", "Microchip", "Lattice"}
    families = {board.family.name for board in BOARDS.values()}
    assert families >= {"UltraScale+", "7-series", "Stratix 10", "Agilex 7", "PolarFire", "ECP5"}


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
def test_entry_is_complete(board: Board) -> None:
    assert board.title
    assert board.source
    assert all(note.strip() for note in board.notes)
    assert board.chosen_by_alias is None
    assert not board.file
    assert 25 <= board.clock_mhz <= 500
    assert board.clock_ns == pytest.approx(1e3 / board.clock_mhz)


def test_a_caller_cannot_change_the_catalogue() -> None:
    load_boards().clear()
    load_aliases().clear()
    assert load_boards() == BOARDS
    assert load_aliases()
    with pytest.raises(FrozenInstanceError):
        BOARDS["zcu102"].part = "x"  # type: ignore[misc]


@pytest.mark.parametrize(("name", "capacity"), WITH_CAPACITY.items(), ids=WITH_CAPACITY)
def test_capacity_is_sane(name: str, capacity: Capacity) -> None:
    assert capacity.lut is not None
    assert capacity.ff is not None
    assert capacity.dsp is not None
    family = BOARDS[name].family
    assert capacity.ff == {"LUT6": 2, "ALM": 4, "LUT4": 1}[family.lut] * capacity.lut
    assert 100 <= capacity.dsp <= 20_000
    assert capacity.bram is not None
    kbit = {"AMD": 18, "Intel": 20, "Microchip": 20, "Lattice": 18}[family.vendor]
    assert BOARDS[name].bram_kbit == kbit * capacity.bram
    assert capacity.uram is not None
    assert capacity.uram_kbit == 288 * capacity.uram
    assert family.vendor == "AMD" or capacity.uram == 0


def test_boards_of_one_device_agree() -> None:
    by_device: dict[str, set[Capacity | None]] = {}
    for board in BOARDS.values():
        by_device.setdefault(board.device, set()).add(board.capacity)
    assert {device: len(found) for device, found in by_device.items() if len(found) > 1} == {}
    assert BOARDS["pynq-z1"].device == BOARDS["pynq-z2"].device


@pytest.mark.parametrize(
    ("one", "other"), [("alveo-u250", "vu13p"), ("alveo-u200", "vcu118"), ("alveo-u280", "alveo-u55c")]
)
def test_renamed_devices_have_the_same_fabric(one: str, other: str) -> None:
    assert capacity_of(one) == capacity_of(other)


@pytest.mark.parametrize(
    ("part", "device"),
    [
        ("xcku5p-ffvb676-2-e", "xcku5p"),
        ("XCKU5P-FFVB676-2-E", "xcku5p"),
        ("xc7z020clg400-1", "xc7z020"),
        ("xc7z007sclg400-1", "xc7z007s"),
        ("xc7vx690tffg1927-2", "xc7vx690t"),
        ("xc7a35tcsg324-1", "xc7a35t"),
        ("xc7s50csga324-1", "xc7s50"),
        ("xck26-sfvc784-2LV-c", "xck26"),
        ("xcu55c-fsvh2892-2L-e", "xcu55c"),
        ("xczu48dr-ffvg1517-2-e", "xczu48dr"),
        ("xcvu13p", "xcvu13p"),
        ("xcku115-flvf1924-2-i", "xcku115"),
        ("xcvc1902-vsva2197-2MP-e-S", "xcvc1902"),
        ("1SG280HU2F50E2VG", "1sg280"),
        ("1SG280LU2F50E2VG", "1sg280"),
        ("AGFB014R24B2E2V", "agfb014"),
        ("MPF300TS-1FCG1152I", "mpf300t"),
        ("MPFS250T-FCVG484E", "mpfs250t"),
        ("LFE5UM5G-85F-8BG381", "lfe5um5g-85f"),
        ("LFE5U-25F-6BG256C", "lfe5u-25f"),
    ],
)
def test_device_of(part: str, device: str) -> None:
    assert parse_part(part).device == device


def test_a_family_of_the_same_prefix_is_told_apart() -> None:
    assert parse_part("xcku115-flvf1924-2-i").family.name == "UltraScale"
    assert parse_part("xcku5p-ffvb676-2-e").family.name == "UltraScale+"
    assert parse_part("MPFS250T-FCVG484E").family.name == "PolarFire SoC"


def test_no_part_is_of_two_families() -> None:
    for board in BOARDS.values():
        assert [family for family in FAMILIES if family.device_in(board.part.lower())] == [board.family]


@pytest.mark.parametrize("part", ["", "zcu102", "xc", "ffvb676-2-e", "xcku5pffvb676"])
def test_a_bad_part_is_refused(part: str) -> None:
    with pytest.raises(FpgamlError, match=r"--part: .*not a part number") as caught:
        parse_part(part)
    assert "xcku5p-ffvb676-2-e" in caught.value.advice


@pytest.mark.parametrize("name", ["alveo-u250", "ALVEO-U250", "alveo_u250", "Alveo U250", " alveou250 "])
def test_spelling_does_not_count(name: str) -> None:
    assert find_board(name) == BOARDS["alveo-u250"]


@pytest.mark.parametrize("alias", load_aliases().values(), ids=load_aliases())
def test_alias_says_what_it_chose(alias: fpgaml.boards.Alias) -> None:
    board = find_board(alias.name.upper())
    assert board.name == alias.target
    assert board.part == BOARDS[alias.target].part
    assert board.chosen_by_alias == f"`{alias.name}` means {alias.target}: {alias.reason}"


def test_names_and_aliases_are_distinct() -> None:
    keys = [_key(name) for name in (*BOARDS, *load_aliases())]
    assert len(keys) == len(set(keys))


def test_alveo_is_an_alias_with_a_reason() -> None:
    board = find_board("alveo")
    assert board.name == "alveo-u250"
    assert board.chosen_by_alias is not None
    assert "XCVU13P" in board.chosen_by_alias


@pytest.mark.parametrize(
    ("typed", "offered"), [("zcu103", "zcu102"), ("alveo-u205", "alveo-u200"), ("pinq-z2", "pynq-z2")]
)
def test_unknown_board_offers_the_nearest(typed: str, offered: str) -> None:
    with pytest.raises(FpgamlError) as caught:
        find_board(typed)
    assert caught.value.where == f"--board {typed}"
    assert caught.value.advice.startswith("nearest: ")
    assert offered in caught.value.advice
    assert caught.value.exit_code == EXIT_BAD_INPUT


@pytest.mark.parametrize("typed", ["", "???"])
def test_a_name_that_resembles_nothing_lists_all(typed: str) -> None:
    with pytest.raises(FpgamlError) as caught:
        find_board(typed)
    assert all(name in caught.value.advice for name in BOARDS)


def test_override_of_the_clock() -> None:
    board = find_board("vu13p", clock_mhz=360.0)
    assert board.clock_mhz == 360.0
    assert board.capacity == BOARDS["vu13p"].capacity
    assert BOARDS["vu13p"].clock_mhz == 200.0


@pytest.mark.parametrize("clock_mhz", [0.0, -5.0, 1e6, float("nan")])
def test_override_with_a_bad_clock(clock_mhz: float) -> None:
    with pytest.raises(FpgamlError, match="--clock"):
        find_board("vu13p", clock_mhz=clock_mhz)


def test_override_with_a_part_of_the_same_device_keeps_everything_else() -> None:
    before = find_board("alveo-u50")
    after = find_board("alveo-u50", part="xcu50-fsvh2104-2L-e")
    assert after.part == "xcu50-fsvh2104-2L-e"
    assert (after.capacity, after.source, after.notes) == (before.capacity, before.source, before.notes)


def test_override_with_a_part_of_another_known_device_takes_its_capacity() -> None:
    board = find_board("alveo", part="xcku5p-sfvb784-3-e")
    assert board.name == "alveo-u250"
    assert board.capacity == BOARDS["kcu116"].capacity
    assert board.source == BOARDS["kcu116"].source
    assert "kcu116" in board.notes[0]
    assert board.chosen_by_alias is not None


def test_override_with_a_part_of_an_unknown_device_drops_the_capacity() -> None:
    board = find_board("kcu116", part="10AX115U4F45I3SG", clock_mhz=150.0)
    assert (str(board.family), board.device) == ("Intel Arria 10", "10ax115")
    assert board.capacity is None
    assert board.source == ""
    assert "no capacity is known for 10ax115" in board.notes[0]
    assert board.clock_mhz == 150.0


def test_no_override_changes_nothing() -> None:
    assert find_board("kv260", None, None) == BOARDS["kv260"]


def test_board_of_device() -> None:
    found = board_of_device("xc7z020")
    assert found is not None
    assert found.name == "pynq-z1"
    assert board_of_device("xc7z010") is None


@pytest.mark.parametrize(
    ("text", "clock_mhz"),
    [
        ("5ns", 200.0),
        ("5 NS", 200.0),
        ("3.125 ns", 320.0),
        ("2500ps", 400.0),
        ("0.01us", 100.0),
        ("200MHz", 200.0),
        (" 240 mhz ", 240.0),
        ("0.2GHz", 200.0),
        ("50000 kHz", 50.0),
        ("5MHz", 5.0),
        ("360.71MHz", 360.71),
    ],
)
def test_parse_clock(text: str, clock_mhz: float) -> None:
    assert parse_clock(text) == pytest.approx(clock_mhz, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not a clock"),
        ("fast", "is not a clock"),
        ("-5ns", "is not a clock"),
        ("3,125 ns", "is not a clock"),
        ("nan", "is not a clock"),
        ("5ns 200MHz", "is not a clock"),
        ("5 parsec", "unknown unit 'parsec'"),
        ("0ns", "period of zero"),
        ("0", "has no unit"),
        ("0MHz", "outside 1 to 1500 MHz"),
        ("200GHz", "outside 1 to 1500 MHz"),
        ("5us", "outside 1 to 1500 MHz"),
        ("5", "'5' has no unit"),
        ("200", "'200' has no unit"),
    ],
)
def test_a_bad_clock_is_refused(text: str, reason: str) -> None:
    with pytest.raises(FpgamlError, match=re.escape(reason)) as caught:
        parse_clock(text)
    assert caught.value.where == "--clock"
    assert "5ns" in caught.value.advice or caught.value.advice == f"Write {text}MHz or {text}ns"


needs_reports = pytest.mark.skipif(not REPORTS.is_dir(), reason="the vendor reports are not on this machine")


@needs_reports
def test_xcku5p_is_what_vitis_hls_reports() -> None:
    found = sorted(REPORTS.rglob("*csynth.xml"))
    assert found
    for path in found:
        root = ET.parse(path).getroot()
        board = board_of_device(parse_part(root.findtext(".//Part") or "").device)
        assert board is not None
        assert board.capacity is not None
        available = {item.tag: int(item.text or "") for item in root.iter("AvailableResources") for item in item}
        capacity = board.capacity
        assert available == {
            "LUT": capacity.lut,
            "FF": capacity.ff,
            "DSP": capacity.dsp,
            "BRAM_18K": capacity.bram,
            "URAM": capacity.uram,
        }


@needs_reports
def test_xcku5p_is_what_vivado_reports() -> None:
    capacity = capacity_of("kcu116")
    wanted = {
        "CLB LUTs": capacity.lut,
        "CLB Registers": capacity.ff,
        "DSPs": capacity.dsp,
        "RAMB18": capacity.bram,
        "URAM": capacity.uram,
    }
    checked: set[str] = set()
    for path in [*REPORTS.rglob("*utilization.rpt"), *REPORTS.rglob("vivado_synth.rpt")]:
        text = path.read_text()
        assert re.search(r"\| Device\s*: (\S+)", text), path
        for site, value in wanted.items():
            for row in re.finditer(rf"^\|\s*{site}\*?\s*\|(.+)\|$", text, re.MULTILINE):
                # The columns are Used, Fixed, Prohibited, Available, Util%.
                cells = [cell.strip() for cell in row[1].split("|")]
                if len(cells) == 5:
                    assert int(cells[3]) == value, (path.name, site)
                    checked.add(site)
    assert checked >= {"CLB LUTs", "CLB Registers", "DSPs", "RAMB18"}
