"""The boards that firmware can be made for: part, default clock and capacity, each with its source."""

from fpgaml.boards.board import Board, Capacity
from fpgaml.boards.catalogue import (
    Alias,
    board_of_device,
    board_of_project,
    find_board,
    load_aliases,
    load_boards,
)
from fpgaml.boards.clock import parse_clock
from fpgaml.boards.families import FAMILIES, Family
from fpgaml.boards.parts import PartInfo, parse_part

__all__ = [
    "FAMILIES",
    "Alias",
    "Board",
    "Capacity",
    "Family",
    "PartInfo",
    "board_of_device",
    "board_of_project",
    "find_board",
    "load_aliases",
    "load_boards",
    "parse_clock",
    "parse_part",
]
