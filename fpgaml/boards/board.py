"""A board: its part, its default clock, and what the part holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from fpgaml.boards.families import URAM_KBIT, Family
from fpgaml.boards.parts import parse_part


@dataclass(frozen=True)
class Capacity:
    """The resources of one device, in the units of its family. None means that no trustworthy number is at hand.

    Args:
        lut: look-up tables; ff: registers of the logic cells; dsp: multiplier blocks.
        bram: blocks of block RAM, an AMD tile of 36 kbit counted as two; UltraRAM is not among them.
        uram: AMD UltraRAM blocks.
    """

    lut: int | None = None
    ff: int | None = None
    dsp: int | None = None
    bram: int | None = None
    uram: int | None = None

    @property
    def uram_kbit(self) -> int | None:
        """All UltraRAM together in kbit."""
        return None if self.uram is None else self.uram * URAM_KBIT


@dataclass(frozen=True)
class Board:
    """A board, or a bare device that stands for a class of boards.

    Args:
        name: the name that `--board` takes.
        title: the name in the vendor's words.
        part: the full ordering part as the vendor's tool takes it.
        clock_mhz: the default clock in MHz.
        capacity: what the device holds, or None if unknown.
        source: where `capacity` and `part` are from; may be empty on a user's board.
        notes: what the user ought to know, such as where catalogues disagree.
        chosen_by_alias: if the user gave an alias, a sentence that says what it means and why.
        file: the name of the user's file that it comes from; empty for one of the catalogue.
    """

    name: str
    title: str
    part: str
    clock_mhz: float
    capacity: Capacity | None
    source: str = ""
    notes: tuple[str, ...] = ()
    chosen_by_alias: str | None = None
    file: str = ""

    @property
    def device(self) -> str:
        """The device of the part, for example `xcku5p`."""
        return parse_part(self.part).device

    @property
    def family(self) -> Family:
        """The device family of the part."""
        return parse_part(self.part).family

    @property
    def clock_ns(self) -> float:
        """The clock period in ns."""
        return 1e3 / self.clock_mhz

    @property
    def bram_kbit(self) -> int | None:
        """All block RAM together in kbit, UltraRAM not included; None if unknown."""
        if self.capacity is None or self.capacity.bram is None:
            return None
        return self.capacity.bram * self.family.block_ram.kbit

    @property
    def available(self) -> dict[str, int]:
        """What the part holds, as far as it is known, by the resource's name; block RAM in blocks of 18 kbit."""
        held, bram = self.capacity, self.bram_kbit
        if held is None:
            return {}
        blocks = None if bram is None else bram // 18
        counts = {"LUT": held.lut, "FF": held.ff, "DSP": held.dsp, "BRAM": blocks, "URAM": held.uram}
        return {name: count for name, count in counts.items() if count is not None}

    def facts(self) -> dict[str, Any]:
        """For manifest.json: a board of the user's with its whole content, as its file would hold it."""
        note = self.chosen_by_alias or (f"as {self.file} says" if self.file else "")
        facts: dict[str, Any] = {"name": self.name, "part": self.part, "clock_ns": self.clock_ns, "note": note}
        return facts | ({"definition": self.definition()} if self.file else {})

    def definition(self) -> dict[str, Any]:
        """The content of a board file that says the same; what is not known is left out."""
        content: dict[str, Any] = {"name": self.name, "title": self.title, "part": self.part}
        content |= {"clock_mhz": self.clock_mhz, "source": self.source, "notes": list(self.notes)}
        if self.capacity is not None:
            known = {name: count for name, count in asdict(self.capacity).items() if count is not None}
            content["capacity"] = known
        return content
