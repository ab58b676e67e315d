"""The boards by name: a TOML file each in this folder, found by name or alias, or a user's own file."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from fpgaml.boards.board import Board
from fpgaml.boards.board_file import SUFFIX, board_from, parse_board, read_board
from fpgaml.boards.clock import check_clock
from fpgaml.boards.parts import parse_part
from fpgaml.errors import FpgamlError

ALIASES = "aliases.toml"


@dataclass(frozen=True)
class Alias:
    """Another name for a board, with the reason for the choice."""

    name: str
    target: str
    reason: str

    def __str__(self) -> str:
        return f"`{self.name}` means {self.target}: {self.reason}"


def load_boards() -> dict[str, Board]:
    """Every board of the catalogue by name, in the order of the names (u50 before u200).

    Raises:
        FpgamlError: a file of the catalogue is damaged.
    """
    return dict(_boards())


def load_aliases() -> dict[str, Alias]:
    """Every alias by name, in the order of aliases.toml.

    Raises:
        FpgamlError: the file is damaged, or an alias names no board.
    """
    return dict(_aliases())


def find_board(name: str, part: str | None = None, clock_mhz: float | None = None) -> Board:
    """The board called `name`; case, '-', '_' and spaces do not count, and aliases are followed.

    Another part of the same device keeps the capacity. A part of another device takes the capacity of that device if
    a board of the catalogue carries it, and has none otherwise: the old capacity would be wrong.

    Args:
        name: a board's name or an alias, for example `zcu102`, `Alveo U250`, `alveo`; or the path of a board file,
            which ends in .toml.
        part: a full ordering part to put in place of the board's (`--part`).
        clock_mhz: a clock in MHz to put in place of the board's (`--clock`).

    Raises:
        FpgamlError: no such board; the message names the nearest ones. The file describes no board. The part is of no
            known family, or no fabric runs at the clock.
    """
    board = _named(name)
    board = board if part is None else _with_part(board, part.strip())
    return board if clock_mhz is None else replace(board, clock_mhz=check_clock(clock_mhz))


def _named(name: str) -> Board:
    if name.lower().endswith(SUFFIX):
        return _own(read_board(Path(name)), f"--board {name}")
    key = _key(name)
    by_key = {_key(board.name): board for board in _boards().values()}
    if key in by_key:
        return by_key[key]
    for alias in _aliases().values():
        if _key(alias.name) == key:
            return replace(_boards()[alias.target], chosen_by_alias=str(alias))
    advice = f"nearest: {', '.join(_nearest(key))}; or give a board file, which ends in {SUFFIX}"
    raise FpgamlError(f"--board {name}", "no board of this name", advice)


def board_of_project(entry: Mapping[str, Any], where: str) -> Board:
    """The board that a project's manifest names, with its own part; a user's from what is recorded of it.

    Args:
        entry: `board` of manifest.json; where: names the project in errors.

    Raises:
        FpgamlError: no such board, or the record is damaged.
    """
    definition = entry.get("definition")
    if definition is not None:
        return board_from(definition, where, file=f"{entry['name']}{SUFFIX}")
    return find_board(entry["name"], entry["part"])


def board_of_device(device: str) -> Board | None:
    """The first board of the catalogue that carries `device` (lower case), or None."""
    return next((board for board in _boards().values() if board.device == device), None)


def _with_part(board: Board, part: str) -> Board:
    device = parse_part(part).device
    if device == board.device:
        return replace(board, part=part)
    changed = f"Part {part} instead of the board's {board.part}"
    other = board_of_device(device)
    if other is None:
        note = f"{changed}: no capacity is known for {device}"
        return replace(board, part=part, capacity=None, source="", notes=(note,))
    note = f"{changed}: capacity of {device} as on {other.name}"
    return replace(board, part=part, capacity=other.capacity, source=other.source, notes=(note, *other.notes))


def _own(board: Board, where: str) -> Board:
    """A user's board: not of a name that means another one; without a capacity it has that of its device."""
    taken = {_key(name): name for name in (*_boards(), *_aliases())}.get(_key(board.name))
    if taken:
        raise FpgamlError(where, f"the catalogue has a board called {taken}", "Give yours another `name`")
    other = board_of_device(board.device)
    if board.capacity is not None or other is None:
        return board
    note = f"Capacity of {board.device} as on {other.name}"
    source = board.source or other.source
    return replace(board, capacity=other.capacity, source=source, notes=(*board.notes, note))


def _key(name: str) -> str:
    return re.sub(r"[-_\s]+", "", name).lower()


def _nearest(key: str) -> list[str]:
    names = {_key(name): name for name in (*_boards(), *_aliases())}
    near = difflib.get_close_matches(key, list(names), n=5, cutoff=0.5)
    # A name that resembles nothing gets the whole list: there is no better hint.
    return [names[each] for each in near] or list(_boards())


@cache
def _boards() -> dict[str, Board]:
    return boards_in(resources.files("fpgaml.boards"))


def boards_in(folder: Traversable) -> dict[str, Board]:
    """Every board of a folder by name: each of its TOML files is one, but for the aliases.

    Raises:
        FpgamlError: a file describes no board, or one of another name than its own.
    """
    files = [file for file in folder.iterdir() if file.name.endswith(SUFFIX) and file.name != ALIASES]
    boards = {}
    for file in sorted(files, key=lambda each: _natural(each.name)):
        board = parse_board(file.read_text("utf-8"), f"fpgaml/boards/{file.name}")
        if f"{board.name}{SUFFIX}" != file.name:
            raise FpgamlError(f"fpgaml/boards/{file.name}", f"the name {board.name!r} is not the file's")
        boards[board.name] = board
    return boards


def _natural(name: str) -> list[tuple[str, int]]:
    """For sorting: numbers by their value."""
    return [(text, int(number or 0)) for text, number in re.findall(r"(\D*)(\d*)", name)]


@cache
def _aliases() -> dict[str, Alias]:
    where = f"fpgaml/boards/{ALIASES}"
    aliases: dict[str, Alias] = {}
    for name, entry in tomllib.loads(resources.files("fpgaml.boards").joinpath(ALIASES).read_text("utf-8")).items():
        if not isinstance(entry, dict) or set(entry) != {"target", "reason"}:
            raise FpgamlError(where, f"{name} needs `target` and `reason`")
        alias = Alias(name, entry["target"], entry["reason"])
        if alias.target not in _boards():
            raise FpgamlError(where, f"{name} means {alias.target}, which is no board")
        aliases[name] = alias
    return aliases
