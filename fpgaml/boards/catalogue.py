"""The boards: one TOML file each, read once, found by name or alias."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib import resources
from typing import Any

from fpgaml.boards.capacity import BLOCK_RAM_KBIT, Capacity
from fpgaml.boards.clock import check_clock
from fpgaml.boards.parts import PartInfo, parse_part
from fpgaml.errors import FpgamlError

BOARD_NAMES = (
    "alveo-u50",
    "alveo-u55c",
    "alveo-u200",
    "alveo-u250",
    "alveo-u280",
    "vcu118",
    "kcu116",
    "zcu102",
    "zcu104",
    "zcu111",
    "rfsoc4x2",
    "kv260",
    "ultra96-v2",
    "pynq-z1",
    "pynq-z2",
    "vu13p",
    "ctp7",
    "stratix10-gx-dk",
    "agilex7-f-dk",
    "polarfire-eval",
    "ecp5-evn",
)
"""Every board, in the order in which they are listed. A file that is not named here is not loaded."""

_REQUIRED = ("name", "title", "vendor", "family", "part", "clock_mhz", "source")
_OPTIONAL = ("notes", "capacity")


@dataclass(frozen=True)
class Board:
    """A board, or a bare device that stands for a class of boards.

    Args:
        name: the name that `--board` takes.
        title: the name in the vendor's words.
        vendor: "AMD", "Intel", "Microchip" or "Lattice".
        family: such as "UltraScale+".
        part: the full ordering part as the vendor's tool takes it.
        clock_mhz: the default clock in MHz.
        capacity: what the device holds, or None if unknown.
        source: where `capacity` and `part` are from; empty if `capacity` is None.
        notes: what the user ought to know, such as where catalogues disagree.
        chosen_by_alias: if the user gave an alias, a sentence that says what it means and why.
    """

    name: str
    title: str
    vendor: str
    family: str
    part: str
    clock_mhz: float
    capacity: Capacity | None
    source: str
    notes: tuple[str, ...] = ()
    chosen_by_alias: str | None = None

    @property
    def device(self) -> str:
        """The device of the part, for example `xcku5p`."""
        return parse_part(self.part).device

    @property
    def clock_ns(self) -> float:
        """The clock period in ns."""
        return 1e3 / self.clock_mhz

    def with_overrides(self, part: str | None = None, clock_mhz: float | None = None) -> Board:
        """This board with another part (`--part`) or another clock (`--clock`).

        Another part of the same device keeps the capacity. A part of another device takes the capacity of
        that device if a board of the catalogue carries it, and has none otherwise: the old capacity would be
        wrong.

        Args:
            part: a full ordering part, or None to keep the board's.
            clock_mhz: a clock in MHz, or None to keep the board's.

        Raises:
            FpgamlError: the part is of no known family, or no fabric runs at the clock.
        """
        board = self if part is None else _with_part(self, part.strip())
        return board if clock_mhz is None else replace(board, clock_mhz=check_clock(clock_mhz))


@dataclass(frozen=True)
class Alias:
    """Another name for a board, with the reason for the choice."""

    name: str
    target: str
    reason: str

    def __str__(self) -> str:
        return f"`{self.name}` means {self.target}: {self.reason}"


def load_boards() -> dict[str, Board]:
    """Every board by name, in the order of `BOARD_NAMES`.

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


def find_board(name: str) -> Board:
    """The board called `name`; case, '-', '_' and spaces do not count, and aliases are followed.

    Args:
        name: a board's name or an alias, for example `zcu102`, `Alveo U250`, `alveo`.

    Raises:
        FpgamlError: no such board; the message names the nearest ones.
    """
    key = _key(name)
    by_key = {_key(board.name): board for board in _boards().values()}
    if key in by_key:
        return by_key[key]
    for alias in _aliases().values():
        if _key(alias.name) == key:
            return replace(_boards()[alias.target], chosen_by_alias=str(alias))
    raise FpgamlError(f"--board {name}", "no board of this name", f"nearest: {', '.join(_nearest(key))}")


def board_of_device(device: str) -> Board | None:
    """The first board of the catalogue that carries `device` (lower case), or None."""
    return next((board for board in _boards().values() if board.device == device), None)


