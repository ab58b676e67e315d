"""The boards that firmware can be made for: part, default clock and capacity, each with its source."""

from fpgaml.boards.capacity import Capacity
from fpgaml.boards.catalogue import (
    BOARD_NAMES,
    Alias,
    Board,
    board_of_device,
    find_board,
    load_aliases,
    load_boards,
)
from fpgaml.boards.clock import parse_clock
from fpgaml.boards.parts import PartInfo, device_of, parse_part

__all__ = [
    "BOARD_NAMES",
    "Alias",
    "Board",
    "Capacity",
    "PartInfo",
    "board_of_device",
    "device_of",
    "find_board",
    "load_aliases",
    "load_boards",
    "parse_clock",
    "parse_part",
]
