"""ECP5 parts as nextpnr takes them."""

from __future__ import annotations

import re

from fpgaml.errors import FpgamlError

_PART = re.compile(r"LFE5U(M5G|M)?-(\d+)F-(\d)([A-Z]+)(\d+)[CI]?", re.IGNORECASE)
_PACKAGES = {"BG": "CABGA", "MG": "CSFBGA", "TG": "TQFP"}


def nextpnr_options(part: str) -> list[str]:
    """nextpnr's options for an ECP5 part, such as `--um5g-85k --package CABGA381 --speed 8`.

    Raises:
        FpgamlError: not an ECP5 part with its package and speed grade.
    """
    found = _PART.fullmatch(part.strip())
    package = _PACKAGES.get(found[4].upper()) if found else None
    if found is None or package is None:
        raise FpgamlError(part, "is not a whole ECP5 part number", "Write it as LFE5UM5G-85F-8BG381")
    kind, kilo, speed, _, pins = found.groups()
    device = f"--u{kind.lower()}-{kilo}k" if kind else f"--{kilo}k"
    return [device, "--package", f"{package}{pins}", "--speed", speed]
