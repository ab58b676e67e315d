"""The board catalogue, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from fpgaml.boards import Alias, Board, Capacity
from fpgaml.boards.families import URAM_KBIT
from fpgaml.report.console import columns, line, title

FULL_NUMBERS_FROM = 100
"""Columns of the terminal from which large counts are written out."""
HEADER = ("name", "part", "MHz", "LUT", "FF", "DSP", "BRAM", "URAM")


def print_boards(console: Console, boards: Iterable[Board], aliases: Iterable[Alias]) -> None:
    """Every board, those that count the same units together."""
    full = console.width >= FULL_NUMBERS_FROM
    groups: dict[str, list[Board]] = {}
    for board in boards:
        groups.setdefault(_units(board), []).append(board)
    for units, members in groups.items():
        title(console, units)
        rows = [_row(board, full) for board in members]
        columns(console, rows, HEADER, right=range(2, len(HEADER)), indent=0)
    title(console, "Other names")
    columns(console, [(alias.name, alias.target, alias.reason) for alias in aliases], indent=0)
    console.print()
    if not full:
        line(console, "k: thousands, rounded. `fpgaml boards NAME` has exact numbers, sources and notes.", indent=0)
    else:
        line(console, "`fpgaml boards NAME` has the sources and notes.", indent=0)


def print_board(console: Console, board: Board, aliases: Iterable[Alias]) -> None:
    """One board with everything that is known about it."""
    line(console, Text(board.title, "bold"), indent=0)
    if board.chosen_by_alias:
        line(console, board.chosen_by_alias, indent=0)
    rows = [
        ("name", board.name),
        *([("file", board.file)] if board.file else []),
        ("device", f"{board.family}, {board.device}"),
        ("part", board.part),
        ("clock", f"{board.clock_mhz:g} MHz ({board.clock_ns:.6g} ns), unless --clock says otherwise"),
    ]
    rows += _capacity_rows(board)
    rows += [("source", board.source)] if board.source else []
    rows += [("note", note) for note in board.notes]
    others = [alias.name for alias in aliases if alias.target == board.name]
    rows += [("other names", ", ".join(others))] if others else []
    columns(console, rows)


def board_json(board: Board) -> dict[str, Any]:
    """A board as JSON."""
    content, family, capacity = asdict(board), board.family, board.capacity
    if capacity is not None:
        units = {"lut_unit": family.lut, "dsp_unit": family.dsp, "bram_unit": f"{family.block_ram.kbit} kbit"}
        content["capacity"] |= {**units, "bram_kbit": board.bram_kbit, "uram_kbit": capacity.uram_kbit}
    own = {"device": board.device, "vendor": family.vendor, "family": family.name, "clock_ns": board.clock_ns}
    return content | own


def boards_json(boards: Mapping[str, Board], aliases: Mapping[str, Alias]) -> dict[str, Any]:
    """The catalogue as JSON."""
    return {
        "boards": [board_json(board) for board in boards.values()],
        "aliases": [asdict(alias) for alias in aliases.values()],
    }


def _units(board: Board) -> str:
    if board.capacity is None:
        return "Capacity not known"
    family = board.family
    units = [f"LUT: {family.lut}", f"DSP: {family.dsp}", f"BRAM: {family.block_ram.kbit} kbit"]
    units += [f"URAM: {URAM_KBIT} kbit"] if family.vendor == "AMD" else []
    return ", ".join(units)


def _row(board: Board, full: bool) -> tuple[str, ...]:
    capacity = board.capacity or Capacity()
    large = [_count(capacity.lut, full), _count(capacity.ff, full)]
    small = [_count(count, True) for count in (capacity.dsp, capacity.bram, capacity.uram)]
    return (board.name, board.part, f"{board.clock_mhz:g}", *large, *small)


def _count(count: int | None, full: bool) -> str:
    if count is None:
        return "?"
    return f"{count}" if full else f"{count / 1000:.0f}k"


def _capacity_rows(board: Board) -> list[tuple[str, str]]:
    capacity, family = board.capacity, board.family
    if capacity is None:
        return [("capacity", "not known")]
    rows = [
        ("LUT", f"{_grouped(capacity.lut)} {family.lut}"),
        ("FF", _grouped(capacity.ff)),
        ("DSP", f"{_grouped(capacity.dsp)} {family.dsp}"),
    ]
    if capacity.bram is not None:
        total = f" = {_grouped(board.bram_kbit)} kbit"
        rows.append(("block RAM", f"{_grouped(capacity.bram)} of {family.block_ram.kbit} kbit{total}"))
    if capacity.uram:
        total = f" = {_grouped(capacity.uram_kbit)} kbit"
        rows.append(("UltraRAM", f"{_grouped(capacity.uram)} of {URAM_KBIT} kbit{total}"))
    return rows


def _grouped(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"
