"""Plain hexadecimal vectors, one event a line, for `$readmemh` and any bench.

A line is one number, all ports of an event in one vector, its most significant digit first: bit 0 of the packing is
the lowest bit. `//` starts a comment. `$writememh` writes such files too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from fpgaml.errors import CheckFailedError
from fpgaml.patterns.lines import lines
from fpgaml.patterns.packing import Bits, Packing
from fpgaml.project.ports import Port

DIGIT = 4
_NUMBER = re.compile(r"[0-9a-fA-F_]+")
_UNKNOWN = re.compile(r"[0-9a-fA-FxXzZ_]+")


def write(file: IO[str], packing: Packing, ports: Sequence[Port], bits: Bits, what: str) -> None:
    """Write events.

    Args:
        bits: as `Packing.pack` has them; what: they are, for the comment.
    """
    total = bits.shape[1]
    digits = -(-total // DIGIT)
    file.write(f"// {what}: {len(bits)} events of {total} bits; reg [{total - 1}:0] vectors [0:{len(bits) - 1}]\n")
    for port in ports:
        place = next(each for each in packing.places((*ports,)) if each.port == port)
        file.write(
            f"// {port.name}: {port.size} elements of {place.width} bits from bit {place.start}, in C order; "
            f"{'signed' if port.signed else 'unsigned'}, n * 2^{-port.fractional}\n"
        )
    filled = np.zeros((len(bits), digits * DIGIT), bool)
    filled[:, :total] = bits
    values = filled[:, ::-1].reshape(len(bits), digits, DIGIT) @ np.array([8, 4, 2, 1])
    for row in np.array(list("0123456789abcdef"))[values].tolist():
        file.write("".join(row) + "\n")


def read(path: Path, total: int) -> Bits:
    """Read events of so many bits.

    Raises:
        FpgamlError: as for `lines`, a line that is no number, or one of more bits; its number is named.
        CheckFailedError: bits that a simulation did not know.
    """
    digits = -(-total // DIGIT)
    rows: list[bytes] = []
    for line in lines(path, "//"):
        text = line.text.partition("//")[0].strip()
        if not _NUMBER.fullmatch(text):
            if _UNKNOWN.fullmatch(text):
                where = f"{path}, line {line.number}"
                raise CheckFailedError(where, f"event {len(rows)} holds bits that the simulation did not know, x or z")
            raise line.broken(f"`{text[:40]}` is not one hexadecimal number", "Write an event a line")
        number = text.replace("_", "").lstrip("0")
        if len(number) > digits or int(number or "0", 16) >> total:
            raise line.broken(f"has more than the {total} bits of an event")
        rows.append(bytes.fromhex(number.zfill(digits + digits % 2)))
    if not rows:
        return np.zeros((0, total), bool)
    raw = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1)
    return np.unpackbits(raw, axis=1)[:, ::-1][:, :total].astype(bool)
