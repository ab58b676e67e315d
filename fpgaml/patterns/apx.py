"""Pattern files of APx boards, as CMSSW's L1Trigger/DemonstratorTools reads and writes them.

`#Sideband ON`, then `#LinkLabel` with `LINK_NN` for each link, `#BeginData`, and lines of hexadecimal numbers: the
frame, then for each link its sideband (bit 0 valid, 1 first word of a packet, 2 first of an orbit, 3 last of a packet)
and its word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.patterns.board import BoardData
from fpgaml.patterns.lines import Line, lines, read_links
from fpgaml.patterns.rows import Rows

VALID, START, ORBIT, END = 1, 2, 4, 8
_NEVER = "\0"
"""Starts no line: this format's own lines start as comments do elsewhere."""
_FRAME = re.compile(r"0x([0-9a-fA-F]{1,8})\s+(.*)")
_WORD = re.compile(r"0x([0-9a-fA-F]{1,2})\s+0x([0-9a-fA-F]{16})(?=\s|$)\s*")


def write(file: IO[str], board: BoardData) -> None:
    """Write frames; CMSSW's own files do not mark orbits, and these do not either."""
    file.write("#Sideband ON\n#LinkLabel")
    file.write("".join(f"                LINK_{link:02d}    " for link in board.links) + "\n#BeginData\n")
    bands = board.valid.astype(np.int64) * VALID
    for mark, bit in ((board.start, START), (board.end, END)):
        bands |= np.zeros_like(bands) if mark is None else mark * bit
    for frame, (words, sides) in enumerate(zip(board.words.tolist(), bands.tolist(), strict=True)):
        row = (f"    0x{side:02x} 0x{word:016x}" for side, word in zip(sides, words, strict=True))
        file.write(f"0x{frame:04x}{''.join(row)}\n")


def read(path: Path) -> BoardData:
    """Read frames.

    Raises:
        FpgamlError: as for `lines`, or a line that is not as the format has it; its number is named.
    """
    found = lines(path, _NEVER)
    line = _next(found, path)
    if line.text.startswith("#Sideband"):
        line = _next(found, path)
    label, _, rest = line.text.partition(" ")
    if label != "#LinkLabel":
        raise line.broken("`#LinkLabel` is expected here", "Is this the right --format?")
    labels = rest.split()
    wrong = next((each for each in labels if not each.startswith("LINK_")), None)
    if wrong is not None:
        raise line.broken(f"`{wrong[:40]}` is not LINK_ and a number")
    links = read_links(line, [each.removeprefix("LINK_") for each in labels])
    line = _next(found, path)
    if line.text != "#BeginData":
        raise line.broken("`#BeginData` is expected here")
    rows = Rows(str(path), links, ("end", "orbit", "start", "valid"))
    for line in found:
        _read_frame(line, rows)
    return rows.board("")


def _read_frame(line: Line, rows: Rows) -> None:
    match = _FRAME.fullmatch(line.text)
    if match is None or int(match[1], 16) != rows.begun:
        raise line.broken(f"is not frame {rows.begun:#06x}, which is the next")
    rows.begin(line)
    rest, place = match[2], 0
    while place < len(rest):
        word = _WORD.match(rest, place)
        if word is None:
            raise line.broken(f"`{rest[place : place + 40]}` is not a sideband and a word")
        side = int(word[1], 16)
        rows.put(line, [bool(side & bit) for bit in (END, ORBIT, START, VALID)], int(word[2], 16))
        place = word.end()


def _next(found: Iterator[Line], path: Path) -> Line:
    line = next(found, None)
    if line is None:
        raise FpgamlError(str(path), "ends before its data", "Is this the right --format?")
    return line
