"""The board catalogue, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from fpgaml.boards import Alias, Board, Capacity
from fpgaml.boards.capacity import BLOCK_RAM_KBIT, URAM_KBIT
from fpgaml.report.console import columns, line, title

FULL_NUMBERS_FROM = 100
"""Columns of the terminal from which large counts are written out."""
HEADER = ("name", "part", "MHz", "LUT", "FF", "DSP", "BRAM", "URAM")


def print_boards(console: Console, boards: Iterable[Board], aliases: Iterable[Alias]) -> None:
    """Every board, those that count the same units together."""
    full = console.width >= FULL_NUMBERS_FROM
    groups: dict[str, list[Board]] = {}
    for board in boards:
        groups.setdefault(_units(board.capacity), []).append(board)
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
        ("device", f"{board.vendor} {board.family}, {board.device}"),
        ("part", board.part),
        ("clock", f"{board.clock_mhz:g} MHz ({board.clock_ns:.6g} ns), unless --clock says otherwise"),
    ]
    rows += _capacity_rows(board.capacity)
    rows += [("source", board.source)] if board.source else []
    rows += [("note", note) for note in board.notes]
    others = [alias.name for alias in aliases if alias.target == board.name]
    rows += [("other names", ", ".join(others))] if others else []
    columns(console, rows)


def board_json(board: Board) -> dict[str, Any]:
    """A board as JSON."""
    content = asdict(board)
    capacity = board.capacity
    if capacity is not None:
        kind = capacity.block_ram
        content["capacity"]["uram_kbit"] = capacity.uram_kbit
        content["capacity"]["bram_unit"] = f"{BLOCK_RAM_KBIT[kind[0]]} kbit" if kind else ""
    return content | {"device": board.device, "clock_ns": board.clock_ns}


def boards_json(boards: Mapping[str, Board], aliases: Mapping[str, Alias]) -> dict[str, Any]:
    """The catalogue as JSON."""
    return {
        "boards": [board_json(board) for board in boards.values()],
        "aliases": [asdict(alias) for alias in aliases.values()],
    }


def _units(capacity: Capacity | None) -> str:
    if capacity is None:
        return "Capacity not known"
    kind = capacity.block_ram
    units = [f"LUT: {capacity.lut_unit}", f"DSP: {capacity.dsp_unit}"]
    units += [f"BRAM: {BLOCK_RAM_KBIT[kind[0]]} kbit"] if kind else []
    units += [f"URAM: {URAM_KBIT} kbit"] if capacity.lut_unit == "LUT6" else []
    return ", ".join(units)


def _row(board: Board, full: bool) -> tuple[str, ...]:
    capacity = board.capacity or Capacity()
    kind = capacity.block_ram
    large = [_count(capacity.lut, full), _count(capacity.ff, full)]
    small = [_count(count, True) for count in (capacity.dsp, kind[1] if kind else None, capacity.uram)]
    return (board.name, board.part, f"{board.clock_mhz:g}", *large, *small)


def _count(count: int | None, full: bool) -> str:
    if count is None:
        return "?"
    return f"{count}" if full else f"{count / 1000:.0f}k"


def _capacity_rows(capacity: Capacity | None) -> list[tuple[str, str]]:
    if capacity is None:
        return [("capacity", "not known")]
    rows = [
        ("LUT", f"{_grouped(capacity.lut)} {capacity.lut_unit}"),
        ("FF", _grouped(capacity.ff)),
        ("DSP", f"{_grouped(capacity.dsp)} {capacity.dsp_unit}"),
    ]
    kind = capacity.block_ram
    if kind:
        total = f" = {_grouped(capacity.bram_kbit)} kbit"
        rows.append(("block RAM", f"{_grouped(kind[1])} of {BLOCK_RAM_KBIT[kind[0]]} kbit{total}"))
    if capacity.uram:
        total = f" = {_grouped(capacity.uram_kbit)} kbit"
        rows.append(("UltraRAM", f"{_grouped(capacity.uram)} of {URAM_KBIT} kbit{total}"))
    return rows


def _grouped(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"
