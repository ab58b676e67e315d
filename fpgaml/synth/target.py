"""What a design is synthesised for: a family, and the board whose capacity the numbers are compared with."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaml.boards import Board, find_board, load_boards
from fpgaml.errors import FpgamlError
from fpgaml.synth.design import Design
from fpgaml.synth.families import BRAM, DSP, FF, LUT, URAM, YosysFamily, family_of_part, find_family


@dataclass(frozen=True)
class Target:
    """A family and a device.

    Args:
        family: yosys' family; board: the board to compare with, None if the catalogue has none of the family.
        own: whether it is the project's own board; clock_mhz: the clock that the design has to reach.
        note: why the board was chosen, if the user did not.
    """

    family: YosysFamily
    board: Board | None
    own: bool
    clock_mhz: float
    note: str = ""

    @property
    def part(self) -> str:
        """The full part number; empty without a board."""
        return self.board.part if self.board else ""

    def available(self, resource: str) -> int | None:
        """How much of a resource the device holds; None if that is not known."""
        capacity = self.board.capacity if self.board else None
        if capacity is None:
            return None
        known = {LUT: capacity.lut, FF: capacity.ff, DSP: capacity.dsp, BRAM: capacity.bram, URAM: capacity.uram}
        return known.get(resource)

    def unit(self, resource: str) -> str:
        """What is counted."""
        own = {LUT: self.board.family.lut, DSP: self.board.family.dsp} if self.board and self.board.capacity else {}
        return own.get(resource) or self.family.units.get(resource, "register")


def choose_target(design: Design, family: str | None, board: str | None) -> Target:
    """The target that the user asked for; the project's own board without a wish.

    Args:
        family: a key of FAMILIES; board: a board of the catalogue.

    Raises:
        FpgamlError: no such family or board, or one that does not go with the other.
    """
    wanted = find_family(family) if family else None
    if board:
        chosen = find_board(board)
        own = chosen.part == design.board.part
        found = family_of_part(chosen.part) if wanted is None else wanted
        if not _carries(chosen, found):
            reason = f"the board {chosen.name} carries {chosen.family}, not {found.title}"
            raise FpgamlError(f"--family {found.name}", reason, "Give one of the two options alone")
        return Target(found, chosen, own, _clock(design, chosen, own))
    found = wanted or family_of_part(design.board.part)
    if _carries(design.board, found):
        return Target(found, design.board, True, _clock(design, design.board, True))
    return _stand_in(design, found)


def _stand_in(design: Design, family: YosysFamily) -> Target:
    """Another family than the project's: a board of the catalogue gives the capacity, and that is said."""
    stand_in = next((each for each in load_boards().values() if _carries(each, family)), None)
    made_for = f"The project was made for {design.board.name} ({design.board.family})"
    if stand_in is None:
        note = f"{made_for}; no board with {family.title} is known, so there is no capacity to compare with"
        return Target(family, None, False, 1e3 / design.clock_ns, note)
    note = f"{made_for}; for {family.title} the numbers are compared with {stand_in.name} (--board chooses another)"
    return Target(family, stand_in, False, stand_in.clock_mhz, note)


def _carries(board: Board, family: YosysFamily) -> bool:
    return board.family.yosys is family.yosys


def _clock(design: Design, board: Board, own: bool) -> float:
    return 1e3 / design.clock_ns if own else board.clock_mhz
