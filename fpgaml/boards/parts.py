"""Read ordering part numbers: which device, of which vendor and family."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaml.boards.families import FAMILIES, Family
from fpgaml.errors import FpgamlError

WHERE = "--part"


@dataclass(frozen=True)
class PartInfo:
    """What a part number says.

    Args:
        device: the device without package, speed grade, transceiver tile and temperature range, in lower case.
            The PolarFire variants of one fabric share one: an MPF300TS is an `mpf300t`.
        family: with its vendor.
    """

    device: str
    family: Family


def parse_part(part: str) -> PartInfo:
    """The device and family of an ordering part number.

    Args:
        part: as the vendor's tool takes it, for example `xcku5p-ffvb676-2-e`; case does not count.

    Raises:
        FpgamlError: no known form of part number.
    """
    text = part.strip().lower()
    for family in FAMILIES:
        device = family.device_in(text)
        if device is not None:
            return PartInfo(device, family)
    known = ", ".join(map(str, FAMILIES))
    advice = f"Give the full ordering part, such as xcku5p-ffvb676-2-e. Known families: {known}"
    raise FpgamlError(WHERE, f"{part!r} is not a part number of a known family", advice)
