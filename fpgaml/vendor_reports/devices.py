"""What a report's resources are counted in, by the part that it names."""

from __future__ import annotations

import re

from fpgaml.boards.families import Family
from fpgaml.boards.parts import parse_part
from fpgaml.errors import FpgamlError
from fpgaml.record.synthesis import Resource

BRAM18 = "block RAM of 18 kbit (a RAMB36 is two)"
AMD_UNITS = {"LUT": "LUT6", "LUTRAM": "LUT6", "FF": "register", "DSP": "DSP", "BRAM": BRAM18, "URAM": "UltraRAM"}

SHORTEST = 5
"""Characters that name a device at least."""


def family_of(part: str) -> Family | None:
    """The family of a part as a tool names it; None if it is not known.

    Older Vivados leave `xc` away, and the hyphen before the package.
    """
    plain = part.strip().lower()
    for text in (plain, f"xc{plain}"):
        for stop in range(len(text), SHORTEST - 1, -1):
            try:
                return parse_part(text[:stop]).family
            except FpgamlError:
                continue
    return None


def same_part(one: str, other: str) -> bool:
    """Whether two tools may mean one part: some leave away the speed grade, hyphens, or `xc`."""
    first, second = _plain(one), _plain(other)
    return first.startswith(second) or second.startswith(first)


def _plain(part: str) -> str:
    return re.sub(r"^xc", "", re.sub(r"[^a-z0-9]", "", part.lower()))


def amd(part: str, name: str, used: int, available: int | None, unit: str = "") -> Resource:
    """A resource of an AMD device, in fpgaml's unit of it; unit: in place of that."""
    family = family_of(part)
    own = family.dsp if name == "DSP" and family is not None else AMD_UNITS.get(name, name)
    return Resource(name=name, used=used, unit=unit or own, available=available)
