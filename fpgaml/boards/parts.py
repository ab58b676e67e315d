"""Read ordering part numbers: which device, of which vendor and family."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fpgaml.errors import FpgamlError

WHERE = "--part"


@dataclass(frozen=True)
class PartInfo:
    """What a part number says.

    Args:
        device: the device without package, speed grade, transceiver tile and temperature range, in lower case.
            The PolarFire variants of one fabric share one: an MPF300TS is an `mpf300t`.
        vendor: "AMD", "Intel", "Microchip" or "Lattice".
        family: such as "UltraScale+".
    """

    device: str
    vendor: str
    family: str


@dataclass(frozen=True)
class _Form:
    """One form of part number; the first group of `pattern` is the device."""

    vendor: str
    family: str
    pattern: re.Pattern[str]


def _form(vendor: str, family: str, pattern: str) -> _Form:
    return _Form(vendor, family, re.compile(pattern))


# AMD writes the package behind a '-' except in the 7-series, where it follows the device: xc7z020clg400-1.
_REST = r"(?:-.*)?"
_FORMS = (
    _form("AMD", "7-series", rf"(x[acq]7(?:[aksz]|vx|vh|v)\d+t?[is]?)(?:[a-z]{{2,4}}\d{{3,4}})?{_REST}"),
    _form("AMD", "UltraScale+", rf"(x[acq](?:[aks]u|vu)\d+p(?:_civ)?){_REST}"),
    _form("AMD", "UltraScale+", rf"(x[acq]zu\d+(?:cg|eg|ev|dr|teg|tcg)){_REST}"),
    _form("AMD", "UltraScale+", rf"(xck2[46]|xcu\d+[a-z]?|xcux35){_REST}"),
    _form("AMD", "UltraScale", rf"(x[cq][kv]u\d+){_REST}"),
    _form("AMD", "Versal", rf"(x[acq]v[cehmp]\d{{4}}){_REST}"),
    _form("Intel", "Stratix 10", r"(1s[gxmtd]\d{2}[0-9a-z])[a-z0-9]*"),
    _form("Intel", "Agilex 7", r"(ag[fim][a-z]\d{3})[a-z0-9]*"),
    _form("Intel", "Agilex 5", r"(a5[de][a-z]?\d{3}[a-z]?)[a-z0-9]*"),
    _form("Intel", "Arria 10", r"(10a[xst]\d{3})[a-z0-9]*"),
    _form("Intel", "Cyclone 10 GX", r"(10cx\d{3})[a-z0-9]*"),
    _form("Intel", "Cyclone V", r"(5c(?:e|gx|gt|se|sx|st)[a-z]*\d)[a-z0-9]*"),
    _form("Microchip", "PolarFire SoC", rf"(mpfs\d{{3}}t)l?s?{_REST}"),
    _form("Microchip", "PolarFire", rf"(mpf\d{{3}}t)l?s?{_REST}"),
    _form("Lattice", "ECP5", rf"(lfe5u(?:m5g|m)?-\d+f){_REST}"),
)


def parse_part(part: str) -> PartInfo:
    """The device, vendor and family of an ordering part number.

    Args:
        part: as the vendor's tool takes it, for example `xcku5p-ffvb676-2-e`; case does not count.

    Raises:
        FpgamlError: no known form of part number.
    """
    text = part.strip().lower()
    for form in _FORMS:
        match = form.pattern.fullmatch(text)
        if match is not None:
            return PartInfo(match[1], form.vendor, form.family)
    families = ", ".join(dict.fromkeys(f"{form.vendor} {form.family}" for form in _FORMS))
    advice = f"Give the full ordering part, such as xcku5p-ffvb676-2-e. Known families: {families}"
    raise FpgamlError(WHERE, f"{part!r} is not a part number of a known family", advice)


def device_of(part: str) -> str:
    """The device of a part number, in lower case: `xcku5p-ffvb676-2-e` gives `xcku5p`.

    Raises:
        FpgamlError: no known form of part number.
    """
    return parse_part(part).device
