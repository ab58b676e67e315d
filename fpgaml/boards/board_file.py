"""Read a board from TOML: the catalogue's files and a user's own have the same form."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from fpgaml.boards.board import Board, Capacity
from fpgaml.boards.clock import check_clock
from fpgaml.boards.parts import parse_part
from fpgaml.errors import FpgamlError

SUFFIX = ".toml"
REQUIRED = ("name", "part", "clock_mhz")
KEYS = (*REQUIRED, "title", "source", "notes", "capacity")
CAPACITY_KEYS = tuple(each.name for each in fields(Capacity))
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*", re.IGNORECASE)


def parse_board(content: str, where: str, file: str = "") -> Board:
    """The board that a file's text describes.

    Args:
        where: names the file in errors; file: its name, for a user's own.

    Raises:
        FpgamlError: not TOML, a key is missing, unknown or of the wrong type, or the part is of no known family.
    """
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise FpgamlError(where, f"is not TOML: {error}", _form()) from None
    return board_from(data, where, file)


def read_board(path: Path) -> Board:
    """The board of a user's file.

    Raises:
        FpgamlError: as for `parse_board`, or the file cannot be read.
    """
    where = f"--board {path}"
    try:
        content = path.read_text("utf-8")
    except FileNotFoundError:
        raise FpgamlError(where, "there is no such file", _form()) from None
    except (OSError, UnicodeDecodeError) as error:
        raise FpgamlError(where, f"cannot be read: {error}", _form()) from None
    return parse_board(content, where, path.name)


def board_from(data: Mapping[str, Any], where: str, file: str = "") -> Board:
    """The board with these keys; arguments and errors as for `parse_board`."""
    _check_keys(data, KEYS, where, "a board file")
    missing = [key for key in REQUIRED if key not in data]
    if missing:
        raise FpgamlError(where, f"lacks {', '.join(f'`{key}`' for key in missing)}", _form())
    name, part = _text(data, "name", where), _text(data, "part", where)
    if not _NAME.fullmatch(name):
        raise FpgamlError(where, f"`name` is {name!r}", "Use letters, digits, '-', '_' and '.': it names folders")
    try:
        parse_part(part)
        clock = check_clock(_number(data, "clock_mhz", where))
    except FpgamlError as error:
        raise FpgamlError(where, error.reason, error.advice) from None
    notes = data.get("notes", [])
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
        raise FpgamlError(where, "`notes` is not a list of texts", 'Write notes = ["..."]')
    return Board(
        name=name,
        title=_text(data, "title", where, name),
        part=part,
        clock_mhz=clock,
        capacity=_capacity(data["capacity"], where) if "capacity" in data else None,
        source=_text(data, "source", where, ""),
        notes=tuple(notes),
        file=file,
    )


def _capacity(data: Any, where: str) -> Capacity:
    if not isinstance(data, Mapping):
        raise FpgamlError(where, "`capacity` is not a table", "Write [capacity] and below it lut = 216_960")
    _check_keys(data, CAPACITY_KEYS, where, "[capacity]")
    for key, count in data.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise FpgamlError(where, f"`{key}` of [capacity] is {count!r}", "Give a whole number, 0 or more")
    return Capacity(**data)


def _check_keys(data: Mapping[str, Any], known: Iterable[str], where: str, of: str) -> None:
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.5)
            meant = f"Did you mean `{near[0]}`? " if near else ""
            raise FpgamlError(where, f"`{key}` is no key of {of}", f"{meant}Known: {', '.join(known)}")


def _text(data: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise FpgamlError(where, f"`{key}` is {value!r}", f'Give a text: {key} = "..."')
    return value.strip()


def _number(data: Mapping[str, Any], key: str, where: str) -> float:
    value = data[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FpgamlError(where, f"`{key}` is {value!r}", f"Give a number: {key} = 200.0")
    return float(value)


def _form() -> str:
    return f"A board file is TOML with {', '.join(REQUIRED)} and a table [capacity] of {', '.join(CAPACITY_KEYS)}"