def _key(name: str) -> str:
    return re.sub(r"[-_\s]+", "", name).lower()


def _nearest(key: str) -> list[str]:
    names = {_key(name): name for name in (*_boards(), *_aliases())}
    near = difflib.get_close_matches(key, list(names), n=5, cutoff=0.5)
    # A name that resembles nothing gets the whole list: there is no better hint.
    return [names[each] for each in near] or list(_boards())


def _with_part(board: Board, part: str) -> Board:
    info = parse_part(part)
    if info.device == board.device:
        return replace(board, part=part)
    changed = f"Part {part} instead of the board's {board.part}"
    other = board_of_device(info.device)
    if other is None:
        note = f"{changed}: no capacity is known for {info.device}"
        return _moved(board, part, info, None, "", (note,))
    note = f"{changed}: capacity of {info.device} as on {other.name}"
    return _moved(board, part, info, other.capacity, other.source, (note, *other.notes))


def _moved(
    board: Board, part: str, info: PartInfo, capacity: Capacity | None, source: str, notes: tuple[str, ...]
) -> Board:
    return replace(
        board,
        part=part,
        vendor=info.vendor,
        family=info.family,
        capacity=capacity,
        source=source,
        notes=notes,
    )


@cache
def _boards() -> dict[str, Board]:
    return {name: _read_board(name) for name in BOARD_NAMES}


@cache
def _aliases() -> dict[str, Alias]:
    aliases: dict[str, Alias] = {}
    for name, entry in _read_toml("aliases.toml").items():
        if not isinstance(entry, dict) or set(entry) != {"target", "reason"}:
            raise _damaged("aliases.toml", f"{name} needs `target` and `reason`")
        alias = Alias(name, entry["target"], entry["reason"])
        if alias.target not in BOARD_NAMES:
            raise _damaged("aliases.toml", f"{name} means {alias.target}, which is no board")
        aliases[name] = alias
    return aliases


def _read_toml(filename: str) -> dict[str, Any]:
    try:
        return tomllib.loads(resources.files("fpgaml.boards").joinpath(filename).read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise _damaged(filename, str(error)) from error


def _read_board(name: str) -> Board:
    filename = f"{name}.toml"
    return _board_from(filename, _read_toml(filename))


def _board_from(filename: str, data: dict[str, Any]) -> Board:
    missing = [key for key in _REQUIRED if key not in data]
    unknown = [key for key in data if key not in (*_REQUIRED, *_OPTIONAL)]
    if missing or unknown:
        raise _damaged(filename, f"missing {missing}, unknown {unknown}")
    if f"{data['name']}.toml" != filename:
        raise _damaged(filename, f"the name {data['name']!r} is not the file's")
    info = parse_part(data["part"])
    if (info.vendor, info.family) != (data["vendor"], data["family"]):
        raise _damaged(filename, f"{data['part']} is {info.vendor} {info.family}, not as the file says")
    return Board(
        name=data["name"],
        title=data["title"],
        vendor=data["vendor"],
        family=data["family"],
        part=data["part"],
        clock_mhz=check_clock(float(data["clock_mhz"])),
        capacity=_capacity_from(filename, data["capacity"]) if "capacity" in data else None,
        source=data["source"],
        notes=tuple(data.get("notes", ())),
    )


def _capacity_from(filename: str, data: dict[str, Any]) -> Capacity:
    unknown = sorted(set(data) - {each.name for each in fields(Capacity)})
    if unknown:
        raise _damaged(filename, f"unknown capacities {unknown}")
    kinds = [kind for kind in BLOCK_RAM_KBIT if kind in data]
    if len(kinds) > 1:
        raise _damaged(filename, f"more than one kind of block RAM: {kinds}")
    if kinds and data.get("bram_kbit") != data[kinds[0]] * BLOCK_RAM_KBIT[kinds[0]]:
        raise _damaged(filename, f"bram_kbit is not {kinds[0]} times {BLOCK_RAM_KBIT[kinds[0]]} kbit")
    return Capacity(**data)


def _damaged(filename: str, reason: str) -> FpgamlError:
    return FpgamlError(f"fpgaml/boards/{filename}", reason, "Install fpgaml anew: its board files are damaged")
